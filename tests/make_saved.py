"""Writes tests/data/saved/*.pt with torch: what test_serialization.py reads where torch is not installed.

    python tests/make_saved.py
"""

import collections
import io
import zipfile
from pathlib import Path

import torch

FOLDER = Path(__file__).parent / "data" / "saved"


def everything():
    base = torch.arange(6.0).view(2, 3)
    noted = torch.ones(1)
    noted.note = ["kept"]
    state = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1)).state_dict()
    for i, value in enumerate(state.values()):
        value.fill_(i)
    weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = torch.optim.Adam([weight], lr=0.5)
    weight.sum().backward()
    optimizer.step()
    dtypes = "float32 float64 int64 int32 int16 int8 uint8 bool".split()
    return {
        "views": [base, base.t(), base[1:], base[:, 1].expand(2, 2)],
        "dtypes": {name: torch.tensor([1, 0, 1]).to(getattr(torch, name)) for name in dtypes},
        "parameter": torch.nn.Parameter(torch.tensor([3.0])),
        "frozen": torch.nn.Parameter(torch.tensor([3.0]), requires_grad=False),
        "tracked": torch.tensor([4.0], requires_grad=True),
        "noted": noted,
        "scalar": torch.tensor(7),
        "empty": [torch.zeros(0), torch.zeros(2, 0, dtype=torch.int64)],
        "state": state,
        "optimizer": optimizer.state_dict(),
        "plain": [None, True, 1, -1, 255, 65536, 2**40, -(2**70), 1.5, float("inf"), "é", b"\x00\xff", bytearray(b"x"), 1j],
        "containers": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, {1, 2}, collections.Counter("aab")],
        "torch": [torch.float32, torch.device("cpu"), torch.device("cuda", 1), base.shape],
    }


def with_location(data, location):
    """The same archive with its storages said to be elsewhere."""
    source, result = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            member = source.read(name)
            if name.endswith("data.pkl"):
                size = len(location).to_bytes(4, "little")
                member = member.replace(b"X\x03\0\0\0cpu", b"X" + size + location)
            target.writestr(zipfile.ZipInfo(name), member)
    return result.getvalue()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.save(everything(), FOLDER / "everything.pt")
    torch.save(torch.nn.Linear(1, 1), FOLDER / "module.pt")
    torch.save([torch.ones(2)], FOLDER / "legacy.pt", _use_new_zipfile_serialization=False)
    plain = io.BytesIO()
    torch.save([torch.ones(2)], plain)
    (FOLDER / "cuda.pt").write_bytes(with_location(plain.getvalue(), b"cuda:0"))
