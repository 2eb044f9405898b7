"""Every row in every dtype, or every pair where dtypes are promoted; the in-place variant must fit its target."""

from opinfo import dtype_cases
from optable.compare import forward_disagreement
from optable.report import check, rows
from oracle import expect, same_bits

# Where torch has no kernel for a dtype: that we have one hurts nobody, nor that we refuse for another reason.
REFUSALS = ((), ("NotImplementedError",), ("RuntimeError",))


@rows(dtypes=True)
def test_dtypes(op):
    def disagreement(case, ours):
        theirs = expect(case)
        if theirs.error[:1] == ("NotImplementedError",) and ours.error[:1] in REFUSALS:
            return ""
        return forward_disagreement(op, ours, theirs, same_bits())

    check(dtype_cases(op), disagreement)
