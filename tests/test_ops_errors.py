"""Calls that torch refuses: the same exception type and the same text."""

from opinfo import OPS, error_cases
from optable.compare import error_disagreement
from optable.report import check
from oracle import expect

import pytest


@pytest.mark.parametrize("op", [op for op in OPS if op.errors], ids=lambda op: op.id)
def test_errors(op):
    check(error_cases(op), lambda case, ours: error_disagreement(ours.error, expect(case).error))
