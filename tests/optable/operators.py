"""Rows for Python's operators, with a tensor on either side of a number."""

from optable.core import Op, S, rough, ulps


def samples(rng):
    make = lambda *shape: rng.uniform(0.2, 3.0, *shape)
    return [
        S(make(3, 4), make(4)),
        S(make(3, 4), 2),
        S(2, make(3, 4)),
        S(make(5), 0.5),
        S(1.5, make(5)),
        rough(make(), True),
    ]


def integer_samples(rng):
    make = lambda *shape: rng.ints(0, 5, *shape)
    return [S(make(3, 4), make(4)), S(make(3, 4), 2), S(make(3, 4), make(3, 4))]


def operator(symbol, call, samples=samples, **fields):
    """No method, no in-place variant: the operator itself is the row."""
    return Op("operator", samples, call=call, variant=symbol, method=False, **fields)


def updated(update):
    """`update` runs the statement `a op= b`; on a copy, since a leaf that requires grad refuses."""

    def call(T, a, b):
        a = a.clone()
        result = update(a, b)
        assert result is a
        return result

    return call


def inplace(symbol, update, samples=None, **fields):
    def default(rng):
        return [S(rng.uniform(0.2, 3, 3, 4), rng.uniform(0.2, 3, 4)), S(rng.uniform(0.2, 3, 3, 4), 2)]

    return operator(symbol, updated(update), samples or default, **fields)


def one(rng):
    return [S(rng.normal(3, 4)), S(rng.ints(-5, 5, 4)), S(rng.normal())]


OPS = [
    operator("+", lambda T, a, b: a + b),
    operator("-", lambda T, a, b: a - b),
    operator("*", lambda T, a, b: a * b),
    operator("/", lambda T, a, b: a / b),
    operator("//", lambda T, a, b: a // b, differentiable=False),
    operator("%", lambda T, a, b: a % b, smooth=False),
    operator("**", lambda T, a, b: a**b, value=ulps(1)),
    operator("<", lambda T, a, b: a < b, differentiable=False),
    operator("<=", lambda T, a, b: a <= b, differentiable=False),
    operator(">", lambda T, a, b: a > b, differentiable=False),
    operator(">=", lambda T, a, b: a >= b, differentiable=False),
    operator("==", lambda T, a, b: a == b, differentiable=False),
    operator("!=", lambda T, a, b: a != b, differentiable=False),
    operator("&", lambda T, a, b: a & b, integer_samples, differentiable=False),
    operator("|", lambda T, a, b: a | b, integer_samples, differentiable=False),
    operator("^", lambda T, a, b: a ^ b, integer_samples, differentiable=False),
    operator("<<", lambda T, a, b: a << b, integer_samples, differentiable=False),
    operator(">>", lambda T, a, b: a >> b, integer_samples, differentiable=False),
    operator("-x", lambda T, a: -a, one),
    operator("+x", lambda T, a: +a, one),
    operator("abs", lambda T, a: abs(a), one),
    operator("~x", lambda T, a: ~a, lambda rng: [S(rng.bools(3)), S(rng.ints(-5, 5, 4))], differentiable=False),
    inplace("+=", lambda a, b: a.__iadd__(b)),
    inplace("-=", lambda a, b: a.__isub__(b)),
    inplace("*=", lambda a, b: a.__imul__(b)),
    inplace("/=", lambda a, b: a.__itruediv__(b)),
    inplace("//=", lambda a, b: a.__ifloordiv__(b), differentiable=False),
    inplace("%=", lambda a, b: a.__imod__(b)),
    inplace("**=", lambda a, b: a.__ipow__(b), value=ulps(1)),
    inplace("&=", lambda a, b: a.__iand__(b), integer_samples, differentiable=False),
    inplace("|=", lambda a, b: a.__ior__(b), integer_samples, differentiable=False),
    inplace("^=", lambda a, b: a.__ixor__(b), integer_samples, differentiable=False),
]
