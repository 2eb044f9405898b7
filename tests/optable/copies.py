"""Rows for functions that copy: rearranged, repeated, joined, cast."""

import numpy as np

from optable.core import DTYPES, Const, Name, Op, S
from optable.layouts import pairs
from optable.shape import A, M, V, at, index, like, over

WHOLE = np.int64([0, 1, -1, 127, 128, -129, 255, 256, 300, 2**31, -(2**31) - 1, 2**40 + 5])
FRACTIONS = np.float64([0.0, 0.9, 1.5, 2.7, 100.99])  # further out each processor has its own idea for small integers
FAR = np.float64([np.nan, np.inf, -np.inf, 1e20, -1e20, -1.5, 3e9])


def casts(rng):
    """Whole numbers wrap; fractions are cut towards zero; what fits no int64 becomes the most negative one."""
    rows = [S(WHOLE, Name(dtype)) for dtype in DTYPES] + [S(FRACTIONS, Name(dtype)) for dtype in DTYPES]
    rows += [S(WHOLE.astype("i4"), Name(dtype)) for dtype in DTYPES] + [
        S(np.uint8([0, 1, 200]), Name(d)) for d in DTYPES
    ]
    rows += [S(FAR.astype(f), Name(dtype)) for f in ("f4", "f8") for dtype in ("int64", "int32", "float32", "bool")]
    return rows + [S(np.bool_([True, False]), Name(dtype)) for dtype in DTYPES]


def copied(T, target, source):
    target = target.clone()
    assert target.copy_(source) is target
    return target


OPS = [
    over("clone", at(M), at(A), at(()), at((0, 3))),
    over("Tensor.contiguous", at(M), at(A), at(()), at((3, 1))),
    over(
        "Tensor.repeat",
        at(M, 2, 1),
        at(M, 2, 3, 1),
        at(V, 2),
        at(V, (2, 2)),
        at((), 3),
        at(M, 0, 1),
        errors=[at(M, 2), at(V, -1)],
    ),
    over("tile", at(M, (2, 1)), at(M, (2,)), at(V, (2, 2)), at((), (3,))),
    over(
        "repeat_interleave",
        at(M, 2),
        at(M, 2, 0),
        at(V, 3, dim=0),
        at(V, index(1, 0, 2, 1, 3, 1)),
        at(M, index(2, 0, 1), 0),
        errors=[at(V, -1), at(V, index(1, 2), 0)],
    ),
    over(
        "cat",
        at([(2, 3), (1, 3), (3, 3)]),
        at([(2, 3)]),
        at([(2, 3), (0, 3)]),
        at([(0,), (2, 3)]),
        at([(2, 3), (2, 1)], 1),
        at([(2, 3), (2, 1)], dim=-1),
        at([(2, 1, 3), (2, 2, 3)], 1),
        errors=[at([(2, 3), (2, 4)]), at([(2, 3), (3,)]), at([]), at([(2, 3)], 2), at([(), ()])],
        aliases=("concat", "concatenate"),
    ),
    over(
        "stack",
        at([M, M]),
        at([M, M], 1),
        at([M, M], -1),
        at([(), ()]),
        at([V]),
        errors=[at([M, (3, 5)]), at([]), at([M], 3)],
    ),
    over("dstack", at([M, M]), at([V, V]), at([(), ()]), at([A, (2, 3, 1)]), errors=[at([M, (2, 2)])]),
    over("column_stack", at([M, (3, 2)]), at([V, V]), at([V, (6, 2)]), at([(), ()]), errors=[at([M, (2, 2)])]),
    over("hstack", at([M, (3, 2)]), at([V, (2,)]), at([(), ()]), errors=[at([M, (2, 2)])]),
    over("vstack", at([M, (2, 4)]), at([V, V]), at([(), ()]), errors=[at([M, (2, 2)])], aliases=("row_stack",)),
    Op(
        "cat",
        lambda rng: [
            S([rng.normal(2), rng.ints(0, 5, 3)]),
            S([rng.ints(0, 5, 2), rng.bools(3)]),
            S([rng.normal(2), rng.normal(2, dtype=np.float64)]),
        ],
        variant="promotes",
        method=False,
    ),
    over("flip", at(M, (0,)), at(A, (0, 2)), at(V, (-1,)), at((), ()), errors=[at(M, (2,)), at(M, (0, 0))]),
    over("fliplr", at(M), at(A), errors=[at(V)]),
    over("flipud", at(M), at(V)),
    over("roll", at(M, 1), at(M, 1, 0), at(A, (1, -2), (0, 2)), at(V, -7), errors=[at(M, (1, 2), 0), at(M, 1, 2)]),
    over("rot90", at(M), at(M, 2), at(A, -1, (1, 2)), errors=[at(V), at(M, 1, (0, 0))]),
    over("tril", at(M), at(M, 1), at(A, -1), errors=[at(V)], inplace=True),
    over("triu", at(M), at(M, 1), at(A, -1), errors=[at(V)], inplace=True),
    over("diag", at(M), at(V), at((3,), 1), at(M, -1), errors=[at(A)]),
    over("diag_embed", at(V), at(M, 1), at(M, 0, 0, 2), errors=[at(M, 0, 1, 1)]),
    over("trace", at(M), at((3, 3)), errors=[at(V)]),
    over(
        "meshgrid",
        at([(2,), (3,)], indexing="ij"),
        at([(2,), (3,)], indexing="xy"),
        at([(2,), (3,), (4,)], indexing="ij"),
        errors=[at([V], indexing="no")],
    ),
    over(
        "Tensor.to",
        at(M, Name("float64")),
        at(M, dtype=Name("float32")),
        at(M, "cpu"),
        at(M, like(1)),
        at(M, "cpu", Name("float64")),
        at(M, Name("float32"), copy=True),
        dtypes=False,
        smooth=False,
    ),
    over("Tensor.type_as", at(M, Const(np.zeros(1))), smooth=False),
    *(
        over("Tensor." + kind, at(M), at(()), smooth=False)
        for kind in ("float", "double", "long", "int", "short", "char", "byte", "bool")
    ),
    over("Tensor.detach", at(M), differentiable=False),
    over(
        "nn.functional.pad",
        at(M, (1, 2)),
        at(M, (1, 0, 0, 2), value=0.5),
        at(A, (0, 0, 1, 1)),
        errors=[at(V, (1,)), at(V, (1, 1, 1, 1))],
        method=False,
    ),
    Op("Tensor.to", casts, variant="casts", differentiable=False, dtypes=False),
    Op(
        "Tensor.copy_",
        lambda rng: [S(a, b) for a, b in pairs(rng.normal) if np.broadcast_shapes(a.shape, b.shape) == a.shape],
        errors=lambda rng: [S(rng.normal(3), rng.normal(4)), S(rng.normal(3), rng.normal(2, 3)), S(rng.normal(3), "a")],
        call=copied,
        method=False,
        promotes=True,
    ),
]
