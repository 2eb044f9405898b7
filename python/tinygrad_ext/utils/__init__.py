"""Tools around training: data loading, hooks, graph pictures. Each is imported when it is first used."""

import sys

_SUBMODULES = ("data", "dlpack", "hooks", "viz")


def __getattr__(name):
    if name in _SUBMODULES:
        from importlib import import_module

        return import_module(f".{name}", __name__)
    from .._missing import missing

    missing(__name__, name, sys._getframe(1))


def __dir__():
    return sorted({*globals(), *_SUBMODULES})
