"""Layers, losses and what they are made of.

``init`` and ``utils`` are loaded when they are first asked for.
"""

from . import functional, modules, parameter
from .modules import *
from .parameter import Buffer, Parameter

_LAZY = ("init", "utils")


def __getattr__(name):
    if name in _LAZY:
        from importlib import import_module

        return import_module(f".{name}", __name__)
    import sys

    from .._missing import missing

    missing(__name__, name, sys._getframe(1))


def __dir__():
    return sorted({*globals(), *_LAZY})
