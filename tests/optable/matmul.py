"""Rows for products of matrices. torch takes its order of summation from a vendor's library: close, not equal."""

import numpy as np

from optable.core import CLOSE, Op, S
from optable.layouts import stretched


def product(path, *shape_lists, errors=(), options=(), layouts=True, mixed=False, **fields):
    """Operands of these shapes, each also transposed in memory, sliced and stretched; of one dtype unless `mixed`."""

    def samples(rng):
        rows = [S(*(rng.normal(*shape) for shape in shapes)) for shapes in shape_lists]
        if layouts:
            first = shape_lists[0]
            for turned in range(len(first)):
                rows.append(
                    S(*(transposed(rng, shape) if i == turned else rng.normal(*shape) for i, shape in enumerate(first)))
                )
                rows.append(
                    S(*(sliced(rng, shape) if i == turned else rng.normal(*shape) for i, shape in enumerate(first)))
                )
            rows.append(S(*(transposed(rng, shape) for shape in first)))
            rows.append(S(*(stretched(rng.normal(*shape[:-1], 1), shape) for shape in first)))
        rows += [S(*(rng.normal(*shape) for shape in shape_lists[0]), **kwargs) for kwargs in options]
        return rows

    def bad(rng):
        rows = [S(*(rng.normal(*shape) for shape in shapes)) for shapes in errors]
        integer_first = (rng.normal(*shape) if i else rng.ints(0, 3, *shape) for i, shape in enumerate(shape_lists[0]))
        return rows if mixed else [*rows, S(*integer_first)]

    fields.setdefault("value", CLOSE)
    return Op(path, samples, errors=bad, **fields)


def transposed(rng, shape):
    return (
        np.swapaxes(rng.normal(*shape[:-2], *shape[-2:][::-1]), -1, -2)
        if len(shape) > 1
        else rng.normal(2 * shape[0])[::2]
    )


def sliced(rng, shape):
    return rng.normal(*shape[:-1], 2 * shape[-1])[..., ::2]


RANKS = [
    ((3, 4), (4, 2)),
    ((3,), (3,)),
    ((3,), (3, 4)),
    ((3, 4), (4,)),
    ((2, 3, 4), (4,)),
    ((4,), (2, 4, 3)),
    ((2, 3, 4), (4, 5)),
    ((3, 4), (2, 4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (1, 4, 5)),
    ((2, 1, 3, 4), (3, 4, 2)),
    ((0, 4), (4, 2)),
    ((3, 0), (0, 2)),
    ((2, 3, 0), (2, 0, 4)),
    ((0, 3, 4), (4, 2)),
    ((1, 1), (1, 1)),
    ((16, 20), (20, 33)),
]
WRONG_RANKS = [
    ((3, 4), (3, 4)),
    ((3,), (4,)),
    ((3,), (4, 2)),
    ((3, 4), (3,)),
    ((), (3, 4)),
    ((3, 4), ()),
    ((2, 3, 4), (3, 4, 5)),
    ((2, 3, 4), (2, 5, 4)),
    ((2, 3, 4), (5, 4)),
]
SCALED = ({"beta": 0.5}, {"alpha": 2}, {"beta": 0, "alpha": -1.5})

OPS = [
    product(
        "mm",
        ((3, 4), (4, 2)),
        ((1, 5), (5, 1)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((17, 33), (33, 18)),
        ((64, 200), (200, 12)),
        errors=[((3, 4), (3, 4)), ((3,), (3, 4)), ((3, 4), (4,)), ((2, 3, 4), (4, 2))],
    ),
    product(
        "mv",
        ((3, 4), (4,)),
        ((1, 5), (5,)),
        ((0, 3), (3,)),
        ((3, 0), (0,)),
        ((40, 50), (50,)),
        errors=[((3, 4), (3,)), ((3,), (3,)), ((3, 4), (4, 1))],
    ),
    product(
        "dot",
        ((4,), (4,)),
        ((1,), (1,)),
        ((0,), (0,)),
        ((100,), (100,)),
        errors=[((3,), (4,)), ((3, 4), (3, 4)), ((), (1,))],
    ),
    product(
        "bmm",
        ((2, 3, 4), (2, 4, 5)),
        ((1, 1, 1), (1, 1, 1)),
        ((0, 3, 4), (0, 4, 5)),
        ((2, 3, 0), (2, 0, 5)),
        ((3, 17, 20), (3, 20, 33)),
        errors=[((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (3, 4, 5)), ((3, 4), (4, 5)), ((2, 3, 4), (4, 5))],
    ),
    product("matmul", *RANKS, errors=WRONG_RANKS),
    product("operator", *RANKS, errors=WRONG_RANKS, variant="@", call=lambda T, a, b: a @ b, method=False),
    product(
        "addmm",
        ((3, 2), (3, 4), (4, 2)),
        ((2,), (3, 4), (4, 2)),
        ((3, 1), (3, 4), (4, 2)),
        ((), (3, 4), (4, 2)),
        ((2,), (3, 0), (0, 2)),
        ((12,), (16, 40), (40, 12)),
        options=SCALED,
        errors=[((2,), (3, 4), (3, 4)), ((5,), (3, 4), (4, 2)), ((2,), (3,), (3, 2))],
        inplace=True,
    ),
    product(
        "addmv",
        ((3,), (3, 4), (4,)),
        ((1,), (3, 4), (4,)),
        ((), (3, 4), (4,)),
        options=SCALED,
        errors=[((3,), (3, 4), (3,)), ((2,), (3, 4), (4,))],
        inplace=True,
    ),
    product(
        "baddbmm",
        ((2, 3, 5), (2, 3, 4), (2, 4, 5)),
        ((5,), (2, 3, 4), (2, 4, 5)),
        ((3, 1), (2, 3, 4), (2, 4, 5)),
        options=SCALED,
        errors=[((2, 3, 5), (2, 3, 4), (2, 3, 4)), ((7,), (2, 3, 4), (2, 4, 5))],
        inplace=True,
    ),
    product(
        "outer",
        ((3,), (4,)),
        ((1,), (1,)),
        ((0,), (3,)),
        errors=[((3, 4), (3,)), ((3,), (3, 4))],
        aliases=("ger",),
        layouts=False,
        mixed=True,
    ),
    product(
        "nn.functional.linear",
        ((3, 4), (2, 4)),
        ((4,), (2, 4)),
        ((2, 3, 4), (5, 4)),
        ((2, 2, 3, 4), (5, 4)),
        ((3, 4), (4,)),
        ((0, 4), (2, 4)),
        ((3, 0), (2, 0)),
        ((16, 20), (33, 20)),
        errors=[((3, 4), (2, 3)), ((4,), (2, 3)), ((), (2, 4)), ((2, 3, 4), (2, 3))],
        method=False,
    ),
    product(
        "nn.functional.linear",
        ((3, 4), (2, 4), (2,)),
        ((4,), (2, 4), (2,)),
        ((2, 3, 4), (5, 4), (5,)),
        ((2, 2, 3, 4), (5, 4), (5,)),
        ((0, 4), (2, 4), (2,)),
        ((3, 0), (2, 0), (2,)),
        ((16, 20), (33, 20), (33,)),
        errors=[((3, 4), (2, 4), (3,)), ((3, 4), (2, 3), (2,)), ((4,), (2, 4), (3,))],
        variant="bias",
        method=False,
    ),
    Op(
        "einsum",
        lambda rng: [
            S("ij,jk", rng.normal(3, 4), rng.normal(4, 2)),
            S("ij,jk->ki", rng.normal(3, 4), rng.normal(4, 2)),
            S("bij,bjk->bik", rng.normal(2, 3, 4), rng.normal(2, 4, 5)),
            S("i,i->", rng.normal(4), rng.normal(4)),
            S("i,j->ij", rng.normal(3), rng.normal(4)),
            S("ij->ji", rng.normal(3, 4)),
            S("ij->i", rng.normal(3, 4)),
            S("ii->i", rng.normal(3, 3)),
            S("ii", rng.normal(3, 3)),
            S("...ij,...jk->...ik", rng.normal(2, 3, 4), rng.normal(4, 5)),
            S("bhqd,bhkd->bhqk", rng.normal(2, 2, 3, 4), rng.normal(2, 2, 5, 4)),
            S("ij,ij->", rng.normal(3, 4), rng.normal(3, 4)),
            S("ij,jk,kl->il", rng.normal(2, 3), rng.normal(3, 4), rng.normal(4, 2)),
        ],
        errors=lambda rng: [
            S("ij,jk", rng.normal(3, 4), rng.normal(3, 4)),
            S("ij", rng.normal(3)),
            S("i->j", rng.normal(3)),
        ],
        value=CLOSE,
        method=False,
        dtypes=False,
    ),
]
