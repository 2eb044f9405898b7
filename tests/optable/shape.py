"""Rows for functions that look at the same memory in another shape."""

import numpy as np

from optable.core import EXACT, Const, Op, S

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


OPS = [
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
        errors=[at(M, 2, 4), at(M, 4), at(M, -1, 3, 4)],
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
    over("split_with_sizes", at(M, [1, 2]), at(A, [1, 3], -1), at(V, [6]), at(V, [0, 6]), errors=[at(M, [1, 1]), at(V, [-1, 7])]),
    over("hsplit", at(M, 2), at(V, 3), at(A, (1, 2)), errors=[at(M, 3), at((), 2)]),
    over("vsplit", at(M, 3), at(A, [1]), errors=[at(M, 2), at(V, 2)]),
    over("dsplit", at(A, 2), at(A, (1, 3)), errors=[at(A, 3), at(M, 2)]),
    over(
        "broadcast_tensors",
        at([M, (4,)]),
        at([(3, 1), (1, 4), ()]),
        at([V]),
        errors=[at([M, (3,)])],
        call=lambda T, tensors: T.broadcast_tensors(*tensors),
    ),
    over("Tensor.sum_to_size", at(M, 3, 1), at(M, (4,)), at(A, 1, 4), at(M, 3, 4), at(M, ()), errors=[at(M, 2, 4)]),
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
        ],
        dtypes=False,
    ),
]
