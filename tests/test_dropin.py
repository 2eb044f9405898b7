"""`import torch` meaning us: the alias, and `python -m tinygrad_ext`, which is held against plain `python` throughout."""

import os
import py_compile
import subprocess
import sys
import zipfile

import pytest

import tinygrad_ext


def python(*arguments, cwd, stdin="", path=None):
    """Runs an interpreter like this one; `path` stands first on its PYTHONPATH."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    if path is not None:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(path), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, text=True, timeout=120)


def ours(*arguments, options=(), **how):
    return python(*options, "-m", "tinygrad_ext", *arguments, **how)


def output_of(result):
    assert result.returncode == 0, result.stderr
    return result.stdout


# ---------------------------------------------------------------------------------------------------------------------
# The runner: what a program sees and how it ends, as under plain python.

LOOK_AROUND = """
import __main__, sys
print(sorted(globals()), sorted(vars(__main__)))
print(__name__, globals().get("__file__"), __spec__ and __spec__.name, repr(__package__), __doc__, __annotations__)
print(type(__loader__).__name__, sys.argv, sys.path[0], __builtins__, __main__ is sys.modules["__main__"])
"""

INTROSPECT = """
import dataclasses, inspect, pickle, typing
@dataclasses.dataclass
class Point:
    x: "int"
    next: "typing.Optional[Point]" = None
value: "int" = 3
def area(p: Point) -> "Point":
    return p
print(Point(1, Point(2)), pickle.loads(pickle.dumps(Point(3))), pickle.dumps(Point).hex())
print(typing.get_type_hints(Point), typing.get_type_hints(area), __annotations__)
print(inspect.getsource(area), inspect.getfile(Point), inspect.getmodule(area))
"""

ENDINGS = {
    "returns": "print('done')",
    "exits": "import sys; sys.exit(3)",
    "exits with a text": "import sys; sys.exit('bye')",
    "raises": "def f():\n    return 1 / 0\n\nf()",
    "raises from": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('no a') from error",
    "raises while handling": "try:\n    {}['a']\nexcept KeyError:\n    undefined",
    "does not compile": "print('never')\nprint(",
    "is interrupted": "raise KeyboardInterrupt",
    "kills itself": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "leaves at once": "import os; os._exit(7)",
    "has a hook": "import sys, traceback\nsys.excepthook = lambda *e: print(len(traceback.extract_tb(e[2])), e[1])\n1 / 0",
    "raises in a thread": "import threading\nt = threading.Thread(target=lambda: 1 / 0, name='t')\nt.start(); t.join()",
    "prints a traceback": "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()",
    "says goodbye": "import atexit\natexit.register(print, 'goodbye')\n1 / 0",
    "reads its input": "print(input() + input())",
    "raises a group": "raise BaseException('strange')",
    "cannot import": "import no_such_module",
    "imports what is broken": "import broken",
}


def same_as_python(*arguments, options=(), **how):
    theirs = python(*options, *arguments, **how)
    mine = ours(*arguments, options=options, **how)
    assert (mine.stdout, mine.stderr, mine.returncode) == (theirs.stdout, theirs.stderr, theirs.returncode)
    return mine


@pytest.fixture
def folder(tmp_path):
    """A working folder with the programs above in all the forms that python runs."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "look.py").write_text('"""A docstring."""\n' + LOOK_AROUND)
    (tmp_path / "sub/look.py").write_text(LOOK_AROUND)
    (tmp_path / "link.py").symlink_to("sub/look.py")
    (tmp_path / "broken.py").write_text("def f():\n    raise OSError('broken')\n\n\nf()\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").write_text("")
    (tmp_path / "package/__main__.py").write_text(LOOK_AROUND)
    (tmp_path / "package/fails.py").write_text("def f():\n    raise OSError('broken')\n\n\nf()\n")
    with zipfile.ZipFile(tmp_path / "program.zip", "w") as archive:
        archive.writestr("__main__.py", LOOK_AROUND)
    py_compile.compile(str(tmp_path / "look.py"), cfile=str(tmp_path / "compiled.pyc"))
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["look.py"], ["./look.py", "a", "-b"], ["sub/look.py"], ["sub/../look.py", "-m", "-c"], ["link.py"], ["compiled.pyc"],
        ["package"], ["program.zip", "x"], ["sub"], ["no_such.py"],
        ["-m", "look", "a"], ["-mlook"], ["-m", "sub.look"], ["-m", "package", "-x"], ["-m", "package.fails"],
        ["-m", "no_such"], ["-m", "package.no_such"],
        ["-c", LOOK_AROUND, "a"], ["-c" + LOOK_AROUND], ["-c", "def f():\n    1 / 0\nf()"], ["-c", "print("], ["-"], ["-", "a"],
    ],
    ids=lambda arguments: " ".join(argument for argument in arguments if "\n" not in argument),
)  # fmt: skip
def test_every_form_of_program_sees_what_it_sees_under_python(folder, arguments):
    same_as_python(*arguments, cwd=folder, stdin=LOOK_AROUND)


@pytest.mark.parametrize("options", [["-I"], ["-O"], ["-W", "error"], ["-X", "dev"], ["-u"]], ids=" ".join)
def test_options_of_the_interpreter_hold(folder, options):
    if options == ["-I"] and python("-I", "-c", "import tinygrad_ext", cwd=folder).returncode:
        options = ["-s"]  # a copy that is found through PYTHONPATH is out of reach for -I
    same_as_python("sub/look.py", options=options, cwd=folder)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="-P came with Python 3.11")
def test_safe_path_holds(folder):
    same_as_python("sub/look.py", options=["-P"], cwd=folder)


def test_interactive_mode_goes_on_with_the_program_s_names(folder):
    (folder / "names.py").write_text("answer = 42\n")
    result = same_as_python("names.py", options=["-i"], cwd=folder, stdin="print(answer)\n1 / 0\n")
    assert "42" in result.stdout


def test_introspection_works_in_the_script(folder):
    (folder / "introspect.py").write_text(INTROSPECT)
    assert "Point(x=3, next=None)" in same_as_python("introspect.py", cwd=folder).stdout


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_is_python_s(folder, ending):
    (folder / "program.py").write_text(ENDINGS[ending] + "\n")
    same_as_python("program.py", cwd=folder, stdin="first\nsecond\n")


def test_the_command_line_explains_itself(tmp_path):
    assert "python -m tinygrad_ext SCRIPT" in output_of(ours("--help", cwd=tmp_path))
    for wrong in ([], ["-m"], ["-c"], ["--no-such-option"]):
        result = ours(*wrong, cwd=tmp_path)
        assert result.returncode == 2 and "usage:" in result.stderr and not result.stdout


# ---------------------------------------------------------------------------------------------------------------------
# The alias: one module under two names.

CHECK_ALIAS = """
import sys, torch, tinygrad_ext
for name, module in list(sys.modules.items()):
    head, dot, rest = name.partition(".")
    if head in ("torch", "tinygrad_ext"):
        assert sys.modules["torch" + dot + rest] is sys.modules["tinygrad_ext" + dot + rest], name
        here = torch
        for part in filter(None, rest.split(".")):
            here = getattr(here, part)
        assert here is module or name.endswith("gradcheck"), name  # torch.autograd.gradcheck is a function as well
"""


@pytest.mark.parametrize(
    "imports",
    [
        "import torch",
        "import torch.nn.functional as F, torch; assert F is torch.nn.functional",
        "from torch import nn; import torch.nn; assert nn is torch.nn",
        "from torch.nn import functional as F, Linear; import torch; assert Linear is torch.nn.modules.linear.Linear",
        "import tinygrad_ext.optim; import torch.optim; assert torch.optim is tinygrad_ext.optim",
        "import torch.optim.lr_scheduler; import tinygrad_ext.optim.lr_scheduler as s; assert s is torch.optim.lr_scheduler",
        "import tinygrad_ext as t; t.nn; import torch.nn.modules.linear as m; assert m is t.nn.modules.linear",
        "from torch.utils.data import DataLoader; from tinygrad_ext.utils.data import DataLoader as D; assert D is DataLoader",
        "from torch import *; assert tensor and Tensor; import torch; assert Tensor is torch.Tensor",
        "import importlib; o = importlib.import_module('torch.optim'); import torch; assert o is torch.optim",
        "o = __import__('torch.backends.cudnn'); import torch.backends.cudnn; assert o is torch",
        "import sys, torch.nn; del sys.modules['torch.nn'], sys.modules['torch']; import torch.nn, tinygrad_ext.nn",
        "import torch.nn, importlib; importlib.reload(torch.cuda)",
    ],
)
def test_every_import_style_finds_the_same_module(tmp_path, imports):
    for program in (imports, "import tinygrad_ext; tinygrad_ext.as_torch()\n" + imports):
        runner = python if "as_torch" in program else ours
        output_of(runner("-c", program + CHECK_ALIAS, cwd=tmp_path))


def test_every_submodule_has_both_names(tmp_path):
    program = """
import importlib, pkgutil, tinygrad_ext
names = [m.name for m in pkgutil.walk_packages(tinygrad_ext.__path__, "tinygrad_ext.") if not m.name.endswith("__main__")]
for n in names[::-1]:
    assert importlib.import_module(n.replace("tinygrad_ext", "torch")) is importlib.import_module(n)
print(len(names))
"""
    assert int(output_of(ours("-c", program + CHECK_ALIAS, cwd=tmp_path))) > 20


def test_as_torch_inside_a_program(tmp_path):
    program = """
import tinygrad_ext
torch = tinygrad_ext.as_torch()
assert torch is tinygrad_ext is tinygrad_ext.as_torch()
def work():
    import torch.nn as nn
    return nn
assert work() is tinygrad_ext.nn
"""
    output_of(python("-c", program + CHECK_ALIAS, cwd=tmp_path))


@pytest.fixture
def foreign_torch(tmp_path):
    """A folder with a package named torch that is not ours."""
    package = tmp_path / "site/torch"
    (package / "nn").mkdir(parents=True)
    (package / "__init__.py").write_text("Tensor = None\n")
    (package / "nn/__init__.py").write_text("")
    return package.parent


def test_as_torch_refuses_beside_the_real_one(tmp_path, foreign_torch):
    program = "import torch, tinygrad_ext\ntry:\n    tinygrad_ext.as_torch()\nexcept RuntimeError as error:\n    print(error)"
    said = output_of(python("-c", program, cwd=tmp_path, path=foreign_torch))
    assert said.startswith("as_torch(): the real torch is already imported (from ")
    assert str(foreign_torch) in said


def test_the_alias_goes_before_an_installed_torch(tmp_path, foreign_torch):
    program = "import torch.nn as nn, torch, tinygrad_ext; assert torch is tinygrad_ext and nn is tinygrad_ext.nn"
    output_of(ours("-c", program, cwd=tmp_path, path=foreign_torch))


def test_the_package_alone_does_not_touch_torch(tmp_path, foreign_torch):
    program = "import tinygrad_ext.nn, torch; assert torch is not tinygrad_ext; print(torch.__file__)"
    assert str(foreign_torch) in output_of(python("-c", program, cwd=tmp_path, path=foreign_torch))


def test_finding_without_importing(tmp_path):
    program = """
import sys
from importlib.util import find_spec
assert find_spec("torch") is not None
import tinygrad_ext
del sys.modules["torch"]
spec = find_spec("torch")
assert spec.name == "torch" and spec.origin == tinygrad_ext.__file__ and "torch" not in sys.modules
assert find_spec("torch.nn.functional").origin == tinygrad_ext.nn.functional.__file__
assert find_spec("torch.no_such") is None and find_spec("torch.nn.no_such") is None
import importlib.metadata, torch
assert importlib.metadata.version("torch") == torch.__version__ == "2.13.0"
"""
    output_of(ours("-c", program + CHECK_ALIAS, cwd=tmp_path))


def test_versions(tmp_path):
    program = """
import torch
assert torch.__version__ == torch.version.__version__ == "2.13.0" and isinstance(torch.__version__, str)
assert torch.__version__ >= "1.10" and torch.__version__ > (2, 9) and torch.__version__ < "2.13.1"
assert torch.version.cuda is None
print(torch.__version__, type(torch.__version__))
"""
    assert output_of(ours("-c", program, cwd=tmp_path)) == "2.13.0 <class 'torch.torch_version.TorchVersion'>\n"
    assert tinygrad_ext.__version__ == tinygrad_ext.version.__version__ == tinygrad_ext._C.__version__


OURS_TO_ADD = ' (if torch has it, it is for tinygrad_ext to add; its README, "What is covered", lists what there is)'


@pytest.mark.parametrize(
    "statement, error",
    [
        ("torch.no_such", "AttributeError: module 'torch' has no attribute 'no_such'"),
        ("torch.nn.no_such", "AttributeError: module 'torch.nn' has no attribute 'no_such'"),
        ("torch.nn.functional.no_such", "AttributeError: module 'torch.nn.functional' has no attribute 'no_such'"),
        ("torch.version.no_such", "AttributeError: module 'torch.version' has no attribute 'no_such'"),
        ("import torch.no_such", "ModuleNotFoundError: No module named 'torch.no_such'"),
        ("import torch.nn.no_such.deep", "ModuleNotFoundError: No module named 'torch.nn.no_such'"),
        ("from torch.no_such import x", "ModuleNotFoundError: No module named 'torch.no_such'"),
        ("from torch import no_such", "ImportError: cannot import name 'no_such' from 'torch' (FILE)"),
        ("from torch.optim import no_such", "ImportError: cannot import name 'no_such' from 'torch.optim' (FILE)"),
    ],
)
def test_a_missing_name_is_ours_to_add(tmp_path, statement, error):
    result = ours("-c", f"import torch\n{statement}", cwd=tmp_path)
    assert result.returncode == 1
    first, *frames, last = result.stderr.splitlines()
    module = "optim/__init__.py" if "optim" in statement else "__init__.py"
    package = os.path.dirname(tinygrad_ext.__file__)
    assert last == error.replace("FILE", os.path.join(package, module)) + OURS_TO_ADD
    assert not [line for line in frames if "tinygrad_ext" in line], "the traceback ends in the script"


def test_asking_for_a_missing_name(tmp_path):
    program = """
import torch
assert not hasattr(torch, "no_such") and not hasattr(torch.nn, "no_such") and getattr(torch.optim, "no_such", 3) == 3
try:
    import torch.no_such
except ImportError as error:
    assert error.name == "torch.no_such"
try:
    from torch.nn import no_such
except ImportError as error:
    assert error.name == "torch.nn" and error.path == torch.nn.__file__
"""
    output_of(ours("-c", program, cwd=tmp_path))


def test_a_missing_name_without_the_alias():
    with pytest.raises(AttributeError) as error:
        tinygrad_ext.no_such
    assert str(error.value) == "module 'tinygrad_ext' has no attribute 'no_such'" + OURS_TO_ADD


# ---------------------------------------------------------------------------------------------------------------------
# Classes print as torch's; pickles stay ours.

CLASSES = """
torch.Tensor torch.Size torch.dtype torch.device torch.finfo torch.FloatTensor torch.nn.parameter.Parameter
torch.nn.modules.module.Module torch.nn.modules.linear.Linear torch.nn.modules.activation.ReLU
torch.nn.modules.container.Sequential torch.nn.modules.loss.CrossEntropyLoss torch.optim.optimizer.Optimizer
torch.optim.sgd.SGD torch.optim.adam.Adam torch.optim.lr_scheduler.StepLR torch.utils.data.dataset.TensorDataset
torch.utils.data.dataloader.DataLoader torch.autograd.function.Function torch.autograd.grad_mode.no_grad
""".split()


def test_classes_print_as_torch_s(tmp_path):
    program = """
import importlib, sys, torch
print(type(torch.zeros(1)), type(torch.zeros(1).shape), type(torch.float32), type(torch.device("cpu")))
print(type(torch.nn.Linear(1, 1)), type(torch.nn.Linear(1, 1).weight))
for path in sys.argv[1:]:
    module, _, name = path.rpartition(".")
    print(getattr(importlib.import_module(module), name))
class Net(torch.nn.Module): pass
print(Net, torch.nn.Linear.__module__ == "torch.nn.modules.linear")
"""
    said = output_of(ours("-c", program, *CLASSES, cwd=tmp_path)).splitlines()
    assert said == [
        "<class 'torch.Tensor'> <class 'torch.Size'> <class 'torch.dtype'> <class 'torch.device'>",
        "<class 'torch.nn.modules.linear.Linear'> <class 'torch.nn.parameter.Parameter'>",
        *(f"<class '{path}'>" for path in CLASSES),
        "<class '__main__.Net'> True",
    ]


def test_torch_prints_them_so(torch):
    from importlib import import_module

    for path in CLASSES:
        module, _, name = path.rpartition(".")
        assert str(getattr(import_module(module), name)) == f"<class '{path}'>"


WRITE = """
import pickle, sys
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
data = {
    "tensor": torch.arange(6.0).reshape(2, 3).t(), "model": model, "state": model.state_dict(), "class": torch.nn.Linear,
    "dtype": torch.float64, "size": torch.Size([2, 3]), "device": torch.device("cpu"), "function": torch.nn.functional.relu,
    "parameter": model[0].weight, "optimizer": torch.optim.SGD(model.parameters(), lr=0.1).state_dict(),
    "loss": torch.nn.MSELoss(), "op": torch.add,
}
pickle.dump(data, open(sys.argv[1], "wb"), int(sys.argv[2]))
"""

READ = """
import pickle, sys
data = pickle.load(open(sys.argv[1], "rb"))
import tinygrad_ext as ours
assert data["class"] is ours.nn.Linear and data["dtype"] is ours.float64 and data["function"] is ours.nn.functional.relu
assert isinstance(data["size"], ours.Size) and data["size"] == (2, 3) and data["device"] == ours.device("cpu")
assert type(data["parameter"]) is ours.nn.Parameter and data["parameter"].requires_grad and data["op"] is ours.add
assert data["tensor"].tolist() == [[0, 3], [1, 4], [2, 5]] and data["state"].keys() == {"0.weight", "0.bias"}
assert ours.equal(data["model"][0].weight, data["parameter"]) and isinstance(data["loss"], ours.nn.MSELoss)
print(data["model"](ours.ones(2)).tolist())
"""


@pytest.mark.parametrize("protocol", [4, 5])
@pytest.mark.parametrize("writer_aliased", [True, False])
@pytest.mark.parametrize("reader_aliased", [True, False])
def test_pickles_cross_the_alias(tmp_path, foreign_torch, protocol, writer_aliased, reader_aliased):
    write = WRITE if writer_aliased else WRITE.replace("import torch", "import tinygrad_ext as torch")
    output_of((ours if writer_aliased else python)("-c", write, "data.pickle", protocol, cwd=tmp_path))
    assert b"torch" not in (tmp_path / "data.pickle").read_bytes().replace(b"tinygrad_ext", b"")
    said = output_of((ours if reader_aliased else python)("-c", READ, "data.pickle", cwd=tmp_path, path=foreign_torch))
    assert len(said.split()) == 3


# ---------------------------------------------------------------------------------------------------------------------
# Children.

WORK = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
{start}
import torch.nn as nn, torch

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)

def work(net, depth=0):
    import torch.optim, tinygrad_ext
    assert torch is tinygrad_ext and torch.optim is tinygrad_ext.optim
    if depth:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(sys.argv[1])) as pool:
            return pool.submit(work, net).result()
    return str(type(net)), str(type(net.layer)), torch.__version__, sys.argv

def check(net):
    work(net)

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(1) as pool:
        print(*pool.apply(work, (Net(),)))
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        print(*pool.submit(work, Net(), 1).result())
    child = context.Process(target=check, args=(Net(),))
    child.start()
    child.join()
    print(child.exitcode)
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("how", ["script", "module", "as_torch"])
def test_children_inherit_the_alias(tmp_path, foreign_torch, method, how):
    start = "import tinygrad_ext; tinygrad_ext.as_torch()" if how == "as_torch" else ""
    (tmp_path / "work.py").write_text(WORK.format(start=start))
    program = ["-m", "work"] if how == "module" else ["work.py"]
    result = (python if how == "as_torch" else ours)(*program, method, cwd=tmp_path, path=foreign_torch)
    argv = [str(tmp_path / "work.py") if how == "module" else "work.py", method]
    main = "__main__" if method == "fork" else "__mp_main__"
    seen = f"<class '{main}.Net'> <class 'torch.nn.modules.linear.Linear'> 2.13.0 {argv}"
    assert output_of(result).splitlines() == [seen, seen, "0"]


def test_other_programs_do_not_inherit_it(tmp_path, foreign_torch):
    program = """
import subprocess, sys, torch
subprocess.run([sys.executable, "-c", "import torch, sys; print(torch.__file__); assert 'tinygrad_ext' not in sys.modules"], check=True)
"""
    assert str(foreign_torch) in output_of(ours("-c", program, cwd=tmp_path, path=foreign_torch))
