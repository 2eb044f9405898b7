"""THE op table: one row per op, its samples, and what is promised about it.

A row (optable/core.py) names where torch keeps the function and draws the samples; the families stand in optable/.
Everything else is derived from the row by test_ops_*.py: values, dtypes, strides, gradients and their graph against
torch, methods and in-place variants, every dtype, error texts, first and second derivatives by finite differences.

To add an op, add a row. A test fails for an op that the extension exports without one.
"""

from itertools import product

import numpy as np

from optable import (
    binary,
    copies,
    creation,
    indexing,
    losses,
    matmul,
    operators,
    ordering,
    reductions,
    shape,
    subscripts,
    unary,
)
from optable.core import DTYPES, Case, Const, Op, Sample
from optable.layouts import cast

FAMILIES = (
    creation,
    unary,
    binary,
    operators,
    reductions,
    ordering,
    matmul,
    shape,
    copies,
    subscripts,
    indexing,
    losses,
)
OPS = [op for family in FAMILIES for op in family.OPS]


def value_cases(op: Op) -> list[Case]:
    """Every sample as the row gives it, differentiated where the op is."""
    samples = op.samples(op.rng())
    return [Case(f"{op.id}/{i}", op.function, sample, op.differentiable) for i, sample in enumerate(samples)]


def error_cases(op: Op) -> list[Case]:
    samples = op.errors(op.rng()) if op.errors else []
    return [Case(f"{op.id}/error {i}", op.function, sample, False) for i, sample in enumerate(samples)]


def dtype_cases(op: Op) -> list[Case]:
    """The first sample in every dtype, or in every pair if the op promotes; in place too, where the result must fit."""
    if not op.dtypes:
        return []
    sample = op.samples(op.rng())[0]
    cases = []
    for dtypes in product(DTYPES, repeat=2 if op.promotes else 1):
        name, recast = "-".join(dtypes), with_dtypes(sample, dtypes)
        cases.append(Case(f"{op.id}/{name}", op.function, recast, False))
        if op.inplace:
            cases.append(Case(f"{op.id}_/{name}", op.inplace_function, recast, False))
    return cases


def all_cases(op: Op) -> list[Case]:
    return value_cases(op) + error_cases(op) + dtype_cases(op)


def with_dtypes(sample: Sample, dtypes) -> Sample:
    """The sample's arrays as those dtypes in turn, the last one for all that follow; what is Const stays."""
    turn = iter(dtypes[:-1])
    return sample.map(lambda value: cast(value, next(turn, dtypes[-1])) if isinstance(value, np.ndarray) else value)


def in_double(sample: Sample) -> Sample:
    """The sample with everything that is floating as float64; what is Const too."""

    def change(value):
        if isinstance(value, Const):
            return Const(change(value.array))
        return cast(value, "float64") if getattr(value, "dtype", None) == "float32" else value

    return sample.map(change)
