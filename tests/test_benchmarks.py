"""The benchmarks run and their engines agree. No time is asserted: a loaded machine would fail it."""

import importlib.util
import json
import pathlib
import subprocess
import sys

import pytest
from script_harness.engines import environment

BENCHMARKS = pathlib.Path(__file__).parent.parent / "benchmarks"
PNG = b"\x89PNG\r\n\x1a\n"
WITHOUT_NUMPY = ("recorded", "module", "step", "zero_grad", "chain", "bytes per node")  # NumPy has nothing of the kind


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The smallest run of everything, as the user starts it, with the two engines that are always here."""
    folder = tmp_path_factory.mktemp("benchmarks")
    command = [sys.executable, BENCHMARKS / "run.py", "--smoke", "--engines", "tinygrad_ext,numpy", "--threads", "1", "--out", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=BENCHMARKS.parent,
                          env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads((folder / "results.json").read_text(encoding="utf-8")), folder


@pytest.fixture(scope="module")
def smoke_cases():
    """What the run must have measured, asked of the benchmarks themselves in a process of their own."""
    program = ("import json; from cases import SMOKE, all_cases, chosen\n"
               "print(json.dumps([[row.name for c in chosen(SMOKE) for row in c.rows.values()],"
               " [row.name for c in all_cases() for row in c.rows.values()], [c.name for c in all_cases()]]))")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=BENCHMARKS)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_row_is_measured(run, smoke_cases):
    _, record, _ = run
    assert [row["row"] for row in record["rows"]] == smoke_cases[0]
    for row in record["rows"]:
        assert row["problems"] == {}, row["row"]
        assert row["median"]["tinygrad_ext"] >= 0 and len(row["samples"]["tinygrad_ext"]) == 2
        assert ("numpy" in row["median"]) != any(word in row["row"] for word in WITHOUT_NUMPY), row["row"]


def test_names_are_unique(smoke_cases):
    for names in smoke_cases:
        assert len(set(names)) == len(names)


def test_record_names_the_machine(run):
    _, record, _ = run
    assert record["machine"]["cpu"] and record["machine"]["kernel"] and record["machine"]["date"]
    assert "version" in record["engines"]["tinygrad_ext"] and "kernels in use" in record["engines"]["tinygrad_ext"]["build"]
    assert record["environment"]["1"]["OMP_NUM_THREADS"] == "1" and len(record["environment"]["1"]["cores"]) == 1


def test_tables(run):
    printed, record, folder = run
    assert printed == (folder / "results.md").read_text(encoding="utf-8")
    for row in record["rows"]:
        assert f"| {row['row']} | " in printed
    assert "Goals: " in printed and "| tinygrad_ext | numpy |" in printed


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="the picture needs matplotlib")
def test_picture(run):
    assert (run[2] / "results.png").read_bytes().startswith(PNG)


def test_a_wrong_result_is_not_timed():
    """An engine that computes something else shows up as such."""
    program = ("import numpy as np; from harness import disagreements\n"
               "a = np.linspace(1, 2, 5)\n"
               "answers = {'numpy': a, 'near': a + 1e-7, 'wrong': a + 1e-2, 'nan': a * np.nan, 'shape': a[:4]}\n"
               "print(list(disagreements({name: [(x, x.sum(), x.sum())] for name, x in answers.items()}, 1e-4)))")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=BENCHMARKS)
    assert done.stdout.strip() == "['wrong', 'nan', 'shape']", done.stderr
