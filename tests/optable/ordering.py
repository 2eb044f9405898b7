"""Rows for functions that put elements in order, or find their place in one."""

import numpy as np

from optable.core import Const, Op, S
from optable.reductions import NAN


def quantity(path, *argument_lists, draw="distinct", **fields):
    """Order statistics of distinct values with the arguments given."""

    def samples(rng):
        make = getattr(rng, draw)
        return [S(make(3, 4), *args) for args in argument_lists] + [
            S(array, *args)
            for args in argument_lists
            for array in (make(4, 3).T, make(2, 3, 4).transpose(2, 0, 1), make(5, 8)[1:4, ::2])
        ]

    return Op(path, samples, **fields)


OPS = [
    quantity("sort", (), (0,), (1, True), errors=lambda rng: [S(rng.normal(3), 1)]),
    quantity("argsort", (), (0,), (1, True), differentiable=False),
    Op(
        "sort",
        lambda rng: [
            S(np.float32([2, 1, 2, 1, 1]), stable=True),
            S(np.float32([2, 1, 2, 1]), stable=True, descending=True),
            S(NAN, stable=True),
            S(np.array(3, np.float32)),
            S(rng.ints(0, 4, 40), stable=True),
            S(np.zeros((2, 0), np.float32)),
            S(rng.distinct(300)),
        ],
        variant="stable",
        differentiable=False,
    ),
    quantity("msort", ()),
    quantity(
        "topk",
        (2,),
        (1, 0),
        (2, 1, False),
        (0,),
        errors=lambda rng: [S(rng.normal(3), 4), S(rng.normal(3), -1), S(rng.normal(3), 1, 2)],
    ),
    quantity("kthvalue", (1,), (2, 0), (2, 1, True), errors=lambda rng: [S(rng.normal(3), 4), S(rng.normal(3), 0)]),
    Op(
        "unique",
        lambda rng: (
            [
                S(rng.ints(0, 5, 12)),
                S(rng.ints(0, 5, 3, 4), return_inverse=True),
                S(rng.ints(0, 3, 9), return_counts=True),
            ]
            + [S(rng.ints(0, 3, 9).astype(np.float32), True, True, True), S(np.zeros(0, np.float32)), S(rng.bools(5))]
        ),
        differentiable=False,
    ),
    Op(
        "topk",
        lambda rng: [
            S(np.float32([2, 1, 2, 1, 1] * 8), k, -1, largest) for k in (1, 3, 20, 39) for largest in (True, False)
        ]
        + [S(NAN, 2), S(np.array(3, np.float32), 1), S(rng.ints(0, 4, 200), 3)],
        variant="ties",
        differentiable=False,
    ),
    Op(
        "kthvalue",
        lambda rng: [S(np.int64([3, 1, 2, 1, 3, 1]), k) for k in range(1, 7)] + [S(NAN, 1), S(rng.ints(0, 9, 50), 20)],
        variant="ties",
        differentiable=False,
    ),
    Op(
        "unique",
        lambda rng: [
            S(rng.ints(0, 2, 6, 3), dim=0, return_inverse=True, return_counts=True),
            S(rng.ints(0, 2, 3, 6), dim=1, return_inverse=True),
            S(rng.ints(0, 2, 4, 2, 2), dim=-3),
            S(np.zeros((0, 3), np.float32), dim=0),
        ],
        errors=lambda rng: [S(np.zeros((0, 3), np.float32), dim=1), S(rng.normal(3), dim=1), S(np.array(1.0), dim=0)],
        variant="dim",
        differentiable=False,
    ),
    Op(
        "unique_consecutive",
        lambda rng: [
            S(np.int64([1, 1, 2, 2, 1]), True, True),
            S(rng.ints(0, 2, 3, 4), return_counts=True),
            S(rng.ints(0, 2, 6, 1), dim=0, return_inverse=True, return_counts=True),
            S(NAN, return_counts=True),
            S(np.zeros(0, np.float32), True),
        ],
        differentiable=False,
    ),
    Op(
        "isin",
        lambda rng: [
            S(rng.ints(0, 9, 3, 4), rng.ints(0, 9, 3)),
            S(rng.ints(0, 9, 5), np.float32([1.0, 2.5, 7.0]), invert=True),
            S(NAN, NAN),
            S(rng.ints(0, 9, 5), 3),
            S(3, rng.ints(0, 9, 5)),
            S(rng.ints(0, 9, 5), np.zeros(0, np.int64)),
        ],
        errors=lambda rng: [S(rng.bools(3), rng.bools(2))],
        differentiable=False,
        method=False,
        dtypes=False,
    ),
    Op(
        "searchsorted",
        lambda rng: (
            [
                S(np.sort(rng.normal(7)), rng.normal(2, 3)),
                S(np.sort(rng.normal(7)), 0.5),
                S(np.sort(rng.normal(2, 5), -1), rng.normal(2, 3)),
            ]
            + [S(np.float32([1, 2, 2, 3]), np.float32([2, 0, 4]), right=right) for right in (False, True)]
            + [S(np.float32([1, 2, 3]), np.float32([2]), side="right", out_int32=True)]
        ),
        differentiable=False,
        method=False,
    ),
    Op(
        "bucketize",
        lambda rng: [
            S(rng.normal(2, 3), np.float32([-1, 0, 1])),
            S(np.float32([1, 2]), np.float32([1, 2]), right=True),
            S(0.5, np.float32([0, 1])),
        ],
        differentiable=False,
        method=False,
    ),
    Op(
        "bincount",
        lambda rng: [
            S(rng.ints(0, 6, 20)),
            S(rng.ints(0, 6, 20), minlength=9),
            S(rng.ints(0, 6, 20), Const(rng.normal(20))),
            S(np.zeros(0, np.int64)),
        ],
        errors=lambda rng: [S(np.int64([1, -1])), S(rng.normal(3)), S(rng.ints(0, 3, 2, 2))],
        differentiable=False,
    ),
]
