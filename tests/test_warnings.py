"""Warnings: torch's category and text, on the line of the caller, once per process or every time as torch's are."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

import tinygrad_ext
from oracle import torch as real

SCALAR = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)
FREEDOM = (
    "{}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor "
    "(input numel divided by output numel)."
)
REVERSED = (
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an "
    "error in a future release. Consider `x.mT` to transpose batches of matrices or "
    "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
)
IDENTITY = "Tensor.{} is deprecated on 0-D tensors. This function is the identity in these cases."
CONJUGATE = "Tensor.{} is deprecated on 0-D tensors. Consider using x.conj()."
MESHGRID = "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument."
CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which "
    "can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use "
    "this function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and "
    "avoid the leak."
)
LIST_OF_ARRAYS = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single "
    "numpy.ndarray with numpy.array() before converting to a tensor."
)
DEFAULT_TYPE = (
    "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
    "torch.set_default_device() as alternatives."
)
READ_ONLY = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to "
    "this tensor will result in undefined behavior. You may want to copy the array to protect its data or make it "
    "writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program."
)
READ_ONLY_BUFFER = (
    "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to "
    "the underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its "
    "data or make it writable before converting it to a tensor. This type of warning will be suppressed for the rest of "
    "this program."
)
COPY = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than {}(sourceTensor)."
)
BYTES = (
    "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of "
    "PyTorch. Use a boolean condition instead."
)
SCATTER = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch release. "
    "Use torch.scatter_reduce instead for more reduction options."
)
STRIDED = (
    "torch.searchsorted(): {0} tensor is non-contiguous, this will lower the performance due to extra data copy when "
    "converting non-contiguous tensor to contiguous, please use contiguous {0} tensor if possible. This message will "
    "only appear once per program."
)
STORAGE = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. This "
    "should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
    "tensor.untyped_storage() instead of tensor.storage()"
)
PRECISION = "x is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has no effect."
NON_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated "
    "during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use "
    ".retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf "
    "Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)

# One statement, and what it says; x is a 0-d leaf, m is torch's module, a and k are read-only arrays.
ONCE = [
    ("float(x)", SCALAR),
    ("float(x * 2)", SCALAR),
    ("complex(x)", SCALAR),
    ("math.sqrt(x)", SCALAR),
    ("'%f' % x", SCALAR),
    ("np.float64(x)", SCALAR),
    ("m.tensor([x])", SCALAR),
    ("m.as_tensor([1.0, x])", SCALAR),
    ("m.Tensor([x])", SCALAR),
    ("m.ones(3).T", REVERSED),
    ("m.ones(1, 2, 3).T", REVERSED),
    ("m.ones(()).T", IDENTITY.format("T")),
    ("m.ones(()).mT", IDENTITY.format("mT")),
    ("m.ones(()).mH", CONJUGATE.format("mH")),
    ("m.ones(()).H", CONJUGATE.format("H")),
    ("m.meshgrid(m.ones(2), m.ones(2))", MESHGRID),
    ("m.meshgrid([m.ones(2)])", MESHGRID),
    ("x.exp().backward(create_graph=True)", CYCLE),
    ("x.exp().backward(create_graph=True, inputs=[x])", CYCLE),
    ("m.autograd.backward(x.exp(), create_graph=True)", CYCLE),
    ("m.tensor([np.ones(2)])", LIST_OF_ARRAYS),
    ("m.tensor([[[1.0]], [np.ones(1)]], dtype=m.float64)", LIST_OF_ARRAYS),
    ("m.Tensor([[1.0], np.ones(1)])", LIST_OF_ARRAYS),
    ("m.set_default_tensor_type(m.FloatTensor)", DEFAULT_TYPE),
    ("m.set_default_tensor_type('torch.FloatTensor')", DEFAULT_TYPE),
    ("m.from_numpy(a)", READ_ONLY),
    ("m.as_tensor(a)", READ_ONLY),
    ("m.as_tensor(a, dtype=m.float64)", READ_ONLY),
    ("m.asarray(a)", READ_ONLY),
    ("m.Tensor(a)", READ_ONLY),
    ("m.ones(2) == a", READ_ONLY),
    ("m.ones(2)[k]", READ_ONLY),
    ("m.frombuffer(b'1234', dtype=m.float32)", READ_ONLY_BUFFER),
    ("m.where(m.ones(2, dtype=m.uint8), 1.0, 2.0)", BYTES),
    ("m.ones(2).where(m.ones(2, dtype=m.uint8), m.ones(2))", BYTES),
    ("m.ones(2).scatter(0, i, m.ones(1), reduce='add')", SCATTER),
    ("m.ones(2).scatter_(0, i, m.ones(1), reduce='multiply')", SCATTER),
    ("m.searchsorted(m.ones(4)[::2], m.ones(3))", STRIDED.format("boundary")),
    ("m.searchsorted(m.ones(4), m.ones(4)[::2])", STRIDED.format("input value")),
    ("m.searchsorted(m.ones(2), m.ones(4), sorter=m.zeros(4).long()[::2])", STRIDED.format("sorter")),
    ("m.ones(2).storage()", STORAGE),
    ("m.bucketize(1.0, m.ones(4)[::2])", STRIDED.format("boundary")),
]
ALWAYS = [
    ("m.ones(1).std()", FREEDOM.format("std")),
    ("m.var(m.ones(2, 1), 1)", FREEDOM.format("var")),
    ("m.ones(3).std(correction=3)", FREEDOM.format("std")),
    ("m.ones(0).std(unbiased=False)", FREEDOM.format("std")),
    ("m.ones(0, 3).var(1, correction=0)", FREEDOM.format("var")),
    ("m.ones(()).var(0)", FREEDOM.format("var")),
    ("m.std_mean(m.ones(1))", FREEDOM.format("std_mean")),
    ("m.var_mean(m.ones(2, 1), 1, keepdim=True)", FREEDOM.format("var_mean")),
    ("m.tensor(m.ones(2))", COPY.format("torch.tensor")),
    ("m.ones(2).new_tensor(m.ones(2))", COPY.format("tensor.new_tensor")),
    ("m.set_float32_matmul_precision('x')", PRECISION),
    ("x.exp().grad", NON_LEAF),
]
SILENT = [
    "int(x)",
    "bool(x)",
    "x.item()",
    "x.tolist()",
    "f'{x:.2f} {x}'",
    "with m.no_grad(): float(x); m.tensor([x])",
    "float(x.detach())",
    "m.ones(3).std(correction=2)",
    "m.ones(0, 3).std(1, correction=-1)",
    "m.ones(2, 3).T, m.ones(1, 2, 3).mT, m.ones(2, 3).H",
    "m.meshgrid(m.ones(2), indexing='ij')",
    "m.autograd.grad(x.exp(), x, create_graph=True)",
    "m.ones(()).exp().grad",
    "m.tensor([np.ones(0)]), m.tensor([np.float32(1), np.float32(2)]), m.tensor(np.ones((2, 2)))",
    "m.tensor(a), m.zeros(1).new_tensor(a)",
    "m.asarray(a, copy=True), m.asarray(a, dtype=m.float64), m.tensor([1.0]).new_tensor(a)",
    "m.frombuffer(bytearray(b'1234'), dtype=m.float32)",
    "m.where(m.ones(2, dtype=m.uint8))",
    "m.ones(2).scatter_(0, i, 1.0, reduce='add')",
    "m.searchsorted(m.ones(4)[::2], m.ones(0))",
]


def names(module):
    import math

    a, k = np.ones(2, np.float32), np.array([0])
    a.flags.writeable = k.flags.writeable = False
    x = module.ones((), requires_grad=True)
    return {"m": module, "np": np, "math": math, "x": x, "a": a, "k": k, "i": module.tensor([0])}


def said(module, statement, always=True):
    """What two runs of a statement, on line 2 and 3 of a script, say: (category, text, line or None if elsewhere)."""
    before = module.is_warn_always_enabled()
    code = compile(f"\n{statement}\n{statement}", "script.py", "exec")
    try:
        module.set_warn_always(always)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            exec(code, names(module))
    finally:
        module.set_warn_always(before)
    return [
        (w.category, str(w.message).partition(" (Triggered internally")[0], w.lineno if w.filename == "script.py" else None)
        for w in caught
    ]


@pytest.mark.parametrize(("statement", "text"), ONCE + ALWAYS)
def test_texts(statement, text):
    assert said(tinygrad_ext, statement) == [(UserWarning, text, 2), (UserWarning, text, 3)]
    if real is not None:  # whose Python functions give their own line
        seen = [w[:2] for w in said(real, statement)]
        assert seen == [(UserWarning, text)] * 2 or text == STORAGE  # which set_warn_always does not repeat


@pytest.mark.parametrize("statement", SILENT)
def test_silence(statement):
    assert said(tinygrad_ext, statement) == []
    if real is not None:
        assert said(real, statement) == []


def test_once_per_process():
    """In a fresh process each text of ONCE comes once, whichever statement says it first; set_warn_always lifts that."""
    script = (
        "import collections, tinygrad_ext, test_warnings as t\n"
        "counts = collections.Counter(w[1] for s, _ in t.ONCE for w in t.said(tinygrad_ext, s, always=False))\n"
        "assert counts == dict.fromkeys([text for _, text in t.ONCE], 1), counts\n"
        "assert len(t.said(tinygrad_ext, 'float(x)')) == 2 and not t.said(tinygrad_ext, 'float(x)', always=False)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})


def test_every_time():
    for statement, _ in ALWAYS:
        assert len(said(tinygrad_ext, statement, always=False)) == 2


@pytest.mark.parametrize("statement", ["float(x)", "m.ones(1).std()", "m.ones(3).T", "m.tensor([x])", "m.ones(()).mT"])
def test_a_filter_makes_errors(statement):
    tinygrad_ext.set_warn_always(True)
    try:
        with warnings.catch_warnings(), pytest.raises(UserWarning):
            warnings.simplefilter("error")
            exec(statement, names(tinygrad_ext))
    finally:
        tinygrad_ext.set_warn_always(False)


def test_what_becomes_of_the_values():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = tinygrad_ext.tensor(3.0, requires_grad=True)
        assert float(x) == 3.0 and complex(x) == 3 and tinygrad_ext.tensor([x, 1.0]).tolist() == [3.0, 1.0]
        assert x.mT is x and x.mH is x and x.H is x and x.T is not x
        for name in ("mT", "mH"):
            text = f"^tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor.$"
            with pytest.raises(RuntimeError, match=text):
                getattr(tinygrad_ext.ones(2), name)
        with pytest.raises(ValueError, match="only one element tensors can be converted to Python scalars"):
            float(tinygrad_ext.ones(2, requires_grad=True))


def test_functions_are_not_instantiated():
    """torch says so every time, with the class's own name."""
    for module in filter(None, (tinygrad_ext, real)):
        text = (
            f"<class '{module.__name__}.autograd.function.Function'> should not be instantiated. Methods on autograd functions "
            "are all static, so you should invoke them on the class itself. Instantiating an autograd function will raise an "
            "error in a future version of PyTorch."
        )
        assert said(module, "m.autograd.Function()") == [(DeprecationWarning, text, 2), (DeprecationWarning, text, 3)]


def test_hooks_without_input_gradients():
    text = (
        "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
        "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
        "#torch.nn.Module.register_full_backward_hook for more details."
    )
    statement = "l = m.nn.Linear(1, 1); l.register_full_backward_hook(lambda *a: None); l(m.ones(1)).backward()"
    for module in filter(None, (tinygrad_ext, real)):
        assert said(module, statement) == [(UserWarning, text, 2), (UserWarning, text, 3)]
