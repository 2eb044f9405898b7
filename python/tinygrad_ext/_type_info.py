"""The numbers behind a dtype: ``finfo`` and ``iinfo``."""

from . import _C

# Integer types: bits, smallest, largest.
_INTEGERS = {
    "uint8": (8, 0, 2**8 - 1),
    "int8": (8, -(2**7), 2**7 - 1),
    "int16": (16, -(2**15), 2**15 - 1),
    "int32": (32, -(2**31), 2**31 - 1),
    "int64": (64, -(2**63), 2**63 - 1),
}

# Floating types: bits, bits of the significand, largest exponent, decimal resolution.
_FLOATS = {
    "float32": (32, 24, 128, 1e-6),
    "float64": (64, 53, 1024, 1e-15),
}


class _TypeInfo:
    """Shared by both: read-only fields, equality by dtype."""

    __slots__ = ()

    def _fill(self, **fields):
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name, value):
        if hasattr(self, name):
            raise AttributeError(
                f"attribute {name!r} of 'torch.{type(self).__name__}' objects is not writable"
            )
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        return type(self) is type(other) and self.dtype == other.dtype

    __hash__ = None


def _checked(function, type):
    if not isinstance(type, _C.dtype):
        raise TypeError(
            f"{function}(): argument 'type' (position 1) must be torch.dtype, "
            f"not {type.__class__.__name__}"
        )
    return str(type).rpartition(".")[2]


class iinfo(_TypeInfo):
    """The range of an integer dtype.

    Args:
        type: an integer dtype.

    Raises:
        TypeError: `type` is not an integer dtype.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.iinfo(torch.int16)
        iinfo(min=-32768, max=32767, dtype=int16)
    """

    __module__ = "tinygrad_ext"
    __slots__ = ("bits", "min", "max", "dtype")

    def __init__(self, type):
        name = _checked("iinfo", type)
        if type.is_floating_point:
            raise TypeError(
                "torch.iinfo() requires an integer input type. "
                "Use torch.finfo to handle 'torch.iinfo'"
            )
        if name not in _INTEGERS:
            raise TypeError(f"{type} is not supported by torch.iinfo")
        bits, smallest, largest = _INTEGERS[name]
        self._fill(bits=bits, min=smallest, max=largest, dtype=name)

    def __repr__(self):
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


class finfo(_TypeInfo):
    """The range and the precision of a floating-point dtype.

    `eps` is the gap between 1 and the next number; `smallest_normal` (also `tiny`) the smallest
    positive number of full precision; `resolution` the decimal precision.

    Args:
        type: a floating-point dtype; the default dtype if left out.

    Raises:
        TypeError: `type` is not a floating-point dtype.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.finfo(torch.float32).eps
        1.1920928955078125e-07
    """

    __module__ = "tinygrad_ext"
    __slots__ = ("bits", "eps", "max", "min", "resolution", "smallest_normal", "tiny", "dtype")

    def __init__(self, type=None):
        if type is None:
            type = _C.get_default_dtype()
        name = _checked("finfo", type)
        if name not in _FLOATS:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                "Use torch.iinfo to handle 'torch.finfo'"
            )
        bits, digits, max_exponent, resolution = _FLOATS[name]
        eps = 2.0 ** (1 - digits)
        largest = (2.0 - eps) * 2.0 ** (max_exponent - 1)
        smallest_normal = 2.0 ** (2 - max_exponent)
        self._fill(
            bits=bits,
            eps=eps,
            max=largest,
            min=-largest,
            resolution=resolution,
            smallest_normal=smallest_normal,
            tiny=smallest_normal,
            dtype=name,
        )

    def __repr__(self):
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )
