"""The two kinds of tensor that a Module takes for its own when they are assigned to it."""

from .._C import Tensor, _make_subclass, empty

__all__ = ["Parameter", "Buffer"]


class Parameter(Tensor):
    r"""A tensor that becomes a parameter of the :class:`Module` it is assigned to.

    Args:
        data: the values; the parameter shares their storage. Default: an empty tensor.
        requires_grad: whether gradients are recorded. Default: True.

    Raises:
        RuntimeError: `requires_grad` is True and `data` is not of a floating point dtype.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> class Scale(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = nn.Parameter(torch.ones(2))
        >>> [name for name, _ in Scale().named_parameters()]
        ['factor']
        >>> Scale().factor
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = empty(0)
        return _make_subclass(cls, data.detach(), requires_grad)

    def __deepcopy__(self, memo):
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __reduce_ex__(self, protocol):
        from collections import OrderedDict

        from .._utils import _rebuild_parameter, _rebuild_parameter_with_state

        state = vars(self)
        parts = (self.data, self.requires_grad, OrderedDict())
        if state:
            return _rebuild_parameter_with_state, (*parts, state)
        return _rebuild_parameter, parts


class _BufferMeta(type(Tensor)):
    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor) and getattr(instance, "_is_buffer", False)


class Buffer(Tensor, metaclass=_BufferMeta):
    r"""A tensor that becomes a buffer (state, not trained) of the :class:`Module` it is assigned to.

    The result is a plain tensor that remembers that it is meant as a buffer.

    Args:
        data: the values; the buffer shares their storage. Default: an empty tensor.
        persistent: whether the buffer is part of the module's ``state_dict``. Default: True.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> class Counter(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.calls = nn.Buffer(torch.zeros(1))
        >>> Counter().state_dict()["calls"]
        tensor([0.])
    """

    def __new__(cls, data=None, *, persistent=True):
        if data is None:
            data = empty(0)
        buffer = data.detach().requires_grad_(data.requires_grad)
        buffer.persistent = persistent
        buffer._is_buffer = True
        return buffer
