"""``Variable``: the name that tensors with gradients had before they were all called Tensor."""

from .. import _C


class VariableMeta(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, _C.Tensor)


class Variable(metaclass=VariableMeta):
    """Returns a leaf tensor that shares `data`'s storage; every tensor is an instance of it.

    Args:
        data: a tensor. Default: an empty one.
        requires_grad: whether operations on the result are recorded.
        volatile: removed long ago; warns.

    Raises:
        TypeError: `data` is not a tensor.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.autograd import Variable
        >>> Variable(torch.ones(2), requires_grad=True)
        tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data=None, requires_grad=False, volatile=None):
        if volatile is not None:
            from warnings import warn

            warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.",
                stacklevel=2,
            )
        if data is None:
            data = _C.empty(0)
        if not isinstance(data, _C.Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        return data.detach().requires_grad_(requires_grad)
