"""In-place operations and autograd: versions, history rewritten through views, and the mistakes that are caught."""

import pytest

import tinygrad_ext as torch
from optable.core import graph

A_LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
A_VIEW_OF_A_LEAF = "a view of a leaf Variable that requires grad is being used in an in-place operation."
MODIFIED = (
    "one of the variables needed for gradient computation has been modified by an inplace operation: "
    "[torch.FloatTensor [{shape}]]{output} is at version {version}; expected version {expected} instead. Hint: enable "
    "anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)


def leaf(*values):
    return torch.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def raises(kind, text, function, *args, **kwargs):
    with pytest.raises(kind) as error:
        function(*args, **kwargs)
    assert str(error.value) == text


def modified(shape, version, expected, output=""):
    return MODIFIED.format(
        shape=shape, version=version, expected=expected, output=output and f", which is output 0 of {output},"
    )


# Versions.


def test_every_inplace_op_counts_once_for_all_that_share_memory():
    x = torch.zeros(2, 3)
    view, detached = x[0], x.detach()
    assert x._version == 0
    x.add_(1)
    view.mul_(2)
    detached.zero_()
    x[1, 1] = 3.0
    x.fill_(1)
    x.copy_(torch.ones(3))
    assert x._version == view._version == detached._version == 6
    x.data.zero_()
    assert x._version == 6 and x.data._version == 0


def test_a_saved_operand_that_changed_is_caught():
    x = leaf()
    y = x * 2
    z = y * y
    y.add_(1)
    raises(RuntimeError, modified("3", 1, 0, "Add"), z.sum().backward)


def test_a_saved_result_that_changed_is_caught():
    x = leaf()
    y = x.exp()
    y.mul_(2)
    raises(RuntimeError, modified("3", 1, 0, "Exp"), y.sum().backward)
    y = x.exp()
    with torch.no_grad():
        y.zero_()
    raises(RuntimeError, modified("3", 1, 0, "Exp"), y.sum().backward)


def test_a_saved_leaf_that_changed_is_caught():
    x, w = leaf(), leaf()
    y = (x * w).sum()
    with torch.no_grad():
        w += 1
    raises(RuntimeError, modified("3", 1, 0), y.backward)


def test_what_is_not_needed_may_change():
    x = leaf()
    y = x * 2
    z = y + 1
    y.mul_(5)
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_an_operand_is_saved_only_for_a_gradient_that_is_wanted():
    x, factor = leaf(), torch.ones(3)
    y = x * 2
    z = y * factor
    y.add_(1)  # the gradient needs factor alone
    z.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_changes_through_data_are_not_seen():
    x = leaf()
    y = x * 2
    z = (y * y).sum()
    y.data.fill_(1.0)
    z.backward()
    assert x.grad.tolist() == [4.0, 4.0, 4.0]


# Leaves.


def test_a_leaf_that_requires_grad_refuses():
    x = torch.ones(2, 3, requires_grad=True)
    raises(RuntimeError, A_LEAF, x.add_, 1)
    raises(RuntimeError, A_LEAF, x.zero_)
    raises(RuntimeError, A_VIEW_OF_A_LEAF, x[0].add_, 1)
    raises(RuntimeError, A_VIEW_OF_A_LEAF, x.view(6).zero_)
    raises(RuntimeError, A_VIEW_OF_A_LEAF, x.__setitem__, 0, 1.0)
    raises(RuntimeError, A_LEAF, x.__setitem__, [0], 1.0)
    assert x._version == 0 and x.tolist() == [[1.0] * 3] * 2


def test_a_leaf_may_change_under_no_grad():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        x -= 0.5
        x[0] = 7.0
    assert x.is_leaf and x.requires_grad and x.tolist() == [7.0, 0.5] and x.grad_fn is None


def test_a_leaf_without_grad_joins_the_graph():
    x, y = torch.ones(3), leaf()
    x.mul_(y)
    assert x.requires_grad and not x.is_leaf and graph(x.grad_fn) == "MulBackward0(None, AccumulateGrad)"
    x.sum().backward()
    assert y.grad.tolist() == [1.0, 1.0, 1.0]


# Results.


@pytest.mark.parametrize(
    "name, args, node",
    [
        ("add_", (1,), "AddBackward0"),
        ("mul_", (2,), "MulBackward0"),
        ("exp_", (), "ExpBackward0"),
        ("clamp_", (0, 1), "ClampBackward1"),
        ("zero_", (), "ZeroBackward0"),
        ("fill_", (3.0,), "FillBackward2"),
        ("copy_", (torch.ones(3),), "CopyBackwards"),
        ("relu_", (), "ReluBackward0"),
        ("t_", (), "TBackward1"),
        ("unsqueeze_", (0,), "UnsqueezeBackward1"),
        ("squeeze_", (), "SqueezeBackward3"),
        ("uniform_", (), "UniformBackward0"),
        ("normal_", (), "NormalBackward0"),
        ("bernoulli_", (), "BernoulliBackward2"),
        ("masked_fill_", (torch.tensor([True, False, True]), 1.0), "MaskedFillBackward0"),
    ],
)
def test_names(name, args, node):
    y = leaf() * 1
    assert getattr(y, name)(*args) is y
    assert y.grad_fn.name().removeprefix("torch::autograd::") == node


def test_inplace_chain_differentiates():
    x = leaf()
    y = x.clone()
    y.mul_(3).add_(1).pow_(2)
    y.sum().backward()
    assert x.grad.tolist() == [24.0, 42.0, 60.0]


def test_overwriting_cuts_the_gradient():
    x = leaf()
    y = x * 2
    y.fill_(1)
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_copy_differentiates_its_source_and_casts():
    source = torch.ones(3, dtype=torch.float64, requires_grad=True)
    target = leaf() * 1
    target.copy_(source)
    (target * 2).sum().backward()
    assert source.grad.dtype == torch.float64 and source.grad.tolist() == [2.0, 2.0, 2.0]
    wide = torch.zeros(2, 3)
    wide.copy_(leaf())
    assert wide.requires_grad
