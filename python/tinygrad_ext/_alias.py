"""Lets `import torch` mean tinygrad_ext in this process and in the children it starts.

A finder on `sys.meta_path` answers for every name under `torch` with the module of ours that has the same path, so
`torch.x.y is tinygrad_ext.x.y` whatever is imported first and however. Nothing named torch is installed or written.

While the alias is active every module of ours is dressed once, right after it ran:

- it stands in `sys.modules` under both names, so what looks a class's module up there (pickle, inspect,
  get_type_hints) finds it;
- its classes carry torch's module path and print as torch's (`<class 'torch.nn.modules.linear.Linear'>`);
- a name it lacks is reported with torch's text.

Pickles stay ours. Pickle finds a class by `__module__`, and so would write torch's name into the stream; but from
protocol 4, the default since Python 3.8, it pickles that string like any other object, and `_TorchName` pickles as our own
name. What is written under the alias therefore loads without it, and beside a real torch. Protocols 0 to 3 copy the
characters: they name torch, as torch's own files do.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec

from ._missing import missing

PACKAGE = "tinygrad_ext"
TORCH = "torch"
TORCH_VERSION = "2.13.0"  # the release whose names, texts and numbers are followed


def as_torch():
    """Makes `import torch` mean tinygrad_ext from here on, and returns the package; a second call changes nothing.

    Raises:
        RuntimeError: the real torch is already imported: names bound to it would stay bound to it.

    Example::

        >>> import tinygrad_ext
        >>> torch = tinygrad_ext.as_torch()
        >>> import torch.nn.functional as F
        >>> F is tinygrad_ext.nn.functional
        True
    """
    package = sys.modules[PACKAGE]
    present = sys.modules.get(TORCH)
    if present is package:
        return package
    if present is not None:
        raise RuntimeError(
            f"as_torch(): the real torch is already imported (from {getattr(present, '__file__', None)}); "
            "call as_torch() before anything imports torch"
        )
    from . import version
    from .torch_version import TorchVersion

    sys.meta_path.insert(0, _Finder())
    package.__version__ = version.__version__ = TorchVersion(TORCH_VERSION)
    for name, module in list(sys.modules.items()):
        _after_import(name, module)
    return package


def _torch_name(name):
    """The name under torch of a module of ours, None for any other."""
    head, dot, rest = name.partition(".")
    return TORCH + dot + rest if head == PACKAGE else None


class _TorchName(str):
    """A class's module path: torch's to whoever reads it, ours to a pickle (module docstring)."""

    __slots__ = ()

    def __reduce_ex__(self, protocol):
        return str, (PACKAGE + self[len(TORCH) :],)


def _after_import(name, module):
    """What the alias does with a module that was just imported: ours are dressed, multiprocessing is taught."""
    if name == "multiprocessing.util":
        _teach_children(module)
        return
    torch_name = _torch_name(name)
    if torch_name is None:
        return
    sys.modules[torch_name] = module
    vars(module).setdefault("__getattr__", lambda attribute: missing(name, attribute, sys._getframe(1)))
    for value in list(vars(module).values()):
        if isinstance(value, type) and _torch_name(value.__module__) is not None:
            value.__module__ = _TorchName(_torch_name(value.__module__))


def _teach_children(util):
    """Makes multiprocessing's new interpreters (spawned children, the fork server) take the alias up before they run anything.

    All of them are started by this one function, with a program behind `-c`. Forked children have the alias already.
    """
    start = util.spawnv_passfds

    def spawnv_passfds(path, args, passfds):
        args = list(args)
        if "-c" in args:
            program = args.index("-c") + 1
            # The parent's sys.path first, as multiprocessing itself hands it down: we may be importable only through it.
            args[program] = (
                f"import sys; sys.path[:] = {[str(entry) for entry in sys.path]!r}; "
                f"import {PACKAGE}; {PACKAGE}.as_torch(); {args[program]}"
            )
        return start(path, args, passfds)

    util.spawnv_passfds = spawnv_passfds


class _Finder:
    """Stands first on `sys.meta_path`: serves torch's names, and sees our own modules pass by."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == TORCH:
            return self._alias_spec(name, path)
        if name.partition(".")[0] == PACKAGE or name == "multiprocessing.util":
            spec = self._ask_others(name, path)
            if spec is not None and spec.loader is not None:
                spec.loader = _WatchedLoader(spec.loader)
            return spec
        return None

    def _alias_spec(self, name, path):
        ours = PACKAGE + name[len(TORCH) :]
        spec = sys.modules[ours].__spec__ if ours in sys.modules else self._ask_others(ours, path)
        if spec is None:
            # An import hears what is missing and whose it is to add; importlib.util.find_spec() hears a plain None.
            if sys._getframe(3).f_code.co_name == "_find_and_load_unlocked":
                missing(name)
            return None
        alias = ModuleSpec(name, _AliasLoader(spec), origin=spec.origin)
        alias.submodule_search_locations = spec.submodule_search_locations
        return alias

    def _ask_others(self, name, path):
        for finder in sys.meta_path:
            if finder is not self:
                spec = finder.find_spec(name, path)
                if spec is not None:
                    return spec
        return None

    def find_distributions(self, context):
        """importlib.metadata.version("torch") answers under the alias what torch.__version__ does."""
        if context.name != TORCH:
            return
        from importlib.metadata import Distribution

        class Torch(Distribution):
            def read_text(self, filename):
                return f"Metadata-Version: 2.1\nName: {TORCH}\nVersion: {TORCH_VERSION}\n" if filename == "METADATA" else None

            def locate_file(self, path):
                return path

        yield Torch()


class _AliasLoader:
    """Loads torch.x by importing tinygrad_ext.x and standing it in `sys.modules` under torch's name too."""

    def __init__(self, spec):
        self._spec = spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        # importlib takes a module that was replaced in sys.modules while it ran: nothing of our module's own is touched.
        sys.modules[module.__name__] = import_module(self._spec.name)

    def get_code(self, name):
        return self._spec.loader.get_code(self._spec.name)


class _WatchedLoader:
    """Another loader, with `_after_import` behind it; it takes itself out of the module's attributes."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _after_import(module.__name__, module)
