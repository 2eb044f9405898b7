"""Shapes that do not fit, and what is said about them."""
import torch
import torch.nn as nn
import torch.nn.functional as F

a34, a23 = torch.zeros(3, 4), torch.zeros(2, 3)
v3, v4 = torch.zeros(3), torch.zeros(4)
b = torch.zeros(2, 3, 4)

cases = {
    "mm": lambda: a34 @ a34,
    "Linear": lambda: nn.Linear(4, 2)(a23),
    "Linear on 3-D": lambda: nn.Linear(4, 2)(torch.zeros(6, 5, 5)),
    "Linear on 1-D": lambda: nn.Linear(4, 2)(v3),
    "matrix @ vector": lambda: a34 @ v3,
    "vector @ vector": lambda: v3 @ v4,
    "torch.mm on a vector": lambda: torch.mm(a34, v4),
    "bmm": lambda: torch.bmm(b, torch.zeros(2, 3, 3)),
    "bmm on a matrix": lambda: torch.bmm(a34, a34),
    "batched matmul": lambda: torch.zeros(2, 3, 4) @ torch.zeros(3, 4, 5),
    "dot": lambda: torch.dot(a34, a34),
    "0-d": lambda: torch.tensor(1.0) @ a34,
    "addmm": lambda: torch.addmm(v3, a34, torch.zeros(4, 2)),
    "add": lambda: a34 + v3,
    "view": lambda: a34.view(5, -1),
    "view two unknown": lambda: a34.view(-1, -1),
    "view of a transpose": lambda: a34.t().view(12),
    "reshape": lambda: a34.reshape(7),
    "t": lambda: b.t(),
    "transpose": lambda: a34.transpose(0, 2),
    "permute": lambda: a34.permute(0),
    "permute twice": lambda: a34.permute(0, 0),
    "cat": lambda: torch.cat([a34, torch.zeros(3, 5)]),
    "cat dims": lambda: torch.cat([a34, v4]),
    "cat nothing": lambda: torch.cat([]),
    "stack": lambda: torch.stack([a34, torch.zeros(3, 5)]),
    "split": lambda: a34.split([1, 1]),
    "sum": lambda: a34.sum(2),
    "squeeze": lambda: a34.squeeze(5),
    "expand": lambda: a34.expand(2, 4),
    "item": lambda: a34.item(),
    "bool": lambda: bool(a34),
    "float": lambda: float(v3),
    "len": lambda: len(torch.tensor(1)),
    "iter": lambda: list(torch.tensor(1)),
    "gather": lambda: a34.gather(1, torch.tensor([[9]])),
    "index_select": lambda: a34.index_select(0, torch.tensor([7])),
    "topk": lambda: v3.topk(4),
    "empty max": lambda: torch.zeros(0).max(),
    "empty argmax": lambda: torch.zeros(0).argmax(),
    "negative size": lambda: torch.zeros(-1),
    "ragged": lambda: torch.tensor([[1, 2], [3]]),
    "arange": lambda: torch.arange(5, 1),
    "Flatten": lambda: nn.Flatten()(torch.zeros(2, 3, 4)).shape,
    "softmax": lambda: F.softmax(a34, dim=2),
}
for name, f in cases.items():
    try:
        print(f"{name}: {f()}")
    except Exception as e:
        print(f"{name}: {type(e).__name__}: {e}")
