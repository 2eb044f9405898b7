"""Matrix products: squares, and the three products of each layer of the networks in `mlp`."""

import numpy as np

from goals import of, of_peak, speed_up
from measure import Several

from . import NORMAL, SMOKE, Case, Row, numbers
from .mlp import STEPS


def product(T, n, dtype):
    return T.statement("a @ b", a=numbers(1, n, n, dtype=dtype), b=numbers(2, n, n, dtype=dtype))


def layer(T, batch, wide, out):
    """Operands lie in memory as in training; what is transposed is transposed by its strides."""
    x, w, b, g = numbers(1, batch, wide), numbers(2, out, wide), numbers(3, out), numbers(4, batch, out)
    return Several(
        forward=T.statement("linear(x, w, b)", x=x, w=w, b=b),
        weight=T.statement("g.T @ x", g=g, x=x),
        input=T.statement("g @ w", g=g, w=w),
    )


def square_goals(n):
    best = of(1, "torch", "numpy")
    if n < 512:
        return (best,)
    return (of_peak(0.92, threads=1), speed_up(1.9))


def layer_rows(batch, wide, out):
    name = f"{batch} x {wide} -> {out}"
    flops = 2 * batch * wide * out
    kinds = {"forward": "output", "weight": "weight gradient", "input": "input gradient"}
    return {key: Row(f"{name}: {kind}", flops=flops, goals=(of(1, "torch", "numpy"),)) for key, kind in kinds.items()}


SIZES = [16, 32, 64, 128, 256, 512, 1024, 2048]
LAYERS = [(batch, a, b) for sizes, batch, _ in STEPS for a, b in zip(sizes, sizes[1:])]

CASES = [
    Case(f"Square matrix product, {precision} precision", f"{precision} {n} x {n}", product, (n, dtype),
         {"": Row(f"{precision} {n} x {n}", flops=2 * n**3, single=dtype is np.float32, goals=square_goals(n))},
         SMOKE if n == 16 else NORMAL, tolerance=1e-4 if dtype is np.float32 else 1e-10)
    for precision, dtype in (("single", np.float32), ("double", np.float64)) for n in SIZES
] + [
    Case("Products of the layers, batch x in -> out", "{} x {} -> {}".format(*shape), layer, shape, layer_rows(*shape),
         SMOKE if shape[0] <= 32 else NORMAL)
    for shape in LAYERS
]
