import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

torch.manual_seed(5)


def fresh():
    torch.manual_seed(5)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    out = net(torch.ones(3, 4))
    (20 * out.sum()).backward()
    return net


def norm_of(net):
    return torch.cat([p.grad.reshape(-1) for p in net.parameters()]).norm()


net = fresh()
print("unclipped", f"{norm_of(net):.3f}")
print("returned ", f"{clip_grad_norm_(net.parameters(), 1.0):.3f}")
print("clipped  ", norm_of(net))
print(net[2].weight.grad)

net = fresh()
total = clip_grad_norm_(net.parameters(), max_norm=0.5, norm_type=float("inf"))
print("max norm", total.shape, f"{total.item():.3f}")
print("largest", max(p.grad.abs().max().item() for p in net.parameters()) <= 0.5)

net = fresh()
print("norm_type 1:", f"{clip_grad_norm_(net[0].parameters(), 1.0, norm_type=1):.3f}")
print("layer 0:", f"{net[0].weight.grad.abs().sum() + net[0].bias.grad.abs().sum():.4f}")

net = fresh()
clip_grad_value_(net.parameters(), 2.0)
for name, p in net.named_parameters():
    print(name, f"{p.grad.min():.3f}", f"{p.grad.max():.3f}")

# a small gradient stays as it was
p = nn.Parameter(torch.zeros(3))
p.grad = torch.tensor([0.1, 0.2, 0.2])
print(clip_grad_norm_([p], 1.0), p.grad)
print(clip_grad_norm_(p, 0.15), p.grad)
