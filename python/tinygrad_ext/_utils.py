"""How tensors and their kin are put together again by copy, pickle and :func:`load`.

Pickles name these functions by their path in this package, so that they load whether or not the package stands in
for another one.
"""

from . import _C

# Every function below returns an object that shares memory with the storage that it is given.


def _rebuild_tensor(storage, storage_offset, size, stride):
    return storage._tensor.as_strided(tuple(size), tuple(stride), storage_offset).detach()


def _rebuild_tensor_v2(
    storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata=None
):
    if backward_hooks or metadata:
        raise ValueError("_rebuild_tensor_v2(): hooks and metadata cannot be restored")
    tensor = _rebuild_tensor(storage, storage_offset, size, stride)
    return tensor.requires_grad_() if requires_grad else tensor


def _rebuild_parameter(data, requires_grad, backward_hooks):
    from .nn.parameter import Parameter

    if backward_hooks:
        raise ValueError("_rebuild_parameter(): hooks cannot be restored")
    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    return _set_state(_rebuild_parameter(data, requires_grad, backward_hooks), state)


def _rebuild_from_type_v2(func, new_type, args, state):
    tensor = func(*args)
    if type(tensor) is not new_type:
        tensor = _C._make_subclass(new_type, tensor, tensor.requires_grad)
    return _set_state(tensor, state)


def _set_state(tensor, state):
    """Restores attributes that Python code had set on the tensor; they may not hide its own."""
    for name in state:
        if not isinstance(name, str) or hasattr(type(tensor), name):
            raise ValueError(f"{name!r} cannot be restored as an attribute of a tensor")
    tensor.__dict__.update(state)
    return tensor


def dtype_name(dtype):
    """'float32' of torch.float32."""
    return str(dtype).rpartition(".")[2]
