import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)

logits = torch.randn(5, 3, requires_grad=True)
target = torch.tensor([2, 0, 1, 1, 0])
weight = torch.tensor([1.0, 2.0, 0.5])
print(logits)


def show(name, loss):
    grad, = torch.autograd.grad(loss.sum(), logits)
    print(name, loss)
    print(grad)


show("plain", F.cross_entropy(logits, target))
show("sum", F.cross_entropy(logits, target, reduction="sum"))
show("none", F.cross_entropy(logits, target, reduction="none"))
show("weight", F.cross_entropy(logits, target, weight=weight))
show("ignore", F.cross_entropy(logits, torch.tensor([2, -100, 1, -100, 0])))
show("ignore 1", nn.CrossEntropyLoss(ignore_index=1)(logits, target))
show("smoothing", nn.CrossEntropyLoss(label_smoothing=0.1)(logits, target))
show("smoothing and weight", F.cross_entropy(logits, target, weight=weight, label_smoothing=0.2))

soft = torch.softmax(torch.randn(5, 3), dim=1)
show("probabilities", F.cross_entropy(logits, soft))
show("probabilities, weight", nn.CrossEntropyLoss(weight=weight, reduction="sum")(logits, soft))
show("one sample", F.cross_entropy(logits[0], target[0]))

by_hand = -(logits.log_softmax(1)[torch.arange(5), target]).mean()
print("by hand", by_hand)
w = weight[target]
print("weighted by hand", -(w * logits.log_softmax(1)[torch.arange(5), target]).sum() / w.sum())
print(nn.CrossEntropyLoss(weight=weight), nn.CrossEntropyLoss(weight=weight).weight)
print(F.cross_entropy(torch.tensor([[1000.0, 0.0], [0.0, -1000.0]]), torch.tensor([0, 1])))
print(f"{F.cross_entropy(torch.zeros(4, 10), torch.arange(4)):.4f}", "ln 10 =", f"{torch.tensor(10.0).log():.4f}")
print(F.cross_entropy(logits.double(), target).dtype)
