"""Switches that say whether operations are recorded: contexts and decorators at once."""

# Both setters return what they replace.
from .._C import _set_grad_enabled, _set_inference_mode

__all__ = ["no_grad", "enable_grad", "set_grad_enabled", "inference_mode"]


class _GradContext:
    """A context manager that is also a decorator of functions, methods and generator functions."""

    __slots__ = ("prev",)

    def clone(self):
        """A fresh context with the same setting: one for each call of a decorated function."""
        return type(self)()

    def __exit__(self, exc_type, exc_value, traceback):
        _set_grad_enabled(self.prev)

    def __call__(self, func):
        if isinstance(func, type):
            raise TypeError(
                f"{type(self).__name__} decorates functions and methods, got class "
                f"{func.__name__}: decorate its __init__ or other methods instead"
            )
        if not callable(func):
            raise TypeError(f"{func!r} is not a callable object")
        from functools import wraps
        from inspect import isgeneratorfunction

        clone = self.clone

        if isgeneratorfunction(func):

            @wraps(func)
            def generator(*args, **kwargs):
                return (yield from _each_step_in(clone, func(*args, **kwargs)))

            return generator

        @wraps(func)
        def wrapper(*args, **kwargs):
            with clone():
                return func(*args, **kwargs)

        return wrapper


def _each_step_in(clone, gen):
    """Runs a generator with every step inside the context and every pause outside of it."""
    try:
        with clone():
            item = next(gen)
        while True:
            try:
                sent = yield item
            except GeneratorExit:
                with clone():
                    gen.close()
                raise
            except BaseException as error:
                with clone():
                    item = gen.throw(error)
            else:
                with clone():
                    item = gen.send(sent)
    except StopIteration as stop:
        return stop.value


class _BareDecorator(_GradContext):
    """Adds the form without parentheses: ``@no_grad``."""

    __slots__ = ()

    def __new__(cls, orig_func=None):
        if orig_func is None:
            return object.__new__(cls)
        return object.__new__(cls)(orig_func)


class no_grad(_BareDecorator):
    """Context and decorator inside which nothing is recorded for backward.

    Results have ``requires_grad=False`` even when operands require gradients, and leaves may be
    changed in place.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([1.], requires_grad=True)
        >>> with torch.no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
        >>> @torch.no_grad()
        ... def doubler(x):
        ...     return x * 2
        >>> doubler(x).requires_grad
        False
    """

    __slots__ = ()

    def __enter__(self):
        self.prev = _set_grad_enabled(False)


class enable_grad(_BareDecorator):
    """Context and decorator that records again inside a :class:`no_grad`.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([1.], requires_grad=True)
        >>> with torch.no_grad():
        ...     with torch.enable_grad():
        ...         y = x * 2
        >>> y.requires_grad
        True
    """

    __slots__ = ()

    def __enter__(self):
        self.prev = _set_grad_enabled(True)


class set_grad_enabled(_GradContext):
    """Switches recording on or off at once; as a context or decorator, for its extent only.

    Args:
        mode: True records, False does not.

    Raises:
        TypeError: `mode` is not a bool.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([1.], requires_grad=True)
        >>> is_train = False
        >>> with torch.set_grad_enabled(is_train):
        ...     y = x * 2
        >>> y.requires_grad
        False
        >>> _ = torch.set_grad_enabled(True)
    """

    __slots__ = ("mode",)

    def __init__(self, mode):
        if not isinstance(mode, bool):
            raise TypeError(
                "set_grad_enabled(): argument 'enabled' (position 1) must be bool, "
                f"not {type(mode).__name__}"
            )
        self.mode = mode
        self.prev = _set_grad_enabled(mode)

    def __call__(self, func):
        # Used as a decorator: what the constructor switched holds inside the function only.
        _set_grad_enabled(self.prev)
        return super().__call__(func)

    def __enter__(self):
        _set_grad_enabled(self.mode)

    def clone(self):
        return type(self)(self.mode)

    def __repr__(self):
        return f"{type(self).__module__}.set_grad_enabled(mode={self.mode})"


class inference_mode(_GradContext):
    """Context and decorator like :class:`no_grad` that also skips version counting and view tracking.

    Tensors made inside cannot be used later in computations that are recorded.

    Args:
        mode: False leaves inference mode and records again. Without parentheses
            (``@inference_mode``) it is the function to decorate.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.ones(2, requires_grad=True)
        >>> with torch.inference_mode():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    __slots__ = ("mode", "prev_inference")

    def __new__(cls, mode=True):
        if isinstance(mode, bool):
            return object.__new__(cls)
        return cls()(mode)

    def __init__(self, mode=True):
        self.mode = mode

    def __enter__(self):
        self.prev = _set_grad_enabled(not self.mode)
        self.prev_inference = _set_inference_mode(self.mode)

    def __exit__(self, exc_type, exc_value, traceback):
        _set_inference_mode(self.prev_inference)
        _set_grad_enabled(self.prev)

    def clone(self):
        return type(self)(self.mode)
