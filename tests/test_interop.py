"""Tensors among other objects: NumPy, DLPack, copy, pickle."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import tinygrad_ext as T
import transcripts
from tinygrad_ext import nn


@pytest.mark.parametrize("name", ["numpy", "copying"])
def test_transcript(name):
    transcripts.check(transcripts.FOLDER / f"{name}.txt", T)


@pytest.mark.parametrize("name", ["numpy", "copying"])
def test_transcript_is_torchs(torch, name):
    transcripts.check(transcripts.FOLDER / f"{name}.txt", torch)


# ---- __array__ as NumPy 2 asks for it; torch warns or raises here


@pytest.mark.filterwarnings("error")
def test_array_protocol():
    t = T.tensor([1.0, 2.0])
    assert np.array(t).dtype == np.float32
    shared = np.asarray(t)
    shared[0] = 5
    assert t[0] == 5
    copied = np.array(t, copy=True)
    copied[0] = 6
    assert t[0] == 5
    assert t.__array__(copy=True).base is None or not np.shares_memory(t.__array__(copy=True), shared)
    assert np.shares_memory(t.__array__(copy=False), shared) and np.shares_memory(t.__array__(np.float32, copy=False), shared)
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        t.__array__(np.float64, copy=False)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="copy=False means this from NumPy 2 on")
def test_asarray_without_a_copy():
    t = T.tensor([1.0, 2.0])
    assert np.shares_memory(np.asarray(t, copy=False), t.numpy())
    with pytest.raises(ValueError):
        np.asarray(t, dtype=np.int64, copy=False)


@pytest.mark.filterwarnings("error")
def test_numpy_functions_and_operators_give_tensors():
    t, a = T.tensor([1.0, 2.0]), np.array([10.0, 20.0], dtype=np.float32)
    for result, values in (
        (np.exp(t * 0), [1, 1]),
        (np.add(t, t), [2, 4]),
        (np.multiply(a, t), [10, 40]),
        (np.float32(2) - t, [1, 0]),
        (t + a, [11, 22]),
        (t - a, [-9, -18]),
        (t @ a, 50),
        (a / t, [10, 10]),
        (t == a, [False, False]),
        (a != t, [True, True]),
    ):
        assert isinstance(result, T.Tensor) and result.tolist() == values


@pytest.mark.parametrize("symbol", ["*", "-", "@", "**", "//"])
def test_numpy_leaves_its_operators_to_tensors_which_do_not_know_them(symbol):
    names = {"t": T.tensor([1.0, 2.0]), "a": np.array([10.0, 20.0], dtype=np.float32)}
    with pytest.raises(TypeError, match="^unsupported operand type"):
        eval(f"a {symbol} t", names)


def test_numpy_does_not_touch_what_requires_grad():
    x, a = T.tensor([1.0, 2.0], requires_grad=True), np.array([10.0, 20.0], dtype=np.float32)
    with pytest.raises(RuntimeError, match="^Can't call numpy"):
        x * a


def test_numpy_views_keep_the_memory_alive():
    a = np.asarray(T.arange(1000.0))
    noise = [T.zeros(1000) for _ in range(50)]
    assert a.sum() == 499500 and len(noise) == 50


@pytest.mark.parametrize("dtype", "float32 float64 int64 int32 int16 int8 uint8 bool".split())
def test_every_dtype_through_dlpack(dtype):
    t = T.tensor([[0, 1, 1], [1, 0, 1]]).to(getattr(T, dtype))
    for source in (t, t.t(), t[:, 1:], t[:0]):
        back = T.from_dlpack(source)
        assert back.dtype is source.dtype and back.tolist() == source.tolist()
    back = T.from_dlpack(t)
    back[0, 0] = 1
    assert t[0, 0].item() == 1


def test_dlpack_with_torch(torch):
    ours, theirs = T.arange(4.0), torch.arange(4.0)
    torch.from_dlpack(ours)[0] = 9
    T.from_dlpack(theirs)[0] = 9
    assert ours[0] == 9 and theirs[0] == 9


def test_read_only_arrays_are_copied():
    a = np.arange(3.0)
    a.flags.writeable = False
    t = T.from_dlpack(a)
    t[0] = 9
    assert a[0] == 0
    with pytest.raises(BufferError, match="read-only"):
        T.from_dlpack(a, copy=False)
    with pytest.raises(AssertionError, match="not compiled with CUDA"):
        T.from_dlpack(np.ones(2), device="cuda")


# ---- Copies and pickles


def test_deepcopy_shares_as_the_original_does():
    base = T.arange(6.0)
    parts = {"a": base, "b": base[2:4], "c": [base], "p": nn.Parameter(T.ones(2))}
    parts["q"] = parts["p"]
    copied = copy.deepcopy(parts)
    copied["a"][2] = 9
    assert copied["b"][0] == 9 and base[2] == 2 and copied["c"][0] is copied["a"] and copied["q"] is copied["p"]


def test_deepcopy_of_empty_tensors_keeps_them_apart():
    a, b = copy.deepcopy([T.zeros(0), T.zeros(0, dtype=T.int64)])
    assert a is not b and b.dtype is T.int64


def test_deepcopy_of_a_model_trains_by_itself():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    other = copy.deepcopy(model)
    with T.no_grad():
        other[0].weight.zero_()
    assert model[0].weight.abs().sum() > 0 and type(other[0].weight) is nn.Parameter


def test_subclasses_survive_copies():
    class Mine(T.Tensor):
        pass

    mine = T._C._make_subclass(Mine, T.ones(2), True)
    assert type(copy.deepcopy(mine)) is Mine and copy.deepcopy(mine).requires_grad
    assert type(copy.copy(mine)) is Mine


def test_pickles_name_this_package_and_load_by_themselves(tmp_path):
    file = tmp_path / "t.pickle"
    things = [T.arange(4.0)[1:3], nn.Parameter(T.ones(1)), T.float32, T.Size([2]), T.device("cpu")]
    file.write_bytes(pickle.dumps(things))
    code = f"import pickle, sys; print(pickle.load(open({str(file)!r}, 'rb'))); assert 'torch' not in sys.modules"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == f"{things}\n", result.stderr


def test_pickles_written_under_the_alias_load_without_it(tmp_path):
    file = tmp_path / "t.pickle"
    write = f"import pickle, torch; pickle.dump([torch.ones(2), torch.int64, torch.ones(2).shape], open({str(file)!r}, 'wb'))"
    subprocess.run([sys.executable, "-m", "tinygrad_ext", "-c", write], check=True)
    assert str(pickle.loads(file.read_bytes())) == "[tensor([1., 1.]), torch.int64, torch.Size([2])]"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_protocols(protocol):
    for t in (T.arange(6).view(2, 3).t(), T.zeros(0, 2), T.tensor(True), T.ones(2, requires_grad=True) * 2):
        back = pickle.loads(pickle.dumps(t, protocol))
        assert repr(back) == repr(t.detach().requires_grad_(t.requires_grad)) and back.stride() == t.stride()


# ---- Import


def test_import_is_light():
    code = "import sys; old = {*sys.modules}; import tinygrad_ext; print(*sorted({*sys.modules} - old))"
    out = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False,
                         env={"PYTHONPATH": ":".join(p for p in sys.path if p)})
    loaded = set(out.stdout.split())
    heavy = {"numpy", "inspect", "dataclasses", "typing", "warnings", "zipfile", "pickle", "re"}
    assert "tinygrad_ext._tensor" in loaded and not loaded & heavy, out.stderr
    assert not {name for name in loaded if name.startswith(("tinygrad_ext.nn", "tinygrad_ext.autograd"))}
