"""Targets that a loss does not like."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
logits = torch.randn(3, 4)
probs = torch.rand(3)


def show(name, f):
    try:
        out = f()
        print(f"{name:32s} {out}")
    except Exception as e:
        print(f"{name:32s} {type(e).__name__}: {e}")


ce = nn.CrossEntropyLoss()
show("class out of range", lambda: ce(logits, torch.tensor([0, 4, 1])))
show("negative class", lambda: ce(logits, torch.tensor([0, -1, 1])))
show("ignored class", lambda: ce(logits, torch.tensor([0, -100, 1])))
show("batch size", lambda: ce(logits, torch.tensor([0, 1])))
show("float classes", lambda: ce(logits, torch.tensor([0.0, 1.0, 2.0])))
show("int32 classes", lambda: ce(logits, torch.tensor([0, 1, 2], dtype=torch.int32)))
show("one-hot ints", lambda: ce(logits, F.one_hot(torch.tensor([0, 1, 2]), 4)))
show("one-hot floats", lambda: ce(logits, F.one_hot(torch.tensor([0, 1, 2]), 4).float()))
show("column of classes", lambda: ce(logits, torch.tensor([[0], [1], [2]])))
show("unknown reduction", lambda: F.cross_entropy(logits, torch.tensor([0, 1, 2]), reduction="avg"))
show("reduction none", lambda: F.cross_entropy(logits, torch.tensor([0, 1, 2]), reduction="none"))
show("nll batch", lambda: F.nll_loss(logits, torch.tensor([1])))
show("nll range", lambda: F.nll_loss(logits, torch.tensor([1, 2, 9])))

bce = nn.BCELoss()
show("bce of logits", lambda: bce(logits[0], torch.ones(4)))
show("bce shapes", lambda: bce(probs, torch.ones(4)))
show("bce int target", lambda: bce(probs, torch.ones(3, dtype=torch.long)))
show("bce logits shapes", lambda: nn.BCEWithLogitsLoss()(probs, torch.ones(3, 1)))
show("mse shapes", lambda: nn.MSELoss()(probs, torch.ones(4)))
show("mse reduction", lambda: F.mse_loss(probs, probs, reduction="x"))
show("dropout", lambda: nn.Dropout(1.5))
show("functional dropout", lambda: F.dropout(probs, -0.1))
show("one_hot", lambda: F.one_hot(torch.tensor([5]), num_classes=3))
show("all ignored", lambda: ce(logits[:2], torch.tensor([-100, -100])))
show("empty batch", lambda: ce(logits[:0], torch.tensor([], dtype=torch.long)))
