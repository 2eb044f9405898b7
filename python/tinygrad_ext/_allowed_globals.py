"""The names that a file may mention, and what each of them does when the file calls it.

Everything is checked here, in Python integers, before a tensor is made: a file may say anything.
"""

from collections import Counter, OrderedDict

from . import _C, _utils
from .storage import STORAGE_NAMES, TypedStorage

_MAX_DIMS = 64
_KEY_TYPES = (str, int, float, bool, bytes, type(None), _C.dtype, _C.device, _C.Size)


def is_key(obj):
    """May `obj` be a key of a dict or a member of a set? Tuples are flat: hashing deep ones overflows the C stack."""
    return type(obj) in _KEY_TYPES or type(obj) is tuple and all(type(item) in _KEY_TYPES for item in obj)


class StorageType:
    """Stands for ``torch.FloatStorage`` and its kin."""

    def __init__(self, dtype):
        self.dtype = dtype


class Name:
    """A name of the table that is a function or a class; only the unpickler calls it."""

    def __init__(self, function):
        self.function = function


def _require(condition, message):
    if not condition:
        raise ValueError(message)


def _ints(values):
    return type(values) is tuple and all(type(v) is int for v in values)


def _tensor(storage, offset, size, stride, requires_grad, hooks, metadata=None):
    _require(isinstance(storage, TypedStorage), "a tensor without a storage")
    _require(type(offset) is int and offset >= 0, f"storage offset {offset!r}")
    for what, values in (("size", size), ("stride", stride)):
        _require(_ints(values) and min(values, default=0) >= 0, f"{what} {values!r}")
    _require(len(size) == len(stride) <= _MAX_DIMS, f"size {size} with stride {stride}")
    _require(type(requires_grad) is bool, f"requires_grad {requires_grad!r}")
    last = -1
    if 0 not in size:
        last = offset + sum((n - 1) * step for n, step in zip(size, stride))
    _require(
        max(last, offset - 1) < len(storage),
        f"size {size}, stride {stride} and offset {offset} reach outside a storage of {len(storage)} elements",
    )
    return _utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata)


def _tensor_v1(storage, offset, size, stride):
    return _tensor(storage, offset, size, stride, False, OrderedDict())


def _parameter(data, requires_grad, hooks):
    _require(type(data) is _C.Tensor, "a parameter without a tensor")
    _require(type(requires_grad) is bool, f"requires_grad {requires_grad!r}")
    return _utils._rebuild_parameter(data, requires_grad, hooks)


def _parameter_with_state(data, requires_grad, hooks, state):
    _require(type(state) is dict, "a state that is not a dict")
    return _utils._set_state(_parameter(data, requires_grad, hooks), state)


def _tensor_with_state(rebuild, kind, args, state):
    _require(rebuild is ALLOWED["torch._utils._rebuild_tensor_v2"], "an unknown way to make a tensor")
    _require(kind is ALLOWED["torch.Tensor"], "an unknown type of tensor")
    _require(type(args) is tuple and type(state) is dict, "a state that is not a dict")
    return _utils._set_state(_tensor(*args), state)


def _size(sizes):
    _require(_ints(sizes), f"torch.Size of {sizes!r}")
    return _C.Size(sizes)


def _device(kind, index=None):
    _require(type(kind) is str and type(index) in (int, type(None)), f"torch.device of {kind!r}, {index!r}")
    return _C.device(kind) if index is None else _C.device(kind, index)


def _ordered_dict():
    return OrderedDict()


def _counter(counts):
    _require(type(counts) is dict, "a Counter of something other than a dict")
    return Counter(counts)


def _set(items):
    _require(type(items) is list and all(map(is_key, items)), "a set of something other than plain values")
    return set(items)


def _bytearray(data):
    # A number here would be a size to allocate.
    _require(type(data) is bytes, "a bytearray of something other than bytes")
    return bytearray(data)


def _encode(text, encoding):
    _require(type(text) is str and encoding == "latin1", f"bytes encoded as {encoding!r}")
    return text.encode("latin1")


def _complex(real, imag):
    _require(type(real) is float and type(imag) is float, "a complex number of other things than floats")
    return complex(real, imag)


def _refused(*args):
    raise ValueError("a tensor made without a storage")


ALLOWED = {
    "collections.OrderedDict": Name(_ordered_dict),
    "collections.Counter": Name(_counter),
    "torch._utils._rebuild_tensor": Name(_tensor_v1),
    "torch._utils._rebuild_tensor_v2": Name(_tensor),
    "torch._utils._rebuild_parameter": Name(_parameter),
    "torch._utils._rebuild_parameter_with_state": Name(_parameter_with_state),
    "torch._tensor._rebuild_from_type_v2": Name(_tensor_with_state),
    "torch.Tensor": Name(_refused),
    "torch.Size": Name(_size),
    "torch.device": Name(_device),
    "_codecs.encode": Name(_encode),
}
# Python 2's name of the module is the one that protocol 2 writes.
for _module in ("builtins", "__builtin__"):
    ALLOWED[f"{_module}.set"] = Name(_set)
    ALLOWED[f"{_module}.bytearray"] = Name(_bytearray)
    ALLOWED[f"{_module}.complex"] = Name(_complex)
for _name, _storage in STORAGE_NAMES.items():
    ALLOWED[f"torch.{_name}"] = getattr(_C, _name)
    ALLOWED[f"torch.{_storage}"] = StorageType(getattr(_C, _name))
