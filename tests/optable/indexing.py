"""Rows for reading and writing at positions given by tensors: gather and scatter, masks, embeddings."""

import numpy as np

from optable.core import EXACT, Const, Op, S, rough
from optable.layouts import layouts
from optable.subscripts import longs, table


def indexed(path, *rows, errors=(), **fields):
    """Rows are argument lists whose tuples are shapes of random tensors."""

    def fill(rng, row):
        return S(*(rng.normal(*value) if isinstance(value, tuple) else value for value in row))

    fields.setdefault("grad", EXACT)
    return Op(
        path,
        lambda rng: [fill(rng, row) for row in rows],
        errors=lambda rng: [fill(rng, row) for row in errors],
        **fields,
    )


COLUMNS = table([0, 1, 2, 0], [2, 0, 2, 1])  # below 3, for 4 columns
DISTINCT = table([0, 1, 2, 0], [2, 0, 0, 1])  # no place twice: which write wins would be anyone's guess
ROWS = table([0, 3], [1, 1], [2, 0])  # below 4, for 3 rows
NARROW = Const(np.int64([[0, 1], [2, 0]]))
FAR = table([0, 9, 0, 0])

OPS = [
    indexed(
        "index_select",
        ((3, 4), 0, longs(2, 0, 2)),
        ((3, 4), 1, longs(1)),
        ((2, 3, 4), -1, longs(3, 3)),
        ((3,), 0, longs()),
        ((), 0, longs(0)),
        ((3, 4), 0, Const(np.int32([1]))),
        errors=[
            ((3, 4), 0, longs(3)),
            ((3, 4), 2, longs(0)),
            ((3, 4), 0, table([0])),
            ((3, 4), 0, Const(np.float32([0]))),
            ((3, 4), 0, longs(-1)),
        ],
    ),
    indexed(
        "gather",
        ((3, 4), 0, COLUMNS),
        ((3, 4), 1, ROWS),
        ((3, 4), -1, table([0, 0])),
        ((5,), 0, longs(4, 4, 0)),
        ((3, 4), 0, NARROW),
        ((), 0, longs(0)),
        errors=[
            ((3, 4), 0, FAR),
            ((3, 4), 0, longs(0)),
            ((3, 4), 0, Const(np.float32([[0]]))),
            ((3, 4), 2, ROWS),
            ((3, 4), 1, Const(np.zeros((5, 1), np.int64))),
            ((3, 4), 1, table([-1])),
        ],
    ),
    indexed(
        "take",
        ((3, 4), longs(0, 11, -1)),
        ((3, 4), table([5, 5], [0, 1])),
        ((), longs(0)),
        errors=[((3, 4), longs(12)), ((3, 4), longs(-13)), ((3, 4), Const(np.float32([0]))), ((0,), longs(0))],
    ),
    Op(
        "Tensor.put",
        lambda rng: [
            S(rng.normal(3, 4), longs(0, 11, -3), rng.normal(3)),
            S(rng.normal(3, 4), table([5], [1]), rng.normal(1, 2)),
            S(rng.normal(4, 3).T, longs(1, 2), rng.normal(2)),
        ],
        errors=lambda rng: [
            S(rng.normal(3, 4), longs(12), rng.normal(1)),
            S(rng.normal(3, 4), longs(0, 1), rng.normal(1)),
            S(rng.normal(3, 4), Const(np.float32([0])), rng.normal(1)),
            S(rng.normal(3, 4), longs(0), Const(np.int64([0]))),
        ],
        grad=EXACT,
        inplace=True,
    ),
    Op("Tensor.put", lambda rng: [S(rng.normal(3, 4), longs(0, 0, 5), rng.normal(3), True)], variant="accumulate"),
    indexed(
        "take_along_dim",
        ((3, 4), COLUMNS, 0),
        ((3, 4), ROWS, 1),
        ((3, 4), longs(0, 5)),
        ((3, 4), table([1]), 1),
        errors=[((3, 4), longs(0), 0), ((3, 4), Const(np.float32([[0]])), 0)],
    ),
    indexed(
        "scatter",
        ((3, 4), 0, DISTINCT, (2, 4)),
        ((3, 4), 1, table([0, 1], [2, 3]), (2, 2)),
        ((5,), 0, longs(4, 0), (2,)),
        ((3, 4), 1, ROWS, 0.5),
        ((3, 4), 0, table([0]), 2),
        errors=[
            ((3, 4), 0, FAR, (1, 4)),
            ((3, 4), 0, COLUMNS, (1, 4)),
            ((3, 4), 0, longs(0), (1,)),
            ((3, 4), 0, FAR, 1.0),
            ((3, 4), 0, Const(np.float32([[0]])), (1, 1)),
        ],
        inplace=True,
    ),
    indexed(
        "scatter_add",
        ((3, 4), 0, COLUMNS, (2, 4)),
        ((3, 4), 1, table([0, 1], [2, 2]), (2, 2)),
        ((5,), 0, longs(4, 0, 4), (3,)),
        errors=[((3, 4), 0, FAR, (1, 4)), ((3, 4), 0, COLUMNS, (1, 4)), ((3, 4), 0, Const(np.float32([[0]])), (1, 1))],
        inplace=True,
    ),
    indexed(
        "index_add",
        ((3, 4), 0, longs(0, 2, 0), (3, 4)),
        ((3, 4), 1, longs(3), (3, 1)),
        ((5,), 0, longs(1, 1), (2,)),
        errors=[
            ((3, 4), 0, longs(3), (1, 4)),
            ((3, 4), 0, longs(0, 1), (1, 4)),
            ((3, 4), 0, longs(0), (1, 3)),
            ((3, 4), 0, table([0]), (1, 4)),
        ],
        inplace=True,
    ),
    Op("index_add", lambda rng: [S(rng.normal(3, 4), 0, longs(0, 0), rng.normal(2, 4), alpha=0.5)], variant="alpha"),
    Op(
        "scatter",
        lambda rng: [
            S(rng.normal(3, 4), 0, COLUMNS, rng.normal(2, 4), reduce="add"),
            S(rng.normal(3, 4), 0, COLUMNS, rng.normal(2, 4), reduce="multiply"),
            S(rng.normal(3, 4), 1, ROWS, 0.5, reduce="multiply"),
        ],
        errors=lambda rng: [S(rng.normal(3), 0, longs(0), rng.normal(1), reduce="mean")],
        variant="reduce",
        differentiable=False,
    ),
    indexed(
        "index_fill",
        ((3, 4), 0, longs(0, 2), 0.5),
        ((3, 4), 1, longs(3), 2),
        ((3, 4), 0, longs(1), ()),
        ((5,), 0, longs(), 1.0),
        errors=[((3, 4), 0, longs(3), 1.0), ((3, 4), 2, longs(0), 1.0), ((3, 4), 0, longs(0), (2,))],
        inplace=True,
    ),
    indexed(
        "index_copy",
        ((3, 4), 0, longs(0, 2), (2, 4)),
        ((3, 4), 1, longs(3), (3, 1)),
        errors=[((3, 4), 0, longs(3), (1, 4)), ((3, 4), 0, longs(0, 1), (1, 4)), ((3, 4), 0, longs(0), (1, 3))],
        inplace=True,
    ),
    indexed(
        "scatter",
        ((3, 4), 1, table([0, 1], [2, 3]), (3, 4)),
        ((5,), 0, longs(1), (5,)),
        variant="larger source",
        differentiable=False,
    ),
    indexed(
        "index_put",
        ((3, 4), [longs(0, 2)], (2, 4)),
        ((3, 4), [longs(0, 2), longs(1, 1)], ()),
        inplace=True,
        dtypes=False,
    ),
    Op(
        "index_put",
        lambda rng: [S(rng.normal(3, 4), [longs(0, 0)], rng.normal(2, 4), accumulate=True)],
        variant="accumulate",
    ),
    Op(
        "masked_select",
        lambda rng: (
            [S(array, Const(rng.bools(*array.shape))) for array in layouts(rng.normal)]
            + [S(rng.normal(3, 4), Const(rng.bools(4))), S(rng.normal(4), Const(rng.bools(3, 1)))]
        ),
        errors=lambda rng: [S(rng.normal(3), Const(rng.bools(2))), S(rng.normal(3), Const(rng.normal(3)))],
        grad=EXACT,
    ),
    Op(
        "masked_scatter",
        lambda rng: [
            S(rng.normal(3, 4), Const(np.arange(12).reshape(3, 4) % 3 == 0), rng.normal(5)),
            S(rng.normal(4, 3).T, Const(np.arange(4) < 2), rng.normal(2, 4)),
            S(rng.normal(4), Const(np.eye(3, 4) > 0), rng.normal(3)),
        ],
        errors=lambda rng: [
            S(rng.normal(3), Const(np.ones(3, bool)), rng.normal(2)),
            S(rng.normal(3), Const(np.ones(3, np.float32)), rng.normal(3)),
            S(rng.normal(3), Const(np.ones(3, bool)), Const(np.int64([1, 2, 3]))),
        ],
        grad=EXACT,
        inplace=True,
    ),
    Op(
        "nonzero",
        lambda rng: [
            S(np.float32([[1, 0], [0, 2]])),
            S(np.float32([0, 0])),
            S(np.array(3, np.float32)),
            S(rng.bools(3, 4).T),
            S(np.zeros((0, 2), np.float32)),
        ],
        differentiable=False,
    ),
    Op("nonzero", lambda rng: [S(np.float32([[1, 0], [0, 2]]), as_tuple=True)], variant="tuple", differentiable=False),
    Op("argwhere", lambda rng: [S(np.float32([[1, 0], [0, 2]]))], differentiable=False),
    Op(
        "nn.functional.embedding",
        lambda rng: (
            [S(Const(rng.ints(0, 5, *shape)), rng.normal(5, 3)) for shape in ((4,), (2, 3), (), (0,))]
            + [
                rough(longs(0, 2, 2, 1), rng.normal(5, 3), padding_idx=2),
                rough(Const(np.int32([1, 4])), rng.normal(5, 3), padding_idx=-1),
            ]
        ),
        errors=lambda rng: [
            S(longs(5), rng.normal(5, 3)),
            S(longs(-1), rng.normal(5, 3)),
            S(Const(np.float32([1])), rng.normal(5, 3)),
            S(longs(0), rng.normal(5)),
            S(longs(0), rng.normal(5, 3), padding_idx=7),
        ],
        grad=EXACT,
        method=False,
    ),
    Op(
        "nn.functional.one_hot",
        lambda rng: [S(rng.ints(0, 4, 5)), S(rng.ints(0, 4, 2, 3), 6), S(np.array(2), 3), S(np.zeros(0, np.int64), 3)],
        errors=lambda rng: [S(np.int64([3]), 3), S(np.float32([1])), S(np.int64([-1])), S(np.zeros(0, np.int64))],
        differentiable=False,
        method=False,
    ),
]
