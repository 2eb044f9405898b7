"""`python -m tinygrad_ext SCRIPT`: runs an unmodified script with `import torch` meaning tinygrad_ext.

The program runs in the interpreter's own `__main__`, laid out as plain `python` lays it out, and whatever ends it (an
exception, sys.exit, Ctrl-C) goes on to the interpreter, so exit codes, `-i` and hooks are Python's. Ours is one thing:
the frames that stand between the interpreter and the program are left out of its tracebacks.
"""

import os
import sys

from . import __file__ as package_file
from . import _alias, _missing

USAGE = """\
usage: python -m tinygrad_ext SCRIPT [ARG ...]
       python -m tinygrad_ext -m MODULE [ARG ...]
       python -m tinygrad_ext -c CODE [ARG ...]
       python -m tinygrad_ext - [ARG ...]        (the program comes from standard input)

Runs an unmodified torch program with `import torch` meaning tinygrad_ext.
Options of the interpreter stand before -m: python -i -m tinygrad_ext SCRIPT
"""


def main():
    """Runs what the command line names; what plain `python` does with the same arguments is the reference."""
    if len(sys.argv) == 1:
        _refuse(USAGE)
    first, *rest = sys.argv[1:]
    option, value = first[:2], first[2:]
    if option in ("-m", "-c"):
        if not value and not rest:
            _refuse(f"argument expected for the {option} option\n{USAGE}")
        value = value or rest.pop(0)
        run = _run_module if option == "-m" else _run_command
    elif first == "-":
        run, value = _run_stdin, None
    elif first in ("-h", "--help"):
        print(USAGE, end="")
        return
    elif first.startswith("-"):
        _refuse(f"unknown option: {first}\n{USAGE}")
    else:
        run, value = _run_script, first

    _alias.as_torch()
    try:
        run(value, rest)
    except BaseException:
        _trim_next_traceback()
        raise


def _refuse(text):
    """Ends as the interpreter does when it cannot start a program."""
    print(text, end="", file=sys.stderr)
    sys.exit(2)


def _run_script(path, arguments):
    sys.argv = [path, *arguments]
    filename = os.path.join(os.getcwd(), path)
    if os.path.isdir(path) or _is_zip(path):
        import runpy

        _set_first_path(filename)
        _lay_out_main(None)
        runpy._run_module_as_main("__main__", alter_argv=False)
        return
    try:
        with open(filename, "rb") as file:
            source = file.read()
    except OSError as error:
        _refuse(f"{sys.orig_argv[0]}: can't open file {filename!r}: [Errno {error.errno}] {error.strerror}\n")
    _set_first_path(os.path.dirname(os.path.realpath(path)))
    from importlib.machinery import SourceFileLoader, SourcelessFileLoader

    if path.endswith(".pyc"):
        loader = SourcelessFileLoader("__main__", filename)
        code = loader.get_code("__main__")
    else:
        loader = SourceFileLoader("__main__", filename)
        code = compile(source, filename, "exec", dont_inherit=True)
    exec(code, _lay_out_main(loader, __file__=filename, __cached__=None))


def _run_module(name, arguments):
    import runpy  # the interpreter runs -m through this very function of it

    sys.argv = ["-m", *arguments]
    _lay_out_main(None)
    runpy._run_module_as_main(name)


def _run_command(source, arguments):
    filename = "<string>"
    if sys.version_info >= (3, 13):  # tracebacks quote the lines of -c since then
        import linecache

        linecache.cache[filename] = len(source), None, source.splitlines(True), filename
    _run_text(source, filename, ["-c", *arguments])


def _run_stdin(_, arguments):
    filename = "<stdin>"
    _run_text(sys.stdin.buffer.read(), filename, ["-", *arguments], __file__=filename, __cached__=None)


def _run_text(source, filename, argv, **names):
    from importlib.machinery import BuiltinImporter

    sys.argv = argv
    _set_first_path("")
    code = compile(source, filename, "exec", dont_inherit=True)
    exec(code, _lay_out_main(BuiltinImporter, **names))


def _lay_out_main(loader, **names):
    """Makes the namespace of `__main__` what a program finds there under plain `python`, and returns it."""
    namespace = vars(sys.modules["__main__"])
    builtins = namespace["__builtins__"]
    namespace.clear()
    namespace.update(
        __name__="__main__", __doc__=None, __package__=None, __loader__=loader, __spec__=None,
        __annotations__={}, __builtins__=builtins, **names,
    )  # fmt: skip
    return namespace


def _set_first_path(entry):
    """Puts the program's folder where `python -m` had put the current one; under -P and -I there is neither."""
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = entry


def _is_zip(path):
    from zipimport import ZipImportError, zipimporter

    try:
        zipimporter(path)
    except ZipImportError:
        return False
    return True


def _trim_next_traceback():
    """Wraps `sys.excepthook`, the program's own or Python's, for the exception that is on its way out."""
    hook = sys.excepthook

    def show(kind, value, traceback):
        sys.excepthook = hook
        value.__traceback__ = _without_our_frames(traceback)
        hook(kind, value, value.__traceback__)

    sys.excepthook = show


def _without_our_frames(traceback):
    """The entries below this file's last frame, less those that look names up."""
    entries = []
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == __file__:
            entries.clear()
        elif not _looks_names_up(traceback.tb_frame):
            entries.append(traceback)
        traceback = traceback.tb_next
    for entry, below in zip(entries, entries[1:] + [None]):
        entry.tb_next = below
    return entries[0] if entries else None


def _looks_names_up(frame):
    """True of the alias, and of the `__getattr__` of a module of ours."""
    filename = frame.f_code.co_filename
    getter = frame.f_globals.get("__getattr__")
    return filename in (package_file, _alias.__file__, _missing.__file__) or (
        filename.startswith(os.path.dirname(package_file)) and getattr(getter, "__code__", None) is frame.f_code
    )
