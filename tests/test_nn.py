"""torch.nn: the transcripts in nn_transcripts/, values and gradients next to torch's, doctests.

A transcript is what a session with torch prints. Ours must print the same; where torch is installed,
so must torch, which keeps the transcripts honest.
"""

import copy
import doctest
import gc
import importlib
import pathlib
import pickle
import pkgutil
import warnings
import weakref

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


def test_members_are_ordinary_attributes():
    layer = tinygrad_ext.nn.Linear(2, 3)
    assert vars(layer)["weight"] is layer._parameters["weight"]
    assert vars(tinygrad_ext.nn.Sequential(layer))["0"] is layer
    assert vars(tinygrad_ext.nn.CrossEntropyLoss())["weight"] is None


def test_module_is_freed_with_its_last_reference():
    model = tinygrad_ext.nn.Sequential(tinygrad_ext.nn.Linear(2, 3), tinygrad_ext.nn.ReLU())
    layer = weakref.ref(model[0])
    gc.disable()
    try:
        del model
        assert layer() is None
    finally:
        gc.enable()


def test_hook_flags_follow_the_hooks():
    module = tinygrad_ext.nn.Identity()
    assert not module._hooked
    handle = module.register_forward_hook(lambda *args: None)
    assert module._hooked
    handle.remove()
    module(1)
    assert not module._hooked

    calls = []
    register = tinygrad_ext.nn.modules.module.register_module_forward_hook
    with register(lambda *args: calls.append(1)):
        module(1)
    module(1)
    module(1)
    assert len(calls) == 1 and not module._hooked


def test_hook_handle_does_not_keep_its_module():
    module = tinygrad_ext.nn.Identity()
    handle = module.register_forward_hook(lambda *args: None)
    alive = weakref.ref(module)
    del module
    assert alive() is None
    handle.remove()


def test_tables_without_an_owner_are_plain_dicts():
    parameters = tinygrad_ext.nn.Linear(1, 1)._parameters
    parameters["other"] = None
    assert parameters.popitem() == ("other", None)
    assert type(copy.deepcopy(parameters)) is dict and type(parameters.copy()) is dict


def test_embedding_refuses_what_it_does_not_offer():
    for settings in ({"max_norm": 1.0}, {"scale_grad_by_freq": True}, {"sparse": True}):
        with pytest.raises(RuntimeError, match="is not supported"):
            tinygrad_ext.nn.Embedding(3, 2, **settings)


def test_submodules_are_attributes():
    nn = tinygrad_ext.nn
    assert nn.init.ones_ and nn.utils.clip_grad_norm_ and nn.functional.relu
    assert nn.parameter.Parameter is nn.Parameter
    assert nn.modules.linear.Linear is nn.modules.Linear is nn.Linear
    assert nn.modules.activation.ReLU.__module__.endswith("nn.modules.activation")
    assert nn.modules.loss.MSELoss.__module__.endswith("nn.modules.loss")
    assert nn.ParameterDict.__module__.endswith("nn.modules.container")
    assert {"init", "utils", "Linear"} <= set(dir(nn))
    for module in (nn, nn.functional, nn.init, nn.utils):
        with pytest.raises(AttributeError, match="has no attribute 'misspelt' .*to add"):
            module.misspelt


@pytest.mark.parametrize("register", ["register_full_backward_hook", "register_full_backward_pre_hook"])
def test_backward_hooks_leave_nothing_behind(register):
    nn, linear, x = tinygrad_ext.nn, tinygrad_ext.nn.Linear(3, 2), tinygrad_ext.ones(4, 3, requires_grad=True)
    getattr(linear, register)(lambda *_: None)

    def objects_after(calls):
        for _ in range(calls):
            linear(x).sum().backward()
            nn.Sequential(linear)(x)
        gc.collect()
        return len(gc.get_objects())

    objects_after(2)
    assert objects_after(1) == objects_after(20)


def test_functions_can_be_pickled():
    F = tinygrad_ext.nn.functional
    for name in F.__all__:
        function = getattr(F, name)
        assert pickle.loads(pickle.dumps(function)) is function, name
