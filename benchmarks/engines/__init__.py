"""One adapter per engine. A case speaks to an engine through the methods of `Engine` alone, so that it is written once."""

from abc import ABC, abstractmethod
from importlib import import_module
from importlib.util import find_spec

from measure import Statement

# name on the command line -> (module of this folder, class, module that must be installed)
ENGINES = {
    "tinygrad_ext": ("torchlike", "TinygradExt", "tinygrad_ext"),
    "torch": ("torchlike", "Torch", "torch"),
    "torch.compile": ("torchlike", "TorchCompile", "torch"),
    "numpy": ("numpy", "NumPy", "numpy"),
    "jax": ("jax", "Jax", "jax"),
    "tinygrad": ("tinygrad", "Tinygrad", "tinygrad"),
    "mlx": ("mlx", "MLX", "mlx"),
}
OURS = "tinygrad_ext"
ON_REQUEST = {"torch.compile"}  # compiles for minutes


def installed():
    return [name for name, (_, _, module) in ENGINES.items() if find_spec(module) and name not in ON_REQUEST]


def load(name, threads):
    home, adapter, _ = ENGINES[name]
    return getattr(import_module(f"{__name__}.{home}"), adapter)(name, threads)


class Unsupported(Exception):
    """The engine has nothing of the kind; the table says so with a dash."""


class Engine(ABC):
    """What a case may ask of an engine.

    Attributes:
        functions: the names that the text of a case may use, beside the operators of Python: `add_ exp linear
            log log_softmax relu sigmoid softmax sum tanh transposed`
        module: what `import` loads, for the import time
    """

    functions: dict
    module: str

    def __init__(self, name, threads):
        self.name, self.threads = name, threads

    @abstractmethod
    def about(self):
        """Returns the version and what decides on the speed of the build."""

    @abstractmethod
    def array(self, values):
        """Returns the engine's own copy of a NumPy array."""

    @abstractmethod
    def numpy(self, array):
        """Returns an array of the engine as NumPy's."""

    def wait(self, result):
        """Returns when the result has been computed: for engines that answer before they have."""

    def statement(self, text, **arrays):
        """Returns the expression `text` over NumPy arrays, ready to be timed in the fastest form that the engine has."""
        names = {name: self.array(values) for name, values in arrays.items()}
        return Statement(text, {**self.functions, **names}, self)

    def recorded(self, text, **arrays):
        """As `statement`, with the operation recorded for a later backward."""
        raise Unsupported("records nothing outside of a traced function")

    def module_call(self, weight, bias, x):
        """Returns the call of a Linear module."""
        raise Unsupported("has no modules")

    @abstractmethod
    def train_step(self, layers, x, labels, lr):
        """Returns `step() -> loss`: zero_grad, forward with relu between the layers, cross entropy, backward, SGD.

        Args:
            layers: (weight, bias) pairs, weight of shape (out, in); may be an iterator
        """

    def optimizer(self, kind, parameters, gradients, **options):
        """Returns an object with `step` and `zero_grad`, its parameters and a list of `values` to check."""
        raise Unsupported("its update is part of the traced step")

    def chain(self, length):
        """Returns `length` additions `y = y + 1.0` that are recorded: a pair (x, function that returns y)."""
        raise Unsupported("records nothing outside of a traced function")
