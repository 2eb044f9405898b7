"""What a first user of torch writes prints the same characters under tinygrad_ext."""
import sys

import pytest
from script_harness import engines
from script_harness.compare import as_in_python_312, compare

SCRIPTS = engines.all_scripts()
SEEDS = [s for s in SCRIPTS if s.startswith("seeds/")]


class Tally:
    """Counts the long floats over the session and reports them at its end."""

    def __init__(self, reference):
        self.reference, self.agreeing, self.exact, self.total = reference, 0, 0, 0

    def add(self, exact, total):
        self.agreeing, self.exact, self.total = self.agreeing + 1, self.exact + exact, self.total + total

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(
            f"scripts: {self.agreeing} outputs agree with {self.reference}; of {self.total} floats printed with more "
            f"than 4 decimals {self.exact} are equal to the last digit, the others within 1e-5")


@pytest.fixture(scope="module")
def expected():
    """torch's results: live where torch is installed, else as stored."""
    if engines.torch_is_here():
        return engines.run_in_one_process(engines.TORCH, SCRIPTS)
    record, results = engines.stored(), {}
    for name, r in record["scripts"].items():
        results[name] = r
        if sys.version_info >= (3, 12) > tuple(map(int, record["python"].split(".")[:2])):
            results[name] = {**r, "stdout": as_in_python_312(r["stdout"]), "tensors": as_in_python_312(r["tensors"])}
    return results


@pytest.fixture(scope="module")
def ours():
    return engines.run_in_one_process(engines.OURS, SCRIPTS)


@pytest.fixture(scope="module")
def tally(request):
    live = engines.torch_is_here()
    counted = Tally(f"torch {engines.TORCH_VERSION}" if live else f"stored output of torch {engines.stored()['torch']}")
    request.config.pluginmanager.register(counted)
    return counted


@pytest.mark.parametrize("script", SCRIPTS)
def test_prints_the_same(script, expected, ours, tally):
    want, have = expected[script], ours[script]
    assert have["error"] is None
    tally.add(*compare(want["stdout"], have["stdout"]))


@pytest.mark.parametrize("script", SEEDS)
def test_leaves_the_same_tensors(script, expected, ours, tally):
    tally.add(*compare(expected[script]["tensors"], ours[script]["tensors"]))


@pytest.mark.parametrize("script", SEEDS)
def test_runs_as_a_program(script, expected, tmp_path):
    """`python -m tinygrad_ext SCRIPT` in a process of its own, as the user starts it."""
    done = engines.run_alone(engines.OURS, script, tmp_path)
    assert done.returncode == 0, done.stderr
    compare(expected[script]["stdout"], done.stdout)
    assert "Traceback" not in done.stderr


def test_stored_output_is_up_to_date():
    """Fails after a script was edited: record again (script_harness/record.py)."""
    recorded = {name: r["source"] for name, r in engines.stored()["scripts"].items()}
    assert recorded == {name: engines.digest(name) for name in SCRIPTS}


@pytest.mark.parametrize("want, have, counts", [
    ("loss 0.1234", "loss 0.1234", (0, 0)),
    ("loss 0.12345678", "loss 0.12345679", (0, 1)),
    ("loss 0.12345678 at 0x7f12ab", "loss 0.12345678 at 0x55ffee", (1, 1)),
    ("tiny 5.960464477539063e-08", "tiny 0.0", (0, 1)),
])
def test_compare_accepts(want, have, counts):
    assert compare(want, have) == counts


@pytest.mark.parametrize("want, have", [
    ("0.1234", "0.1235"), ("0.12345", "0.12346"), ("[1.]", "[1.0]"), ("a", "b"), ("a", "a\nb"), ("1.0000e-04", "1.0001e-04"),
    ("1 2", "1 3"), ("nan", "0.5"), ("x 1.5", "x  1.5"),
])
def test_compare_rejects(want, have):
    with pytest.raises(AssertionError):
        compare(want, have)


def test_ordered_dicts_of_newer_python():
    old = "a OrderedDict([('w', tensor([[1., 2.],\n        [3., 4.]])), ('b', tensor(0))]) z OrderedDict() OrderedDict([('k', (1, 2))])"
    new = "a OrderedDict({'w': tensor([[1., 2.],\n        [3., 4.]]), 'b': tensor(0)}) z OrderedDict() OrderedDict({'k': (1, 2)})"
    assert as_in_python_312(old) == new
