"""save and load: both directions with torch, and files that lie.

Files that torch wrote stand in data/saved (make_saved.py writes them), so they are read where torch is not installed.
"""

import collections
import io
import math
import os
import pathlib
import pickle
import random
import re
import struct
import zipfile

import pytest

import tinygrad_ext
import tinygrad_ext as T
from tinygrad_ext import nn

SAVED = pathlib.Path(__file__).parent / "data" / "saved"
DTYPES = "float32 float64 int64 int32 int16 int8 uint8 bool".split()


def saved(obj):
    file = io.BytesIO()
    T.save(obj, file)
    file.seek(0)
    return file


def round_trip(obj):
    return T.load(saved(obj))


def same(a, b):
    """Equal to the last detail; tensors of two libraries may be compared."""
    if hasattr(a, "requires_grad"):
        return (
            hasattr(b, "requires_grad")
            and type(a).__name__ == type(b).__name__
            and str(a.dtype) == str(b.dtype)
            and tuple(a.shape) == tuple(b.shape)
            and a.stride() == b.stride()
            and a.storage_offset() == b.storage_offset()
            and a.requires_grad == b.requires_grad
            and a.detach().numpy().tobytes() == b.detach().numpy().tobytes()
            and same(a.__dict__, b.__dict__)
        )
    if type(a).__module__ not in ("builtins", "collections"):  # dtype, device, Size
        return type(a).__name__ == type(b).__name__ and str(a) == str(b)
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        same_keys = list(map(repr, a)) == list(map(repr, b))  # dtypes of two libraries are never equal
        same_values = all(map(same, a.values(), b.values()))
        return same_keys and same_values and same(getattr(a, "__dict__", None), getattr(b, "__dict__", None))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and (type(a) is not float or math.copysign(1, a) == math.copysign(1, b)) or a != a and b != b


def everything():
    base = T.arange(6.0).view(2, 3)
    noted = T.ones(1)
    noted.note = [1, "two"]
    noted_parameter = nn.Parameter(T.ones(1))
    noted_parameter.note = 3
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    optimizer = T.optim.Adam(model.parameters())
    model(T.ones(1, 2)).sum().backward()
    optimizer.step()
    shared = [1]
    return {
        "views": [base, base.t(), base[1:], base[:, 1], base[:1].expand(3, 3)],
        "dtypes": {name: T.tensor([1, 0, 1]).to(getattr(T, name)) for name in DTYPES},
        "parameters": [nn.Parameter(base), nn.Parameter(T.ones(2), requires_grad=False), noted_parameter],
        "tracked": [T.ones(2, requires_grad=True), T.ones(2, requires_grad=True) * 2],
        "noted": noted,
        "small": [T.tensor(7), T.zeros(0), T.zeros(2, 0, dtype=T.int64), T.zeros(0, dtype=T.bool)],
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "ints": [0, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -1, -(2**31), -(2**31) - 1, 2**63, -(2**70), 2**2000],
        "floats": [1.5, -0.0, float("inf"), float("nan"), 1e-320],
        "plain": [None, True, False, "", "é", "\ud800", b"\x00\xff", bytearray(b"x"), 1j, -1.5 - 0j],
        "containers": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, {1, 2}, set(), collections.Counter("aab")],
        "keys": {1: 2, None: 3, 1.5: 4, (1, "a"): 5, T.float32: 6, b"x": 7},
        "torch": [T.float32, T.bool, T.device("cpu"), T.device("cuda", 1), base.shape, T.Size([])],
        "long": [list(range(2500)), {i: str(i) for i in range(2500)}, tuple(range(300))],
        "twice": [shared, shared],
    }


# ---- What comes back


def test_everything_comes_back():
    before = everything()
    after = round_trip(before)
    for key in before:
        assert same(before[key], after[key]), key
    assert after["twice"][0] is after["twice"][1]


def test_shared_storage_stays_shared_and_views_keep_their_strides():
    base = T.arange(6.0).view(2, 3)
    a, b, c, d = round_trip([base, base.t(), base[1], base])
    a[1, 0] = 9
    assert b[0, 1] == 9 and c[0] == 9 and b.stride() == (1, 3) and d is a
    assert a._base is None and b._base is None and a.untyped_storage().nbytes() == 24


def test_tied_parameters_stay_tied():
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    second.weight = first.weight
    state = round_trip(nn.Sequential(first, second).state_dict())
    assert state["0.weight"].data_ptr() == state["1.weight"].data_ptr()


def test_a_small_view_brings_its_whole_storage():
    (view,) = round_trip([T.arange(10.0)[4:6]])
    assert view.storage_offset() == 4 and view.untyped_storage().nbytes() == 40


def test_a_structure_that_holds_itself():
    loop = [1]
    loop.append({"again": loop})
    after = round_trip(loop)
    assert after[1]["again"] is after


def test_state_dict_keeps_its_metadata():
    state = nn.Sequential(nn.Linear(2, 2)).state_dict()
    assert round_trip(state)._metadata == state._metadata and type(round_trip(state)) is collections.OrderedDict


def test_training_goes_on_after_loading():
    def model_and_optimizer():
        T.manual_seed(1)
        model = nn.Linear(3, 2)
        return model, T.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step(model, optimizer):
        optimizer.zero_grad()
        model(T.ones(4, 3)).pow(2).sum().backward()
        optimizer.step()

    model, optimizer = model_and_optimizer()
    step(model, optimizer)
    file = saved({"model": model.state_dict(), "optimizer": optimizer.state_dict()})
    step(model, optimizer)
    checkpoint = T.load(file)
    again, optimizer = model_and_optimizer()
    again.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    step(again, optimizer)
    assert T.equal(again.weight, model.weight) and T.equal(again.bias, model.bias)


# ---- Where to and where from


@pytest.mark.parametrize("kind", [str, pathlib.Path])
def test_paths(tmp_path, kind):
    path = kind(tmp_path / "model.v1.pt")
    T.save([1], path)
    assert T.load(path) == [1]
    with zipfile.ZipFile(path) as archive:
        assert all(name.startswith("model.v1/") for name in archive.namelist())


def test_open_files_and_pipes(tmp_path):
    with open(tmp_path / "f.pt", "w+b") as file:
        T.save(T.ones(2), file)
        assert not file.closed
        file.seek(0)
        assert T.load(file).tolist() == [1, 1]
    read, write = os.pipe()
    with os.fdopen(write, "wb") as file:
        T.save(T.ones(2), file)
    with os.fdopen(read, "rb") as file:
        assert T.load(io.BytesIO(file.read())).tolist() == [1, 1]


def test_after_other_bytes():
    file = io.BytesIO(b"header")
    file.seek(6)
    T.save([2], file)
    file.seek(6)
    assert T.load(file) == [2]


def test_members_are_stored_at_multiples_of_64():
    file = saved([T.ones(3), T.zeros(100, dtype=T.bool), T.zeros(0)])
    data = file.getvalue()
    with zipfile.ZipFile(file) as archive:
        names = [info.filename for info in archive.infolist()]
        for info in archive.infolist():
            name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
            assert (info.header_offset + 30 + name + extra) % 64 == 0
            assert info.compress_type == zipfile.ZIP_STORED
    assert names[0] == "archive/data.pkl" and {"archive/data/0", "archive/data/2", "archive/byteorder"} <= {*names}
    assert archive.filename is None


def test_the_same_object_gives_the_same_bytes():
    assert saved(everything()["model"]).getvalue() != b""
    state = nn.Linear(2, 2).state_dict()
    assert saved(state).getvalue() == saved(state).getvalue()


NOT_A_FILE = "expected 'f' to be string, path, or a file-like object with a 'write' attribute"
CANNOT_OPEN = "[enforce fail at inline_container.cc:747] . open file failed with strerror:"
OWN_PICKLE = "Can not safely load weights when explicit pickle_module is specified"


@pytest.mark.parametrize(
    "call, kind, text",
    [
        (lambda: T.save(1, "/no/such/folder/x.pt"), RuntimeError, "Parent directory /no/such/folder does not exist."),
        (lambda: T.save(1, "/"), RuntimeError, "[enforce fail at inline_container.cc:720] . invalid file name: /"),
        (lambda: T.save(1, ""), RuntimeError, "[enforce fail at inline_container.cc:720] . invalid file name: "),
        (lambda: T.save(1, "/usr"), RuntimeError, f"{CANNOT_OPEN} Is a directory"),
        (lambda: T.save(1, "/proc/x"), RuntimeError, f"{CANNOT_OPEN} No such file or directory"),
        (lambda: T.save(1, 3), AttributeError, NOT_A_FILE),
        (lambda: T.save(1, io.BytesIO(), pickle_protocol=4), ValueError, "save(): pickle_protocol must be 2, got 4"),
        (lambda: T.save(1, io.BytesIO(), pickle_module=random), ValueError, None),
        (lambda: T.save(1, io.BytesIO(), _use_new_zipfile_serialization=False), ValueError, None),
        (lambda: T.load("/no/such/file.pt"), FileNotFoundError, None),
        (lambda: T.load(3), AttributeError, None),
        (lambda: T.load(saved(1), mmap=True), ValueError, None),
        (lambda: T.load(saved(1), no_such_argument=1), TypeError, None),
        (lambda: T.load(saved(1), encoding="utf-7"), ValueError, None),
        (lambda: T.load(saved(1), pickle_module=pickle), RuntimeError, OWN_PICKLE),
    ],
)
def test_arguments_that_cannot_be_honoured(call, kind, text):
    with pytest.raises(kind) as raised:
        call()
    assert text is None or str(raised.value) == text


def test_arguments_that_make_no_difference():
    for arguments in ({}, {"weights_only": True}, {"weights_only": False}, {"mmap": False}, {"encoding": "utf-8"}):
        assert T.load(saved([1]), **arguments) == [1]
    assert T.load(saved([1]), weights_only=False, pickle_module=pickle) == [1]


# ---- Devices


def test_map_location():
    t = T.ones(2)
    for location in (None, "cpu", T.device("cpu"), {"cuda:0": "cpu"}, {}, lambda storage, location: storage, lambda *_: None):
        assert T.load(saved(t), map_location=location).tolist() == [1, 1]
    seen = []
    T.load(saved(t), map_location=lambda storage, location: seen.append((storage.nbytes(), location)))
    assert seen == [(8, "cpu")]


CUDA = (
    "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False. If you are running on a "
    "CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
)


@pytest.mark.parametrize("location", ["cuda", T.device("cuda", 1), {"cpu": "cuda:0"}])
def test_no_such_device(location):
    with pytest.raises(RuntimeError) as raised:
        T.load(saved(T.ones(2)), map_location=location)
    assert str(raised.value) == CUDA


def test_wrong_map_location():
    unknown = "don't know how to restore data location of torch.storage.UntypedStorage (tagged with foo)"
    with pytest.raises(RuntimeError, match=re.escape(unknown)):
        T.load(saved(T.ones(2)), map_location="foo")
    with pytest.raises(TypeError, match="got int"):
        T.load(saved(T.ones(2)), map_location=3)
    with pytest.raises(TypeError, match="got int"):
        T.load(saved(T.ones(2)), map_location=lambda storage, location: 3)
    with pytest.raises(KeyError, match="mine"):
        T.load(saved(T.ones(2)), map_location=lambda storage, location: {}["mine"])


def test_files_from_a_gpu():
    with pytest.raises(RuntimeError) as raised:
        T.load(SAVED / "cuda.pt")
    assert str(raised.value) == CUDA
    for location in ("cpu", {"cuda:0": "cpu"}, lambda storage, location: storage):
        assert T.load(SAVED / "cuda.pt", map_location=location)[0].tolist() == [1, 1]


# ---- What cannot be saved


class Mine:
    pass


@pytest.mark.parametrize(
    "obj, says",
    [
        (nn.Linear(1, 1), "save obj.state_dict() instead"),
        (T.optim.SGD([T.ones(1, requires_grad=True)], lr=0.1), "state_dict()"),
        (Mine(), "test_serialization.Mine"),
        (Mine, "builtins.type"),
        (lambda: 1, "builtins.function"),
        (frozenset([1]), "builtins.frozenset"),
        (collections.defaultdict(int), "collections.defaultdict"),
        (range(3), "builtins.range"),
        ({(1, (2,)): 3}, "a tuple cannot be a key"),
        ({T.ones(1): 3}, "a Tensor cannot be a key"),
        ({frozenset()}, "a frozenset cannot be a key"),
        (1 << 3000, "2039 bits"),
    ],
)
def test_refused_before_the_file_is_touched(tmp_path, obj, says):
    path = tmp_path / "checkpoint.pt"
    T.save("precious", path)
    for refused in (obj, [{"deep": obj}] if not isinstance(obj, (set, dict)) else obj):
        with pytest.raises(pickle.PicklingError, match=re.escape(says)):
            T.save(refused, path)
    assert T.load(path) == "precious"


def test_numpy_is_refused_with_advice():
    import numpy as np

    for obj, advice in ((np.float64(1), ".item()"), (np.ones(2), "torch.from_numpy()")):
        with pytest.raises(pickle.PicklingError, match=re.escape(advice)):
            T.save(obj, io.BytesIO())


# ---- Files that torch wrote


def test_file_from_torch():
    loaded = T.load(SAVED / "everything.pt")
    base, transposed, rest, expanded = loaded["views"]
    base[1, 1] = 8
    assert transposed[1, 1] == 8 and rest[0, 1] == 8 and expanded.tolist() == [[1, 8], [1, 8]]
    assert transposed.stride() == (1, 3) and expanded.stride() == (0, 3) and rest.storage_offset() == 3
    assert {name: str(t.dtype) for name, t in loaded["dtypes"].items()} == {name: f"torch.{name}" for name in DTYPES}
    assert all(t.tolist() == [1, 0, 1] for t in loaded["dtypes"].values())
    assert type(loaded["parameter"]) is nn.Parameter and loaded["parameter"].requires_grad
    assert type(loaded["frozen"]) is nn.Parameter and not loaded["frozen"].requires_grad
    assert loaded["tracked"].requires_grad and loaded["tracked"].is_leaf and loaded["noted"].note == ["kept"]
    assert loaded["scalar"].shape == () and loaded["scalar"].item() == 7
    assert [tuple(t.shape) for t in loaded["empty"]] == [(0,), (2, 0)] and loaded["empty"][1].dtype is T.int64
    assert list(loaded["state"])[:5] == ["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean"]
    assert loaded["state"]._metadata["1"] == {"version": 2} and loaded["state"]["1.running_var"].tolist() == [5]
    assert loaded["optimizer"]["param_groups"][0]["lr"] == 0.5 and loaded["optimizer"]["state"][0]["step"].item() == 1
    assert loaded["plain"][:8] == [None, True, 1, -1, 255, 65536, 2**40, -(2**70)]
    assert loaded["plain"][8:] == [1.5, math.inf, "é", b"\x00\xff", bytearray(b"x"), 1j]
    assert loaded["containers"][:5] == [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]
    assert loaded["containers"][5:] == [[], {}, {1, 2}, collections.Counter("aab")]
    assert [str(v) for v in loaded["torch"]] == ["torch.float32", "cpu", "cuda:1", "torch.Size([2, 3])"]


@pytest.mark.parametrize("weights_only", [True, False, None])
def test_whole_modules_are_refused(weights_only):
    with pytest.raises(pickle.UnpicklingError) as raised:
        T.load(SAVED / "module.pt", weights_only=weights_only)
    text = str(raised.value)
    assert text.startswith("Weights only load failed.") and "torch.nn.modules.linear.Linear" in text and "state_dict()" in text


def test_older_formats_are_named():
    with pytest.raises(pickle.UnpicklingError, match="before 1.6"):
        T.load(SAVED / "legacy.pt")
    tar = b"\0" * 257 + b"ustar" + b"\0" * 250
    with pytest.raises(pickle.UnpicklingError, match="before 1.6"):
        T.load(io.BytesIO(tar))


READER = (
    "PytorchStreamReader failed {}. This is an internal miniz error. If you are seeing this error, there is a high "
    "likelihood that your checkpoint file is corrupted. This can happen if the checkpoint was not saved properly, was "
    "transferred incorrectly, or the file was modified after saving."
)


def without(name):
    """A saved tensor's file without one of its members."""
    file = io.BytesIO()
    with zipfile.ZipFile(saved(T.ones(3))) as full, zipfile.ZipFile(file, "w") as archive:
        for member in full.namelist():
            if not member.endswith("/" + name):
                archive.writestr(member, full.read(member))
    return file.getvalue()


INCOMPLETE = pytest.mark.parametrize(
    "data, kind, text",
    [
        (b"", EOFError, None),
        (saved(T.ones(3)).getvalue()[:400], RuntimeError, READER.format("reading zip archive: failed finding central directory")),
        (b"PK\x03\x04", RuntimeError, READER.format("reading zip archive: not a ZIP archive")),
        (saved(T.ones(3)).getvalue()[:-9], RuntimeError, READER.format("reading zip archive: failed finding central directory")),
        (without("data.pkl"), RuntimeError, READER.format("locating file data.pkl: file not found")),
        (without("data/0"), RuntimeError, READER.format("locating file data/0: file not found")),
    ],
)


@INCOMPLETE
def test_incomplete_files(tmp_path, data, kind, text, library=T):
    (tmp_path / "checkpoint.pt").write_bytes(data)
    for file in (tmp_path / "checkpoint.pt", io.BytesIO(data)):
        with pytest.raises(kind) as raised:
            library.load(file)
        assert text is None or str(raised.value) == text


@INCOMPLETE
def test_torch_refuses_them_so(tmp_path, torch, data, kind, text):
    test_incomplete_files(tmp_path, data, kind, text, torch)


# ---- With torch beside us


def test_torch_reads_what_we_write(torch, tmp_path):
    T.save(everything(), tmp_path / "ours.pt")
    theirs = torch.load(tmp_path / "ours.pt", weights_only=True)
    ours = everything()
    for key in ours:
        if key not in ("model", "optimizer"):  # random
            assert same(ours[key], theirs[key]), key
    assert list(theirs["model"]) == list(ours["model"]) and theirs["model"]._metadata == ours["model"]._metadata
    assert theirs["views"][0].data_ptr() == theirs["views"][1].data_ptr()


def test_we_read_what_torch_writes_of_ours(torch, tmp_path):
    T.save(everything(), tmp_path / "ours.pt")
    torch.save(torch.load(tmp_path / "ours.pt", weights_only=True), tmp_path / "theirs.pt")
    ours, back = T.load(tmp_path / "ours.pt"), T.load(tmp_path / "theirs.pt")
    for key in ours:
        assert same(ours[key], back[key]), key


def test_torch_resumes_from_our_checkpoint(torch, tmp_path):
    results = []
    for first, second in ((T, torch), (torch, T)):
        for lib, load in ((first, False), (second, True)):
            model = lib.nn.Linear(2, 1)
            with lib.no_grad():
                model.weight.fill_(0.5)
                model.bias.fill_(0.25)
            optimizer = lib.optim.Adam(model.parameters(), lr=0.125)
            if load:
                checkpoint = lib.load(tmp_path / "c.pt", weights_only=True)
                model.load_state_dict(checkpoint["model"])
                optimizer.load_state_dict(checkpoint["optimizer"])
            for _ in range(3):
                optimizer.zero_grad()
                model(lib.ones(1, 2)).pow(2).sum().backward()
                optimizer.step()
            lib.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "c.pt")
        results.append(model.weight.tolist())
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-6)


# ---- Files that lie


def archive(members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as z:
        for name, data in members.items():
            z.writestr(f"archive/{name}", data)
    file.seek(0)
    return file


def load_pickle(program, **members):
    members = {name.replace("_", "/"): data for name, data in members.items()}
    return T.load(archive({"data.pkl": b"\x80\x02" + program, **members}))


def text(s):
    data = s.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def storage(kind="FloatStorage", key="0", location="cpu", numel=4):
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text(location) + number(numel) + b"tQ"


def number(n):
    return b"\x8a\x09" + n.to_bytes(9, "little", signed=True)


def numbers(*values):
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(storage=None, offset=0, size=(4,), stride=(1,), requires_grad=b"\x89"):
    arguments = (storage or globals()["storage"]()) + number(offset) + numbers(*size) + numbers(*stride) + requires_grad
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"ccollections\nOrderedDict\n)RtR"


FOUR = struct.pack("<4f", 1, 2, 3, 4)


def test_the_helpers_make_files_that_load():
    assert load_pickle(tensor() + b".", data_0=FOUR).tolist() == [1, 2, 3, 4]
    assert load_pickle(tensor(size=(2, 2), stride=(1, 2)) + b".", data_0=FOUR).tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    "program",
    [
        b"cos\nsystem\n" + text("true") + b"\x85R.",
        b"cposix\nsystem\n" + text("true") + b"\x85R.",
        b"cbuiltins\neval\n" + text("1") + b"\x85R.",
        b"c__builtin__\ngetattr\n)R.",
        b"cbuiltins\nbytes\n)R.",
        b"ctorch\nload\n" + text("x") + b"\x85R.",
        b"ctorch.serialization\nload\n)R.",
        b"ctinygrad_ext\nload\n)R.",
        b"ctinygrad_ext._utils\n_rebuild_tensor_v2\n)R.",
        b"ctorch\nnn.Module\n)R.",
        b"ccollections\ndefaultdict\n)R.",
        b"ccollections.OrderedDict\n__init__\n)R.",
        b"cnumpy._core.multiarray\nscalar\n)R.",
        b"c\n\n.",
    ],
)
def test_names_that_are_not_allowed(program):
    with pytest.raises(pickle.UnpicklingError, match="^Weights only load failed. The file names "):
        load_pickle(program)


@pytest.mark.parametrize(
    "program",
    [
        b"",
        b".",
        b"N",
        b"NN.",
        b"(N.",
        b"N(.",
        b"t.",
        b"e.",
        b"u.",
        b"R.",
        b"\x85.",
        b"N\x86.",
        b"Q.",
        b"b.",
        b"q\x00.",
        b"h\x00.",
        b"Nq\x00h\x01.",
        b"j\x00\x00\x00\x01.",
        b"X\xff\xff\xff\xff.",
        b"X\x02\x00\x00\x00\xff\xff.",
        b"U\x05abc.",
        b"\x8a\x05ab.",
        b"J\x00.",
        b"G\x00.",
        b"cos",
        b"cos\nsystem",
        b"\x80\x04N.",
        b"\x93.",  # STACK_GLOBAL
        b"P0\n.",  # PERSID
        b"i\n\n.",  # INST
        b"o.",  # OBJ
        b"\x82\x01.",  # EXT1
        b"I1\n.",
        b"2.",  # DUP
        b"\x97.",  # NEXT_BUFFER
        # Targets of the wrong type.
        b"}Na.",
        b"N(Ne.",
        b"]NNs.",
        b"](NNu.",
        b"}(Nu.",
        b")Na.",
        b"}]Ns.",
        b"})\x85\x85Ns.",
        b"NN}b.",
        b"}}b.",
        b"]}b.",
        b"ccollections\nOrderedDict\n)RNb.",
        b"ccollections\nOrderedDict\n)R}(" + text("evil") + b"Nub.",
        b"ccollections\nOrderedDict\n)R}(" + text("_metadata") + b"N" + text("update") + b"Nub.",
        b"ccollections\nCounter\n}\x85R(NNu.",
        # Calls with the wrong arguments.
        b"N)R.",
        b"ccollections\nOrderedDict\nNR.",
        b"ccollections\nOrderedDict\n]\x85R.",
        b"ccollections\nCounter\n]\x85R.",
        b"c__builtin__\nset\nK\x05\x85R.",
        b"c__builtin__\nset\n]]a\x85R.",
        b"c__builtin__\nbytearray\n\x8a\x06\x00\x00\x00\x00\x00\x01\x85R.",
        b"c__builtin__\ncomplex\n" + text("1j") + b"\x85R.",
        b"c_codecs\nencode\n" + text("a") + text("rot13") + b"\x86R.",
        b"c_codecs\nencode\nNN\x86R.",
        b"ctorch\nSize\nK\x05\x85R.",
        b"ctorch\nSize\n" + text("ab") + b"\x85R.",
        b"ctorch\ndevice\nK\x05\x85R.",
        b"ctorch\ndevice\n" + text("nonsense") + b"\x85R.",
        b"ctorch\nfloat32\n)R.",
        b"ctorch\nFloatStorage\n)R.",
        b"ctorch\nTensor\n)R.",
        b"ctorch._utils\n_rebuild_parameter\nN\x88N\x87R.",
        b"ctorch._utils\n_rebuild_tensor_v2\n)R.",
    ],
)
def test_programs_that_are_wrong(program):
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(program)


@pytest.mark.parametrize(
    "described",
    [
        tensor(storage(numel=5)),
        tensor(storage(numel=-4)),
        tensor(storage(numel=2**62)),
        tensor(storage("DoubleStorage")),
        tensor(storage("HalfStorage")),
        tensor(storage(key="../0")),
        tensor(storage(key="")),
        tensor(storage(key="\u0660")),
        tensor(b"(" + text("module") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(4) + b"tQ"),
        tensor(b"NQ"),
        tensor(b"N"),
        tensor(offset=1),
        tensor(offset=-1),
        tensor(offset=2**62),
        tensor(size=(5,)),
        tensor(size=(-1,)),
        tensor(size=(2**62,), stride=(0,), offset=4),
        tensor(size=(2**32, 2**32), stride=(2**31, 2**31)),
        tensor(stride=(2,)),
        tensor(stride=(-1,)),
        tensor(stride=(1, 1)),
        tensor(stride=(2**62,)),
        tensor(size=(0,), offset=5),
        tensor(size=(1,) * 65, stride=(1,) * 65),
        tensor(requires_grad=b"K\x01"),
        tensor(requires_grad=b"N"),
        tensor(storage("IntStorage"), requires_grad=b"\x88"),
        # One storage, described in two ways.
        b"(" + tensor() + tensor(storage("IntStorage")) + b"t",
        b"(" + tensor() + tensor(storage(numel=3), size=(3,)) + b"t",
    ],
)
def test_storages_and_tensors_that_lie(described):
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(described + b".", data_0=FOUR)


def test_tensors_cannot_be_filled_or_renamed():
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(tensor() + b"}b.", data_0=FOUR)
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(tensor() + b"NNs.", data_0=FOUR)
    arguments = tensor()[len(b"ctorch._utils\n_rebuild_tensor_v2\n") : -1]
    for name, good in (("note", True), ("backward", False), ("__class__", False), ("grad", False)):
        state = b"}" + text(name) + b"K\x01s"
        functions = b"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nctorch\nTensor\n"
        program = functions + arguments + state + b"tR."
        if good:
            assert load_pickle(program, data_0=FOUR).note == 1
        else:
            with pytest.raises(pickle.UnpicklingError):
                load_pickle(program, data_0=FOUR)


def test_deep_nesting_neither_crashes_nor_hangs():
    with pytest.raises(pickle.UnpicklingError, match="deep"):
        load_pickle(b"(" * 1_000_000 + b".")
    load_pickle(b"]" * 300_000 + b"a" * 299_999 + b".")
    load_pickle(b")" + b"\x85" * 300_000 + b".")
    with pytest.raises(pickle.UnpicklingError, match="as a key"):
        load_pickle(b"})" + b"\x85" * 300_000 + b"Ns.")


def test_many_references_cost_no_memory():
    doubling = b"N\x85q\x00" + b"".join(b"h%ch%c\x86q%c" % (i, i, i + 1) for i in range(60))
    *_, last = load_pickle(b"(" + doubling + b"t.")
    assert last[0] is last[1] and last[0][0] is last[0][1]


@pytest.mark.parametrize("data", [b"hello", b"PK\x05\x06" + b"\0" * 18, b"\0" * 1000])
def test_not_an_archive(data):
    with pytest.raises(pickle.UnpicklingError, match="not a file that save"):
        T.load(io.BytesIO(data))


def test_text_files():
    with pytest.raises((pickle.UnpicklingError, TypeError)):
        T.load(io.StringIO("text"))


def test_members_are_checked():
    good = {"data.pkl": b"\x80\x02" + tensor() + b".", "data/0": FOUR}
    assert T.load(archive(good)).tolist() == [1, 2, 3, 4]
    with pytest.raises(pickle.UnpicklingError, match="compressed"):
        T.load(archive(good, compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(pickle.UnpicklingError, match="byte order is big"):
        T.load(archive({**good, "byteorder": b"big"}))
    assert T.load(archive({**good, "byteorder": b"little"})).tolist() == [1, 2, 3, 4]
    with pytest.raises(pickle.UnpicklingError, match="too large"):
        T.load(archive({**good, "byteorder": b"little" * 10}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_that_lie():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        z.writestr("archive/data.pkl", b"\x80\x02N.")
        z.writestr("archive/data.pkl", b"\x80\x02N.")
    with pytest.raises(pickle.UnpicklingError, match="two members"):
        T.load(file)
    for names in (("a/data.pkl", "b/version"), ("data.pkl",)):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as z:
            for name in names:
                z.writestr(name, b"\x80\x02N.")
        with pytest.raises(pickle.UnpicklingError, match="no common folder"):
            T.load(file)
    # The directory says that a member is longer than it is, so that it would reach into the next.
    data = bytearray(archive({"data.pkl": b"\x80\x02" + tensor() + b".", "data/0": FOUR, "version": b"3\n"}).getvalue())
    entry = data.rindex(b"archive/data/0") - 46
    data[entry + 20 : entry + 28] = struct.pack("<II", 400, 400)
    with pytest.raises(pickle.UnpicklingError, match="overlaps"):
        T.load(io.BytesIO(bytes(data)))
    data[entry + 20 : entry + 28] = struct.pack("<II", 16, 400)
    with pytest.raises(pickle.UnpicklingError, match="two different sizes"):
        T.load(io.BytesIO(bytes(data)))


def test_damaged_bytes_are_noticed():
    data = bytearray(saved(T.ones(100)).getvalue())
    at = data.index(struct.pack("<4f", 1, 1, 1, 1))
    data[at] ^= 1
    with pytest.raises(pickle.UnpicklingError, match="damaged"):
        T.load(io.BytesIO(bytes(data)))


def mutated(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        kind = rng.randrange(5)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randint(1, 8)]
        elif kind == 2:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
        elif kind == 3:
            source = rng.randrange(len(data))
            data[at : at + 8] = data[source : source + 8]
        else:
            data[at] = rng.choice(b"().NRQbqhcK]}tause\x81\x85\x86\x87\x88\x8a")
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_load_or_are_refused(seed):
    rng = random.Random(seed)
    file = saved({key: value for key, value in everything().items() if key not in ("long", "optimizer")})
    whole = file.getvalue()
    with zipfile.ZipFile(file) as z:
        members = {info.filename.partition("/")[2]: z.read(info) for info in z.infolist()}
    for _ in range(500):
        if rng.random() < 0.7:
            data = archive({**members, "data.pkl": mutated(rng, members["data.pkl"])})
        else:
            data = io.BytesIO(mutated(rng, whole))
        try:
            T.load(data)
        except (pickle.UnpicklingError, RuntimeError) as error:
            told = ("device", "location", "PytorchStreamReader")
            assert isinstance(error, pickle.UnpicklingError) or any(word in str(error) for word in told)


def test_loading_imports_nothing(monkeypatch):
    """Once its own modules are there, load asks the import system for nothing, whatever the file names."""
    round_trip(everything())
    file, wanted = saved(everything()), []

    class Finder:
        def find_spec(self, name, path=None, target=None):
            wanted.append(name)

    import sys

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    T.load(file)
    with pytest.raises(pickle.UnpicklingError):
        load_pickle(b"cthis_module_is_not_imported\nx\n.")
    assert not wanted


def test_module_paths_are_torchs():
    assert tinygrad_ext.serialization.save is T.save and tinygrad_ext.serialization.load is T.load
