"""The backward engine: what backward() and grad() do with leaves, results, flags and hooks."""

import pytest

import tinygrad_ext as torch

SECOND_TIME = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


def leaf(*values):
    return torch.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def raises(kind, text, function, *args, **kwargs):
    with pytest.raises(kind) as error:
        function(*args, **kwargs)
    assert str(error.value) == text


# Accumulation.


def test_gradients_add_up_over_calls():
    x = leaf()
    (x * 2).sum().backward()
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5.0, 5.0, 5.0]


def test_grad_is_the_same_object_after_every_backward():
    x = leaf()
    (x * 2).sum().backward()
    first = x.grad
    (x * 2).sum().backward()
    assert x.grad is first and first.tolist() == [4.0, 4.0, 4.0]
    x.grad = None
    (x * 2).sum().backward()
    assert x.grad is not first and first.tolist() == [4.0, 4.0, 4.0]


def test_a_tensor_used_many_times():
    x = leaf(2.0)
    y = x * x * x + x
    y.backward()
    assert x.grad.tolist() == [13.0]


def test_grad_has_the_layout_of_its_leaf():
    w = torch.ones(2, 3, requires_grad=True)
    w.t().sum(1).sum().backward()
    assert w.grad.stride() == (3, 1) and w.grad.is_contiguous()
    e = torch.ones(3, requires_grad=True)
    e.expand(4, 3).sum().backward()
    assert e.grad.tolist() == [4.0, 4.0, 4.0] and e.grad.stride() == (1,)
    p = torch.ones(3, 2).t().requires_grad_()
    (p * 2).sum().backward()
    assert p.grad.stride() == p.stride() == (1, 2)


def test_gradients_of_two_leaves_do_not_share_memory():
    a, b = leaf(1.0, 1.0), leaf(1.0, 1.0)
    (a + b).sum().backward()
    a.grad.mul_(5)
    assert b.grad.tolist() == [1.0, 1.0]
    seed = torch.ones(2)
    (a * 1).backward(seed)
    a.grad.zero_()
    assert seed.tolist() == [1.0, 1.0]


def test_the_users_gradient_argument_is_not_stolen():
    x, seed = leaf(), torch.ones(3)
    x.clone().backward(seed)
    x.grad.zero_()
    assert seed.tolist() == [1.0, 1.0, 1.0]


def test_grad_can_be_assigned_and_is_checked():
    x = leaf(1.0, 2.0)
    x.grad = torch.ones(2)
    (x * 2).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    size = "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. "
    raises(
        RuntimeError,
        size + "Please ensure that the gradient and the tensor are the same size",
        setattr,
        x,
        "grad",
        torch.ones(3),
    )
    raises(TypeError, "assigned grad expected to be a Tensor or None but got grad of type int", setattr, x, "grad", 1)
    del x.grad
    assert x.grad is None


# Arguments of backward and grad.


def test_backward_of_a_vector_needs_a_gradient():
    x = leaf()
    raises(RuntimeError, "grad can be implicitly created only for scalar outputs", (x * 2).backward)
    (x * 2).backward(torch.tensor([1.0, 0.0, 2.0]))
    assert x.grad.tolist() == [2.0, 0.0, 4.0]
    text = (
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([3])."
    )
    raises(RuntimeError, text, (x * 2).backward, torch.ones(2))


def test_backward_without_a_graph():
    text = "element 0 of tensors does not require grad and does not have a grad_fn"
    raises(RuntimeError, text, torch.ones(1).backward)
    with torch.no_grad():
        y = leaf(1.0) * 2
    raises(RuntimeError, text, y.backward)


def test_backward_of_a_leaf_itself():
    x = torch.tensor(3.0, requires_grad=True)
    x.backward()
    x.backward()
    assert x.grad.item() == 2.0


def test_the_graph_is_freed_unless_retained():
    x = leaf()
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0, 12.0]
    raises(RuntimeError, SECOND_TIME, y.backward)


def test_a_graph_that_saved_nothing_may_run_again():
    x = leaf()
    y = (x + 1).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_inputs_limits_who_accumulates():
    a, b = leaf(2.0), leaf(3.0)
    c = a * b
    c.backward(inputs=[a], retain_graph=True)
    assert a.grad.tolist() == [3.0] and b.grad is None
    c.backward(inputs=b)
    assert a.grad.tolist() == [3.0] and b.grad.tolist() == [2.0]
    raises(RuntimeError, "`inputs` argument to `backward()` cannot be empty.", (a * b).backward, inputs=[])


def test_inputs_may_be_a_result():
    x = leaf(2.0)
    middle = x * 3
    (middle * 2).backward(inputs=[middle])
    assert middle.grad.tolist() == [2.0] and x.grad is None


def test_inputs_that_are_results_retain_their_grad():
    x = leaf(2.0)
    middle = x * 3
    middle.retain_grad()
    middle.backward(inputs=[middle], retain_graph=True)
    assert middle.grad.item() == 1
    other = x * 3
    other.backward(inputs=[other], retain_graph=True)
    assert other.retains_grad
    other.backward()
    assert other.grad.item() == 2
    raises(RuntimeError, "can't retain_grad on Tensor that has requires_grad=False", other.backward, inputs=[torch.ones(1)])
    for backward in (other.backward, lambda inputs: torch.autograd.backward(other, inputs=inputs)):
        raises(RuntimeError, "all inputs have to be Tensors or GradientEdges, but got NoneType", backward, inputs=[None])


def test_a_copy_to_integers_passes_no_gradient_on():
    x = torch.ones(3, requires_grad=True)
    whole, part = torch.arange(3), torch.zeros(3, dtype=torch.uint8)
    whole.copy_(x)
    part[0] = x[0] * 255
    assert not whole.requires_grad and not part.requires_grad and part.numpy().tolist() == [255, 0, 0]
    (whole * x).sum().backward()
    assert x.grad.tolist() == [1, 1, 1]


def test_gradcheck_says_what_differs_where_nan_comes_twice():
    with pytest.raises(RuntimeError, match="Jacobian mismatch for output 0 with respect to input 0"):
        torch.autograd.gradcheck(torch.sqrt, torch.zeros(2, dtype=torch.float64, requires_grad=True))


def test_grad_returns_and_leaves_grad_alone():
    a, b = leaf(2.0), leaf(3.0)
    got = torch.autograd.grad(a * b, (a, b))
    assert isinstance(got, tuple) and [g.tolist() for g in got] == [[3.0], [2.0]]
    assert a.grad is None and b.grad is None and not got[0].requires_grad
    middle = a * 2
    assert torch.autograd.grad((middle * b).sum(), middle)[0].tolist() == [3.0]
    assert torch.autograd.grad([a * 1, b * 1], [a, b], [torch.ones(1), torch.full((1,), 4.0)])[1].tolist() == [4.0]


def test_grad_of_what_was_not_used():
    a, b = leaf(2.0), leaf(3.0)
    text = "The differentiated Tensor at index 1 appears to not have been used in the graph. "
    raises(
        RuntimeError,
        text + "Set allow_unused=True if this is the desired behavior.",
        torch.autograd.grad,
        a * 2,
        [a, b],
    )
    assert torch.autograd.grad(a * 2, [a, b], allow_unused=True)[1] is None
    assert torch.autograd.grad(a * 2, [a, b], materialize_grads=True)[1].tolist() == [0.0]
    text = "One of the differentiated Tensors does not require grad"
    raises(RuntimeError, text, torch.autograd.grad, a * 2, torch.ones(1))


def test_autograd_backward_takes_several_roots():
    x = leaf(2.0)
    torch.autograd.backward([x * 2, (x * 3).sum()], [torch.full((1,), 10.0), None])
    assert x.grad.tolist() == [23.0]
    text = "got 2 tensors and 1 gradients"
    raises(RuntimeError, text, torch.autograd.backward, [x * 2, x * 3], [torch.ones(1)])


def test_gradient_of_another_dtype_is_cast():
    x = torch.ones(2, requires_grad=True)
    (x.double() * 2).sum().backward()
    assert x.grad.dtype == torch.float32
    (x * 2).backward(torch.ones(2, dtype=torch.float64))
    assert x.grad.tolist() == [4.0, 4.0]


# Higher order.


def test_create_graph_gives_derivatives_of_any_order():
    x = torch.tensor(2.0, requires_grad=True)
    first = torch.autograd.grad(x**4, x, create_graph=True)[0]
    second = torch.autograd.grad(first, x, create_graph=True)[0]
    third = torch.autograd.grad(second, x)[0]
    assert (first.item(), second.item(), third.item()) == (32.0, 48.0, 48.0)
    assert not third.requires_grad


def test_backward_through_a_gradient_adds_to_grad():
    x = leaf(3.0)
    (x**3).backward(create_graph=True)
    assert x.grad.requires_grad and x.grad.tolist() == [27.0]
    penalty = (x.grad**2).sum()
    x.grad = None
    penalty.backward()
    assert x.grad.tolist() == [2 * 27.0 * 18.0]


def test_create_graph_implies_retain_graph():
    x = leaf(3.0)
    y = x * x
    torch.autograd.grad(y, x, create_graph=True)
    assert torch.autograd.grad(y, x)[0].tolist() == [6.0]


def test_gradient_argument_that_requires_grad():
    x, v = leaf(3.0), leaf(2.0)
    got = torch.autograd.grad(x * x, x, v, create_graph=True)[0]
    assert torch.autograd.grad(got, [x, v])[0].tolist() == [4.0]
