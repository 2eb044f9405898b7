"""Rows for functions that only rearrange: views, and copies of parts and repetitions. Every value is exact."""

import numpy as np

from optable.core import EXACT, Const, Name, Op, S

M, A, V = (3, 4), (2, 3, 4), (6,)


def at(shape, *args, **kwargs):
    """A call on a tensor of that shape, or on a list of tensors if `shape` is a list of shapes."""
    return shape, args, kwargs


def over(path, *calls, errors=(), **fields):
    """A row over calls; each runs on contiguous, permuted and sliced operands."""

    def samples(rng):
        return [S(operand, *args, **kw) for shape, args, kw in calls for operand in variants(rng, shape)]

    def bad(rng):
        return [S(next(variants(rng, shape)), *args, **kw) for shape, args, kw in errors]

    fields.setdefault("grad", EXACT)
    fields.setdefault("method", not isinstance(calls[0][0], list))
    return Op(path, samples, errors=bad if errors else None, **fields)


def variants(rng, shape):
    if isinstance(shape, list):
        yield [rng.normal(*each) for each in shape]
        yield [rng.normal(*each[::-1]).transpose() for each in shape]
        return
    yield rng.normal(*shape)
    if len(shape) > 1:
        yield rng.normal(*shape[::-1]).transpose()
        yield rng.normal(*shape[:-1], 2 * shape[-1])[..., ::2]
    elif shape:
        yield rng.normal(2 * shape[0])[::2]


def like(*shape):
    return Const(np.zeros(shape, np.float32))


def index(*values):
    return Const(np.int64(values))


def attribute(name, *shapes, errors=()):
    """A property that answers with a view."""
    calls, bad = [at(shape) for shape in shapes], [at(shape) for shape in errors]
    return over("Tensor." + name, *calls, errors=bad, call=lambda T, x: getattr(x, name), method=False)


VIEWS = [
    over(
        "Tensor.view",
        at(M, 4, 3),
        at(M, -1),
        at(A, 6, 4),
        at(A, (4, -1)),
        at(A, 2, 12),
        at((), 1),
        at((1,), ()),
        at((0, 3), 3, 0),
        at(A, 2, 3, 2, 2),
        errors=[at(M, 5, -1), at(M, 5), at(M, -1, -1), at(M, -2, 6), at((0, 3), -1, 0)],
    ),
    over(
        "reshape",
        at(M, (4, 3)),
        at(M, (-1,)),
        at(A, (6, 4)),
        at(A, (2, 12)),
        at((), (1, 1)),
        at((1,), ()),
        at((0, 3), (3, 0)),
        at(M, (3, 4)),
        errors=[at(M, (5, -1)), at(M, (5,)), at(M, (-1, -1)), at((0, 3), (-1, 0))],
    ),
    over(
        "flatten",
        at(M),
        at(A, 1),
        at(A, 0, 1),
        at(A, start_dim=-2),
        at(()),
        at(V),
        at((0, 3)),
        errors=[at(M, 2), at(A, 2, 1)],
    ),
    over("ravel", at(M), at(V), at(())),
    over(
        "unflatten",
        at(M, 1, (2, 2)),
        at(V, 0, (2, -1)),
        at(A, -1, (2, 2)),
        errors=[at(M, 1, (3, 2)), at(M, 1, (3, -1)), at(M, 2, (2, 2))],
    ),
    over("t", at(M), at(V), at(()), errors=[at(A)], inplace=True),
    attribute("T", M, V, ()),
    attribute("mT", M, A, errors=[V]),
    over(
        "transpose",
        at(M, 0, 1),
        at(A, 0, 2),
        at(A, -1, 1),
        at((), 0, 0),
        at(V, 0, -1),
        errors=[at(M, 0, 2)],
        inplace=True,
        aliases=("swapaxes", "swapdims"),
    ),
    over(
        "permute",
        at(M, (1, 0)),
        at(A, (2, 0, 1)),
        at(A, (-1, 0, 1)),
        at((), ()),
        errors=[at(M, (0,)), at(M, (0, 0)), at(M, (0, 2))],
    ),
    over(
        "movedim",
        at(A, 0, 2),
        at(A, (0, 1), (1, 2)),
        at(A, -1, 0),
        errors=[at(M, 0, 2), at(A, (0, 1), (1,)), at(A, (0, 0), (1, 2))],
        aliases=("moveaxis",),
    ),
    over("unsqueeze", at(M, 0), at(M, 1), at(M, -1), at((), 0), errors=[at(M, 3), at(M, -4)], inplace=True),
    over(
        "squeeze",
        at((1, 3, 1)),
        at((1, 3, 1), 0),
        at((1, 3, 1), 1),
        at((1, 3, 1), -1),
        at((1, 3, 1), (0, 2)),
        at(()),
        at((), 0),
        errors=[at(M, 2)],
        inplace=True,
    ),
    over(
        "Tensor.expand",
        at((3, 1), 3, 4),
        at((3, 1), 2, 3, 4),
        at((1,), 5),
        at((), 2, 2),
        at((3, 1), -1, 4),
        at((3, 1), (3, 0)),
        errors=[at(M, 2, 4), at(M, 4), at(M, -1, 3, 4), at((3, 1), 3, -2)],
    ),
    over("Tensor.expand_as", at((3, 1), like(3, 4)), at((1,), like(2, 5))),
    over("Tensor.view_as", at(M, like(4, 3))),
    over("Tensor.reshape_as", at(M, like(4, 3))),
    over("broadcast_to", at((3, 1), (3, 4)), at((1,), (2, 5)), at((), (2, 2)), errors=[at(M, (2, 4))]),
    over(
        "narrow",
        at(M, 1, 1, 2),
        at(A, -1, 0, 3),
        at(V, 0, 6, 0),
        at(V, 0, -2, 2),
        errors=[at(M, 1, 3, 2), at(M, 2, 0, 1), at(M, 1, 0, -1), at(M, 1, 5, 0)],
    ),
    over("select", at(M, 0, 1), at(A, 1, -1), at(V, 0, 2), errors=[at(M, 0, 3), at(M, 2, 0), at((), 0, 0)]),
    over(
        "split",
        at(M, 2),
        at(M, 3, 1),
        at(V, [1, 2, 3]),
        at(M, [1, 3], dim=1),
        errors=[at(M, [1, 1]), at(M, -1), at(M, 0), at(M, 2, 2)],
    ),
    over("chunk", at(M, 2), at(M, 3, 1), at(V, 4), at((0, 3), 2), errors=[at(M, 0), at((), 2)]),
    over("tensor_split", at(V, 4), at(M, 3, dim=1), at(V, (1, 4)), at(V, (2, 9)), errors=[at(V, 0)]),
    over("unbind", at(M), at(A, 1), at(A, dim=-1), errors=[at(M, 2), at(())]),
    over(
        "diagonal", at(M), at(M, 1), at(M, -1), at(A, 0, 1, 2), at(A, 1, 0, 2), at(M, 9), errors=[at(V), at(M, 0, 0, 0)]
    ),
    over("Tensor.unfold", at(V, 0, 3, 2), at(M, 1, 2, 1), at(M, -1, 4, 1), errors=[at(V, 0, 7, 1), at(V, 0, 2, 0)]),
    over(
        "as_strided",
        at(M, (2, 2), (1, 2)),
        at(M, (3,), (2,), 1),
        at(V, (2, 2), (1, 1)),
        at(V, (), ()),
        errors=[
            at(V, (4, 4), (4, 1)),
            at(V, (2,), (1, 1)),
            at(V, (2,), (-1,)),
            at(V, (2,), (1,), -1),
            at(V, (-1,), (1,)),
        ],
        dtypes=False,
    ),
]

COPIES = [
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
]


OPS = VIEWS + COPIES
