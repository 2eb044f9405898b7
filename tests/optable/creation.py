"""Rows for functions that make tensors out of numbers, shapes and the random stream."""

import numpy as np

from optable.core import Name, Op, S, Tolerance, ulps

F32, F64, I64, I32, U8, BOOL = (Name(name) for name in ("float32", "float64", "int64", "int32", "uint8", "bool"))


def makes(path, *samples, errors=(), **fields):
    fields.setdefault("method", False)
    return Op(
        path, lambda rng: list(samples), errors=lambda rng: list(errors), differentiable=False, dtypes=False, **fields
    )


SHAPES = [
    S(3),
    S(2, 3),
    S((2, 3)),
    S([4]),
    S(()),
    S(0),
    S(2, 0),
    S(size=(2,)),
    S(2, 2, dtype=F64),
    S((3,), dtype=I64),
    S(2, requires_grad=True),
    S(2, device="cpu"),
]
BAD_SHAPES = [S(-1), S(2, -3), S("a"), S(1.5), S(2**40, 2**40)]
X = np.arange(6, dtype=np.float32).reshape(2, 3)


def like(path, *more, **fields):
    samples = [
        S(X),
        S(X.T),
        S(np.arange(3)),
        S(X, dtype=F64),
        S(np.arange(3), dtype=F32),
        S(np.zeros((2, 0), np.float32)),
        S(np.zeros((4, 6), np.float32)[:, ::2]),
    ]
    return makes(path, *(S(s.args[0], *more, **s.kwargs) for s in samples), **fields)


def seeded(name, *samples, errors=(), **fields):
    """A draw, then one more number: the stream must stand at the same place afterwards."""

    def call(T, *args, **kwargs):
        module = T
        for part in name.split("."):
            module = getattr(module, part)
        return module(*args, **kwargs), T.rand(1)

    return makes(name, *samples, errors=errors, call=call, **fields)


def fills(name, *samples, errors=(), **fields):
    """An in-place draw into contiguous, permuted and sliced memory, both float dtypes and an integer one."""

    def call(T, x, *args, **kwargs):
        getattr(x, name)(*args, **kwargs)
        return x, T.rand(1)

    arrays = [
        np.zeros(5, np.float32),
        np.zeros((5, 8), np.float32),
        np.zeros((5, 8), np.float32).T,
        np.zeros((4, 20), np.float32)[:, ::2],
        np.zeros(19),
        np.zeros((), np.float32),
        np.zeros(0, np.float32),
    ]
    return makes(
        "Tensor." + name,
        *(S(array, *s.args, **s.kwargs) for s in samples for array in arrays),
        errors=errors,
        call=call,
        **fields,
    )


OPS = [
    makes(
        "tensor",
        S(1),
        S(1.5),
        S(True),
        S([1, 2]),
        S([1, 2.5]),
        S([[1, 2], [3, 4]]),
        S([]),
        S([[], []]),
        S([True, False]),
        S((1, 2)),
        S([1, True]),
        S([True, 2.5]),
        S([1.7], dtype=I32),
        S([1, 2], dtype=F64),
        S([0.0, 2.0], dtype=BOOL),
        S(1e40),
        S([1.0, 2.0], requires_grad=True),
        S([float("nan"), float("inf")]),
        S(-(2**63)),
        S([range(3), range(3)]),
        errors=[
            S([[1, 2], [3]]),
            S(["a"]),
            S("a"),
            S(None),
            S([None]),
            S(2**63),
            S([300], dtype=U8),
            S([1, 2], requires_grad=True),
            S([[1], 2]),
            S([1, [2]]),
            S(object()),
        ],
    ),
    makes("as_tensor", S([1, 2]), S(1.5), S([1, 2], dtype=F64), errors=[S("a"), S(None)]),
    makes("scalar_tensor", S(1.5), S(2, dtype=I64)),
    makes("zeros", *SHAPES, errors=BAD_SHAPES),
    makes("ones", *SHAPES, errors=BAD_SHAPES),
    makes(
        "empty",
        S(3),
        S(2, 3, dtype=F64),
        S((2,), dtype=I64),
        S(0),
        S(()),
        call=lambda T, *a, **k: T.empty(*a, **k).zero_(),
        errors=BAD_SHAPES,
    ),
    makes(
        "full",
        S((2, 3), 1.5),
        S((2,), 7),
        S((2,), True),
        S((), 1.0),
        S((0,), 1),
        S((2,), 3, dtype=F32),
        S((2,), 3.7, dtype=I64),
        errors=[S((2,), 300, dtype=U8), S((-1,), 1), S((2,), "a"), S((2,), 1e40, dtype=F32)],
    ),
    makes(
        "arange",
        S(5),
        S(2, 7),
        S(2, 7, 2),
        S(5.0),
        S(0, 1, 0.1),
        S(1, 0, -0.3),
        S(5, 0, -2),
        S(0),
        S(3, 3),
        S(5, dtype=F64),
        S(0.5, 100),
        S(0, 5, dtype=I32),
        S(start=1, end=4),
        S(-3, 3, 0.75, dtype=F64),
        errors=[S(5, 0), S(0, 5, -1), S(0, 5, 0), S(float("inf")), S(float("nan")), S("a"), S(0, 2**62, 1)],
    ),
    *(
        makes(
            f"{side}_indices",
            S(3, 3),
            S(3, 4, 1),
            S(4, 2, -1),
            S(2, 3, offset=-5),
            S(2, 3, offset=9),
            S(0, 4),
            S(3, 3, dtype=I32),
            errors=[S(-1, 4), S(4, -1), S(3, 3, dtype=F32)],
        )
        for side in ("tril", "triu")
    ),
    makes(
        "linspace",
        S(0, 1, 5),
        S(-1, 1, 2),
        S(0, 1, 1),
        S(0, 1, 0),
        S(3, -2, 50),
        S(0, 10, 11, dtype=F64),
        S(0, 10, 5, dtype=I64),
        S(0.1, 0.7, steps=33),
        errors=[S(0, 1, -1), S(0, 1)],
    ),
    makes("logspace", S(0, 2, 3), S(-1, 1, 5, base=2.0), S(0, 1, 1), errors=[S(0, 1, -1)], value=ulps(1)),
    makes(
        "empty_strided",
        S((2, 3), (1, 2)),
        S((2, 3), (5, 1), dtype=F64),
        S((), ()),
        S((0, 3), (3, 1)),
        errors=[S((2, 3), (1,)), S((-1,), (1,)), S((2,), (-1,))],
        call=lambda T, *args, **kwargs: T.empty_strided(*args, **kwargs).zero_(),
    ),
    makes("eye", S(3), S(2, 4), S(4, 2), S(0), S(3, dtype=F64), S(2, dtype=I64), errors=[S(-1), S(2, -1)]),
    like("zeros_like"),
    like("ones_like"),
    like("empty_like", call=lambda T, *a, **k: T.empty_like(*a, **k).zero_()),
    like("full_like", 2.0),
    makes("Tensor.new_zeros", S(X, 2), S(X, (2, 2)), S(np.arange(2), (3,)), S(X, 2, dtype=I64)),
    makes("Tensor.new_ones", S(X, 2), S(X, (2, 2)), S(np.arange(2), (3,))),
    makes("Tensor.new_full", S(X, (2,), 3), S(np.arange(2), (2,), 3)),
    makes("Tensor.new_empty", S(X, 2), S(X, (2, 2)), call=lambda T, x, *a: x.new_empty(*a).zero_()),
    makes("Tensor.new_tensor", S(X, [1, 2]), S(np.arange(2), [1.5])),
    makes("from_numpy", S(1), call=lambda T, n: T.from_numpy(np.arange(6.0).reshape(2, 3)[:, ::2])),
    seeded("rand", S(5), S(2, 3), S(0), S(2, dtype=F64), S(()), errors=[S(-1), S(2, dtype=I64)]),
    seeded(
        "randn",
        S(5),
        S(2, 3),
        S(0),
        S(16),
        S(40),
        S(3, dtype=F64),
        S(20, dtype=F64),
        S(()),
        errors=[S(-1), S(2, dtype=I64)],
    ),
    seeded(
        "randint",
        S(10, (5,)),
        S(-5, 5, (2, 3)),
        S(2**40, (3,)),
        S(3, (4,), dtype=F32),
        S(0, 2, (4,)),
        errors=[S(5, 5, (2,)), S(0, (2,)), S(300, (2,), dtype=U8)],
    ),
    seeded("randperm", S(10), S(1), S(0), S(5, dtype=I32), errors=[S(-1)]),
    seeded("normal", S(0.0, 2.0, (5,)), S(1.0, 0.5, (20,)), S(X, 1.0), S(2.0, X), S(X, X), errors=[S(0.0, -1.0, (2,))]),
    seeded(
        "bernoulli",
        S(np.full((8,), 0.5, np.float32)),
        S(np.full((3, 4), 0.3)),
        S(np.full((3, 4), 0.3, np.float32).T),
        errors=[S(np.float32([2.0])), S(np.arange(3))],
    ),
    seeded(
        "multinomial",
        S(np.float32([1, 2, 3, 0]), 2),
        S(np.float32([[1, 2], [3, 4]]), 1),
        S(np.float32([1, 2, 3]), 6, True),
        S(np.float64([[1, 2, 3], [3, 2, 1]]), 3),
        errors=[
            S(np.float32([1, 2]), 3),
            S(np.float32([-1, 2]), 1),
            S(np.float32([0, 0]), 1),
            S(np.float32([1]), 0),
            S(np.int64([1, 2]), 1),
            S(np.float32(1).reshape(()), 1),
            S(np.float32([np.nan]), 1),
        ],
    ),
    like("rand_like"),
    like("randn_like"),
    like("randint_like", 10),
    fills("uniform_", S(), S(-2, 3), errors=[S(np.zeros(2, np.float32), 1, 0), S(np.zeros(2, np.int64))]),
    fills("normal_", S(), S(1.0, 0.5), errors=[S(np.zeros(2, np.float32), 0, -1), S(np.zeros(2, np.int64))]),
    fills("random_", S(), S(7), S(-3, 3), errors=[S(np.zeros(2, np.float32), 5, 5), S(np.zeros(2, np.uint8), 0, 300)]),
    fills("bernoulli_", S(), S(0.3), errors=[S(np.zeros(2, np.float32), 1.5)]),
    fills("exponential_", S(), S(2.5), value=Tolerance(1, 2), errors=[S(np.zeros(2, np.float32), -1.0)]),
    fills(
        "fill_",
        S(2),
        S(0.5),
        errors=[
            S(np.zeros(2, np.float32), np.zeros(2, np.float32)),
            S(np.zeros(2, np.uint8), 300),
            S(np.zeros(2, np.float32), "a"),
        ],
    ),
    fills("zero_", S()),
    makes(
        "Tensor.fill_diagonal_",
        S(X, 5),
        S(np.zeros((3, 3)), 0.5),
        S(np.zeros((7, 3), np.float32), 1, wrap=True),
        S(np.zeros((7, 3), np.float32), 1),
        S(np.zeros((3, 7), np.int64), 2, True),
        S(np.zeros((4, 2), np.float32), 1, True),
        S(np.zeros((2, 2, 2), np.float32), 3),
        S(np.zeros((0, 2), np.float32), 3),
        errors=[S(np.zeros(2, np.float32), 1), S(np.zeros((2, 3, 2), np.float32), 1)],
    ),
]
