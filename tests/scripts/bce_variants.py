import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(9)

z = torch.randn(6, requires_grad=True)
t = torch.tensor([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
p = torch.sigmoid(z)
print(z)
print(p)

for reduction in ("mean", "sum", "none"):
    a = nn.BCELoss(reduction=reduction)(p, t)
    b = nn.BCEWithLogitsLoss(reduction=reduction)(z, t)
    print(reduction, a, b)

ga, = torch.autograd.grad(F.binary_cross_entropy(p, t), z, retain_graph=True)
gb, = torch.autograd.grad(F.binary_cross_entropy_with_logits(z, t), z)
print(ga)
print(gb)
print("close:", torch.allclose(ga, gb, atol=1e-6))

by_hand = -(t * p.log() + (1 - t) * (1 - p).log()).mean()
print("by hand:", by_hand)

w = torch.tensor([1.0, 1.0, 3.0, 0.0, 1.0, 2.0])
print("weight:", F.binary_cross_entropy(p, t, weight=w), F.binary_cross_entropy_with_logits(z, t, weight=w))
pos = torch.tensor(2.5)
print("pos_weight:", nn.BCEWithLogitsLoss(pos_weight=pos)(z, t))
print("soft targets:", F.binary_cross_entropy_with_logits(z, torch.full((6,), 0.3)))

edge = torch.tensor([0.0, 1.0, 0.0, 1.0], requires_grad=True)
loss = F.binary_cross_entropy(edge, torch.tensor([0.0, 1.0, 1.0, 0.0]), reduction="none")
print("at the edge:", loss)
print(nn.BCEWithLogitsLoss(reduction="none")(torch.tensor([-20.0, 60.0, 80.0]), torch.tensor([0.0, 1.0, 0.0])))

l1 = nn.L1Loss()(p, t)
mse = nn.MSELoss()(p, t)
print("l1", l1, "mse", mse, F.mse_loss(p, t, reduction="sum"))
print(nn.MSELoss(reduction="none")(torch.arange(3.0), torch.ones(3)), nn.L1Loss(reduction="sum")(torch.arange(3.0), torch.ones(3)))
