"""torch.nn: the transcripts in nn_transcripts/, values and gradients next to torch's, doctests.

A transcript is what a session with torch prints. Ours must print the same; where torch is installed,
so must torch, which keeps the transcripts honest.
"""

import doctest
import importlib
import pathlib
import pkgutil
import warnings

import pytest

import tinygrad_ext

TRANSCRIPTS = sorted((pathlib.Path(__file__).parent / "nn_transcripts").glob("*.txt"))


def warned(function):
    """Calls `function` and prints the warnings it gave."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = function()
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}")
    return result


def error(function):
    """Prints the error that `function` raises; doctest itself cannot read texts with tabs."""
    try:
        function()
    except Exception as raised:
        print(f"{type(raised).__name__}: {raised}".replace("\t", "\\t"))


class Checker(doctest.OutputChecker):
    """Classes print torch's module path only under the alias: here either path will do."""

    def check_output(self, want, got, optionflags):
        return super().check_output(want, got.replace("tinygrad_ext.", "torch."), optionflags)


def check_doctest(test):
    report = []
    runner = doctest.DocTestRunner(Checker(), optionflags=doctest.ELLIPSIS, verbose=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner.run(test, out=report.append)
    assert not runner.summarize(verbose=False).failed, "".join(report)


def check_transcript(path, T):
    T.manual_seed(0)
    names = {
        "__name__": "__main__",
        "torch": T,
        "nn": T.nn,
        "F": T.nn.functional,
        "warned": warned,
        "error": error,
    }
    text = path.read_text()
    check_doctest(doctest.DocTestParser().get_doctest(text, names, path.stem, str(path), 0))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path):
    check_transcript(path, tinygrad_ext)


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript_is_what_torch_prints(path, torch):
    check_transcript(path, torch)


def nn_modules():
    package = importlib.import_module("tinygrad_ext.nn")
    yield package
    for module in pkgutil.walk_packages(package.__path__, "tinygrad_ext.nn."):
        yield importlib.import_module(module.name)


@pytest.mark.parametrize("module", list(nn_modules()), ids=lambda module: module.__name__)
def test_docstring_examples(module):
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, globs={}):
        check_doctest(test)
