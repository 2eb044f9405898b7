"""Operations written in Python: a forward pass and the rule for its gradient.

What the C++ side does with them (``_C._apply_function``): it makes one node for the call, with an edge for each tensor
among the inputs; saves ``ctx.to_save`` with version checks; and heeds ``ctx.dirty_tensors`` and
``ctx.non_differentiable``. When gradients arrive it calls ``ctx.apply(*gradients)``, with zeros for the missing ones if
``ctx.materialize_grads``, and checks what comes back. ``ctx._node`` is the node while that call lasts.
"""

from .. import _C
from .grad_mode import no_grad

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionCtx:
    """What a :class:`Function`'s forward leaves for its backward: the `ctx` that both are given.

    Attributes:
        needs_input_grad: a tuple of bools, whether each input wants a gradient.
        saved_tensors: in backward, what :meth:`save_for_backward` was given.
    """

    _node = None
    to_save = ()
    dirty_tensors = ()
    non_differentiable = ()
    materialize_grads = True

    def save_for_backward(self, *tensors):
        """Keeps tensors (or Nones) for backward, which finds them in ``ctx.saved_tensors``.

        Keep inputs and outputs this way and not as attributes: they are checked for changes in place, and freed when
        backward is done.
        """
        self.to_save = tensors

    def mark_dirty(self, *args):
        """Says which inputs forward changed in place; they must be among its outputs."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args):
        """Says which outputs have no gradient, such as indices."""
        self.non_differentiable = args

    def set_materialize_grads(self, value):
        """False: an output that nobody used brings None to backward instead of zeros."""
        self.materialize_grads = value

    @property
    def saved_tensors(self):
        if self._node is None:
            raise RuntimeError("ctx.saved_tensors is there in backward only")
        return tuple(self._node._unpacked())

    def apply(self, *grads):
        """Runs the function's backward; called by the engine."""
        function = self._function
        if function.vjp is not Function.vjp:
            if function.backward is not Function.backward:
                raise RuntimeError(
                    "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. "
                    "You should only implement one of them."
                )
            return function.vjp(self, *grads)
        return function.backward(self, *grads)


class Function:
    """Base of operations written in Python.

    A subclass has static methods `forward` and `backward` and is called through :meth:`apply`.

    Example::

        >>> import tinygrad_ext as torch
        >>> class Square(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x * x
        ...     @staticmethod
        ...     def backward(ctx, grad_output):
        ...         x, = ctx.saved_tensors
        ...         return grad_output * 2 * x
        >>> x = torch.tensor([3.], requires_grad=True)
        >>> y = Square.apply(x)
        >>> y
        tensor([9.], grad_fn=<SquareBackward>)
        >>> y.backward()
        >>> x.grad
        tensor([6.])
    """

    def __init__(self, *args, **kwargs):
        from warnings import warn

        warn(
            f"{self.__class__} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future version "
            "of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        attributes = {"__module__": __name__, "_function": cls}
        cls._backward_cls = type(cls.__name__ + "Backward", (FunctionCtx,), attributes)

    def __call__(self, *args, **kwargs):
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            "new-style autograd function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args, **kwargs):
        """Computes the outputs: ``forward(ctx, *args)``, or ``forward(*args)`` beside a `setup_context`.

        Nothing is recorded while it runs. A tuple of outputs, or one.
        """
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Fills in `ctx` after a `forward` that does not take it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx, *grad_outputs):
        """Computes a gradient (or None) for each input of `forward` from those of its outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    vjp = backward

    @classmethod
    def apply(cls, *args, **kwargs):
        """Runs `forward` on the arguments and records the operation."""
        own_setup = cls.setup_context is not Function.setup_context
        if kwargs:
            args = _positional(cls.forward, args, kwargs, skip=0 if own_setup else 1)
        ctx = cls._backward_cls() if cls is not Function else FunctionCtx()
        ctx.needs_input_grad = tuple(isinstance(a, _C.Tensor) and a.requires_grad for a in args)
        with no_grad():
            if own_setup:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args)
        if type(output) is tuple:
            return _C._apply_function(cls, ctx, args, output)
        return _C._apply_function(cls, ctx, args, (output,))[0]


def _positional(forward, args, kwargs, skip):
    """The arguments of a call in the order of forward's parameters; `skip` of these are not the caller's."""
    from inspect import signature

    bound = signature(forward).bind(*(None,) * skip, *args, **kwargs)
    if bound.kwargs:
        raise TypeError(f"forward() takes no keyword-only arguments, got {', '.join(bound.kwargs)}")
    return bound.args[skip:]


class _DelayedError(Function):
    """Identity whose backward raises."""

    @staticmethod
    def forward(ctx, *tensors):
        return tuple(t.detach() for t in tensors)

    @staticmethod
    def backward(ctx, *grads):
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


def once_differentiable(fn):
    """Decorates a `backward` that cannot itself be differentiated: trying to is an error, not a wrong number.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.autograd.function import once_differentiable
        >>> class Double(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return x * 2
        ...     @staticmethod
        ...     @once_differentiable
        ...     def backward(ctx, grad_output):
        ...         return torch.from_numpy(grad_output.numpy() * 2)
        >>> x = torch.ones(1, requires_grad=True)
        >>> Double.apply(x).backward()
        >>> x.grad
        tensor([2.])
    """
    from functools import wraps

    @wraps(fn)
    def wrapper(ctx, *grads):
        with no_grad():
            result = fn(ctx, *grads)
        if not _C.is_grad_enabled() or not any(g is not None and g.requires_grad for g in grads):
            return result
        results = result if isinstance(result, tuple) else (result,)
        tensors = [r.detach().requires_grad_() for r in results if r is not None]
        marked = iter(_DelayedError.apply(*tensors))
        results = tuple(None if r is None else next(marked) for r in results)
        return results if isinstance(result, tuple) else results[0]

    return wrapper
