"""Derivatives of every differentiable row: against torch, and in float64 against finite differences."""

import tinygrad_ext as torch
from opinfo import in_double, value_cases
from optable.compare import gradient_disagreement
from optable.core import Sample, flatten, materialize
from optable.report import check, rows, show
from oracle import expect, same_bits

LARGEST = 24  # elements of all operands together: finite differences call the function twice for each


@rows(differentiable=True)
def test_gradients_and_graph_are_torchs(op):
    check(value_cases(op), lambda case, ours: gradient_disagreement(op, ours, expect(case), same_bits()))


@rows(differentiable=True, smooth=True)
def test_gradcheck(op):
    for sample, function, leaves in smooth_functions(op):
        assert torch.autograd.gradcheck(function, leaves), show(sample)


@rows(differentiable=True, smooth=True, twice=True)
def test_gradgradcheck(op):
    for sample, function, leaves in smooth_functions(op):
        assert torch.autograd.gradgradcheck(function, leaves), show(sample)


def smooth_functions(op):
    """The op as a function of its leaves, for each small sample that has finite differences, in float64."""
    for sample in op.samples(op.rng()):
        sample, leaves = in_double(sample), []
        materialize(torch, [*sample.args, *sample.kwargs.values()], leaves)
        if (
            sample.smooth
            and leaves
            and not any(map(overlaps, leaves))
            and sum(leaf.numel() for leaf in leaves) <= LARGEST
        ):
            function = function_of_leaves(op, sample)
            if well_behaved(function, leaves):
                yield sample, function, tuple(leaves)


def overlaps(leaf) -> bool:
    return any(stride == 0 and size > 1 for stride, size in zip(leaf.stride(), leaf.shape))


def function_of_leaves(op, sample: Sample):
    def function(*leaves):
        torch.manual_seed(0)  # the same draws every time
        turn = iter(leaves)

        def put(value):
            tensor = materialize(torch, value, [])
            return next(turn) if isinstance(tensor, torch.Tensor) and tensor.requires_grad else tensor

        call = sample.map(put)
        results = flatten(op.function(torch, *call.args, **call.kwargs))
        return tuple(result for result in results if isinstance(result, torch.Tensor) and result.requires_grad)

    return function


def well_behaved(function, leaves) -> bool:
    """Answers with finite values; that calls which raise do so as in torch is another test's business."""
    try:
        results = function(*leaves)
    except Exception:
        return False
    return bool(results) and all(bool(torch.isfinite(result).all()) for result in results)
