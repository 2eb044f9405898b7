"""Rows for functions of two or three tensors that broadcast against each other, element by element."""

import numpy as np

from optable.core import CLOSE, Const, Op, S, rough, ulps
from optable.layouts import layouts, pairs

LEFT = np.repeat(np.float32([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -1.5]), 7)
RIGHT = np.tile(np.float32([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -1.5]), 7)


def binary(path, low=-3.0, high=3.0, *, scalars=(2, 0.5, -1.5), options=(), special=True, integer=False, **fields):
    """A row over layouts and broadcasting, Python scalars on the right, and all pairs of special values."""

    def samples(rng):
        make = (lambda *shape: rng.ints(0, 9, *shape)) if integer else (lambda *shape: rng.uniform(low, high, *shape))
        return (
            [S(*pair) for pair in pairs(make)]
            + [S(make(3, 4), scalar) for scalar in scalars]
            + [S(make(3, 4), make(3, 4), **kwargs) for kwargs in options]
            + ([rough(LEFT, RIGHT)] if special and not integer else [])
        )

    fields.setdefault("promotes", True)
    fields.setdefault("errors", mismatched)
    return Op(path, samples, **fields)


def mismatched(rng):
    return [S(rng.normal(3), rng.normal(4)), S(rng.normal(2, 3), rng.normal(3, 2))]


def comparison(path, **fields):
    """Half of the elements are equal, so that every answer occurs."""

    def samples(rng):
        make = lambda *shape: rng.ints(-1, 2, *shape).astype(np.float32)
        return [S(*pair) for pair in pairs(make)] + [S(make(3, 4), 0), S(make(3, 4), 0.5), S(LEFT, RIGHT)]

    return Op(path, samples, errors=mismatched, differentiable=False, inplace=True, promotes=True, **fields)


def logical(path, **fields):
    def samples(rng):
        return [S(*pair) for pair in pairs(rng.bools)]

    return Op(path, samples, errors=mismatched, differentiable=False, inplace=True, promotes=True, **fields)


def ternary(path, low=-3.0, high=3.0, options=(), **fields):
    """Three operands: all layouts, and each of them broadcast in turn."""

    def samples(rng):
        make = lambda *shape: rng.uniform(low, high, *shape)
        return (
            [S(array, make(*array.shape), make(*array.shape)) for array in layouts(make)]
            + [S(make(3, 4), make(4), make(3, 1)), S(make(1, 4), make(3, 1), make()), S(make(), make(2, 2), make(2))]
            + [S(make(3, 4), make(3, 4), make(3, 4), **kwargs) for kwargs in options]
        )

    return Op(path, samples, errors=lambda rng: [S(rng.normal(3), rng.normal(4), rng.normal(3))], **fields)


def clamp_bound_samples(rng):
    make = lambda *shape: rng.uniform(-3, 3, *shape)
    special = np.float32([np.nan, np.inf, -np.inf, -1.0, 1.0, 0.0])
    return (
        [S(array, 0.5) for array in layouts(make)]
        + [S(make(3, 4), make(3, 4)), S(make(3, 4), make(4)), S(rng.ints(-5, 5, 6), 2), rough(special, 0.0)]
    )


def clamp_samples(rng):
    make = lambda *shape: rng.uniform(-3, 3, *shape)
    special = np.float32([np.nan, np.inf, -np.inf, -1.0, 1.0, 0.0])
    return (
        [S(array, -1.0, 1.0) for array in layouts(make)]
        + [S(make(3, 4), min=-0.5), S(make(3, 4), max=0.5), S(make(3, 4), 1, 2), S(make(3, 4), 2.0, 1.0)]
        + [S(make(3, 4), make(3, 4)), S(make(3, 4), make(4), make(3, 1)), S(make(3, 4), max=make(4))]
        + [rough(special, -1.0, 1.0), rough(special, min=np.float32(0.0).reshape(1)), S(rng.ints(-5, 5, 6), -2, 2)]
        + [S(rng.ints(-5, 5, 6), 0.5)]
    )


def where_samples(rng):
    make = rng.normal
    return (
        [S(Const(rng.bools(*array.shape)), array, make(*array.shape)) for array in layouts(make)]
        + [S(Const(rng.bools(3, 1)), make(4), make(2, 1, 1)), S(Const(rng.bools(3)), make(3), 0.5)]
        + [S(Const(rng.bools(3)), 1, make(3)), S(Const(rng.bools(3)), 1, 2.0), S(Const(rng.bools(3)), 1, 2)]
        + [S(Const(rng.bools(3)), rng.ints(0, 5, 3), make(3))]
    )


def masked_fill_samples(rng):
    return (
        [S(array, Const(rng.bools(*array.shape)), 0.5) for array in layouts(rng.normal)]
        + [S(rng.normal(3, 4), Const(rng.bools(4)), -np.inf), S(rng.normal(3, 4), Const(rng.bools(3, 1)), 2)]
        + [S(rng.normal(3, 4), Const(rng.bools(3, 4)), rng.normal()), S(rng.ints(0, 5, 4), Const(rng.bools(4)), 2.7)]
    )


OPS = [
    binary("add", options=({"alpha": 2}, {"alpha": -0.3}), inplace=True),
    binary("sub", options=({"alpha": 2}, {"alpha": -0.3}), inplace=True, aliases=("subtract",)),
    binary("rsub", options=({"alpha": 2},), method=False),
    binary("mul", inplace=True, aliases=("multiply",)),
    binary("div", 0.2, inplace=True, aliases=("divide", "true_divide")),
    binary(
        "div",
        variant="rounding",
        scalars=(),
        special=False,
        options=({"rounding_mode": "floor"}, {"rounding_mode": "trunc"}, {"rounding_mode": None}),
        errors=lambda rng: [S(rng.normal(3), rng.normal(3), rounding_mode="up")],
    ),
    binary("floor_divide", differentiable=False, inplace=True),
    binary(
        "remainder",
        0.6,
        inplace=True,
        errors=lambda rng: [S(rng.ints(1, 5, 3), 0), S(rng.ints(1, 5, 3), rng.ints(0, 1, 3))],
    ),
    binary(
        "fmod", 0.6, inplace=True, errors=lambda rng: [S(rng.ints(1, 5, 3), 0), S(rng.ints(1, 5, 3), rng.ints(0, 1, 3))]
    ),
    Op(
        "pow",
        lambda rng: (
            [S(*pair) for pair in pairs(lambda *shape: rng.uniform(0.2, 3, *shape))]
            + [S(rng.uniform(0.2, 3, 3, 4), p) for p in (0, 1, 2, 3, 4, 0.5, -0.5, -1, -2, 1.5)]
            + [S(2, rng.uniform(-2, 2, 3, 4)), S(0.5, rng.uniform(-2, 2, 5)), S(rng.uniform(-3, -0.2, 4), 3)]
            + [
                S(rng.ints(-4, 5, 6), 3),
                S(rng.ints(-4, 5, 6), 2.0),
                S(rng.ints(1, 5, 4), rng.ints(0, 4, 4)),
                rough(LEFT, RIGHT),
            ]
        ),
        errors=lambda rng: [S(rng.ints(1, 5, 3), -1), *mismatched(rng)],
        value=ulps(1),
        inplace=True,
        promotes=True,
    ),
    binary("maximum", scalars=()),
    binary("minimum", scalars=()),
    binary("fmax", scalars=()),
    binary("fmin", scalars=()),
    binary("atan2", 0.2, value=ulps(1), scalars=(), inplace=True, aliases=("arctan2",)),
    binary("hypot", 0.2, value=ulps(1), scalars=(), inplace=True),
    binary("copysign", inplace=True),
    binary("logaddexp", value=CLOSE, scalars=()),
    binary("logaddexp2", value=CLOSE, scalars=()),
    binary("heaviside", scalars=(), differentiable=False, inplace=True),
    binary("xlogy", 0.2, scalars=(2, 0.5), value=ulps(2), inplace=True),
    comparison("eq"),
    comparison("ne", aliases=("not_equal",)),
    comparison("lt", aliases=("less",)),
    comparison("le", aliases=("less_equal",)),
    comparison("gt", aliases=("greater",)),
    comparison("ge", aliases=("greater_equal",)),
    logical("logical_and"),
    logical("logical_or"),
    logical("logical_xor"),
    binary("bitwise_and", integer=True, scalars=(6,), differentiable=False, inplace=True),
    binary("bitwise_or", integer=True, scalars=(6,), differentiable=False, inplace=True),
    binary("bitwise_xor", integer=True, scalars=(6,), differentiable=False, inplace=True),
    binary("bitwise_left_shift", integer=True, scalars=(2,), differentiable=False, inplace=True, promotes=False),
    binary("bitwise_right_shift", integer=True, scalars=(2,), differentiable=False, inplace=True, promotes=False),
    binary(
        "isclose",
        scalars=(),
        options=({"rtol": 0.5}, {"atol": 2.0}, {"equal_nan": True}),
        differentiable=False,
        promotes=False,
        errors=lambda rng: [S(rng.normal(3), rng.normal(3), rtol=-1.0), S(rng.normal(3), rng.ints(0, 3, 3))],
    ),
    Op(
        "allclose",
        lambda rng: (
            [S(np.float32([1, 2]), np.float32([1, 2 + 1e-6])), S(np.float32([1, 2]), np.float32([1, 3]))]
            + [S(np.float32([1, np.nan]), np.float32([1, np.nan]), equal_nan=e) for e in (False, True)]
            + [S(rng.normal(3, 4), rng.normal(4), atol=10.0)]
        ),
        differentiable=False,
    ),
    Op(
        "equal",
        lambda rng: (
            [S(np.float32([1, 2]), np.float32([1, 2])), S(np.float32([1, 2]), np.float32([1, 3]))]
            + [S(np.float32([1, 2]), np.float32([[1, 2]])), S(np.float32([np.nan]), np.float32([np.nan]))]
            + [
                S(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)),
                S(np.arange(6).reshape(2, 3).T, np.arange(6).reshape(3, 2)),
            ]
        ),
        differentiable=False,
    ),
    Op(
        "where",
        where_samples,
        errors=lambda rng: [
            S(Const(rng.normal(3)), rng.normal(3), rng.normal(3)),
            S(Const(rng.bools(2)), rng.normal(3), rng.normal(3)),
        ],
        method=False,
    ),
    Op(
        "where",
        lambda rng: [S(rng.bools(*shape)) for shape in ((3, 4), (5,), (2, 2, 2), (0,))],
        variant="condition",
        differentiable=False,
        method=False,
    ),
    Op("clamp", clamp_samples, errors=lambda rng: [S(rng.normal(3))], inplace=True, aliases=("clip",)),
    Op("clamp_max", clamp_bound_samples, inplace=True),
    Op("clamp_min", clamp_bound_samples, inplace=True),
    ternary("lerp", inplace=True),
    Op(
        "lerp",
        lambda rng: [S(array, rng.normal(*array.shape), w) for w in (0.3, 0.5, -2.0) for array in layouts(rng.normal)],
        variant="scalar",
        inplace=True,
    ),
    ternary("addcmul", options=({"value": 0.3}, {"value": -2}), inplace=True),
    ternary("addcdiv", 0.2, options=({"value": 0.3}, {"value": -2}), inplace=True),
    Op(
        "masked_fill",
        masked_fill_samples,
        errors=lambda rng: [
            S(rng.normal(3), Const(rng.normal(3)), 1.0),
            S(rng.normal(3), Const(rng.bools(2)), 1.0),
            S(rng.normal(3), Const(rng.bools(3)), rng.normal(2)),
        ],
        inplace=True,
    ),
]
