"""What a row of the op table is, and what is written down when one call of an op is observed.

Everything here takes `T`, a module with torch's API: `tinygrad_ext` or torch itself. The same text runs on both
sides, so a test is `observe(ours, case) == observe(torch, case)`.
"""

import warnings
import zlib
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

from optable.layouts import strided_copy

DTYPES = ("float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool")
FLOATS = ("float32", "float64")


@dataclass(frozen=True)
class Tolerance:
    """How far two floats may be apart: so many units in the last place, or torch.testing's defaults if `close`."""

    ulp32: int = 0
    ulp64: int = 0
    close: bool = False


EXACT = Tolerance()
CLOSE = Tolerance(close=True)


def ulps(n: int) -> Tolerance:
    """float64 is wider: our double kernels answer within an ulp or two, nobody rounds them correctly."""
    return Tolerance(n, 4 * n)


@dataclass(frozen=True)
class Const:
    """An array that is part of the question (an index, a mask, class weights): never cast, never differentiated."""

    array: np.ndarray


@dataclass(frozen=True)
class Name:
    """Something that each side has under the same name, such as `Name("float64")`."""

    path: str


@dataclass(frozen=True)
class Sample:
    """One call: numpy arrays become tensors with the same strides; lists of arrays become lists of tensors."""

    args: tuple
    kwargs: dict
    smooth: bool = True  # false at kinks, poles, nan: compared with torch, but no place for finite differences

    def map(self, change: Callable) -> "Sample":
        """The same call with every argument changed; lists and tuples are opened."""

        def walk(value):
            return type(value)(walk(item) for item in value) if type(value) in (list, tuple) else change(value)

        return Sample(walk(self.args), {key: walk(value) for key, value in self.kwargs.items()}, self.smooth)


def S(*args, **kwargs) -> Sample:
    return Sample(args, kwargs)


def rough(*args, **kwargs) -> Sample:
    return Sample(args, kwargs, smooth=False)


@dataclass(frozen=True)
class Op:
    """A row. `path` is where torch keeps the function: "exp", "nn.functional.gelu", "Tensor.view"."""

    path: str
    samples: Callable[["Rng"], list]
    call: Callable | None = None  # (T, *args, **kwargs), when the path alone does not say it
    variant: str = ""  # tells two rows with the same path apart
    errors: Callable[["Rng"], list] | None = None  # calls that must raise what torch raises
    value: Tolerance = EXACT
    grad: Tolerance = CLOSE
    differentiable: bool = True
    smooth: bool = True  # finite differences find the derivative: not for casts, whose float32 is too coarse
    twice: bool = True  # has a second derivative
    inplace: bool = False  # the method `name_` exists
    method: bool = True  # the method `name` exists
    dtypes: bool = True  # run the first sample with every dtype
    promotes: bool = False  # run it with every pair of dtypes
    graph: bool = True  # compare the whole backward graph with torch's, not only the first node
    aliases: tuple = ()

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def id(self) -> str:
        return f"{self.name}[{self.variant}]" if self.variant else self.name

    def rng(self) -> "Rng":
        """Seeded by the row's own name: adding a row changes no other row's numbers."""
        return Rng(zlib.crc32(self.id.encode()))

    def function(self, T, *args, **kwargs):
        return (self.call or look_up(T, self.path))(*((T,) if self.call else ()), *args, **kwargs)

    def inplace_function(self, T, target, *args, **kwargs):
        if target.requires_grad:
            target = target.clone()
        return getattr(target, self.name + "_")(*args, **kwargs)

    def method_function(self, T, target, *args, **kwargs):
        return getattr(target, self.name)(*args, **kwargs)


class Rng:
    """The few draws that samples need, from PCG64's raw bits; arrays are float32 unless said.

    numpy promises the raw stream for ever but not what Generator makes of it, and every value here is exact in any
    order of evaluation: the samples are the same on every machine, so only torch's answers need storing.
    """

    def __init__(self, seed: int):
        self.bits = np.random.PCG64(seed)

    def _raw(self, shape, bits: int):
        return (self.bits.random_raw(int(np.prod(shape))) >> np.uint64(64 - bits)).astype(np.int64).reshape(shape)

    def uniform(self, low, high, *shape, dtype=np.float32):
        return np.asarray(self._raw(shape, 24) * 2.0**-24 * (high - low) + low, dtype)

    def normal(self, *shape, dtype=np.float32):
        """Near enough to normal: twelve uniform numbers, added."""
        return np.asarray(self._raw((12, *shape), 24).sum(0) * 2.0**-24 - 6, dtype)

    def ints(self, low, high, *shape, dtype=np.int64):
        return np.asarray(self._raw(shape, 32) % (high - low) + low, dtype)

    def bools(self, *shape):
        return np.asarray(self._raw(shape, 1), np.bool_)

    def distinct(self, *shape, dtype=np.float32):
        """No two elements equal or near: sorting, maxima and medians have one answer and one derivative."""
        order = np.argsort(self._raw((int(np.prod(shape)),), 60), kind="stable")
        return np.asarray((order - order.size // 2) * 0.25, dtype).reshape(shape)


def look_up(T, path: str):
    for name in path.split("."):
        T = getattr(T, name)
    return T


def materialize(T, value, leaves: list | None = None):
    """A sample's value as `T` wants it; floating arrays become leaves that require grad when `leaves` is a list."""
    if isinstance(value, (np.ndarray, np.generic)):
        tensor = T.from_numpy(strided_copy(np.asarray(value)))
        if leaves is not None and value.dtype.kind == "f":
            leaves.append(tensor.requires_grad_())
        return tensor
    if isinstance(value, Const):
        return materialize(T, value.array)
    if isinstance(value, Name):
        return look_up(T, value.path)
    if type(value) in (list, tuple):
        return type(value)(materialize(T, item, leaves) for item in value)
    return value


@dataclass(frozen=True)
class Case:
    """A sample together with the way it is called; `id` is its key in the stored reference."""

    id: str
    call: Callable
    sample: Sample
    grad: bool


@dataclass
class Out:
    """What can be seen of one result."""

    dtype: str
    shape: tuple = ()
    strides: tuple = ()
    view: bool = False  # shares storage with an operand
    graph: str = ""
    values: Any = None


@dataclass
class Record:
    """What can be seen of one call: its results or its error, then the gradients of its operands or their error."""

    outputs: list = field(default_factory=list)
    grads: list = field(default_factory=list)
    error: tuple = ()
    grad_error: tuple = ()


def observe(T, case: Case) -> Record:
    T.manual_seed(0)
    leaves = [] if case.grad else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        args = [materialize(T, value, leaves) for value in case.sample.args]
        kwargs = {key: materialize(T, value, leaves) for key, value in case.sample.kwargs.items()}
        try:
            results = flatten(case.call(T, *args, **kwargs))
        except Exception as error:
            return Record(error=(type(error).__name__, str(error)))
        record = Record([describe(T, result) for result in results])
        if case.grad:
            try:
                record.grads = gradients(T, results, leaves)
            except Exception as error:
                record.grad_error = (type(error).__name__, str(error))
    return record


def flatten(result) -> list:
    """Tensors and scalars of a result in order; a tuple, list or named result is opened."""
    if isinstance(result, (tuple, list)) and type(result).__name__ != "Size":
        return [leaf for item in result for leaf in flatten(item)]
    return [result]


def describe(T, result) -> Out:
    if not isinstance(result, T.Tensor):
        return Out(type(result).__name__, values=str(result))
    return Out(
        dtype=str(result.dtype).removeprefix("torch."),
        shape=tuple(result.shape),
        strides=tuple(result.stride()),
        view=result._base is not None,
        graph=graph(result.grad_fn, result.output_nr),
        values=result.detach().clone().numpy(),
    )


def graph(node, output_nr: int = 0) -> str:
    """The backward graph as text: "AddmmBackward0(AccumulateGrad, None, TBackward0(AccumulateGrad))"."""
    if node is None:
        return "None"
    name = node.name().removeprefix("torch::autograd::") + (f"#{output_nr}" if output_nr else "")
    if name == "AccumulateGrad":
        return name
    return f"{name}({', '.join(graph(*edge) for edge in node.next_functions)})"


def gradients(T, results, leaves) -> list:
    """The leaves' gradients for fixed random cotangents of every result that asks for one."""
    roots = [result for result in results if isinstance(result, T.Tensor) and result.requires_grad]
    if not roots:
        return []
    T.autograd.backward(roots, [cotangent(T, root) for root in roots])
    return [Out("None") if leaf.grad is None else describe(T, leaf.grad) for leaf in leaves]


def cotangent(T, root):
    values = Rng(7).normal(*root.shape, dtype=np.float64)
    return T.from_numpy(values).to(root.dtype)
