"""The package as such: what importing it costs, what stands under its name, and the boilerplate of real scripts."""

import doctest
import os
import pkgutil
import re
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import numpy as np
import pytest

import tinygrad_ext

ROOT = Path(__file__).parent.parent


def run(program):
    """The output of a program in an interpreter of its own that sees the same modules and has loaded few."""
    found = f"import sys; sys.path[:] = {sys.path!r}\n"
    result = subprocess.run([sys.executable, "-S", "-c", found + program], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


# ---------------------------------------------------------------------------------------------------------------------
# Importing.


def test_the_import_is_light():
    loaded = set(run("import tinygrad_ext; print(*sys.modules)").split())
    heavy = {"numpy", "torch", "inspect", "dataclasses", "typing", "re", "pickle", "contextlib", "importlib.metadata"}
    assert not loaded & heavy
    assert {name for name in loaded if name.startswith("tinygrad_ext.")} <= {
        f"tinygrad_ext.{name}" for name in ("_C", "_tensor", "_utils")
    }


@pytest.mark.parametrize(
    "path",
    "nn nn.functional nn.init nn.modules nn.parameter nn.utils optim optim.lr_scheduler autograd autograd.functional utils"
    " utils.data cuda backends backends.cudnn backends.mps testing random serialization version types accelerator"
    " __config__".split(),
)
def test_submodules_are_attributes(path):
    assert run(f"import tinygrad_ext; print(tinygrad_ext.{path}.__name__)") == f"tinygrad_ext.{path}\n"


def test_names_that_are_listed_are_there():
    names = dir(tinygrad_ext)
    for name in names:
        assert getattr(tinygrad_ext, name) is getattr(tinygrad_ext, name)
    assert {"Tensor", "randn", "nn", "no_grad", "float32", "FloatTensor", "save", "pi", "manual_seed"} <= set(names)
    assert not {"cross_entropy", "linear", "mse_loss", "ModuleBase"} & set(names), "torch has these elsewhere"


def test_a_star_import_brings_functions_and_no_submodules():
    names = {}
    exec("from tinygrad_ext import *", names)
    assert {"Tensor", "randn", "float32", "no_grad", "pi"} <= set(names)
    assert not {"nn", "optim", "_C"} & set(names)


def test_every_public_name_is_torch_s(torch):
    ours = {name for name in dir(tinygrad_ext) if not name.startswith("_")}
    assert {name for name in ours if not hasattr(torch, name)} <= {"as_torch"} | {"sys"}


# ---------------------------------------------------------------------------------------------------------------------
# Versions and the build.


def test_the_version_stands_in_one_place():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.*)"', text, re.MULTILINE)[1]
    assert tinygrad_ext.__version__ == version
    try:
        installed = metadata.version("tinygrad_ext")
    except metadata.PackageNotFoundError:
        return  # run from a build tree
    assert installed == version


def test_nothing_named_torch_is_installed():
    files = [path for path in metadata.packages_distributions() if path == "torch"]
    owners = metadata.packages_distributions().get("torch", []) if files else []
    assert "tinygrad_ext" not in owners and "tinygrad-ext" not in owners


def test_the_build_describes_itself():
    lines = tinygrad_ext.__config__.show().splitlines()
    assert lines[0] == f"tinygrad_ext {tinygrad_ext._C.__version__} built with:"
    facts = dict(line.removeprefix("  - ").split(": ", 1) for line in lines[1:])
    assert {"compiler", "flags", "openmp", "isas", "kernels in use", "threads"} <= set(facts)
    assert "-ffp-contract=off" in facts["flags"] and "-ffast-math" not in facts["flags"]
    assert facts["kernels in use"] in facts["isas"].split()
    assert "OpenMP" in tinygrad_ext.__config__.parallel_info()


# ---------------------------------------------------------------------------------------------------------------------
# Boilerplate: each line says what torch 2.13.0 says on a machine without a GPU.

NO_CUDA = "AssertionError: Torch not compiled with CUDA enabled"
BOILERPLATE = {
    "torch.cuda.is_available()": "False",
    "torch.cuda.device_count()": "0",
    "torch.cuda.is_initialized()": "False",
    "torch.cuda.is_bf16_supported()": "False",
    "torch.cuda.manual_seed(1)": "None",
    "torch.cuda.manual_seed_all(1)": "None",
    "torch.cuda.seed_all()": "None",
    "torch.cuda.empty_cache()": "None",
    "torch.cuda.memory_allocated()": "0",
    "torch.cuda.max_memory_allocated()": "0",
    "torch.cuda.memory_reserved()": "0",
    "torch.cuda.current_device()": NO_CUDA,
    "torch.cuda.get_device_name(0)": NO_CUDA,
    "torch.cuda.get_device_properties(0)": NO_CUDA,
    "torch.cuda.synchronize()": NO_CUDA,
    "torch.cuda.init()": NO_CUDA,
    "torch.randn(2).cuda()": NO_CUDA,
    "torch.randn(2).to('cuda')": NO_CUDA,
    "torch.randn(2).to(torch.device('cuda:0'))": NO_CUDA,
    "torch.zeros(2, device='cuda')": NO_CUDA,
    "torch.nn.Linear(2, 2).cuda()": NO_CUDA,
    "torch.nn.Linear(2, 2).to('cuda')": NO_CUDA,
    "torch.device('cuda' if torch.cuda.is_available() else 'cpu')": "device(type='cpu')",
    "torch.randn(2).to('mps')": "RuntimeError: PyTorch is not linked with support for mps devices",
    "torch.backends.cudnn.benchmark": "False",
    "torch.backends.cudnn.deterministic": "False",
    "torch.backends.cudnn.enabled": "True",
    "torch.backends.cudnn.allow_tf32": "True",
    "torch.backends.cudnn.is_available()": "False",
    "torch.backends.cudnn.version()": "None",
    "torch.backends.cuda.is_built()": "False",
    "torch.backends.cuda.matmul.allow_tf32": "False",
    "torch.backends.mps.is_available()": "False",
    "torch.backends.mps.is_built()": "False",
    "torch.accelerator.is_available()": "False",
    "torch.accelerator.device_count()": "0",
    "torch.accelerator.current_accelerator()": "None",
    "torch.version.cuda": "None",
    "torch.are_deterministic_algorithms_enabled()": "False",
    "torch.use_deterministic_algorithms(True)": "None",
    "[torch.are_deterministic_algorithms_enabled()]": "[True]",
    "torch.get_deterministic_debug_mode()": "2",
    "torch.set_deterministic_debug_mode('warn')": "None",
    "torch.is_deterministic_algorithms_warn_only_enabled()": "True",
    "torch.set_deterministic_debug_mode(5)": "RuntimeError: invalid value of debug_mode, expected 0, 1, or 2, but got 5",
    "torch.use_deterministic_algorithms(False)": "None",
    "torch.get_float32_matmul_precision()": "'highest'",
    "torch.set_float32_matmul_precision('high')": "None",
    "[torch.get_float32_matmul_precision()]": "['high']",
    "torch.set_float32_matmul_precision('highest')": "None",
    "torch.set_num_threads(1)": "None",
    "torch.get_num_threads()": "1",
    "torch.set_num_threads(0)": "RuntimeError: set_num_threads expects a positive integer",
    "torch.set_num_threads('a')": "RuntimeError: set_num_threads expects an int, but got str",
    "torch.set_num_threads(1.5)": "RuntimeError: set_num_threads expects an int, but got float",
    "torch.set_num_interop_threads(0)": "RuntimeError: set_num_interop_threads expects a positive integer",
    "torch.is_warn_always_enabled()": "False",
    "torch.get_default_dtype()": "torch.float32",
    "torch.set_default_dtype(torch.float64)": "None",
    "torch.tensor(1.0).dtype, torch.zeros(1).dtype, torch.get_default_dtype()": "(torch.float64, torch.float64, torch.float64)",
    "torch.set_default_dtype(torch.int64)": "TypeError: only floating-point types are supported as the default type",
    "torch.set_default_tensor_type(torch.FloatTensor)": "None",
    "[torch.get_default_dtype()]": "[torch.float32]",
    "torch.set_default_tensor_type('torch.DoubleTensor')": "None",
    "torch.set_default_tensor_type('torch.LongTensor')": (
        "TypeError: only floating-point types are supported as the default type"
    ),
    "torch.set_default_tensor_type(3)": (
        "TypeError: invalid type object: only floating-point types are supported as the default type"
    ),
    "torch.set_default_dtype(torch.float32)": "None",
    "torch.set_default_device('cpu')": "None",
    "torch.get_default_device()": "device(type='cpu')",
    "torch.set_default_device(None)": "None",
    "torch.is_tensor(torch.zeros(1)), torch.is_tensor(3)": "(True, False)",
    "torch.is_floating_point(torch.zeros(1))": "True",
    "torch.typename(torch.zeros(1)), torch.typename(3), torch.typename('a')": "('torch.FloatTensor', 'int', 'str')",
    "torch.compile(abs)(-3)": "3",
    "torch.compile(mode='default')(abs)(-3)": "3",
    "torch.manual_seed(3).initial_seed(), torch.initial_seed()": "(3, 3)",
    "torch.manual_seed(-1).initial_seed()": "18446744073709551615",
    "torch.manual_seed('a')": "ValueError: invalid literal for int() with base 10: 'a'",
    "torch.random.manual_seed(5) is torch.default_generator": "True",
    "torch.seed() > 0": "True",
    "torch.get_rng_state().shape, torch.get_rng_state().dtype": "(torch.Size([5056]), torch.uint8)",
    "torch.set_rng_state(3)": "TypeError: expected a torch.ByteTensor, but got int",
    "torch.pi, torch.e, torch.inf, torch.nan, torch.newaxis": "(3.141592653589793, 2.718281828459045, inf, nan, None)",
    "torch.autograd.Variable(torch.ones(2), requires_grad=True)": "tensor([1., 1.], requires_grad=True)",
    # The old tensor types.
    "torch.FloatTensor([1, 2])": "tensor([1., 2.])",
    "torch.FloatTensor((2, 3))": "tensor([2., 3.])",
    "torch.FloatTensor(range(3))": "tensor([0., 1., 2.])",
    "torch.FloatTensor(2, 3).shape": "torch.Size([2, 3])",
    "torch.FloatTensor(torch.Size([2, 3])).shape": "torch.Size([2, 3])",
    "torch.FloatTensor(5, device='cpu').shape": "torch.Size([5])",
    "torch.FloatTensor()": "tensor([])",
    "torch.FloatTensor(np.array([1.5, 2]))": "tensor([1.5000, 2.0000])",
    "torch.FloatTensor([[1, 2], [3, 4]]).dtype": "torch.float32",
    "torch.LongTensor([1.5, 2])": "tensor([1, 2])",
    "torch.LongTensor(np.array([1, 2]))": "tensor([1, 2])",
    "torch.BoolTensor([1, 0])": "tensor([ True, False])",
    "torch.ByteTensor([1, 255])": "tensor([  1, 255], dtype=torch.uint8)",
    "torch.DoubleTensor([1])": "tensor([1.], dtype=torch.float64)",
    "torch.FloatTensor(torch.tensor([1., 2.]))": "tensor([1., 2.])",
    "torch.FloatTensor(torch.tensor([1, 2]))": (
        "TypeError: expected TensorOptions(dtype=float, device=cpu, layout=Strided, requires_grad=false (default), "
        "pinned_memory=false (default), memory_format=(nullopt)) (got TensorOptions(dtype=long int, device=cpu, "
        "layout=Strided, requires_grad=false (default), pinned_memory=false (default), memory_format=(nullopt)))"
    ),
    "torch.FloatTensor(1.5)": "TypeError: new(): data must be a sequence (got float)",
    "torch.FloatTensor(None)": "TypeError: new(): data must be a sequence (got NoneType)",
    "torch.FloatTensor('a')": "TypeError: new(): invalid data type 'str'",
    "torch.FloatTensor(-1)": "RuntimeError: Trying to create tensor with negative dimension -1: [-1]",
    "isinstance(torch.zeros(1), torch.FloatTensor), isinstance(torch.zeros(1), torch.LongTensor)": "(True, False)",
    "isinstance(torch.nn.Parameter(torch.zeros(1)), torch.FloatTensor), isinstance(3, torch.FloatTensor)": "(True, False)",
    "torch.LongTensor.dtype, torch.LongTensor.is_cuda": "(torch.int64, False)",
    "torch.zeros(1).type(), torch.zeros(1).type(torch.LongTensor)": "('torch.FloatTensor', tensor([0]))",
    "torch.zeros(1).type('torch.DoubleTensor').dtype": "torch.float64",
}


def say(expression, torch):
    try:
        return repr(eval(expression, {"torch": torch, "np": np}))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("expression", BOILERPLATE)
def test_boilerplate(expression):
    said, torch_says = say(expression, tinygrad_ext), BOILERPLATE[expression]
    if torch_says == NO_CUDA:
        said = said.partition(" (")[0]  # where ours tells how to get it
    assert said == torch_says


@pytest.mark.filterwarnings("default")
def test_torch_says_the_same(torch):
    threads = torch.get_num_threads()
    try:
        assert {expression: say(expression, torch) for expression in BOILERPLATE} == BOILERPLATE
    finally:
        torch.set_num_threads(threads)


def test_interop_threads_are_set_once():
    program = """
import tinygrad_ext as torch
assert torch.get_num_interop_threads() == torch.get_num_threads()
torch.set_num_interop_threads(3)
assert torch.get_num_interop_threads() == 3
try:
    torch.set_num_interop_threads(3)
except RuntimeError as error:
    print(error)
"""
    assert run(program).startswith("Error: cannot set number of interop threads after parallel work has started")


def test_switches_of_cudnn_are_kept():
    cudnn = tinygrad_ext.backends.cudnn
    with cudnn.flags(enabled=False, deterministic=True):
        assert (cudnn.enabled, cudnn.deterministic) == (False, True)
    assert (cudnn.enabled, cudnn.deterministic) == (True, False)


def test_unknown_matmul_precision_is_warned_about():
    with pytest.warns(UserWarning, match="low is not one of 'highest', 'high', or 'medium'"):
        tinygrad_ext.set_float32_matmul_precision("low")
    assert tinygrad_ext.get_float32_matmul_precision() == "highest"


def test_old_tensor_types_share_memory():
    base = tinygrad_ext.zeros(2)
    tinygrad_ext.FloatTensor(base)[0] = 5
    array = np.zeros(2, dtype=np.float32)
    tinygrad_ext.FloatTensor(array)[0] = 5
    assert base[0] == 5 and array[0] == 5
    with pytest.raises(TypeError, match="expected"):
        tinygrad_ext.LongTensor(base)


def test_fork_rng_leaves_the_stream_alone():
    torch = tinygrad_ext
    torch.manual_seed(0)
    with torch.random.fork_rng():
        inside = torch.rand(3)
        torch.manual_seed(9)
    assert torch.equal(torch.rand(3), inside)
    with torch.random.fork_rng(enabled=False):
        torch.manual_seed(9)
    outside = torch.rand(3)
    torch.manual_seed(9)
    assert torch.equal(torch.rand(3), outside)
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        with torch.random.fork_rng(devices=[0]):
            pass


# ---------------------------------------------------------------------------------------------------------------------
# Documentation that runs.

MODULES = [module.name for module in pkgutil.walk_packages(tinygrad_ext.__path__, "tinygrad_ext.")]


@pytest.mark.parametrize("name", [name for name in ["tinygrad_ext", *MODULES] if not name.endswith(("__main__", "._C"))])
def test_examples_in_docstrings(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = import_module(name)
    aliased = name == "tinygrad_ext._alias"  # its example would turn the alias on for all tests
    if aliased:
        assert "OK" in run("import doctest, tinygrad_ext._alias as m; assert doctest.testmod(m) == (0, 4); print('OK')")
        return
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_examples_of_the_core():
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    core = tinygrad_ext._C
    for owner in (core, core.Tensor):
        for name in dir(owner):
            text = getattr(getattr(owner, name), "__doc__", None)
            if isinstance(text, str) and ">>> " in text:
                for test in finder.find(getattr(owner, name), name, globs={}):
                    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_the_readme_s_script_runs(tmp_path):
    script = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    assert len([line for line in script.splitlines() if line.strip()]) <= 15
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, "-m", "tinygrad_ext", "script.py"]
    result = subprocess.run(command, cwd=tmp_path, env=dict(os.environ), capture_output=True, text=True, timeout=120)
    assert result.returncode == 0 and result.stdout, result.stderr
