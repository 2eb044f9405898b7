import torch
import torch.nn.functional as F
from torch import nn

i = torch.arange(4)
f = torch.ones(4)
d = torch.ones(4, dtype=torch.float64)
flag = torch.tensor([True, False, True, True])

cases = [
    ("mean of ints", lambda: i.mean()),
    ("std of ints", lambda: i.std()),
    ("mean with dtype", lambda: i.mean(dtype=torch.float32)),
    ("softmax of ints", lambda: i.softmax(0)),
    ("log_softmax of ints", lambda: F.log_softmax(i, dim=0)),
    ("mm of long and float", lambda: i.view(2, 2) @ f.view(2, 2)),
    ("mm of double and float", lambda: d.view(2, 2) @ f.view(2, 2)),
    ("Linear with ints", lambda: nn.Linear(4, 1)(i)),
    ("Linear with doubles", lambda: nn.Linear(4, 1)(d)),
    ("bool minus bool", lambda: flag - flag),
    ("minus bool", lambda: -flag),
    ("invert float", lambda: ~f),
    ("invert int", lambda: ~i),
    ("and with floats", lambda: f & f),
    ("where", lambda: torch.where(f, i, i)),
    ("masked_fill", lambda: f.masked_fill(f, 0.0)),
    ("int in place with float", lambda: i.clone().add_(0.5)),
    ("int divided in place", lambda: i.clone().div_(2)),
    ("int // 0", lambda: i // 0),
    ("int ** -1", lambda: i ** -1),
    ("float index", lambda: f[f]),
    ("too large for uint8", lambda: torch.tensor([300], dtype=torch.uint8)),
    ("too large for int64", lambda: torch.tensor(2 ** 70)),
    ("a string", lambda: torch.tensor("abc")),
    ("None", lambda: torch.tensor(None)),
    ("a list with a string", lambda: torch.tensor([1, "a"])),
    ("tensor + str", lambda: f + "1"),
    ("tensor < str", lambda: f < "1"),
    ("randn of ints", lambda: torch.randn(2, dtype=torch.int64)),
    ("uniform_ on ints", lambda: i.clone().uniform_()),
    ("gather with float index", lambda: f.gather(0, f)),
    ("one_hot of floats", lambda: F.one_hot(f)),
    ("from_numpy of a list", lambda: torch.from_numpy([1, 2])),
    ("missing attribute", lambda: f.lenght),
    ("missing function", lambda: hasattr(torch, "relux")),
    ("float to int", lambda: torch.tensor([1.9, -1.9]).int()),
    ("half even", lambda: torch.tensor([0.5, 1.5, 2.5]).round()),
]
for name, run in cases:
    try:
        print(f"{name:24}", run())
    except Exception as e:
        text = str(e).split("\n")[0].split("; ")[0]
        print(f"{name:24}", type(e).__name__, "|", text)
