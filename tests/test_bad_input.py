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
