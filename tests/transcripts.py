"""Transcripts: sessions with torch and what it printed, in transcripts/*.txt. Ours must print the same.

Record one anew, where torch is installed, after its ``>>>`` lines have changed:

    python tests/transcripts.py tests/transcripts/printing.txt
"""

import doctest
import re
import sys
import warnings
from pathlib import Path

FOLDER = Path(__file__).parent / "transcripts"


def error(function):
    """Prints the error that `function` raises."""
    try:
        print("no error:", function())
    except Exception as raised:
        print(f"{type(raised).__name__}: {raised}")


def neutral(text):
    """Without what differs from run to run (addresses) or by how the package is called (its name)."""
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", text).replace("tinygrad_ext.", "torch.")


class Checker(doctest.OutputChecker):
    def check_output(self, want, got, optionflags):
        return super().check_output(want, neutral(got), optionflags)


def run(path, T, runner):
    """Runs the examples of a file in one namespace, in which torch is T."""
    T.manual_seed(0)
    names = {"__name__": "__main__", "torch": T, "error": error}
    test = doctest.DocTestParser().get_doctest(path.read_text(), names, path.stem, str(path), 0)
    report = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner.run(test, out=report.append)
    return test, "".join(report)


def check(path, T):
    """Fails with a report unless T prints what stands in the file."""
    runner = doctest.DocTestRunner(Checker(), verbose=False)
    _, report = run(path, T, runner)
    assert not runner.summarize(verbose=False).failed, report


class Recorder(doctest.DocTestRunner):
    """Takes whatever is printed for right, and keeps it."""

    def __init__(self):
        super().__init__(verbose=False)
        self.outputs = []

    def report_start(self, out, test, example):
        self.outputs.append("")

    def report_success(self, out, test, example, got):
        self.outputs[-1] = got

    def report_failure(self, out, test, example, got):
        self.outputs[-1] = got

    def report_unexpected_exception(self, out, test, example, exc_info):
        raise exc_info[1]


def record(path):
    """Writes the file anew with what torch prints."""
    import torch

    torch.set_num_threads(1)
    recorder = Recorder()
    test, _ = run(path, torch, recorder)
    parts, at = [], 0
    for part in doctest.DocTestParser().parse(path.read_text()):
        if isinstance(part, str):
            parts.append(part)
            continue
        lines = part.source.splitlines()
        parts.append("".join(f"{'...' if i else '>>>'} {line}".rstrip() + "\n" for i, line in enumerate(lines)))
        parts.append(re.sub(r"^$\n", "<BLANKLINE>\n", neutral(recorder.outputs[at]), flags=re.M))
        at += 1
    path.write_text("".join(parts))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(Path(name))
