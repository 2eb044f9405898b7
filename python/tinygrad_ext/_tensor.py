"""The members of ``Tensor`` that need not be fast; set on the C++ class when the package is imported."""

from . import _C, _utils

Tensor = _C.Tensor


def _repr(self, *, tensor_contents=None):
    from ._tensor_str import _str

    return _str(self, tensor_contents=tensor_contents)


def _format(self, format_spec):
    if type(self) is Tensor and self.dim() == 0:
        return self.item().__format__(format_spec)
    if format_spec:
        raise TypeError(f"unsupported format string passed to {type(self).__name__}.__format__")
    return str(self)


def _deepcopy(self, memo):
    """A copy with memory of its own; tensors that share a storage share the copy of it."""
    if not self.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
            "protocol at the moment.  If you were attempting to deepcopy a module, this may be "
            "because of a torch.nn.utils.weight_norm usage, see "
            "https://github.com/pytorch/pytorch/pull/103001"
        )
    if id(self) in memo:
        return memo[id(self)]
    from copy import deepcopy

    from .storage import TypedStorage

    address, nbytes, offset = _C._storage_info(self)
    key = ("storage", address, nbytes, self.dtype)
    # Empty storages may all be at address 0: they are not the same memory.
    storage = memo.get(key) if nbytes else None
    if storage is None:
        storage = TypedStorage(self)
        storage._tensor = storage._tensor.clone()
        memo[key] = storage
    copied = _utils._rebuild_tensor(storage, offset, self.shape, self.stride())
    if type(self) is not Tensor:
        copied = _C._make_subclass(type(self), copied, self.requires_grad)
    elif self.requires_grad:
        copied.requires_grad_()
    memo[id(self)] = copied
    if self.grad is not None:
        copied.grad = deepcopy(self.grad, memo)
    if self.__dict__:
        copied.__dict__.update(deepcopy(self.__dict__, memo))
    return copied


def _reduce_ex(self, protocol):
    """copy.copy shares the storage that this names; pickle writes the storage's bytes."""
    from collections import OrderedDict

    from .storage import TypedStorage

    offset = self.storage_offset()
    args = (
        TypedStorage(self),
        offset,
        tuple(self.shape),
        self.stride(),
        self.requires_grad,
        OrderedDict(),
    )
    if type(self) is Tensor and not self.__dict__:
        return _utils._rebuild_tensor_v2, args
    return _utils._rebuild_from_type_v2, (
        _utils._rebuild_tensor_v2,
        type(self),
        args,
        self.__dict__,
    )


def _array(self, dtype=None, copy=None):
    array = self.numpy()
    if dtype is not None and array.dtype != dtype:
        if copy is False:
            raise ValueError("Unable to avoid copy while creating an array as requested.")
        return array.astype(dtype)
    return array.copy() if copy else array


def _array_wrap(self, array, context=None, return_scalar=False):
    # What numpy's functions return when they are given tensors; masks come back as uint8, as in torch.
    if array.dtype == bool:
        array = array.astype("uint8")
    return _C.from_numpy(array)


def _dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    if self.requires_grad:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    # -1 is the protocol's "no synchronisation", which is all there is on a CPU.
    if stream not in (None, -1):
        raise AssertionError("stream should be None on cpu.")
    options = {"max_version": max_version, "dl_device": dl_device, "copy": copy}
    return self.numpy().__dlpack__(**{k: v for k, v in options.items() if v is not None})


def _dlpack_device(self):
    return (1, 0)  # kDLCPU


def _reversed(self):
    return self if self.dim() == 0 else self.flip(0)


def _untyped_storage(self):
    """The memory behind the tensor, as bytes; views of one tensor share it.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.zeros(2, 3)[1].untyped_storage().nbytes()
        24
    """
    from .storage import UntypedStorage

    return UntypedStorage(self)


def _storage(self):
    """The memory behind the tensor, as elements of its dtype. Warns, once, that `untyped_storage()` is to be preferred.

    Example::

        >>> import warnings
        >>> import tinygrad_ext as torch
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     torch.tensor([[1, 2], [3, 4]])[1].storage().tolist()
        [1, 2, 3, 4]
    """
    from ._settings import warn_once
    from .storage import TypedStorage

    warn_once(
        "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. "
        "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
        "tensor.untyped_storage() instead of tensor.storage()",
        stacklevel=2,
    )
    return TypedStorage(self)


def _is_shared(self):
    """Whether other processes see the tensor's memory: never.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.zeros(1).is_shared()
        False
    """
    return False


def _attach():
    members = {
        "__repr__": _repr,
        "__format__": _format,
        "__deepcopy__": _deepcopy,
        "__reduce_ex__": _reduce_ex,
        "__array__": _array,
        "__array_wrap__": _array_wrap,
        "__array_priority__": 1000,  # numpy's binary operators leave the work to ours
        "__dlpack__": _dlpack,
        "__dlpack_device__": _dlpack_device,
        "__reversed__": _reversed,
        "untyped_storage": _untyped_storage,
        "storage": _storage,
        "is_shared": _is_shared,
    }
    for name, member in members.items():
        if callable(member):
            member.__name__ = name
            member.__qualname__ = f"Tensor.{name}"
        setattr(Tensor, name, member)


_attach()
