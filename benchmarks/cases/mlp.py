"""A training step of a small network: zero_grad, forward, cross entropy, backward, SGD. And what it costs in memory."""

import numpy as np

from goals import of, of_peak
from measure import Fresh, Statement, resident

from . import NORMAL, SMOKE, Case, Row, numbers

LR = 0.01

# sizes, batch, goals
STEPS = [
    ((4, 5, 10), 5, (of(0.04, "torch"),)),
    ((64, 32, 10), 32, (of(0.067, "torch"),)),
    ((784, 128, 10), 64, (of_peak(0.59), of(1, "torch", "jax", "numpy"))),
    ((784, 512, 512, 10), 128, (of_peak(0.76), of(1, "torch", "jax", "numpy"))),
    ((1024, 4096, 4096, 1024), 256, (of_peak(0.82), of(1, "torch", "jax", "numpy"))),
]


def flops(sizes, batch):
    """Three products a layer: the output, the gradient of the weight and, above the first layer, that of the input."""
    products = [2 * batch * a * b for a, b in zip(sizes, sizes[1:])]
    return 3 * sum(products) - products[0]


def layers(sizes):
    """Yields (weight, bias); one layer at a time, so that the copies made for the engines do not count as their memory."""
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        yield numbers(10 + i, b, a) * np.float32(a**-0.5), numbers(20 + i, b) * np.float32(0.1)


def prepared_step(T, sizes, batch):
    labels = np.random.default_rng(1).integers(0, sizes[-1], batch)
    return T.train_step(layers(sizes), numbers(0, batch, sizes[0]), labels, LR)


def train_step(T, sizes, batch):
    step = prepared_step(T, sizes, batch)
    return Statement("step()", {"step": step}, T, check=lambda: [T.numpy(step()) for _ in range(3)])


def peak_memory(T, sizes, batch):
    return Fresh.call(T, grown_by_training, sizes, batch)


def grown_by_training(T, baseline, sizes, batch):
    """Runs in a process of its own: the largest resident size during three steps, less that after the import."""
    step = prepared_step(T, tuple(sizes), batch)
    with open("/proc/self/clear_refs", "w", encoding="ascii") as control:
        control.write("5")  # forgets the largest size so far: building the data is not training
    for _ in range(3):
        T.wait(step())
    return {"": resident("VmHWM") - baseline}


def named(sizes, batch):
    return f"{'-'.join(map(str, sizes))}, batch {batch}"


TITLE = "Training step of an MLP"
CASES = [
    Case(TITLE, named(sizes, batch), train_step, (sizes, batch),
         {"": Row(named(sizes, batch), flops=flops(sizes, batch), goals=goals)}, SMOKE if batch <= 32 else NORMAL)
    for sizes, batch, goals in STEPS
] + [
    Case("Peak memory of training", f"memory of {named(sizes, batch)}", peak_memory, (sizes, batch),
         {"": Row(f"memory of {named(sizes, batch)}", unit="B", goals=goals)}, scale, scale == SMOKE, rounds=3)
    for sizes, batch, goals, scale in [((64, 32, 10), 32, (), SMOKE), ((1024, 4096, 4096, 1024), 256, (of(1, "torch"),), NORMAL)]
]
