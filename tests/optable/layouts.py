"""Arrays that differ in everything that a loop over elements can trip over."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def stretched(array, shape):
    """`array` broadcast to `shape` by strides of zero, as expand() makes it (numpy's own broadcast is read-only)."""
    return as_strided(array, shape, np.broadcast_to(array, shape).strides, writeable=True)


def strided_copy(array, dtype=None, values=None):
    """A copy in memory of its own with the same strides, gaps and overlaps, counted in elements."""
    dtype = np.dtype(dtype or array.dtype)
    if not array.size:
        return np.zeros(array.shape, dtype)
    steps = [stride // array.itemsize for stride in array.strides]
    span = 1 + sum((size - 1) * step for size, step in zip(array.shape, steps))
    copy = as_strided(np.zeros(span, dtype), array.shape, [step * dtype.itemsize for step in steps])
    copy[...] = array if values is None else values
    return copy


def cast(array, dtype):
    """The array as another dtype. Floats become a spread of small integers, never negative where there is no sign."""
    kind = np.dtype(dtype).kind
    if array.dtype.kind != "f" or kind == "f":
        return strided_copy(array, dtype)
    values = np.nan_to_num(np.rint(array * 4), nan=0, posinf=3, neginf=-3)
    return strided_copy(array, dtype, np.abs(values) if kind in "ub" else values)


def layouts(make):
    """One array of every memory layout; `make(*shape)` draws them."""
    return [
        make(3, 4),
        make(67),  # a vector body and a tail at every instruction set
        make(4, 3).T,  # dense but permuted
        make(2, 3, 4).transpose(2, 0, 1),
        make(5, 8)[1:4, ::2],  # gaps in both dimensions
        stretched(make(3, 1), (3, 4)),
        make(),
        make(1),
        make(1, 1),
        make(0),
        make(2, 0, 3),
    ]


def pairs(make, other=None):
    """Two operands: every layout against another, and every kind of broadcasting."""
    other = other or make
    return [
        (make(3, 4), other(3, 4)),
        (make(67), other(67)),
        (make(4, 3).T, other(4, 3).T),
        (make(4, 3).T, other(3, 4)),
        (make(5, 8)[1:4, ::2], other(3, 4)),
        (stretched(make(3, 1), (3, 4)), other(3, 4)),
        (make(3, 4), other(4)),
        (make(3, 1), other(1, 4)),
        (make(2, 1, 4), other(3, 1)),
        (make(3, 4), other()),
        (make(), other(3, 4)),
        (make(), other()),
        (make(1), other(5)),
        (make(0), other(1)),
        (make(2, 0), other(2, 1)),
    ]
