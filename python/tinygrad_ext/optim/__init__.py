"""Optimizers, under torch's names."""

from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "SGD", "lr_scheduler"]


def __getattr__(name):
    # Schedulers need more of the standard library than an import should cost.
    if name == "lr_scheduler":
        from importlib import import_module

        return import_module(".lr_scheduler", __name__)
    import sys

    from .._missing import missing

    missing(__name__, name, sys._getframe(1))
