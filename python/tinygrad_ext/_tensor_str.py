"""How a tensor is written: ``repr(t)``, and the options that shape it."""

import math
from itertools import islice

from . import _C


class _PrintOptions:
    __slots__ = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")

    def __init__(self):
        self.precision = 4
        self.threshold = 1000
        self.edgeitems = 3
        self.linewidth = 80
        self.sci_mode = None


PRINT_OPTS = _PrintOptions()

_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None
):
    """Sets how tensors are printed from now on.

    Args:
        precision: digits after the decimal point (default 4).
        threshold: tensors with more elements than this are summarised (default 1000).
        edgeitems: elements shown at each end of a summarised dimension (default 3).
        linewidth: characters in a line (default 80).
        profile: ``'default'``, ``'short'`` or ``'full'``; single options override it.
        sci_mode: True or False forces scientific notation on or off. Every call that
            leaves it out gives the choice back to the printer.

    Raises:
        ValueError: the profile is not one of the three.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.set_printoptions(precision=2)
        >>> torch.tensor([1.12345])
        tensor([1.12])
        >>> torch.set_printoptions(profile='default')
        >>> torch.tensor([1.12345])
        tensor([1.1235])
    """
    if profile is not None:
        if profile not in _PROFILES:
            raise ValueError(
                f"set_printoptions(): profile must be one of {', '.join(_PROFILES)}, got {profile!r}"
            )
        for name, value in _PROFILES[profile].items():
            setattr(PRINT_OPTS, name, value)
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    for name, value in given.items():
        if value is not None:
            setattr(PRINT_OPTS, name, value)
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions():
    """Returns the print options in force, as a dict that :func:`set_printoptions` takes.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch._tensor_str.get_printoptions()['precision']
        4
    """
    return {name: getattr(PRINT_OPTS, name) for name in _PrintOptions.__slots__}


class printoptions:
    """Context manager that sets print options and puts the old ones back.

    Args:
        **kwargs: as in :func:`set_printoptions`.

    Example::

        >>> import tinygrad_ext as torch
        >>> with torch._tensor_str.printoptions(precision=1):
        ...     print(torch.tensor([0.25]))
        tensor([0.2])
    """

    def __init__(self, **kwargs):
        self.kwargs = kwargs

    def __enter__(self):
        self.saved = get_printoptions()
        set_printoptions(**self.kwargs)

    def __exit__(self, *exc_info):
        set_printoptions(**self.saved)


def _format_elements(values, dtype):
    """Writes each value; returns the strings, padded to one width, and the width."""
    if not dtype.is_floating_point:
        strings = [str(v) for v in values]
        width = max(map(len, strings), default=1)
        return [s.rjust(width) for s in strings], width

    # Zeros, infinities and nans neither choose the notation nor widen the column.
    counted = [v for v in values if v != 0 and math.isfinite(v)]
    integral = all(v.is_integer() for v in counted)
    sci = False
    if counted:
        largest, smallest = max(map(abs, counted)), min(map(abs, counted))
        sci = largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4
        if PRINT_OPTS.sci_mode is not None:
            sci = PRINT_OPTS.sci_mode

    if sci:
        spec = f"%.{PRINT_OPTS.precision}e"
    elif integral:
        spec = "%.0f"
    else:
        spec = f"%.{PRINT_OPTS.precision}f"
    dot = "." if integral and not sci else ""
    width = max((len(spec % v) + len(dot) for v in counted), default=1)
    strings = [(spec % v + dot if math.isfinite(v) else spec % v).rjust(width) for v in values]
    return strings, width


def _elements_shown(t):
    """The part of `t` that is printed of a summarised tensor: both ends of every long dimension."""
    edge = PRINT_OPTS.edgeitems
    for dim, size in enumerate(t.shape):
        if size > 2 * edge:
            t = _C.cat([t.narrow(dim, 0, edge), t.narrow(dim, size - edge, edge)], dim)
    return t


def _layout(strings, shown, size, indent, width):
    """Sets out the nested brackets; `strings` is consumed in row-major order.

    `shown` are the sizes of what is printed, `size` those of the tensor: where they differ, dots stand between.
    """
    if not size:
        return next(strings)
    count, summarised = shown[0], shown[0] < size[0]
    edge = PRINT_OPTS.edgeitems

    if len(size) == 1:
        items = list(islice(strings, count))
        if summarised:
            items.insert(edge, " ...")
        per_line = max(1, (PRINT_OPTS.linewidth - indent) // (width + 2))
        lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"

    slices = [_layout(strings, shown[1:], size[1:], indent + 1, width) for _ in range(count)]
    if summarised:
        slices.insert(edge, "...")
    return "[" + ("," + "\n" * (len(size) - 1) + " " * (indent + 1)).join(slices) + "]"


def _body(t, indent):
    if t.numel() == 0:
        return "[]"
    summarise = t.numel() > PRINT_OPTS.threshold
    if summarise and PRINT_OPTS.edgeitems == 0 and t.dim() > 0:
        return "[...]"
    shown = _elements_shown(t) if summarise else t
    strings, width = _format_elements(shown.reshape(-1).tolist(), t.dtype)
    return _layout(iter(strings), tuple(shown.shape), tuple(t.shape), indent, width)


def _node_name(t):
    try:
        grad_fn = t.grad_fn
    except RuntimeError:  # a view whose history an in-place operation has made meaningless
        return "Invalid"
    return None if grad_fn is None else grad_fn.name().rpartition("::")[2]


def _suffixes(t):
    """What follows the numbers: size, dtype and the tensor's place in the graph, where not obvious."""
    if t.numel() == 0:
        plain = t.dtype is _C.get_default_dtype()
        show_size = t.dim() != 1
    else:
        plain = t.dtype in (_C.get_default_dtype(), _C.int64, _C.bool)
        show_size = PRINT_OPTS.edgeitems == 0
    if show_size:
        yield f"size={tuple(t.shape)}"
    if not plain:
        yield f"dtype={t.dtype}"
    name = _node_name(t)
    if name is not None:
        yield f"grad_fn=<{name}>"
    elif t.requires_grad:
        yield "requires_grad=True"


def _prefix(t):
    if type(t) is _C.Tensor:
        return "tensor("
    from .nn.parameter import Parameter

    return "tensor(" if isinstance(t, Parameter) else f"{type(t).__name__}("


def _str(t, *, tensor_contents=None):
    """The text of ``repr(t)``; `tensor_contents`, if given, stands in for the numbers."""
    prefix = _prefix(t)
    indent = len(prefix)

    if tensor_contents is None:
        was_enabled = _C.is_grad_enabled()
        _C._set_grad_enabled(False)
        try:
            tensor_contents = _body(t.detach(), indent)
        finally:
            _C._set_grad_enabled(was_enabled)

    text = prefix + tensor_contents
    # A suffix that does not fit the line goes to a line of its own. The + 1 (+ 2 on the first line,
    # where rfind gives -1) is torch's count, kept so that lines break at the same places.
    column = len(text) - text.rfind("\n") + 1
    for suffix in _suffixes(t):
        if column + len(suffix) + 2 > PRINT_OPTS.linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"
