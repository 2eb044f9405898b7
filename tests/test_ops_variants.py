"""The other ways to call an op: the method, the in-place method, the `inplace` argument, other names."""

import numpy as np
import pytest

import tinygrad_ext as torch
from opinfo import OPS, dtype_cases, error_cases, value_cases
from optable.compare import forward_disagreement, list_disagreement
from optable.core import EXACT, Case, look_up, materialize, observe
from optable.report import check, rows, show

OVERLAP = "unsupported operation: more than one element of the written-to tensor refers to a single memory location."
INPLACE_ARGUMENT = (
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "silu",
    "mish",
    "hardtanh",
    "hardsigmoid",
    "hardswish",
    "threshold",
)


def starts_with_tensor(case) -> bool:
    return bool(case.sample.args) and isinstance(case.sample.args[0], np.ndarray)


@rows(method=True)
def test_method_is_the_function(op):
    cases = [Case(c.id, op.method_function, c.sample, c.grad) for c in value_cases(op) if starts_with_tensor(c)]

    def disagreement(case, ours):
        function = observe(torch, Case(case.id, op.function, case.sample, case.grad))
        if ours.error[:1] == ("TypeError",) and function.error[:1] == ("TypeError",):
            return ""
        return forward_disagreement(op, ours, function) or list_disagreement(
            "gradient", ours.grads, function.grads, EXACT, True
        )

    assert cases
    check(cases, disagreement)


@rows(inplace=True)
def test_inplace_is_the_function(op):
    """Where the result fits the target: the same values in the target's dtype, the same gradients, self returned."""

    def call(T, target, *args, **kwargs):
        if target.requires_grad:
            target = target.clone()
        result = getattr(target, op.name + "_")(*args, **kwargs)
        assert result is target, "does not return self"
        return result

    def disagreement(case, ours):
        function = observe(torch, Case(case.id, op.function, case.sample, case.grad))
        if ours.error or function.error:
            return "" if ours.error and not fits(function, case.sample.args[0]) else f"raises {ours.error}"
        if ours.outputs[0].shape != function.outputs[0].shape:
            return f"shape is {ours.outputs[0].shape}, out of place {function.outputs[0].shape}"
        expected = function.outputs[0].values.astype(ours.outputs[0].values.dtype)
        if not np.array_equal(ours.outputs[0].values, expected, equal_nan=True):
            return f"is {ours.outputs[0].values}, out of place {expected}"
        return list_disagreement("gradient", ours.grads, function.grads, EXACT, True)

    cases = [case for case in value_cases(op) if starts_with_tensor(case) and not overlaps(case.sample.args[0])]
    check([Case(c.id, call, c.sample, grad) for c in cases for grad in {False, c.grad}], disagreement)


def overlaps(array) -> bool:
    return any(stride == 0 and size > 1 for stride, size in zip(array.strides, array.shape))


def fits(function, target) -> bool:
    """The result exists and has the target's shape and a dtype that the target can take."""
    if function.error:
        return False
    out = function.outputs[0].values
    return target.shape == out.shape and np.can_cast(out.dtype, target.dtype, "same_kind")


@rows(inplace=True)
def test_failed_inplace_leaves_its_target_alone(op):
    for case in error_cases(op) + dtype_cases(op):
        target, *args = [materialize(torch, value) for value in case.sample.args]
        if not isinstance(target, torch.Tensor):
            continue
        before, version = target.numpy().copy(), target._version
        try:
            getattr(target, op.name + "_")(*args, **{k: materialize(torch, v) for k, v in case.sample.kwargs.items()})
        except Exception:
            assert np.array_equal(target.numpy(), before, equal_nan=target.is_floating_point()), (
                f"{op.id}_{show(case.sample)}"
            )
            assert target._version == version, f"{op.id}_{show(case.sample)} counted a change that was not made"


@pytest.mark.parametrize("name", ["add_", "mul_", "sub_", "div_", "exp_", "relu_", "clamp_", "fill_", "zero_", "copy_"])
def test_inplace_on_overlapping_memory_is_refused(name):
    target = torch.zeros(3, 1).expand(3, 4)
    args = {"clamp_": (0, 1), "exp_": (), "relu_": (), "zero_": (), "copy_": (torch.ones(3, 4),)}.get(name, (1,))
    if name in ("fill_", "zero_"):
        getattr(target, name)(*args)  # every element gets the same value: torch allows these two
    else:
        with pytest.raises(RuntimeError) as raised:
            getattr(target, name)(*args)
        assert str(raised.value) == OVERLAP + " Please clone() the tensor before performing the operation."


@pytest.mark.parametrize("name", INPLACE_ARGUMENT)
def test_inplace_argument(name):
    function = getattr(torch.nn.functional, name)
    x = torch.linspace(-4, 4, 9)
    y = x.clone()
    args = (0.1, 20.0) if name == "threshold" else ()
    assert function(y, *args, inplace=True) is y
    assert torch.equal(y, function(x, *args))


@pytest.mark.parametrize("op", [op for op in OPS if op.aliases], ids=lambda op: op.id)
def test_aliases(op):
    case = value_cases(op)[0]
    expected = observe(torch, case)
    for alias in op.aliases:
        call = lambda T, *args, **kwargs: look_up(T, op.path.replace(op.name, alias))(*args, **kwargs)
        got = observe(torch, Case(case.id, call, case.sample, case.grad))
        problem = forward_disagreement(op, got, expected)
        assert not problem, f"{alias}: {problem}"
        for method in [alias] * op.method + [alias + "_"] * op.inplace:
            assert hasattr(torch.Tensor, method), f"Tensor.{method}"
