"""Rows for x[key] and x[key] = value."""

import numpy as np

from optable.core import EXACT, Const, Op, S

SHAPE = (4, 5, 6)
MASK = np.arange(4) % 2 == 0


def longs(*values):
    return Const(np.int64(values))


def table(*rows):
    return Const(np.int64(rows))


BASIC = [
    0,
    -1,
    slice(1, 3),
    slice(None, None, 2),
    slice(None),
    None,
    ...,
    (),
    (1, 2, 3),
    (0, slice(1, 4), -1),
    (..., 0),
]
BASIC += [
    (..., ...),
    (slice(None), None, 2),
    (0, ..., None),
    slice(3, 1),
    slice(-2, None),
    (slice(None), slice(-100, 100)),
]
LISTS = [[0, 2], [0], [], [[0, 1], [2, 3]], (slice(None), [0, 1]), ([0, 1], [1, 2]), ([0, 1], slice(None), [0, 1])]
LISTS += [
    (0, slice(None), [0, 1]),
    ([0], [0], 0),
    (slice(None), 0, [0, 1]),
    ([0, 1], None, 0),
    (..., [1, 2]),
    ([True, False, True, True],),
]
TENSORS = [
    longs(3, 0),
    longs(-1),
    table([0, 1], [2, 3]),
    (slice(None), longs(1, 1)),
    (longs(0, 1), longs(1, 2)),
    (table([0], [1]), longs(1, 2)),
]
TENSORS += [
    Const(np.int64(2)),
    (Const(np.int64(2)), Const(np.int64(1))),
    Const(MASK),
    (slice(None), Const(np.ones(5, bool))),
    (Const(MASK), 0),
]
TENSORS += [
    Const(np.arange(20).reshape(4, 5) % 3 == 0),
    True,
    False,
    Const(np.zeros(4, bool)),
    Const(np.zeros((0,), np.int64)),
    Const(np.uint8([1, 0, 0, 1])),
]
TENSORS += [Const(np.int32([1, 2])), (Const(MASK), Const(np.int64([0, 1])))]
WRONG = [
    9,
    -5,
    (0, 0, 0, 0),
    longs(9),
    (slice(None), longs(7)),
    Const(np.ones(3, bool)),
    1.5,
    "a",
    Const(np.float32([1])),
    slice(None, None, -1),
]
WRONG += [slice(None, None, 0), (longs(0, 1), longs(0, 1, 2)), (0, [9])]


def getitem(T, x, key):
    return x[key]


def setitem(T, x, key, value):
    """On a copy: a leaf that requires grad refuses, and the gradient of what was overwritten matters."""
    x = x.clone()
    x[key] = value
    return x


def subscript(variant, keys):
    def samples(rng):
        return [S(rng.normal(*SHAPE), key) for key in keys] + [S(rng.normal(6, 5, 4).transpose(), key) for key in keys]

    return Op("subscript", samples, call=getitem, variant=variant, grad=EXACT, method=False, dtypes=False)


def assignment(variant, keys):
    def samples(rng):
        return (
            [S(rng.normal(*SHAPE), key, 0.5) for key in keys]
            + [S(rng.normal(*SHAPE), key, rng.normal()) for key in keys]
            + [S(rng.normal(6, 5, 4).transpose(), key, rng.normal(1)) for key in keys]
        )

    return Op("subscript", samples, call=setitem, variant=f"{variant} =", method=False, dtypes=False)


OPS = [
    subscript("basic", BASIC),
    subscript("lists", LISTS),
    subscript("tensors", TENSORS),
    Op(
        "subscript",
        lambda rng: [],
        errors=lambda rng: [S(rng.normal(*SHAPE), key) for key in WRONG] + [S(rng.normal(), 0), S(rng.normal(0), 0)],
        call=getitem,
        variant="wrong",
        method=False,
        dtypes=False,
    ),
    assignment("basic", [key for key in BASIC if key != slice(3, 1)]),
    assignment("lists", [key for key in LISTS if key != []]),
    assignment("tensors", TENSORS),
    Op(
        "subscript",
        lambda rng: [
            S(rng.normal(3, 4), 0, rng.normal(4)),
            S(rng.normal(3, 4), slice(1, 3), rng.normal(2, 4)),
            S(rng.normal(3, 4), (slice(None), 1), rng.normal(3)),
            S(rng.normal(3, 4), longs(0, 2), rng.normal(2, 4)),
            S(rng.normal(3, 4), (longs(0, 2), longs(1, 1)), rng.normal(2)),
            S(rng.normal(3, 4), Const(np.arange(12).reshape(3, 4) % 2 == 0), rng.normal(6)),
            S(rng.normal(3, 4), Const(np.arange(12).reshape(3, 4) % 2 == 0), -1),
            S(rng.normal(3, 4), ..., rng.normal(4)),
            S(rng.ints(0, 9, 3), 0, 2.9),
            S(rng.ints(0, 9, 3), longs(0, 1), 2),
            S(rng.normal(3), slice(1, 1), 7.0),
        ],
        errors=lambda rng: [
            S(rng.normal(3, 4), 0, rng.normal(3)),
            S(rng.normal(3, 4), 5, 1.0),
            S(rng.normal(3, 4), longs(5), 1.0),
            S(rng.normal(3, 4), 0, [1.0, 2.0, 3.0, 4.0]),
            S(rng.normal(3, 4), 0, "a"),
            S(rng.normal(3, 4), Const(np.ones((3, 4), bool)), rng.normal(5)),
            S(rng.normal(3, 4), Const(np.ones((2, 4), bool)), 1.0),
            S(rng.normal(3, 4), slice(None, None, -1), 1.0),
            S(rng.normal(3, 4), longs(0, 1), rng.normal(3, 4)),
            S(rng.normal(3, 4), longs(0, 1), Const(np.int64([1, 2, 3, 4]))),
        ],
        call=setitem,
        variant="=",
        grad=EXACT,
        method=False,
        dtypes=False,
    ),
]
