"""Who takes part in the graph: grad modes, leaves, detach; and how long the graph lives."""

import gc
import threading
import weakref

import pytest

import tinygrad_ext as torch


def leaf(*values):
    return torch.tensor(values or (1.0, 2.0, 3.0), requires_grad=True)


def raises(kind, text, function, *args, **kwargs):
    with pytest.raises(kind) as error:
        function(*args, **kwargs)
    assert str(error.value) == text


# Grad mode, leaves, detach.


def test_grad_modes_nest_and_restore():
    x = leaf()
    assert torch.is_grad_enabled()
    with torch.no_grad():
        assert not torch.is_grad_enabled() and not (x * 2).requires_grad
        with torch.enable_grad():
            assert (x * 2).requires_grad
        with torch.set_grad_enabled(True):
            assert torch.is_grad_enabled()
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    with pytest.raises(ZeroDivisionError), torch.no_grad():
        1 / 0
    assert torch.is_grad_enabled()


def test_grad_modes_decorate_functions_and_generators():
    x = leaf()

    @torch.no_grad()
    def double(t):
        return t * 2

    @torch.no_grad()
    def doubles(t):
        for _ in range(2):
            assert not torch.is_grad_enabled()
            yield t * 2

    assert not double(x).requires_grad and double.__name__ == "double"
    for y in doubles(x):
        assert torch.is_grad_enabled() and not y.requires_grad


def test_grad_mode_belongs_to_a_thread():
    seen = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: seen.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_inference_mode():
    x = leaf()
    with torch.inference_mode():
        y = x * 2
        assert torch.is_inference_mode_enabled() and y.is_inference() and not y.requires_grad
    assert not torch.is_inference_mode_enabled()
    text = "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
    text += (
        "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it "
    )
    text += "in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
    raises(RuntimeError, text, lambda: y * x)


def test_detach_shares_memory_and_leaves_the_graph():
    x = leaf()
    y = x * 2
    z = y.detach()
    assert not z.requires_grad and z.grad_fn is None and z.is_leaf and z._base is None
    assert z.data_ptr() == y.data_ptr()
    z[0] = 9.0
    assert y[0].item() == 9.0


def test_what_a_leaf_is():
    x = leaf()
    y = x * 2
    assert x.is_leaf and not y.is_leaf and torch.ones(2).is_leaf and (torch.ones(2) * 2).is_leaf
    text = "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
    text += "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
    raises(RuntimeError, text, setattr, y, "requires_grad", False)
    assert torch.ones(2).requires_grad_().requires_grad
    integer = "only Tensors of floating point dtype can require gradients"
    raises(RuntimeError, integer, torch.ones(2, dtype=torch.int64).requires_grad_)


def test_frozen_leaf_gets_no_gradient():
    a, b = leaf(2.0), leaf(3.0)
    b.requires_grad_(False)
    (a * b).backward()
    assert a.grad.tolist() == [3.0] and b.grad is None


def test_retain_grad():
    x = leaf()
    y = x * 2
    assert not y.retains_grad
    y.retain_grad()
    y.retain_grad()
    z = y * 3
    z.sum().backward()
    assert y.retains_grad and y.grad.tolist() == [3.0, 3.0, 3.0] and x.grad.tolist() == [6.0, 6.0, 6.0]
    raises(RuntimeError, "can't retain_grad on Tensor that has requires_grad=False", torch.ones(1).retain_grad)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_grad_of_a_result_is_none():
    y = leaf() * 2
    y.sum().backward()
    assert y.grad is None


# Life and death.


def test_a_graph_dies_with_its_last_tensor():
    x = leaf()
    y = x * 2
    node = weakref.ref(y.grad_fn) if hasattr(type(y.grad_fn), "__weakref__") else None
    saved = torch.ones(3)
    alive = weakref.ref(saved)
    z = y * saved
    del saved
    assert alive() is not None
    del z
    assert alive() is None
    del y
    assert node is None or node() is None


def test_backward_frees_what_was_saved():
    x, factor = leaf(), torch.ones(3)
    alive = weakref.ref(factor)
    y = (x * factor).sum()
    del factor
    y.backward()
    assert alive() is None


def test_create_graph_makes_no_cycle():
    """torch leaks here, leaf -> .grad -> graph -> leaf; ours must not."""
    x = leaf()
    alive = weakref.ref(x)
    (x**3).sum().backward(create_graph=True)
    del x
    gc.collect()
    assert alive() is None


def test_hook_that_knows_its_tensor_is_collected():
    x = leaf()
    y = x * 2
    y.register_hook(lambda g, y=y: g * y.shape[0])
    alive = weakref.ref(y)
    y.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0, 6.0]
    del y
    gc.collect()
    assert alive() is None
