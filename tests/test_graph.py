"""What can be seen of the graph from Python: names, edges, saved values."""

import pytest

import tinygrad_ext as torch
from opinfo import value_cases
from optable.core import flatten, graph, materialize
from optable.report import rows
from script_harness.engines import torch_is_here

F = torch.nn.functional
CLASSES = torch.tensor([0, 2, 1])


def m(*shape):
    return torch.full(shape, 0.5).requires_grad_()


# (what the code says, the graph down to the leaves); "A" is a leaf's AccumulateGrad
GRAPHS = [
    (lambda: 1 - m(3), "RsubBackward1(A)"),
    (lambda: torch.rsub(m(3), m(3)), "RsubBackward0(A, A)"),
    (lambda: m(3) + 1, "AddBackward0(A, None)"),
    (lambda: m(3) + m(3), "AddBackward0(A, A)"),
    (lambda: 2 * m(3), "MulBackward0(A, None)"),
    (lambda: 1 / m(3), "MulBackward0(ReciprocalBackward0(A), None)"),
    (lambda: m(3) ** 2, "PowBackward0(A)"),
    (lambda: m(3).square(), "PowBackward0(A)"),
    (lambda: m(3) ** m(3), "PowBackward1(A, A)"),
    (lambda: 2 ** m(3), "PowBackward2(A)"),
    (lambda: m(2, 3) @ m(3, 4), "MmBackward0(A, A)"),
    (lambda: m(2, 3) @ m(3), "MvBackward0(A, A)"),
    (lambda: m(3) @ m(3), "DotBackward0(A, A)"),
    (lambda: m(3) @ m(3, 4), "SqueezeBackward4(MmBackward0(UnsqueezeBackward0(A), A))"),
    (lambda: m(2, 2, 3) @ m(3, 4), "UnsafeViewBackward0(MmBackward0(ViewBackward0(A), A))"),
    (lambda: m(2, 2, 3) @ m(3), "UnsafeViewBackward0(MvBackward0(ViewBackward0(A), A))"),
    (lambda: F.linear(m(2, 3), m(4, 3), m(4)), "AddmmBackward0(A, A, TBackward0(A))"),
    (lambda: F.linear(m(2, 3), m(4, 3)), "MmBackward0(A, TBackward0(A))"),
    (lambda: F.linear(m(3), m(4, 3), m(4)), "ViewBackward0(AddmmBackward0(A, ViewBackward0(A), TBackward0(A)))"),
    (lambda: F.linear(m(3), m(4, 3)), "SqueezeBackward4(MmBackward0(UnsqueezeBackward0(A), TBackward0(A)))"),
    (lambda: F.linear(m(2, 2, 3), m(4, 3), m(4)), "ViewBackward0(AddmmBackward0(A, ViewBackward0(A), TBackward0(A)))"),
    (lambda: F.linear(m(2, 2, 3), m(4, 3)), "UnsafeViewBackward0(MmBackward0(ViewBackward0(A), TBackward0(A)))"),
    (lambda: torch.outer(m(2), m(3)), "MulBackward0(ViewBackward0(A), A)"),
    (lambda: m(2, 3).sum(), "SumBackward0(A)"),
    (lambda: m(2, 3).sum(0), "SumBackward1(A)"),
    (lambda: m(2, 3).mean(), "MeanBackward0(A)"),
    (lambda: m(2, 3).mean(1), "MeanBackward1(A)"),
    (lambda: m(2, 3).max(), "MaxBackward1(A)"),
    (lambda: m(2, 3).max(0)[0], "MaxBackward0(A)"),
    (lambda: torch.max(m(3), m(3)), "MaximumBackward0(A, A)"),
    (lambda: m(2, 3).norm(), "LinalgVectorNormBackward0(A)"),
    (lambda: m(3).log1p(), "Log1PBackward0(A)"),
    (lambda: F.relu(m(3)), "ReluBackward0(A)"),
    (lambda: F.selu(m(3)), "EluBackward0(A)"),
    (lambda: F.softmin(m(3), 0), "SoftmaxBackward0(NegBackward0(A))"),
    (lambda: F.dropout(m(3), 0.5), "MulBackward0(A, None)"),
    (lambda: F.mse_loss(m(3), m(3)), "MseLossBackward0(A, A)"),
    (lambda: F.l1_loss(m(3), m(3)), "MeanBackward0(AbsBackward0(SubBackward0(A, A)))"),
    (lambda: F.cross_entropy(m(3, 4), CLASSES), "NllLossBackward0(LogSoftmaxBackward0(A))"),
    (lambda: F.nll_loss(m(3, 4), CLASSES, reduction="none"), "NllLossBackward0(A)"),
    (lambda: F.binary_cross_entropy(m(3), torch.ones(3)), "BinaryCrossEntropyBackward0(A, None)"),
    (lambda: F.binary_cross_entropy_with_logits(m(3), torch.ones(3)), "BinaryCrossEntropyWithLogitsBackward0(A, None)"),
    (lambda: m(2, 3).T, "PermuteBackward0(A)"),
    (lambda: m(2, 3).mT, "TransposeBackward0(A)"),
    (lambda: m(2, 3).t().reshape(6), "UnsafeViewBackward0(CloneBackward0(TBackward0(A)))"),
    (lambda: m(2, 3)[0, 1], "SelectBackward0(SelectBackward0(A))"),
    (lambda: m(2, 3)[:, 1:], "SliceBackward0(A)"),
    (lambda: m(2, 3)[None], "UnsqueezeBackward0(A)"),
    (lambda: m(2, 3)[[0, 1]], "IndexBackward0(A)"),
    (lambda: list(m(2, 3))[1], "UnbindBackward0#1(A)"),
    (lambda: m(3).split(1)[2], "SplitBackward0#2(A)"),
    (lambda: m(3).split([1, 2])[1], "SplitWithSizesBackward0#1(A)"),
    (lambda: torch.cat([m(2), m(3)]), "CatBackward0(A, A)"),
    (lambda: torch.stack([m(2), m(2)]), "StackBackward0(A, A)"),
    (lambda: m(3).clamp(0, 1), "ClampBackward1(A)"),
    (lambda: torch.where(m(3) > 0, m(3), 0.0), "WhereBackward0(A, None)"),
    (lambda: m(3).double(), "ToCopyBackward0(A)"),
    (lambda: m(3).clone(), "CloneBackward0(A)"),
    (lambda: m(3).var(), "VarBackward0(A)"),
]


@pytest.mark.parametrize("make, expected", GRAPHS, ids=[expected for _, expected in GRAPHS])
def test_graph(make, expected):
    result = make()
    assert graph(result.grad_fn, result.output_nr) == expected.replace("A)", "AccumulateGrad)").replace(
        "A,", "AccumulateGrad,"
    )


@pytest.mark.parametrize(
    "compute", [lambda: m(3) > 0, lambda: m(3).argmax(), lambda: torch.zeros_like(m(3)), lambda: m(3).detach()]
)
def test_no_graph(compute):
    assert compute().grad_fn is None and not compute().requires_grad


def test_inactive_calls_return_their_input():
    x = m(3)
    assert F.dropout(x, 0.5, training=False) is x and F.dropout(x, 0.0) is x
    assert x.contiguous() is x and x.float() is x and x.to(torch.float32) is x and +x is x


def test_names_of_nodes():
    y = m(3) * 2
    node = y.grad_fn
    assert node.name() == type(node).__name__ == "MulBackward0" and str(type(node)) == "<class 'MulBackward0'>"
    assert repr(node).startswith("<MulBackward0 object at 0x")
    accumulate = node.next_functions[0][0]
    assert accumulate.name() == "torch::autograd::AccumulateGrad" and type(accumulate).__name__ == "AccumulateGrad"


def test_nodes_keep_their_identity():
    x = m(3)
    y = x * 2
    z = y + y
    assert y.grad_fn is y.grad_fn
    assert z.grad_fn.next_functions[0][0] is y.grad_fn and z.grad_fn.next_functions[1][0] is y.grad_fn
    first, second = (x * 2).grad_fn.next_functions[0][0], (x * 3).grad_fn.next_functions[0][0]
    assert first.variable is x and second.variable is x


def test_walking_the_graph_as_tutorials_do():
    model_out = torch.relu(m(2, 3) @ m(3, 4)).sum()
    names, node = [], model_out.grad_fn
    while node is not None:
        names.append(type(node).__name__)
        node = node.next_functions[0][0] if node.next_functions else None
    assert names == ["SumBackward0", "ReluBackward0", "MmBackward0", "AccumulateGrad"]


def test_a_leaf_that_does_not_require_grad_has_no_edge():
    assert (m(3) * torch.ones(3)).grad_fn.next_functions[1] == (None, 0)
    assert (torch.ones(3) * m(3)).grad_fn.next_functions[0] == (None, 0)


def saved(result):
    names = sorted(name for name in dir(result.grad_fn) if name.startswith("_saved_"))
    return {name.removeprefix("_saved_"): getattr(result.grad_fn, name) for name in names}


def test_saved_tensors():
    a, b = m(3), m(3)
    values = saved(a * b)
    assert values["self"] is a and values["other"] is b
    assert saved(a * torch.ones(3))["self"] is None
    assert saved(a.exp())["result"].tolist() == a.exp().tolist()
    y = a.exp()
    assert y.grad_fn._saved_result is y or y.grad_fn._saved_result.data_ptr() == y.data_ptr()
    assert saved(a.log())["self"] is a
    assert saved(torch.where(a > 0, a, b))["condition"].tolist() == [True] * 3


def test_saved_numbers_and_shapes():
    a = m(2, 3)
    assert saved(a**2)["exponent"] == 2 and saved(a + 1)["alpha"] == 1
    assert saved(a.sum()) == {"self_sym_sizes": (2, 3)}
    assert saved(a.sum(1))["dim"] == (1,) and saved(a.sum(1))["keepdim"] is False
    assert saved(a.mean())["self_sym_numel"] == 6
    assert saved(a.transpose(0, 1)) == {"dim0": 0, "dim1": 1}
    assert saved(a.permute(1, 0))["dims"] == (1, 0)
    assert saved(a[1])["index"] == 1 and saved(a[1])["dim"] == 0
    assert saved(a[1:])["start"] == 1 and saved(a[1:])["end"] == 2**63 - 1 and saved(a[1:])["step"] == 1
    assert saved(F.mse_loss(a, a.detach()))["reduction"] == 1
    assert saved(F.nll_loss(a, torch.tensor([0, 1])))["ignore_index"] == 2**64 - 100
    assert saved(a.t()) == {} and saved(-a) == {} and saved(a.clone()) == {}
    assert saved(a.clamp(0, 1))["min"] == 0 and saved(a.clamp(0, 1))["max"] == 1
    assert saved(a.softmax(1))["dim"] == 1


def saved_names(T, case):
    """Of every node in the graph of one call, from the results down: its name and those of what it saved."""
    args = [materialize(T, value, []) for value in case.sample.args]
    kwargs = {key: materialize(T, value, []) for key, value in case.sample.kwargs.items()}
    found = []
    try:
        nodes = [getattr(result, "grad_fn", None) for result in flatten(case.call(T, *args, **kwargs))]
    except Exception:  # what raises, and how, is another test's business
        return found
    while nodes:
        node = nodes.pop(0)
        if node is not None:
            nodes += [edge[0] for edge in node.next_functions]
            found.append((node.name(), {name for name in dir(node) if name.startswith("_saved_")}))
    return found


@pytest.mark.skipif(not torch_is_here(), reason="compares with torch")
@pytest.mark.filterwarnings("ignore")
@rows(differentiable=True)
def test_what_is_saved_has_torchs_names(op):
    import torch as oracle

    for case in value_cases(op):
        for (ours, names), (theirs, known) in zip(saved_names(torch, case), saved_names(oracle, case)):
            assert ours != theirs or names <= known, ours


def test_saved_values_are_gone_after_backward():
    x = m(3)
    y = (x * x).sum()
    node = y.grad_fn.next_functions[0][0]
    y.backward()
    with pytest.raises(RuntimeError, match="^Trying to backward through the graph a second time "):
        node._saved_self


class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor, y):
        ctx.factor = factor
        ctx.save_for_backward(x)
        return x * factor + y

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None, g


def test_the_node_of_a_python_function():
    x = m(2)
    node = Scale.apply(x, 3, torch.ones(2)).grad_fn
    assert str(type(node)) == "<class 'torch.autograd.function.ScaleBackward'>" and node.name() == "ScaleBackward"
    assert repr(node).startswith("<torch.autograd.function.ScaleBackward object at 0x")
    (accumulate, _), nothing = node.next_functions
    assert accumulate.variable is x and nothing == (None, 0)
    assert node.factor == 3 and node.saved_tensors[0] is x and node.needs_input_grad == (True, False, False)
    assert not hasattr(node, "other") and "factor" in dir(node)


def test_the_gradient_of_what_is_no_tensor():
    class Wrong(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return g, g

    text = "function WrongBackward returned a gradient different than None at position 2, but the corresponding forward input was not a Variable"
    with pytest.raises(RuntimeError, match=f"^{text}$"):
        Wrong.apply(m(2), 2.0).sum().backward()


def test_a_leaf_that_only_the_graph_knows_can_be_seen():
    node = (m(2, 3) * 2).grad_fn
    leaf = node.next_functions[0][0].variable
    assert leaf.tolist() == [[0.5] * 3] * 2 and leaf.requires_grad and leaf.is_leaf
    assert node.next_functions[0][0].variable is leaf
