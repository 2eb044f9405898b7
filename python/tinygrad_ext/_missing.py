"""The one sentence said when torch has a name that we do not have yet."""

import sys


def missing(module_name, name=None, frame=None):
    """Raises the error for `module_name.name`, or for the import of `module_name` when no name is given.

    It begins with the text of plain torch and goes on to say whose it is to add. `frame` is the one that asked: a
    `from ... import` there would put a text of Python's own in the place of an AttributeError's, so it gets an ImportError.
    """
    spoken = module_name
    if sys.modules.get("torch") is sys.modules["tinygrad_ext"]:
        spoken = module_name.replace("tinygrad_ext", "torch", 1)
    ours = 'if torch has it, it is for tinygrad_ext to add; its README, "What is covered", lists what there is'
    if name is None:
        raise ModuleNotFoundError(f"No module named {spoken!r} ({ours})", name=spoken)
    # A submodule that is still being imported is in sys.modules only; after an AttributeError Python looks there.
    if frame is not None and _is_import_from(frame) and f"{module_name}.{name}" not in sys.modules:
        path = sys.modules[module_name].__file__
        raise ImportError(f"cannot import name {name!r} from {spoken!r} ({path}) ({ours})", name=spoken, path=path)
    raise AttributeError(f"module {spoken!r} has no attribute {name!r} ({ours})")


def _is_import_from(frame):
    from opcode import opmap

    return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
