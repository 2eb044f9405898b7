"""Wrong calls: torch's exception and text where it has one, and never a crash, a hang or a half-done write."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import tinygrad_ext as torch
from opinfo import FAMILIES
from oracle import torch as real

HERE = Path(__file__).parent
GIVEN_UP = "..."


def error_texts():
    """(code, exception, text) for every pair of lines in data/error_texts.txt."""
    lines = (HERE / "data/error_texts.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    answers = [line.strip().partition(": ") for line in lines[1::2]]
    return [(code, kind, text) for code, (kind, _, text) in zip(lines[::2], answers, strict=True)]


def check_error(T, code, kind, text):
    with pytest.raises(Exception) as raised, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        eval(code, {"torch": T, "np": np})
    assert type(raised.value).__name__ == kind, str(raised.value)
    got = str(raised.value).partition("\nException raised from")[0].rstrip()
    if text.endswith(GIVEN_UP):
        return
    if kind == "AttributeError":  # ours goes on to say where the list of what is covered stands
        got = got[: len(text)]
    assert got == text


@pytest.mark.parametrize("code, kind, text", error_texts(), ids=[row[0] for row in error_texts()])
def test_error_text(code, kind, text):
    check_error(torch, code, kind, text)


@pytest.mark.skipif(real is None, reason="holds the stored texts against torch itself")
def test_error_texts_are_torchs():
    for code, kind, text in error_texts():
        check_error(real, code, kind, text)


@pytest.mark.parametrize("family", [family.__name__.rpartition(".")[2] for family in FAMILIES])
def test_no_wrong_argument_crashes(family):
    """A process of its own tries everything; if it dies, the last line it wrote names the call."""
    command = [sys.executable, "-X", "faulthandler", str(HERE / "wrong_arguments.py"), family]
    child = subprocess.run(command, capture_output=True, text=True, timeout=240)
    tail = "\n".join(child.stdout.splitlines()[-1:] + child.stderr.splitlines()[-25:])
    assert child.returncode == 0, f"exit code {child.returncode} at\n{tail}"
    assert "calls survived" in child.stdout


def nasty_programs():
    blocks = (HERE / "data/nasty_programs.txt").read_text(encoding="utf-8").split("\n# ")[1:]
    return dict(block.strip().split("\n", 1) for block in blocks)


@pytest.mark.parametrize("name", nasty_programs())
def test_the_interpreter_survives(name):
    """Line by line, so that a statement which raises does not keep the next from running."""
    child = subprocess.run(
        [sys.executable, "-X", "faulthandler", str(HERE / "run_statements.py")],
        input=nasty_programs()[name],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert child.returncode == 0 and child.stdout.endswith("alive\n"), child.stderr[-2000:]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.__setitem__(0, torch.ones(9)),
        lambda x: x.__setitem__([0, 9], 5.0),
        lambda x: x.__setitem__((torch.tensor([0, 1]), torch.tensor([0, 9])), 5.0),
        lambda x: x.__setitem__(x > 0, torch.ones(2)),
        lambda x: x.copy_(torch.ones(3, 2)),
        lambda x: x.add_(torch.ones(2, 2, 3)),
        lambda x: x.scatter_(1, torch.tensor([[0, 1, 9]]), 5.0),
        lambda x: x.scatter_add_(1, torch.tensor([[0, 1, 9]]), torch.ones(1, 3)),
        lambda x: x.index_add_(0, torch.tensor([0, 9]), torch.ones(2, 3)),
        lambda x: x.index_fill_(1, torch.tensor([0, 9]), 5.0),
        lambda x: x.index_copy_(1, torch.tensor([0, 9]), torch.ones(2, 2)),
        lambda x: x.masked_fill_(torch.ones(5, dtype=torch.bool), 1.0),
        lambda x: x.addmm_(torch.ones(2, 4), torch.ones(5, 3)),
        lambda x: x.random_(5, 5),
        lambda x: x.uniform_(2, 1),
        lambda x: x.normal_(0, -1),
        lambda x: x.bernoulli_(2.0),
        lambda x: x.clamp_(torch.ones(7)),
        lambda x: x.fill_("a"),
        lambda x: x.unsqueeze_(9),
        lambda x: x.transpose_(0, 9),
    ],
)
def test_a_failed_write_leaves_its_target_alone(change):
    x = torch.arange(6.0).reshape(2, 3).clone()
    with pytest.raises((RuntimeError, IndexError, TypeError, ValueError)):
        change(x)
    assert x.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]] and x._version == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda x, i, mask: x.mul_(i),
        lambda x, i, mask: x[0].mul_(i[0]),
        lambda x, i, mask: x.addcmul_(x * 2, i),
        lambda x, i, mask: x.masked_fill_(mask, 1.0),
        lambda x, i, mask: x.lerp_(x * 2, i),
    ],
)
def test_a_write_that_cannot_be_recorded_leaves_its_target_alone(change):
    x = torch.arange(3.0, requires_grad=True) * 1
    with torch.inference_mode():
        values, mask = torch.full((3,), 2.0), torch.ones(3, dtype=torch.bool)
    with pytest.raises(RuntimeError, match="^Inference tensors cannot be saved for backward"):
        change(x, values, mask)
    assert x.tolist() == [0.0, 1.0, 2.0] and x._version == 0
    x.sum().backward()


def test_attributes_of_a_function_context_must_be_tuples():
    class Marks(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, name, value):
            setattr(ctx, name, value)
            return x * 2

    for name in ("to_save", "dirty_tensors", "non_differentiable"):
        Marks.apply(torch.ones(1, requires_grad=True), name, None)
        with pytest.raises(RuntimeError, match=f"^autograd internal error: {name} attribute is expected to be a tuple but is $"):
            Marks.apply(torch.ones(1), name, [torch.ones(1)])


def test_an_error_in_backward_leaves_gradients_alone():
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    y = x * 3
    y.register_hook(lambda g: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        (y.sum() + (x * 5).sum()).backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_failed_draw_leaves_the_stream_alone():
    torch.manual_seed(0)
    for draw in (
        lambda: torch.randint(5, 5, (3,)),
        lambda: torch.ones(3).uniform_(2, 1),
        lambda: torch.rand(-1),
        lambda: torch.randperm(-1),
    ):
        with pytest.raises(RuntimeError):
            draw()
    after = torch.rand(1)
    torch.manual_seed(0)
    assert torch.equal(after, torch.rand(1))


# ---- Memory that is not what it seems


def odd_bools():
    return np.frombuffer(bytes([0, 1, 2, 255, 7]), dtype=np.bool_)


def read_only(array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.from_numpy(array)


@pytest.mark.parametrize("make", [read_only, torch.tensor, lambda a: torch.from_numpy(a.copy())], ids=["read-only", "copy", "shared"])
def test_a_bool_of_any_byte_is_true_unless_zero(make):
    t, x = make(odd_bools()), torch.arange(5.0)
    assert t.sum().item() == t.count_nonzero().item() == 4
    assert t.nonzero().flatten().tolist() == [1, 2, 3, 4]
    assert x[t].tolist() == x.masked_select(t).tolist() == [1, 2, 3, 4]
    assert t.int().tolist() == [0, 1, 1, 1, 1]
    assert torch.zeros(5).masked_scatter_(t, x + 1).tolist() == [0, 1, 2, 3, 4]


def test_copies_of_bools_are_zeros_and_ones():
    for make in (read_only, torch.tensor):
        assert make(odd_bools()).numpy().tobytes() == bytes([0, 1, 1, 1, 1])


BIG = 1 << 40
WRITES = [
    ("x[i] = v", lambda x, i, v: x.__setitem__(i, v)),
    ("index_put_", lambda x, i, v: x.index_put_((i,), v)),
    ("index_put_ accumulate", lambda x, i, v: x.index_put_((i,), v, accumulate=True)),
    ("scatter_", lambda x, i, v: x.scatter_(0, i, v)),
    ("scatter_ number", lambda x, i, v: x.scatter_(0, i, BIG)),
    ("scatter_add_", lambda x, i, v: x.scatter_add_(0, i, v)),
    ("index_add_", lambda x, i, v: x.index_add_(0, i, v)),
    ("index_copy_", lambda x, i, v: x.index_copy_(0, i, v)),
    ("index_fill_", lambda x, i, v: x.index_fill_(0, i, BIG)),
    ("put_", lambda x, i, v: x.put_(i, v)),
]
N = 1000


def pair_of_storages():
    array = np.arange(1, N + 1) % N
    return torch.from_numpy(array), torch.from_numpy(array)


def one_with_gaps():
    x = torch.as_strided(torch.zeros(2 * N, dtype=torch.int64), (N,), (2,), 0)
    x.copy_((torch.arange(N) + 1) % N)
    return x, x


@pytest.mark.parametrize("operands", [pair_of_storages, one_with_gaps])
@pytest.mark.parametrize("write", [w for _, w in WRITES], ids=[name for name, _ in WRITES])
def test_positions_are_read_before_they_are_written_over(write, operands):
    x, i = operands()
    v = torch.full((N,), BIG)
    expected = x.clone()
    write(expected, i.clone(), v)
    write(x, i, v)
    assert torch.equal(x, expected)


@pytest.mark.parametrize("write", [w for _, w in WRITES], ids=[name for name, _ in WRITES])
@pytest.mark.parametrize("alias", [lambda x: x, lambda x: x.data, lambda x: x.detach()], ids=["x", "x.data", "x.detach()"])
def test_dense_positions_may_not_be_what_is_written(write, alias):
    x = torch.arange(4)
    with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor"):
        write(x, alias(x), torch.zeros(4, dtype=torch.int64))
    assert x.tolist() == [0, 1, 2, 3]


F = torch.nn.functional


def rows():
    return torch.ones(2, 4, requires_grad=True)


def index():
    return torch.tensor([3, 3])


def of_max(x, i):
    values, at = x.max(1)
    return values, at


def of_cummax(x, i):
    values, at = x.cummax(1)
    return values, at


def put(x, i):
    y = torch.zeros(4).index_put((i,), x[0, :2])
    return y, i


SAVED = {
    "x[i]": lambda x, i: (x[0][i], i),
    "x[:, i]": lambda x, i: (x[:, i], i),
    "x.t()[i]": lambda x, i: (x.t()[i], i),
    "y[i] = s": put,
    "take": lambda x, i: (x.take(i), i),
    "index_select": lambda x, i: (x.index_select(1, i), i),
    "gather": lambda x, i: (x[0].gather(0, i), i),
    "scatter": lambda x, i: (torch.zeros(4).scatter(0, i, x[0, :2]), i),
    "index_add": lambda x, i: (torch.zeros(4).index_add(0, i, x[0, :2]), i),
    "max": of_max,
    "cummax": of_cummax,
    "sort": lambda x, i: x.sort(1),
    "nll_loss": lambda x, i: (F.nll_loss(x, i), i),
    "nll_loss none": lambda x, i: (F.nll_loss(x, i, reduction="none"), i),
    "nll_loss weight": lambda x, i: (F.nll_loss(x, i, weight=torch.ones(4)), i),
    "cross_entropy": lambda x, i: (F.cross_entropy(x, i), i),
    "cross_entropy smoothing": lambda x, i: (F.cross_entropy(x, i, label_smoothing=0.1), i),
    "cross_entropy 2-d": lambda x, i: (F.cross_entropy(x.reshape(1, 4, 1, 2), i.reshape(1, 1, 2)), i),
    "embedding": lambda x, i: (F.embedding(i, x.t()), i),
    "embedding padding_idx": lambda x, i: (F.embedding(i, x.t(), padding_idx=1), i),
}
CHANGES = {
    "numpy": lambda i: i.numpy().fill(10**12),
    "negative": lambda i: i.numpy().fill(-(10**12)),
    "data[:]": lambda i: i.data.fill_(10**12),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("op", SAVED.values(), ids=SAVED)
def test_saved_positions_are_checked_when_they_are_used(op, change):
    x = rows()
    y, at = op(x, index())
    change(at)
    with pytest.raises((IndexError, RuntimeError), match="out of|Target"):
        y.sum().backward()
    assert x.grad is None


NEW_DATA = [torch.tensor([10**12, 0]), torch.zeros(5000, dtype=torch.int64), torch.ones(2), torch.zeros(2, dtype=torch.uint8),
            torch.zeros(0, dtype=torch.int64), torch.zeros(3, 3, dtype=torch.int64)]


@pytest.mark.parametrize("data", NEW_DATA, ids=lambda t: f"{t.dtype}{tuple(t.shape)}")
@pytest.mark.parametrize("op", SAVED.values(), ids=SAVED)
def test_saved_positions_with_other_data_do_no_harm(op, data):
    """What was saved counts; where it cannot be told any more, an error."""
    x, other = rows(), rows()
    y, at = op(x, index())
    op(other, index())[0].sum().backward()
    at.data = data
    try:
        y.sum().backward()
    except (IndexError, RuntimeError, ValueError):
        return
    assert x.grad.shape == x.shape
    if data.shape == (2,) and data.dtype == torch.int64 and at.dim() == 1:
        assert torch.equal(x.grad, other.grad)


def test_what_was_saved_keeps_its_dtype_when_its_tensor_is_given_other_data():
    x, w = torch.ones(3, dtype=torch.float64, requires_grad=True), torch.tensor([2.0, 3.0, 4.0], dtype=torch.float64)
    y = x * w
    w.data = torch.zeros(3)
    y.sum().backward()
    assert x.grad.tolist() == [2, 3, 4]
