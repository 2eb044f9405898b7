"""Writing through views: the base's history is rewritten, the views follow, and an assigned value is differentiated."""

import numpy as np
import pytest

import tinygrad_ext as torch
from optable.core import graph


def leaf(*values):
    return torch.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def raises(kind, text, function, *args, **kwargs):
    with pytest.raises(kind) as error:
        function(*args, **kwargs)
    assert str(error.value) == text


def test_operands_that_overlap_the_target_are_refused():
    x = torch.arange(4.0)
    text = (
        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    )
    raises(
        RuntimeError, text + "location. Please clone() the tensor before performing the operation.", x[1:].add_, x[:-1]
    )
    assert x.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert x.add_(x).tolist() == [0.0, 2.0, 4.0, 6.0]


def test_writing_to_a_view_rewrites_the_base():
    x = torch.ones(2, 3, requires_grad=True)
    z = x * 2
    row = z[0]
    row.mul_(10)
    assert z.grad_fn.name() == "torch::autograd::CopySlices"
    assert graph(z.grad_fn) == "CopySlices(MulBackward0(AccumulateGrad, None), None)"
    assert row.grad_fn.name() == "AsStridedBackward0" and row.grad_fn.next_functions[0][0] is z.grad_fn
    z.sum().backward()
    assert x.grad.tolist() == [[20.0] * 3, [2.0] * 3]


def test_writing_to_the_base_rewrites_the_view():
    x = torch.ones(2, 3, requires_grad=True)
    z = x * 2
    flat = z.view(-1)
    z.mul_(5)
    assert graph(flat.grad_fn) == "AsStridedBackward0(MulBackward0(MulBackward0(AccumulateGrad, None), None))"
    flat.sum().backward()
    assert x.grad.tolist() == [[10.0] * 3] * 2


def test_a_view_of_a_view_knows_the_root():
    x = torch.ones(2, 3, 4, requires_grad=True)
    z = x * 1
    corner = z[0].t()[1:3]
    assert corner._base is z
    corner.mul_(3)
    z.sum().backward()
    expected = np.ones((2, 3, 4), np.float32)
    expected[0].T[1:3] = 3
    assert np.array_equal(x.grad.numpy(), expected)


def test_two_views_written_in_turn():
    x = leaf(1.0, 2.0, 3.0, 4.0)
    z = x * 1
    left, right = z[:3], z[1:]
    left.mul_(2)
    right.mul_(3)
    left.add_(right.clone())
    z.sum().backward()
    assert z.tolist() == [2.0 + 12.0, 12.0 + 18.0, 18.0 + 12.0, 12.0]
    assert x.grad.tolist() == [2.0, 6.0 * 2, 6.0 * 2, 3.0 * 2]


def test_an_active_value_written_into_a_passive_base():
    base, x = torch.zeros(4), leaf(1.0, 2.0)
    base[1:3] = x * 3
    assert base.requires_grad and base.grad_fn.name() == "torch::autograd::CopySlices"
    (base * torch.arange(4.0)).sum().backward()
    assert x.grad.tolist() == [3.0, 6.0]


@pytest.mark.parametrize("key", [0, (slice(None), 1), (..., -1), slice(0, 1), (0, 1)])
def test_assignment_through_a_basic_index(key):
    x, v = torch.ones(2, 3, requires_grad=True), torch.tensor(5.0, requires_grad=True)
    z = x * 2
    z[key] = v
    assert z.grad_fn.name() == "torch::autograd::CopySlices"
    z.sum().backward()
    hit = np.zeros((2, 3), bool)
    hit[key] = True
    assert v.grad.item() == hit.sum() and np.array_equal(x.grad.numpy(), np.where(hit, 0, 2))


@pytest.mark.parametrize("key", [[0, 1], torch.tensor([True, False]), (torch.tensor([0, 1]), torch.tensor([2, 0]))])
def test_assignment_through_an_advanced_index(key):
    x, v = torch.ones(2, 3, requires_grad=True), torch.tensor(5.0, requires_grad=True)
    z = x * 2
    z[key] = v
    assert z.grad_fn.name() == "IndexPutBackward0"
    z.sum().backward()
    hit = z.detach().numpy() == 5
    assert v.grad.item() == hit.sum() and np.array_equal(x.grad.numpy(), np.where(hit, 0, 2))


def test_augmented_assignment_through_an_index():
    x = leaf()
    z = x * 1
    z[0] += 1
    z[1:] *= 2
    z.sum().backward()
    assert z.tolist() == [2.0, 4.0, 6.0] and x.grad.tolist() == [1.0, 2.0, 2.0]


def test_assigning_a_whole_tensor():
    z = leaf() * 1
    z[:] = 0.0
    assert z.grad_fn.name() == "FillBackward3" and z.tolist() == [0.0] * 3


def test_views_of_several_results_refuse():
    text = (
        "Output {} of {} is a view and is being modified inplace. This view is the output of a function that returns "
    )
    text += (
        "multiple views. Such functions do not allow the output views to be modified inplace. You should replace the "
    )
    text += "inplace operation by an out-of-place one."
    for name, views in (
        ("Unbind", (leaf() * 1).unbind()),
        ("Split", (leaf() * 1).split(1)),
        ("Split", (leaf() * 1).chunk(3)),
    ):
        raises(RuntimeError, text.format(1, name), views[1].add_, 1)


def test_a_view_made_under_no_grad_refuses():
    z = leaf() * 1
    with torch.no_grad():
        view = z[:2]
        view.mul_(1)
    text = "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this "
    text += "use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view "
    text += (
        "and the inplace either both inside the no_grad block (if you don't want the inplace to be tracked) or both "
    )
    text += "outside (if you want the inplace to be tracked)."
    raises(RuntimeError, text, view.mul_, 2)


def test_second_derivative_through_a_written_view():
    def function(x):
        z = x * 1
        z[0] = x[0] * x[1]
        z.view(2, 2)[0].mul_(x[3] + 2)
        return z**2

    x = torch.tensor([1.5, -0.5, 2.0, 0.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(function, (x,)) and torch.autograd.gradgradcheck(function, (x,))


def test_hooks_and_retained_grad_of_a_rewritten_tensor():
    x = leaf()
    z = x * 2
    z.retain_grad()
    z[0] = 0.0
    z.sum().backward()
    assert z.grad.tolist() == [1.0, 1.0, 1.0] and x.grad.tolist() == [0.0, 2.0, 2.0]


def test_views_that_cannot_follow_their_base_say_so():
    base = leaf() * 1
    part = base.split(2)[0]
    base.mul_(2)
    text = "Output 0 of Split is a view and its base or another view of its base has been modified inplace. This view is the "
    text += "output of a function that returns multiple views. Such functions do not allow the output views to be modified "
    text += "inplace. You should replace the inplace operation by an out-of-place one."
    raises(RuntimeError, text, getattr, part, "grad_fn")
    raises(RuntimeError, text, part.sum)
    raises(RuntimeError, text.replace("its base or another view of its base has been", "is being"), part.add_, 1)
    assert part.requires_grad and repr(part) == "tensor([2., 4.], grad_fn=<Invalid>)"


def test_views_made_by_functions_are_not_written():
    class View(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.view(1, 3)

        @staticmethod
        def backward(ctx, g):
            return g.view(3)

    text = "Output 0 of View is a view and is being modified inplace. This view was created inside a custom Function (or "
    text += "because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom "
    text += "backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You "
    text += "can fix this by cloning the output of the custom Function."
    raises(RuntimeError, text, View.apply(leaf()).add_, 1)


def test_a_tensor_and_its_transpose_are_not_added_in_place():
    x = torch.arange(4.0).view(2, 2)
    text = "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    raises(RuntimeError, text + "location. Please clone() the tensor before performing the operation.", x.add_, x.t())
    assert x.tolist() == [[0.0, 1.0], [2.0, 3.0]] and x.view(4)[::2].add_(x.view(4)[1::2]).tolist() == [1.0, 5.0]
