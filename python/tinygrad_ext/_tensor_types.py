"""`torch.FloatTensor` and its kin: the types of torch's first years, one for each dtype.

They make tensors (`torch.FloatTensor([1, 2])`, `torch.LongTensor(2, 3)`), tell them apart (`isinstance(t, torch.LongTensor)`)
and are named in casts (`t.type(torch.DoubleTensor)`). No tensor is of such a type: all are `torch.Tensor`.
"""

from . import _C

_CPP_NAMES = {
    _C.bool: "bool", _C.uint8: "unsigned char", _C.int8: "signed char", _C.int16: "short int", _C.int32: "int",
    _C.int64: "long int", _C.float32: "float", _C.float64: "double",
}  # fmt: skip


class tensortype(type):
    """The type of these types."""

    __module__ = "tinygrad_ext"

    def __instancecheck__(cls, instance):
        return isinstance(instance, _C.Tensor) and instance.dtype == cls.dtype

    def __call__(cls, *args, device=None):
        """From a sequence, an array or a tensor of the same dtype; or, given sizes, a tensor with no value set."""
        if len(args) == 1 and isinstance(args[0], _C.Tensor) and args[0].dtype != cls.dtype:
            raise TypeError(f"expected {_options(cls.dtype)} (got {_options(args[0].dtype)})")
        return _C._legacy_tensor(cls.dtype, args, device)


def _options(dtype):
    """A dtype as this one error of torch writes it, with C++'s name."""
    return (
        f"TensorOptions(dtype={_CPP_NAMES[dtype]}, device=cpu, layout=Strided, requires_grad=false (default), "
        "pinned_memory=false (default), memory_format=(nullopt))"
    )


def _tensor_type(name, dtype):
    fields = {"__module__": "tinygrad_ext", "dtype": dtype, "layout": _C.strided, "is_cuda": False, "is_sparse": False}
    return tensortype(name, (), fields)


BoolTensor = _tensor_type("BoolTensor", _C.bool)
ByteTensor = _tensor_type("ByteTensor", _C.uint8)
CharTensor = _tensor_type("CharTensor", _C.int8)
DoubleTensor = _tensor_type("DoubleTensor", _C.float64)
FloatTensor = _tensor_type("FloatTensor", _C.float32)
IntTensor = _tensor_type("IntTensor", _C.int32)
LongTensor = _tensor_type("LongTensor", _C.int64)
ShortTensor = _tensor_type("ShortTensor", _C.int16)
