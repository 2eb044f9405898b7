"""Rows for functions of one tensor, element by element."""

import numpy as np

from optable.core import CLOSE, FLOATS, Op, S, Tolerance, rough, ulps
from optable.layouts import layouts

SPECIAL = np.array(
    [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -3.5, 1e-20, 1e20, -1e20], np.float32
)


def unary(
    path,
    low=-3.0,
    high=3.0,
    *,
    options=(),
    draw=None,
    special=SPECIAL,
    special_dtypes=FLOATS,
    one_by_one=False,
    **fields,
):
    """A row over every layout of values in [low, high); `options` are further keyword sets for the first layout.

    `one_by_one` is for functions whose special values torch takes otherwise in vectors than in the rest of a loop: with
    gaps between the elements it takes them all as that rest.
    """

    def samples(rng):
        make = draw(rng) if draw else lambda *shape: rng.uniform(low, high, *shape)
        return (
            [S(array) for array in layouts(make)]
            + [S(make(3, 4), **kwargs) for kwargs in options]
            + [rough(apart(special.astype(dtype)) if one_by_one else special.astype(dtype)) for dtype in special_dtypes]
        )

    return Op(path, samples, **fields)


def apart(array):
    return np.repeat(array, 2)[::2]


def activation(path, *options, **fields):
    """nn.functional's: no Tensor method of that name unless the row says so."""
    fields.setdefault("method", False)
    return unary("nn.functional." + path, options=options, **fields)


def smooth(path, low=-3.0, high=3.0, *, ulp=1, **fields):
    """torch takes these from a vector library that is off by an ulp here and there; ours are rounded correctly."""
    return unary(path, low, high, value=ulps(ulp), inplace=True, **fields)


def integers(rng):
    return lambda *shape: rng.ints(-9, 9, *shape)


OPS = [
    unary("neg", inplace=True, aliases=("negative",)),
    unary("abs", inplace=True, aliases=("absolute",)),
    unary("sign", inplace=True),
    unary("sgn", inplace=True),
    unary("square", inplace=True),
    unary("reciprocal", 0.2, 3.0, inplace=True),
    smooth("sqrt", 0.1),
    smooth("rsqrt", 0.1),
    smooth("exp"),
    smooth("exp2"),
    smooth("expm1"),
    smooth("log", 0.1),
    smooth("log1p", -0.9),
    smooth("log2", 0.1),
    smooth("log10", 0.1),
    smooth("sin"),
    smooth("cos"),
    smooth("tan", -1.3, 1.3),
    smooth("asin", -0.95, 0.95, aliases=("arcsin",)),
    smooth("acos", -0.95, 0.95, aliases=("arccos",)),
    smooth("atan", aliases=("arctan",)),
    smooth("sinh"),
    smooth("cosh"),
    smooth("tanh"),
    smooth("asinh", aliases=("arcsinh",)),
    smooth("acosh", 1.1, aliases=("arccosh",)),
    smooth("atanh", -0.95, 0.95, aliases=("arctanh",)),
    smooth("sigmoid"),
    smooth("logit", 0.05, 0.95, ulp=2, one_by_one=True, options=({"eps": 0.2},)),
    smooth("erf"),
    smooth("erfc"),
    smooth("erfinv", -0.9, 0.9, ulp=2),
    unary("floor", inplace=True),
    unary("ceil", inplace=True),
    unary("round", inplace=True, options=({"decimals": 1}, {"decimals": -1})),
    unary("trunc", inplace=True, aliases=("fix",)),
    unary("frac", inplace=True),
    unary("positive"),
    unary("deg2rad", inplace=True),
    unary("rad2deg", inplace=True),
    unary("nan_to_num", inplace=True, options=({"nan": 1.5, "posinf": 2.0, "neginf": -2.0},)),
    unary("isnan", differentiable=False),
    unary("isinf", differentiable=False),
    unary("isposinf", differentiable=False),
    unary("isneginf", differentiable=False),
    unary("isfinite", differentiable=False),
    unary("signbit", differentiable=False),
    unary("logical_not", differentiable=False, inplace=True),
    unary(
        "bitwise_not",
        differentiable=False,
        inplace=True,
        draw=integers,
        special=np.arange(-2, 3),
        special_dtypes=("int8", "bool"),
    ),
    unary("relu", inplace=True),
    activation("relu", variant="functional"),
    activation("relu6", one_by_one=True),
    activation("leaky_relu", {"negative_slope": 0.2}),
    activation("elu", {"alpha": 0.5}, value=CLOSE, one_by_one=True),
    activation("selu", value=CLOSE, one_by_one=True),
    activation("celu", {"alpha": 0.5}, value=CLOSE, one_by_one=True),
    activation("gelu", {"approximate": "tanh"}, value=CLOSE, one_by_one=True),
    activation("silu", value=Tolerance(0, 2)),
    activation("mish", value=CLOSE),
    activation("softplus", {"beta": 2}, {"beta": 2, "threshold": 1}, value=CLOSE),
    Op(
        "nn.functional.glu",
        lambda rng: [S(rng.normal(2, 4)), S(rng.normal(4, 3), 0), S(rng.normal(2, 6, 3), 1), S(rng.normal(2))],
        errors=lambda rng: [S(rng.normal(3)), S(rng.normal(2, 3), 1)],
        value=CLOSE,
        method=False,
    ),
    Op(
        "nn.functional.prelu",
        lambda rng: [S(rng.normal(3, 4), rng.normal(1)), S(rng.normal(3, 4), rng.normal(4)), S(rng.normal(2, 3, 4), rng.normal(3))],
        errors=lambda rng: [S(rng.normal(3, 4), rng.normal(3)), S(rng.normal(3, 4), rng.normal(2, 2))],
        method=False,
    ),
    activation("softsign"),
    activation("logsigmoid", value=CLOSE),
    activation("hardtanh", {"min_val": -0.5, "max_val": 2.0}, one_by_one=True),
    activation("hardsigmoid"),
    activation("hardswish", one_by_one=True),
    activation("tanhshrink", value=CLOSE),
    activation("softshrink", {"lambd": 0.2}, value=ulps(1), one_by_one=True),  # zeros of either sign
    activation("hardshrink", {"lambd": 0.2}, one_by_one=True),
    Op(
        "nn.functional.threshold",
        lambda rng: [S(array, 0.1, 20.0) for array in layouts(lambda *shape: rng.uniform(-3, 3, *shape))],
        method=False,
    ),
]
