"""Run by test_bad_input.py: call the ops of one family with every argument in turn replaced by something wrong.

Answers and exceptions are both fine. What is not: a crash, a hang, an allocation without end, SystemError.
"""

import faulthandler
import os
import resource
import sys
import warnings

import numpy as np

import opinfo
import tinygrad_ext as torch
from optable.core import Sample, materialize
from optable.report import show

MEMORY, SECONDS = 4 << 30, 200
SHAPES = [(), (0,), (1,), (2,), (7,), (2, 0, 3), (3, 4), (1, 1, 1, 1, 1)]
VALUES = [None, True, -1, 0, 99, 2**31, -(2**63), 2**63 - 1, 2**64, 0.5, float("nan"), float("inf"), -1e300, 1e300, 1j]
VALUES += ["a", "", b"a", [], (), [None], ["a"], [[1], [2, 3]], (2**62, 4), (-1, -1), {}, object(), int, torch, print]
ARRAYS = [np.zeros(shape, dtype) for shape in SHAPES for dtype in ("f4", "f8", "i8", "u1", "?")]
ARRAYS += [np.full(3, value, "i8") for value in (-1, 9, 2**62, -(2**63))] + [np.full((3, 4), np.nan, "f4")]


def wrong_calls(sample: Sample):
    """The sample with one argument replaced, dropped or repeated."""
    for position in range(len(sample.args)):
        for value in VALUES + ARRAYS:
            yield Sample((*sample.args[:position], value, *sample.args[position + 1 :]), sample.kwargs)
    for key in sample.kwargs:
        for value in VALUES:
            yield Sample(sample.args, {**sample.kwargs, key: value})
    yield Sample(sample.args[:-1], sample.kwargs)
    yield Sample((*sample.args, None), sample.kwargs)
    yield Sample(sample.args, {**sample.kwargs, "no_such_argument": 1})
    yield Sample((), {})


def try_all(family) -> int:
    count = 0
    for op in family.OPS:
        variants = [op.function] + [op.inplace_function] * op.inplace
        for call in variants:
            for sample in wrong_calls(op.samples(op.rng())[0]) if op.samples(op.rng()) else ():
                print(op.id, show(sample), flush=True)
                count += 1
                try:
                    args = [materialize(torch, value, []) for value in sample.args]
                    result = call(torch, *args, **{k: materialize(torch, v) for k, v in sample.kwargs.items()})
                    if isinstance(result, torch.Tensor) and result.requires_grad and result.numel() < 1000:
                        result.backward(torch.ones_like(result))
                except SystemError:
                    raise
                except Exception:
                    pass
    return count


if __name__ == "__main__":
    if "asan" not in os.environ.get("LD_PRELOAD", ""):  # its shadow memory alone is larger
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    faulthandler.dump_traceback_later(SECONDS, exit=True)
    warnings.simplefilter("ignore")
    chosen = next(family for family in opinfo.FAMILIES if family.__name__.endswith("." + sys.argv[1]))
    print(try_all(chosen), "calls survived")
