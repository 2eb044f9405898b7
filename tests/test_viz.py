"""make_dot draws what torchviz draws."""
import importlib
import shutil

import pytest
import tinygrad_ext
from script_harness.engines import torch_is_here
from tinygrad_ext.utils import viz
from tinygrad_ext.utils.viz import DotGraph, make_dot

INTRO = """\
digraph {
  graph [size="12,12"]
  node [align=left fontname=monospace fontsize=10 height=0.2 ranksep=0.1 shape=box style=filled]
"""


@pytest.fixture(params=["tinygrad_ext", "torch"] if torch_is_here() else ["tinygrad_ext"])
def T(request):
    """Both engines have the same graph objects, so the same pictures are expected of both."""
    return importlib.import_module(request.param)


def body(graph):
    assert graph.source.startswith(INTRO) and graph.source.endswith("}")
    return [line.strip() for line in graph.source[len(INTRO):-1].splitlines()]


def classifier(T):
    T.manual_seed(0)
    model = T.nn.Sequential(T.nn.Linear(4, 5), T.nn.ReLU(), T.nn.Linear(5, 3))
    return model, T.nn.functional.cross_entropy(model(T.randn(2, 4)), T.tensor([0, 2]))


def test_a_classifier(T):
    model, loss = classifier(T)
    assert body(make_dot(loss, params=dict(model.named_parameters()))) == [
        r'n0 [label="\n ()" fillcolor=darkolivegreen1]',
        "n1 [label=NllLossBackward0]",
        "n2 -> n1",
        "n2 [label=LogSoftmaxBackward0]",
        "n3 -> n2",
        "n3 [label=AddmmBackward0]",
        "n4 -> n3",
        r'n5 [label="2.bias\n (3)" fillcolor=lightblue]',
        "n5 -> n4",
        "n4 [label=AccumulateGrad]",
        "n6 -> n3",
        "n6 [label=ReluBackward0]",
        "n7 -> n6",
        "n7 [label=AddmmBackward0]",
        "n8 -> n7",
        r'n9 [label="0.bias\n (5)" fillcolor=lightblue]',
        "n9 -> n8",
        "n8 [label=AccumulateGrad]",
        "n10 -> n7",
        "n10 [label=TBackward0]",
        "n11 -> n10",
        r'n12 [label="0.weight\n (5, 4)" fillcolor=lightblue]',
        "n12 -> n11",
        "n11 [label=AccumulateGrad]",
        "n13 -> n3",
        "n13 [label=TBackward0]",
        "n14 -> n13",
        r'n15 [label="2.weight\n (3, 5)" fillcolor=lightblue]',
        "n15 -> n14",
        "n14 [label=AccumulateGrad]",
        "n1 -> n0",
    ]


def test_what_a_node_keeps(T):
    x = T.arange(3.0, requires_grad=True)
    lines = body(make_dot((x * 2).exp().sum(), params={"x": x}, show_attrs=True, show_saved=True))
    rows = {line.split(r"\n")[0].split('"')[-1]: line for line in lines if "Backward" in line}
    assert rows["ExpBackward0"].endswith(r'ExpBackward0\n----------------------\nresult: [saved tensor]"]')
    assert r"\nother: [saved tensor]\nself :           None" in rows["MulBackward0"]
    assert r"\nself_sym_sizes: (3,)" in rows["SumBackward0"]
    assert [line for line in lines if "orange" in line] == [
        r'n3 [label="result\n (3)" fillcolor=orange]',
        r'n5 [label="other\n ()" fillcolor=orange]',
    ]
    assert "n2 -> n3 [dir=none]" in lines


def test_long_values_are_cut(T):
    x = T.ones(1, 1, 1, 1, 1, 1, requires_grad=True)
    graph = make_dot(x.sum(), show_attrs=True, max_attr_chars=5)
    assert r'self_sym_sizes: (1, 1"]' in graph.source


def test_freed_tensors_are_said_to_be_freed(T):
    x = T.ones(2, requires_grad=True)
    loss = (x * x).sum()
    loss.backward()
    assert r"tensors: freed" in make_dot(loss, show_attrs=True, show_saved=True).source


def test_a_leaf_that_is_saved_is_one_box(T):
    w = T.ones(2, requires_grad=True)
    v = T.ones(2, requires_grad=True)
    lines = body(make_dot((w * v).sum(), params={"w": w, "v": v}, show_saved=True))
    box = next(line for line in lines if "lightblue" in line and '"w' in line).split()[0]
    assert any(line.endswith(f"-> {box} [dir=none]") for line in lines)
    assert sum(line.startswith(f"{box} [") and "lightblue" in line for line in lines) == 1


def test_a_view_shows_its_base(T):
    x = T.ones(4, requires_grad=True)
    base = x * 2
    lines = body(make_dot(base.view(2, 2)))
    assert r'n0 [label="\n (2, 2)" fillcolor=darkolivegreen1]' in lines
    dark = next(line for line in lines if "darkolivegreen3" in line).split()[0]
    assert f"{dark} -> n0 [style=dotted]" in lines


def test_several_results_share_their_graph(T):
    x = T.ones(2, requires_grad=True)
    y = x * 2
    lines = body(make_dot((y.sum(), y.mean(), y.sum()), params={"x": x}))
    assert sum("darkolivegreen1" in line for line in lines) == 3
    assert sum("MulBackward0" in line for line in lines) == 1


def test_a_custom_function(T):
    class Square(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return 2 * x * g

    x = T.ones(2, requires_grad=True)
    lines = body(make_dot(Square.apply(x), params={"x": x}, show_attrs=True, show_saved=True))
    assert r'n1 [label="SquareBackward\n-----------------\nx: [saved tensor]"]' in lines


def test_a_tensor_without_a_graph(T):
    assert body(make_dot(T.ones(2, 0))) == [r'n0 [label="\n (2, 0)" fillcolor=darkolivegreen1]']


def test_names_are_quoted(T):
    x = T.ones(1, requires_grad=True)
    assert r'label="a\"b\\\n (1)"' in make_dot(x * 1, params={'a"b\\': x}).source


def test_only_tensors():
    with pytest.raises(TypeError, match="params\\['a'\\] should be a Tensor, got int"):
        make_dot(tinygrad_ext.ones(1), params={"a": 3})
    with pytest.raises(TypeError, match="expected a Tensor or a tuple of Tensors, got float"):
        make_dot(1.5)


def test_a_graph_too_large_to_read(T):
    y = T.ones(1, requires_grad=True)
    for _ in range(3 * viz.MAX_NODES):
        y = y + 1
    with pytest.warns(UserWarning, match="more than 2000 nodes") as caught:
        graph = make_dot(y)
    assert caught[0].filename == __file__
    assert "fillcolor=tomato" in graph.source
    assert graph.source.count("AddBackward0") == viz.MAX_NODES - 1


def test_size_grows_with_the_number_of_lines(T):
    y = T.ones(1, requires_grad=True)
    for _ in range(100):
        y = y + 1
    assert 'graph [size="30.75,30.75"]' in make_dot(y).source


def test_save(tmp_path):
    name = DotGraph("digraph {a}").save(tmp_path / "a.gv")
    assert name.read_text() == "digraph {a}\n"


def test_without_the_dot_program(monkeypatch, tmp_path):
    pytest.importorskip("graphviz")
    monkeypatch.setenv("PATH", str(tmp_path))
    graph = DotGraph("digraph {a -> b}")
    with pytest.raises(RuntimeError, match="needs the `dot` program"):
        graph.render(tmp_path / "a")
    shown = graph._repr_mimebundle_()
    assert list(shown) == ["text/plain"]
    assert "needs the `dot` program" in shown["text/plain"] and shown["text/plain"].endswith(graph.source)


def test_without_the_graphviz_package(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "graphviz", None)
    with pytest.raises(RuntimeError, match="pip install graphviz"):
        DotGraph("digraph {a}").pipe("svg")


@pytest.mark.skipif(shutil.which("dot") is None, reason="the dot program is not installed")
def test_pictures(T, tmp_path):
    pytest.importorskip("graphviz")
    model, loss = classifier(T)
    graph = make_dot(loss, params=dict(model.named_parameters()))
    written = graph.render(tmp_path / "net", format="png", cleanup=True)
    assert [p.name for p in tmp_path.iterdir()] == ["net.png"] and str(written).endswith("net.png")
    assert (tmp_path / "net.png").read_bytes().startswith(b"\x89PNG")
    shown = graph._repr_mimebundle_(include=None, exclude=None)
    assert "2.weight" in shown["image/svg+xml"] and "</svg>" in shown["image/svg+xml"]
    graph.format = "svg"
    assert str(graph.render(tmp_path / "again")).endswith("again.svg")
    assert graph.pipe("dot").startswith(b"digraph")
