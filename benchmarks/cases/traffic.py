"""Operations that are bound by memory, on 16M floats, and the functions of one variable also in the cache."""

from goals import of

from . import NORMAL, SMOKE, Case, Row, numbers

LARGE, CACHED, SMALL = (4096, 4096), (512, 512), (64, 64)

# text -> limit of torch's time, arrays read and written
STREAMS = {
    "a + b": (0.25, 3),
    "add_(a, b)": (1, 3),
    "sum(a)": (1, 1),
    "sum(a, 0)": (1, 1),
    "sum(a, 1)": (1, 1),
    "transposed(a)": (0.33, 2),
}
FUNCTIONS = {text: (0.5, 2) for text in
             "exp(a) log(a) tanh(a) sigmoid(a)".split() + ["softmax(a, 1)", "log_softmax(a, 1)"]}


def stream(T, text, shape):
    """The operand b is small, so that adding it in place thousands of times stays finite."""
    arrays = {"a": numbers(1, *shape, positive=True)}
    if "b)" in text or "+ b" in text:
        arrays["b"] = numbers(2, *shape) * 1e-3
    return T.statement(text, **arrays)


def case(text, shape, scale):
    limit, arrays = {**STREAMS, **FUNCTIONS}[text]
    name = f"{text} on {shape[0]} x {shape[1]}"
    row = Row(name, moved=4 * arrays * shape[0] * shape[1], goals=() if scale == SMOKE else (of(limit, "torch"),))
    return Case("Memory traffic", name, stream, (text, shape), {"": row}, scale, scale == SMOKE)


CASES = [
    case(text, shape, scale)
    for shape, texts, scale in [(SMALL, {**STREAMS, **FUNCTIONS}, SMOKE), (LARGE, STREAMS, NORMAL), (LARGE, FUNCTIONS, NORMAL),
                                (CACHED, FUNCTIONS, NORMAL)]
    for text in texts
]
