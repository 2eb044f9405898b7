"""Checking a row: every case of it, and one message that names each call that went wrong."""

import numpy as np
import pytest

import tinygrad_ext
from optable.core import Const, Name, Sample, observe
from opinfo import OPS

SHOWN = 6


def rows(**wanted):
    """Parametrise a test over the rows that have these fields."""
    chosen = [op for op in OPS if all(getattr(op, field) == value for field, value in wanted.items())]
    return pytest.mark.parametrize("op", chosen, ids=lambda op: op.id)


def check(cases: list, disagreement) -> None:
    """`disagreement(case, ours)` says what is wrong with what `tinygrad_ext` answers, or nothing."""
    problems = []
    for case in cases:
        if problem := disagreement(case, observe(tinygrad_ext, case)):
            problems.append(f"{case.id}{show(case.sample)}: {problem}")
    more = [f"... and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    assert not problems, "\n".join([f"{len(problems)} of {len(cases)} calls:", *problems[:SHOWN], *more])


def show(sample: Sample) -> str:
    shown = [show_value(value) for value in sample.args]
    return f"({', '.join(shown + [f'{key}={show_value(value)}' for key, value in sample.kwargs.items()])})"


def show_value(value) -> str:
    if isinstance(value, Const):
        return show_value(value.array)
    if isinstance(value, Name):
        return value.path
    if isinstance(value, np.ndarray):
        if value.size <= 3:
            return f"{value.dtype}{value.tolist()}"
        gaps = "" if value.flags.c_contiguous else f"/{[stride // value.itemsize for stride in value.strides]}"
        return f"{value.dtype}{list(value.shape)}{gaps}"
    if type(value) in (list, tuple):
        return f"[{', '.join(map(show_value, value))}]"
    return repr(value)
