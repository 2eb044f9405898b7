"""Switches of the whole process, most of them named in the first lines of real scripts.

We compute every op in one deterministic way and in full precision. A setting that asks for this is kept and given back;
one that would allow less changes nothing, as torch itself may ignore it.
"""

from . import _C

_MODES = ("default", "warn", "error")
_PRECISIONS = ("highest", "high", "medium")

_deterministic_mode = 0
_matmul_precision = "highest"
_interop_threads = None
_warn_always = False
_said = set()


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Asks for ops that give the same result every time; ours all do, for any number of threads.

    Args:
        mode: True to ask for them.
        warn_only: warn instead of raising where an op cannot; no op of ours needs it.
    """
    global _deterministic_mode
    _deterministic_mode = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled():
    """Whether deterministic ops were asked for."""
    return _deterministic_mode != 0


def is_deterministic_algorithms_warn_only_enabled():
    """Whether they were asked for with a warning only."""
    return _deterministic_mode == 1


def set_deterministic_debug_mode(debug_mode):
    """`use_deterministic_algorithms` by number or name: 0 "default", 1 "warn", 2 "error"."""
    global _deterministic_mode
    if not isinstance(debug_mode, (str, int)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str) and debug_mode not in _MODES:
        raise RuntimeError(
            f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
        )
    number = _MODES.index(debug_mode) if isinstance(debug_mode, str) else debug_mode
    if number not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {number}")
    _deterministic_mode = number


def get_deterministic_debug_mode():
    """The number that `set_deterministic_debug_mode` takes."""
    return _deterministic_mode


def set_float32_matmul_precision(precision):
    """Says how exact float32 matrix products must be: "highest", "high" or "medium"; ours always are "highest"."""
    global _matmul_precision
    if precision in _PRECISIONS:
        _matmul_precision = precision
    else:
        import warnings

        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the currentsetFloat32MatmulPrecision call has no effect.",
            stacklevel=2,
        )


def get_float32_matmul_precision():
    """What `set_float32_matmul_precision` was given last."""
    return _matmul_precision


def set_num_threads(num):
    """Sets how many threads a large op may use.

    Raises:
        RuntimeError: not a positive int.
    """
    _check_threads("set_num_threads", num)
    _C.set_num_threads(num)


def set_num_interop_threads(num):
    """Sets how many ops may run side by side; ours run one after another, so the number is kept and that is all.

    Raises:
        RuntimeError: not a positive int, or the second call of a process (torch takes one).
    """
    global _interop_threads
    _check_threads("set_num_interop_threads", num)
    if _interop_threads is not None:
        raise RuntimeError(
            "Error: cannot set number of interop threads after parallel work has started or set_num_interop_threads called"
        )
    _interop_threads = num


def _check_threads(function, num):
    if type(num) is not int:
        raise RuntimeError(f"{function} expects an int, but got {type(num).__name__}")
    if num <= 0:
        raise RuntimeError(f"{function} expects a positive integer")


def get_num_interop_threads():
    """What `set_num_interop_threads` was given, by default the number of threads of an op."""
    return _C.get_num_threads() if _interop_threads is None else _interop_threads


def set_warn_always(b):
    """Asks that warnings which are said once per process are said every time."""
    global _warn_always
    if not isinstance(b, bool):
        raise RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    _warn_always = b
    _C._set_warn_always(b)


def is_warn_always_enabled():
    """What `set_warn_always` was given last."""
    return _warn_always


def warn_once(text, stacklevel):
    """warnings.warn, the first time in this process; levels are counted from the function that calls this one."""
    if text in _said and not _warn_always:
        return
    _said.add(text)
    from warnings import warn

    warn(text, UserWarning, stacklevel + 1)


def set_default_device(device):
    """Sets where new tensors live; a device that was not built in is refused here, with the text of its first use."""
    if device is not None:
        _C.empty(0, device=device)


def get_default_device():
    """Where new tensors live: the CPU."""
    return _C.device("cpu")


def set_default_tensor_type(t, /):
    """Sets the default floating dtype by tensor type: `torch.DoubleTensor`, or its name as a string."""
    import tinygrad_ext

    if isinstance(t, str):
        t = getattr(tinygrad_ext, t.rpartition(".")[2])
    warn_once(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives.",
        stacklevel=2,
    )
    if type(t) is not type(tinygrad_ext.FloatTensor):
        raise TypeError("invalid type object: only floating-point types are supported as the default type")
    _C.set_default_dtype(t.dtype)


def compile(model=None, *, fullgraph=False, dynamic=None, backend="inductor", mode=None, options=None, disable=False):
    """Returns the model or function as it is: eager ops are already the fast path here, and what they mean is the same.

    Works as a decorator with and without arguments. The arguments choose how torch compiles; none changes a result.

    Raises:
        RuntimeError: `mode` and `options` are both given.

    Example::

        >>> import tinygrad_ext as torch
        >>> @torch.compile
        ... def double(x):
        ...     return 2 * x
        >>> double(torch.ones(2))
        tensor([2., 2.])
    """
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    return (lambda function: function) if model is None else model


def is_tensor(obj, /):
    """Whether `obj` is a Tensor."""
    return isinstance(obj, _C.Tensor)


def typename(obj, /):
    """The name of an object's type with its module: "torch.FloatTensor", "torch.nn.modules.linear.Linear", "int"."""
    if isinstance(obj, _C.Tensor):
        return obj.type()
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(obj, "__module__", None)
    if module is not None and module.split(".")[0] == "tinygrad_ext":
        module = "torch" + module.removeprefix("tinygrad_ext")
    return named.__qualname__ if module in (None, "builtins") else f"{module}.{named.__qualname__}"
