"""Activations: functions of every element, and the softmax family. All keep the shape of their input."""

from ._piecewise import (
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    PReLU,
    ReLU,
    ReLU6,
    Softshrink,
    Threshold,
)
from ._smooth import (
    CELU,
    ELU,
    GELU,
    LogSigmoid,
    Mish,
    SELU,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
    Tanhshrink,
)
from ._softmax import LogSoftmax, Softmax, Softmax2d, Softmin

__all__ = [
    "ReLU",
    "LeakyReLU",
    "PReLU",
    "Threshold",
    "Hardtanh",
    "ReLU6",
    "Hardsigmoid",
    "Hardswish",
    "Hardshrink",
    "Softshrink",
    "Sigmoid",
    "LogSigmoid",
    "Tanh",
    "Tanhshrink",
    "ELU",
    "CELU",
    "SELU",
    "GELU",
    "SiLU",
    "Mish",
    "Softplus",
    "Softsign",
    "Softmax",
    "Softmin",
    "LogSoftmax",
    "Softmax2d",
]

# torch keeps them in one file: this is the module that they print and are pickled with.
for _name in __all__:
    globals()[_name].__module__ = __name__
