"""assert_close: the structure of both sides is walked first, then the leaves are compared in order."""

import collections.abc
import math
from types import SimpleNamespace

from .._C import Tensor, as_tensor

# rtol, atol; what is not listed must be equal.
_TOLERANCES = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7), "complex128": (1e-7, 1e-7)}
_NUMBERS = {int: "int64", float: "float64", complex: "complex128"}


def assert_close(
    actual,
    expected,
    *,
    allow_subclasses=True,
    rtol=None,
    atol=None,
    equal_nan=False,
    check_device=True,
    check_dtype=True,
    check_layout=True,
    check_stride=False,
    msg=None,
):
    r"""Asserts that two tensors, numbers, arrays, or sequences and mappings of these agree within tolerances.

    Two values agree when :math:`|actual - expected| \le atol + rtol \cdot |expected|`.

    Args:
        actual: what was computed.
        expected: what it should be, of the same structure.
        allow_subclasses: accept a subclass of Tensor (a Parameter) against a plain one.
        rtol, atol: tolerances, both or none; by default (1.3e-6, 1e-5) for float32, (1e-7, 1e-7) for float64, 0 for integers.
        equal_nan: take NaN as equal to NaN.
        check_device, check_dtype, check_layout, check_stride: compare these as well.
        msg: the text of the error, or a function that makes it from the default one.

    Raises:
        AssertionError: the two differ; the text says where and by how much.
        TypeError: types that cannot be compared.
        ValueError: one tolerance without the other.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.testing.assert_close(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0000001]))
        >>> torch.testing.assert_close({"loss": 0.1 + 0.2}, {"loss": 0.3})
    """
    if (rtol is None) != (atol is None):
        raise ValueError(
            "Both 'rtol' and 'atol' must be either specified or omitted, "
            f"but got no {'rtol' if rtol is None else 'atol'}."
        )
    options = SimpleNamespace(
        rtol=rtol, atol=atol, equal_nan=equal_nan, allow_subclasses=allow_subclasses, check_dtype=check_dtype,
        check_stride=check_stride, check_device=check_device, check_layout=check_layout,
    )  # fmt: skip
    for compare, a, b, path in list(_leaves(actual, expected, (), options)):
        try:
            compare(a, b, options)
        except AssertionError as error:
            text = str(_located(error, path))
            raise AssertionError(text if msg is None else msg(text) if callable(msg) else msg) from None


def _located(error, path):
    item = "".join(f"[{key!r}]" for key in path)
    return AssertionError(f"{error}\n\nThe failure occurred for item {item}") if path else error


def _leaves(actual, expected, path, options):
    """Yields (how to compare, actual, expected, path) for every pair of leaves; a difference in structure raises."""
    both = (actual, expected)
    if all(isinstance(side, collections.abc.Mapping) for side in both):
        yield from _mapping_leaves(actual, expected, path, options)
    elif all(isinstance(side, collections.abc.Sequence) and not isinstance(side, str) for side in both):
        if len(actual) != len(expected):
            text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
            raise _located(AssertionError(text), path)
        for index, pair in enumerate(zip(actual, expected)):
            yield from _leaves(*pair, (*path, index), options)
    else:
        yield _comparison(actual, expected, options), actual, expected, path


def _mapping_leaves(actual, expected, path, options):
    if actual.keys() != expected.keys():
        missing = sorted(expected.keys() - actual.keys(), key=repr)
        additional = sorted(actual.keys() - expected.keys(), key=repr)
        text = (
            "The keys of the mappings do not match:\n"
            f"Missing keys in the actual mapping: {missing}\n"
            f"Additional keys in the actual mapping: {additional}"
        )
        raise _located(AssertionError(text), path)
    for key in sorted(actual.keys(), key=lambda key: (isinstance(key, str), key)):
        yield from _leaves(actual[key], expected[key], (*path, key), options)


def _comparison(actual, expected, options):
    both = (actual, expected)
    if actual is None or expected is None:
        return _compare_none
    if all(isinstance(side, bool) or type(side).__name__ in ("bool_", "bool") for side in both):
        return _compare_booleans
    if all(isinstance(_plain(side), (int, float, complex)) for side in both):
        return _compare_numbers
    related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
    if not options.allow_subclasses:
        related = type(actual) is type(expected)
    if related and all(isinstance(side, Tensor) for side in both):
        return _compare_tensors
    if related and all(hasattr(side, "__array__") for side in both):
        return _compare_arrays
    raise TypeError(f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.")


def _plain(number):
    """A NumPy scalar as Python's number, anything else as it is."""
    return number.item() if type(number).__module__ == "numpy" and getattr(number, "shape", None) == () else number


def _compare_none(actual, expected, options):
    if actual is not expected:
        raise AssertionError(f"None mismatch: {actual} is not {expected}")


def _compare_booleans(actual, expected, options):
    if bool(actual) is not bool(expected):
        raise AssertionError(f"Booleans mismatch: {bool(actual)} is not {bool(expected)}")


def _compare_numbers(actual, expected, options):
    actual, expected = _plain(actual), _plain(expected)
    if options.check_dtype and type(actual) is not type(expected):
        raise AssertionError(f"The (d)types do not match: {type(actual)} != {type(expected)}.")
    _compare_scalars(actual, expected, *_tolerances(options, _NUMBERS[type(actual)], _NUMBERS[type(expected)]), options)


def _compare_scalars(actual, expected, rtol, atol, options):
    if actual == expected or (options.equal_nan and actual != actual and expected != expected):
        return
    difference = abs(actual - expected)
    if math.isfinite(difference) and difference <= atol + rtol * abs(expected):
        return
    relative = math.inf if expected == 0 else difference / abs(expected)
    raise AssertionError(
        f"{_headline('Scalars', rtol, atol)}Expected {expected} but got {actual}.\n"
        f"Absolute difference: {difference}{_allowed(rtol, atol, atol)}\n"
        f"Relative difference: {relative}{_allowed(rtol, atol, rtol)}"
    )


def _compare_tensors(actual, expected, options):
    if actual.shape != expected.shape:
        _refuse("shape", actual.shape, expected.shape)
    for name in ("device", "dtype", "layout"):
        if getattr(options, f"check_{name}") and getattr(actual, name) != getattr(expected, name):
            _refuse(name, getattr(actual, name), getattr(expected, name))
    if options.check_stride and actual.stride() != expected.stride():
        _refuse("stride()", actual.stride(), expected.stride())
    _compare_values(actual.detach().numpy(), expected.detach().numpy(), options)


def _compare_arrays(actual, expected, options):
    _compare_tensors(as_tensor(actual), as_tensor(expected), options)


def _refuse(name, actual, expected):
    raise AssertionError(f"The values for attribute '{name}' do not match: {actual} != {expected}.")


def _compare_values(actual, expected, options):
    """Compares two NumPy arrays of one shape."""
    import numpy as np

    rtol, atol = _tolerances(options, str(actual.dtype), str(expected.dtype))
    if actual.ndim == 0:
        _compare_scalars(actual.item(), expected.item(), rtol, atol, options)
        return
    common = np.promote_types(actual.dtype, expected.dtype)
    common = common if common.kind in "fc" else np.dtype("int64")
    actual, expected = actual.astype(common), expected.astype(common)
    with np.errstate(all="ignore"):
        difference = abs(actual - expected)
        matches = (actual == expected) | (np.isfinite(difference) & (difference <= atol + abs(rtol * expected)))
        if options.equal_nan:
            matches |= np.isnan(actual) & np.isnan(expected)
        if matches.all():
            return
        divided = np.float32 if common.kind == "i" else common
        relative = difference.astype(divided) / abs(expected).astype(divided)
    wrong = int((~matches).sum())
    difference[matches] = 0
    relative[matches] = 0
    raise AssertionError(
        f"{_headline('Tensor-likes', rtol, atol)}"
        f"Mismatched elements: {wrong} / {matches.size} ({wrong / matches.size:.1%})\n"
        f"Greatest absolute difference: {_greatest(difference)}{_allowed(rtol, atol, atol)}\n"
        f"Greatest relative difference: {_greatest(relative)}{_allowed(rtol, atol, rtol)}"
    )


def _greatest(values):
    flat = int(values.argmax())
    index = []
    for size in reversed(values.shape):
        flat, position = divmod(flat, size)
        index.insert(0, position)
    return f"{values[tuple(index)].item()} at index {tuple(index)}"


def _tolerances(options, *dtypes):
    if options.rtol is not None:
        return options.rtol, options.atol
    return tuple(max(pair) for pair in zip(*(_TOLERANCES.get(dtype, (0.0, 0.0)) for dtype in dtypes)))


def _headline(subject, rtol, atol):
    return f"{subject} are not {'equal' if rtol == atol == 0 else 'close'}!\n\n"


def _allowed(rtol, atol, tolerance):
    return "" if rtol == atol == 0 else f" (up to {tolerance} allowed)"
