"""Hooks on tensors and nodes: when they fire, with what, and what they may do."""

import gc
import re
import weakref

import pytest

import tinygrad_ext as torch


def leaf(*values):
    return torch.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def test_a_leafs_hook_fires_once_on_the_sum():
    x, seen = leaf(2.0), []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2 + x * 3 + x * x).backward()
    assert seen == [[9.0]] and x.grad.tolist() == [9.0]


def test_a_hook_sees_this_backward_not_what_was_accumulated():
    x, seen = leaf(2.0), []
    x.register_hook(lambda g: seen.append(g.tolist()))
    (x * 2).backward()
    (x * 2).backward()
    assert seen == [[2.0], [2.0]] and x.grad.tolist() == [4.0]


def test_a_hook_may_replace_the_gradient():
    x = leaf()
    y = x * 2
    y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: g + 1)
    y.sum().backward()
    assert x.grad.tolist() == [22.0, 22.0, 22.0]


def test_hooks_run_in_order_and_can_be_removed():
    x, order = leaf(1.0), []
    first = x.register_hook(lambda g: order.append(1))
    x.register_hook(lambda g: order.append(2))
    (x * 2).backward()
    first.remove()
    first.remove()
    (x * 2).backward()
    assert order == [1, 2, 2]


def test_handle_is_a_context_manager():
    x, seen = leaf(1.0), []
    with x.register_hook(seen.append):
        (x * 2).backward()
    (x * 2).backward()
    assert len(seen) == 1


def test_the_hook_of_a_result_runs_before_its_retained_grad_is_kept():
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda g: g * 5)
    (y * 3).backward()
    assert y.grad.tolist() == [15.0] and x.grad.tolist() == [30.0]


def test_hooks_fire_for_autograd_grad():
    x, seen = leaf(1.0), []
    y = x * 2
    y.register_hook(lambda g: seen.append("y"))
    x.register_hook(lambda g: g * 7)
    assert torch.autograd.grad(y, x)[0].tolist() == [14.0]
    assert seen == ["y"] and x.grad is None


def test_hook_needs_a_tensor_that_requires_grad():
    with pytest.raises(RuntimeError, match="^cannot register a hook on a tensor that doesn't require gradient$"):
        torch.ones(1).register_hook(print)


def test_hook_must_return_a_gradient_of_the_same_kind():
    x = leaf()
    x.register_hook(lambda g: 1)
    with pytest.raises(TypeError, match="^expected Variable, but hook returned 'int'$"):
        x.sum().backward()
    y = leaf()
    y.register_hook(lambda g: torch.ones(2))
    with pytest.raises(RuntimeError, match="^hook '<lambda>' has changed the size of value$"):
        y.sum().backward()


@pytest.mark.parametrize("kind, text, returned", [
    (RuntimeError, "hook '<lambda>' has changed the size of value", (torch.ones(4),)),
    (RuntimeError, "hook '<lambda>' has changed the type of value (was torch.FloatTensor got torch.LongTensor)", (torch.ones(3, dtype=torch.int64),)),
    (RuntimeError, "hook '<lambda>' has returned an incorrect number of values (got 2, but expected 1)", (torch.ones(3),) * 2),
    (TypeError, "expected tuple, but hook returned 'Tensor'", torch.ones(3)),
    (TypeError, "expected Variable, but hook returned 'int'", (5,)),
])
def test_node_hook_must_return_gradients_of_the_same_kind(kind, text, returned):
    x = leaf()
    for node in ((x * 2).grad_fn.next_functions[0][0], (y := x * 2).grad_fn):
        with node.register_prehook(lambda g: returned), pytest.raises(kind, match=f"^{re.escape(text)}$"):
            (y.sum() + (x * 2).sum()).backward(retain_graph=True)


def test_node_hook_must_not_fill_in_a_gradient():
    a, b = leaf().unbind()[:2]
    a.grad_fn.register_prehook(lambda g: (torch.ones(()),) * 3)
    with pytest.raises(RuntimeError, match="^can't replace a None gradient with a non-None value$"):
        b.backward()


@pytest.mark.parametrize("data", [torch.ones(50, 40), torch.full((3,), 7), torch.tensor(1.0)])
@pytest.mark.parametrize("watch", [lambda x: x, lambda x: x * 2, lambda x: torch.stack([x, x]), lambda x: torch.cat([x, x])])
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_hook_that_changes_the_gradients_shape_is_caught(data, watch, create_graph):
    x = torch.ones(3, 4, requires_grad=True)
    y = watch(x)
    y.register_hook(lambda g: setattr(g, "data", data))
    with pytest.raises(RuntimeError):
        (y * 2).sum().backward(create_graph=create_graph)


def test_a_hook_that_changes_a_gradient_that_waits_elsewhere_is_caught():
    x = torch.ones(3, 4, requires_grad=True)
    a, b = x * 2, x * 3  # both are given the gradient of their sum
    b.register_hook(lambda g: setattr(g, "data", torch.ones(5)))
    with pytest.raises(RuntimeError, match="has changed the size of the gradient"):
        (a + b).backward(torch.ones(3, 4))


def test_an_exception_in_a_hook_reaches_the_caller_and_leaves_nothing_behind():
    x = leaf()
    y = x * 2
    y.register_hook(lambda g: 1 / 0)
    z = (y * y).sum()
    alive = weakref.ref(y)
    with pytest.raises(ZeroDivisionError):
        z.backward()
    assert x.grad is None
    del y, z
    gc.collect()
    assert alive() is None
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_backward_inside_a_hook():
    x, w = leaf(2.0), leaf(5.0)
    y = x * 3

    @torch.enable_grad()
    def nested(gradient):
        assert torch.autograd.grad(w * w, w)[0].tolist() == [10.0]
        (w * 2).backward()
        return gradient * 2

    y.register_hook(nested)
    (y * 4).backward()
    assert x.grad.tolist() == [24.0] and w.grad.tolist() == [2.0]


def test_backward_inside_a_hook_to_the_same_leaf():
    x = leaf(2.0)
    y = x * 3

    @torch.enable_grad()
    def nested(gradient):
        (x * 100).backward()

    y.register_hook(nested)
    (y * 4).backward()
    assert x.grad.tolist() == [112.0]


def test_a_hook_runs_without_recording_unless_create_graph():
    x, recording = leaf(2.0), []
    x.register_hook(lambda g: recording.append((g * x).requires_grad))
    (x * x).backward()
    (x * x).backward(create_graph=True)
    assert recording == [False, True]


def test_node_hooks():
    x, seen = leaf(2.0), []
    y = x * 3
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 10,))
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs[0].tolist(), outputs[0].tolist())))
    y.backward()
    assert seen == [([30.0], [10.0])] and x.grad.tolist() == [30.0]


def test_node_hook_may_replace_the_gradients_of_its_inputs():
    x = leaf(2.0)
    y = x * 3
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 100, *inputs[1:]))
    y.backward()
    assert x.grad.tolist() == [300.0]


def test_post_accumulate_grad_hook():
    x, seen = leaf(2.0), []
    x.register_post_accumulate_grad_hook(lambda t: seen.append((t is x, t.grad.tolist())))
    (x * 3 + x).backward()
    (x * 3).backward()
    assert seen == [(True, [4.0]), (True, [7.0])]
    with pytest.raises(RuntimeError, match="^post accumulate grad hooks cannot be registered on non-leaf tensors$"):
        (x * 2).register_post_accumulate_grad_hook(print)


def test_hook_on_an_accumulate_grad_node():
    x, seen = leaf(2.0), []
    y = x * 3
    node = y.grad_fn.next_functions[0][0]
    node.register_hook(lambda inputs, outputs: seen.append(outputs[0].tolist()))
    assert node.variable is x
    y.backward()
    assert seen == [[3.0]]


def test_hook_registered_after_the_graph_was_built():
    x, seen = leaf(2.0), []
    y = x * 3
    x.register_hook(lambda g: seen.append(g.tolist()))
    y.backward()
    assert seen == [[3.0]]


def test_hook_on_a_tensor_modified_in_place_follows_the_new_value():
    x, seen = leaf(2.0), []
    y = x * 3
    y.register_hook(lambda g: seen.append(("old", g.tolist())))
    y.mul_(10)
    y.register_hook(lambda g: seen.append(("new", g.tolist())))
    y.backward()
    assert seen == [("new", [1.0]), ("old", [10.0])]


class Nothing(torch.autograd.Function):
    """Identity that gives no gradient."""

    @staticmethod
    def forward(ctx, x):
        return x * 1

    @staticmethod
    def backward(ctx, g):
        return None


def test_what_no_gradient_reaches_is_visited_all_the_same():
    x, seen = leaf(2.0), []
    x.register_hook(lambda g: seen.append(("leaf", g)))
    x.register_post_accumulate_grad_hook(lambda t: seen.append("never"))
    y = x * 3
    y.register_hook(lambda g: seen.append(("result", g)))
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append(("node", inputs, outputs)))
    Nothing.apply(y).backward()
    assert seen == [("result", None), ("node", (None, None), (None,)), ("leaf", None)] and x.grad is None


def test_functions_that_no_gradient_reaches_are_given_zeros():
    class Tell(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            seen.append(g.tolist())
            return g

    x, seen = leaf(2.0), []
    Nothing.apply(Tell.apply(x)).backward()
    assert seen == [[0.0]] and x.grad.tolist() == [0.0]


def test_order_of_hooks_on_a_leaf():
    x, seen = leaf(2.0), []
    node = (x * 3).grad_fn.next_functions[0][0]
    after = node.register_hook(lambda inputs, outputs: seen.append(("after", inputs, outputs[0].item(), x.grad.item())))
    node.register_prehook(lambda outputs: seen.append(("before", outputs[0].item(), x.grad)))
    x.register_hook(lambda g: seen.append(("tensor", g.item())))
    x.register_post_accumulate_grad_hook(lambda t: seen.append(("accumulated", t.grad.item())))
    (x * 3).backward()
    assert seen == [("tensor", 3.0), ("before", 3.0, None), ("accumulated", 3.0), ("after", (), 3.0, 3.0)]
    after.remove()
    (x * 3).backward()
    assert seen[-1] == ("accumulated", 6.0)
