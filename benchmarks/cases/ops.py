"""What one operation costs from Python when there is next to nothing to compute."""

from goals import of
from measure import Several, Statement

from . import SMOKE, Case, Row, numbers

OPS = ["a + b", "a * b", "a @ b", "relu(a)", "sum(a)", "a + 1.0"]


def operands(text):
    return {name: numbers(ord(name), 4, 4) for name in "ab" if name in text.replace("relu", "")}


def op(T, text):
    return T.statement(text, **operands(text))


def recorded_op(T, text):
    return T.recorded(text, **operands(text))


def linear_call(T):
    return T.module_call(numbers(1, 5, 4), numbers(2, 5), numbers(3, 4, 4))


def linear_function(T):
    return T.statement("linear(x, w, b)", w=numbers(1, 5, 4), b=numbers(2, 5), x=numbers(3, 4, 4))


def optimizer(T, kind, options):
    """Constant gradients; the parameters of the 4-5-10 network."""
    shapes = [(5, 4), (5,), (10, 5), (10,)]
    make = lambda: T.optimizer(  # noqa: E731
        kind, [numbers(i, *s) for i, s in enumerate(shapes)], [numbers(9 + i, *s) for i, s in enumerate(shapes)], **options)
    timed, checked = make(), make()

    def check():
        for _ in range(5):
            checked.step()
        return [T.numpy(value) for value in checked.values]

    return Several(
        step=Statement("optimizer.step()", {"optimizer": timed}, T, check),
        zero_grad=Statement("optimizer.zero_grad(False)", {"optimizer": timed}, T, lambda: []),
    )


OPTIMIZERS = {
    "SGD": ("SGD", {"lr": 1e-6}),
    "SGD, momentum": ("SGD", {"lr": 1e-6, "momentum": 0.9}),
    "Adam": ("Adam", {"lr": 1e-6}),
    "AdamW": ("AdamW", {"lr": 1e-6}),
}
LIMIT = (of(0.1, "torch"),)

CASES = [
    Case("One operation on 4x4", text, op, (text,), {"": Row(text, goals=LIMIT)}, SMOKE) for text in OPS
] + [
    Case("One operation on 4x4", f"{text}, recorded", recorded_op, (text,), {"": Row(f"{text}, recorded", goals=LIMIT)}, SMOKE)
    for text in OPS
] + [
    Case("Layers and optimizers, 4-5-10", "Linear module", linear_call, (), {"": Row("Linear module", goals=LIMIT)}, SMOKE),
    Case("Layers and optimizers, 4-5-10", "linear function", linear_function, (), {"": Row("linear function", goals=LIMIT)}, SMOKE),
] + [
    Case("Layers and optimizers, 4-5-10", name, optimizer, args,
         {"step": Row(f"{name}: step", goals=LIMIT), "zero_grad": Row(f"{name}: zero_grad", goals=LIMIT)}, SMOKE)
    for name, args in OPTIMIZERS.items()
]
