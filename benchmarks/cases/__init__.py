"""The cases. Each is a function of the engine's adapter T that is written once and returns something of `measure`."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Callable

import numpy as np

MODULES = "mlp ops chain gemm traffic process".split()  # the order of the tables

SMOKE, NORMAL, LONG = range(3)


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        unit: "s" or "B"
        flops: additions and multiplications in a call, where the share of the peak is of interest
        moved: bytes that a call must at least read and write
        single: the arithmetic is in single precision
        goals: of `goals`
    """

    name: str
    unit: str = "s"
    flops: float = 0
    moved: float = 0
    single: bool = True
    goals: tuple = ()


@dataclass(frozen=True)
class Case:
    """
    Attributes:
        title: the heading of its table
        build: `build(T, *args)` returns what is to be checked and sampled
        rows: {quantity that `sample` returns: Row}
        scale: SMOKE cases are in every run, and alone with --smoke; LONG ones only with --long
        only_smoke: too small to tell anything: left out of other runs
        rounds: at most so many samples, where one is expensive
        tolerance: the largest difference between engines, as a share of the largest value
        engines: those that can run it at all, if not every one
    """

    title: str
    name: str
    build: Callable
    args: tuple
    rows: dict
    scale: int = NORMAL
    only_smoke: bool = False
    rounds: int | None = None
    tolerance: float = 1e-4
    engines: tuple | None = field(default=None)


def all_cases():
    return [case for module in MODULES for case in import_module(f"{__name__}.{module}").CASES]


def by_name(name):
    return next(case for case in all_cases() if case.name == name)


def chosen(scale, pattern=""):
    """Returns the cases of a run: SMOKE, NORMAL or LONG, those whose name or title contains the pattern."""
    def in_run(case):
        return case.scale == SMOKE if scale == SMOKE else case.scale <= scale and not case.only_smoke

    return [case for case in all_cases() if in_run(case) and pattern.lower() in f"{case.title} {case.name}".lower()]


def numbers(seed, *shape, dtype=np.float32, positive=False):
    """Returns the same random numbers in every engine's process."""
    values = np.random.default_rng(seed).standard_normal(shape, dtype=dtype)
    return np.abs(values) + dtype(0.1) if positive else values
