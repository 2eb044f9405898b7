"""The table itself: nothing that the extension exports is missing from it, and the stored answers are torch's."""

import pytest

import tinygrad_ext
from opinfo import OPS, all_cases
from optable.compare import forward_disagreement, gradient_disagreement
from optable.core import look_up, observe
from oracle import REFERENCE, stored, torch


def test_every_row_has_its_own_name_and_cases():
    assert len({op.id for op in OPS}) == len(OPS)
    ids = [case.id for op in OPS for case in all_cases(op)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.id)
def test_the_function_exists(op):
    if op.path != "operator" and op.path != "subscript":
        assert look_up(tinygrad_ext, op.path) is not None


def test_reference_is_small():
    assert REFERENCE.stat().st_size <= 2_000_000
    assert set(stored()[0]) == {"torch", "cpu", "isa", "threads"}


@pytest.mark.skipif(torch is None, reason="compares the stored answers with a torch that is not installed")
def test_reference_is_current():
    """Loosely: the machine that stored them may have had another instruction set."""
    for op in OPS:
        for case in all_cases(op):
            live, kept = observe(torch, case), stored()[1][case.id]
            assert not forward_disagreement(op, live, kept, same_bits=False), case.id
            assert not gradient_disagreement(op, live, kept, same_bits=False), case.id
