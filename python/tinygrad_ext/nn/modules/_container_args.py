"""How containers read their arguments: positions, and pairs of key and value."""

from collections.abc import Iterable
from operator import index as as_index

from ..._C import Tensor


def position(container, index):
    """`index` counted from the start, once it is known to be in range."""
    index = as_index(index)
    if not -len(container) <= index < len(container):
        raise IndexError(f"index {index} is out of range")
    return index % len(container)


def iterable(method, values):
    """`values` as a list; a tensor is one value, not a list of rows."""
    if isinstance(values, Tensor) or not isinstance(values, Iterable):
        raise TypeError(
            f"{method} should be called with an iterable, but got {type(values).__name__}"
        )
    return list(values)


def pairs(update, kind, values):
    """The pairs in an iterable of pairs; `update` and `kind` name the caller in error texts."""
    if not isinstance(values, Iterable):
        raise TypeError(
            f"{update} should be called with an iterable of key/value pairs, "
            f"but got {type(values).__name__}"
        )
    for i, pair in enumerate(values):
        if not isinstance(pair, Iterable):
            raise TypeError(
                f"{kind} update sequence element #{i} should be Iterable; is{type(pair).__name__}"
            )
        pair = tuple(pair)
        if len(pair) != 2:
            raise ValueError(
                f"{kind} update sequence element #{i} has length {len(pair)}; 2 is required"
            )
        yield pair
