"""The examples run as a newcomer runs them."""
import pathlib
import re
import subprocess
import sys

import pytest
from script_harness.engines import OURS, TORCH, environment, torch_is_here

EXAMPLES = pathlib.Path(__file__).parent.parent / "examples"
PNG = b"\x89PNG\r\n\x1a\n"


def run(command, *arguments, cwd):
    done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, encoding="utf-8", cwd=cwd,
                          env={**environment(), "PYTHONWARNINGS": "error::DeprecationWarning:__main__"}, timeout=300)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("engine", [OURS, TORCH] if torch_is_here() else [OURS], ids=lambda command: "ours" if "-m" in command else "torch")
def test_digits(engine, tmp_path):
    """One file, unchanged, under both engines: 97 of 100 unseen digits are read rightly."""
    done = run(engine, EXAMPLES / "digits.py", "--out", tmp_path, cwd=tmp_path)
    assert "17226 parameters, 1437 training images" in done.stdout
    assert float(re.search(r"test accuracy (\d+\.\d+)%", done.stdout)[1]) >= 97
    assert "20/20" in done.stderr       # the progress bar
    assert (tmp_path / "digits.png").read_bytes().startswith(PNG)
    assert (tmp_path / "digits.pt").read_bytes().startswith(b"PK")


def test_digits_is_deterministic(tmp_path):
    outputs = [run(OURS, EXAMPLES / "digits.py", "--out", tmp_path, "--epochs", 2, cwd=tmp_path).stdout for _ in range(2)]
    first, second = (re.sub(r"trained in \S+ s", "", text) for text in outputs)
    assert first == second


@pytest.mark.parametrize("name, last_words, pictures", [
    ("linear_regression.py", "y = 3.057 x -0.990", []),
    ("xor.py", "1 xor 1 = 0", []),
    ("two_moons.py", "wrote", ["two_moons.png"]),
    ("graph.py", "", []),
])
def test_example(name, last_words, pictures, tmp_path):
    arguments = ["--out", tmp_path] if "--out" in (EXAMPLES / name).read_text(encoding="utf-8") else []
    done = run([sys.executable], EXAMPLES / name, *arguments, cwd=tmp_path)
    assert last_words in done.stdout.splitlines()[-1]
    for picture in pictures:
        assert (tmp_path / picture).read_bytes().startswith(PNG)


def test_every_example_is_run():
    run_here = {"digits.py", "linear_regression.py", "xor.py", "two_moons.py", "graph.py"}
    assert {p.name for p in EXAMPLES.glob("*.py")} == run_here
