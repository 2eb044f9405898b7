"""Every sample of every row: values, dtypes, shapes, strides, what is a view and what a copy, as torch answers."""

from opinfo import value_cases
from optable.compare import forward_disagreement
from optable.report import check, rows
from oracle import expect, same_bits


@rows()
def test_forward(op):
    check(value_cases(op), lambda case, ours: forward_disagreement(op, ours, expect(case), same_bits()))
