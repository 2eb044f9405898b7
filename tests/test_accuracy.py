"""Elementary functions against mpmath, over the whole range of both precisions: one ulp from the correctly rounded value, at most."""

import mpmath as mp
import numpy as np
import pytest

import tinygrad_ext as torch

LIMITS = {("pow", "float64"): 2, ("erf", "float64"): 2}  # ulps, where it is not one
FUNCTIONS = {
    "exp": mp.exp,
    "log": mp.log,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sin": mp.sin,
    "cos": mp.cos,
    "erf": mp.erf,
    "sqrt": mp.sqrt,
}
POSITIVE = ("log", "sqrt")
BITS = {"float32": (np.int32, 24, -149), "float64": (np.int64, 53, -1074)}  # integers, precision, exponent of the least subnormal


def patterns(dtype, count, seed=0):
    """Numbers of every exponent and sign, normal draws, and the ends: zeros, subnormals, the largest, infinities, NaN."""
    ints, _, _ = BITS[dtype]
    info, rng = np.finfo(dtype), np.random.default_rng(seed)
    everywhere = rng.integers(np.iinfo(ints).min, np.iinfo(ints).max, count, dtype=ints).view(dtype)
    usual = np.concatenate([rng.standard_normal(count) * s for s in (0.3, 3, 30)]).astype(dtype)
    tiny = rng.integers(1, 1 << 22, 50, dtype=ints).view(dtype)
    ends = [0.0, info.smallest_subnormal, info.tiny, 1.0, info.max, np.inf, np.nan]
    ends = np.array(ends + [np.nextafter(info.dtype.type(1), info.dtype.type(s)) for s in (0, 2)], dtype)
    return np.concatenate([everywhere, usual, tiny, -tiny, ends, -ends])


def rounded(value, dtype):
    """Returns the number of the dtype that is nearest to an exact one, ties to even."""
    _, precision, least = BITS[dtype]
    if value == 0:
        return 0.0
    unit = mp.ldexp(1, max(int(mp.frexp(abs(value))[1]) - precision, least))
    nearest = mp.nint(value / unit) * unit
    if abs(nearest) <= float(np.finfo(dtype).max):
        return float(nearest)
    return np.inf if value > 0 else -np.inf


def ulps(ours, expected):
    """Returns how many numbers of the dtype lie between, counted over zero too."""
    ints = BITS[str(ours.dtype)][0]

    def order(x):
        bits = x.view(ints).astype(object)
        return np.where(np.signbit(x), -(bits & np.iinfo(ints).max), bits)

    return np.abs(order(ours) - order(expected))


def check(name, dtype, ours, expected, arguments):
    expected = np.array(expected, dtype)
    assert ours.dtype == expected.dtype
    assert np.array_equal(np.isnan(ours), np.isnan(expected)), name
    known = ~np.isnan(expected)
    off = ulps(ours[known], expected[known])
    worst = int(off.argmax())
    shown = [float(a[known][worst]).hex() for a in arguments]
    assert off[worst] <= LIMITS.get((name, dtype), 1), f"{name}({', '.join(shown)}) is off by {off[worst]} ulps"


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(name, dtype):
    x = patterns(dtype, 2500)
    with mp.workprec(200), np.errstate(all="ignore"):
        def exact(v):
            if np.isnan(v) or (name in POSITIVE and v < 0) or (np.isinf(v) and name in ("sin", "cos")):
                return np.nan
            if np.isinf(v) or (v == 0 and name == "log"):
                return {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "sigmoid": lambda w: float(w > 0)}.get(name, np.sign)(v)
            return rounded(FUNCTIONS[name](mp.mpf(float(v))), dtype)

        expected = [exact(v) for v in x]
    check(name, dtype, getattr(torch, name)(torch.from_numpy(x)).numpy(), expected, [x])


@pytest.mark.parametrize("dtype", BITS)
def test_pow(dtype):
    x, y = patterns(dtype, 2500), patterns(dtype, 2500, seed=1)
    y[:2500] = np.random.default_rng(2).permutation(y[2500:5000])  # moderate exponents of bases from everywhere
    x = np.where(np.arange(x.size) % 4 == 0, x, np.abs(x))
    y = np.where(np.arange(x.size) % 8 == 0, np.round(y), y)
    with mp.workprec(200), np.errstate(all="ignore"):
        def exact(base, exponent):
            special = not (np.isfinite(base) and np.isfinite(exponent)) or base == 0 or exponent == 0
            whole = exponent == np.round(exponent)
            if special or (base < 0 and not whole):
                return np.power(base, exponent)
            value = mp.power(abs(mp.mpf(float(base))), mp.mpf(float(exponent)))
            return rounded(-value if base < 0 and int(exponent) % 2 else value, dtype)

        expected = [exact(*pair) for pair in zip(x, y)]
    check("pow", dtype, torch.pow(torch.from_numpy(x), torch.from_numpy(y)).numpy(), expected, [x, y])
