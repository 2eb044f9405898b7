"""Derivatives of derivatives."""
import torch
import torch.nn as nn

x = torch.tensor(1.5, requires_grad=True)
f = x ** 4 - 3 * x ** 2
d1, = torch.autograd.grad(f, x, create_graph=True)
d2, = torch.autograd.grad(d1, x, create_graph=True)
d3, = torch.autograd.grad(d2, x, create_graph=True)
d4, = torch.autograd.grad(d3, x)
print(f)
print(d1)
print(d2)
print(d3)
print(d4)

# Newton's method
t = torch.tensor(3.0, requires_grad=True)
for i in range(6):
    value = t.exp() - 5 * t
    g, = torch.autograd.grad(value, t, create_graph=True)
    h, = torch.autograd.grad(g, t)
    with torch.no_grad():
        t -= g / h
    print(i, f"t={t.item():.4f} f={value.item():.4f} f'={g.item():.4f} f''={h.item():.4f}")

# gradient penalty
torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
pts = torch.randn(6, 2, requires_grad=True)
score = critic(pts).sum()
grad, = torch.autograd.grad(score, pts, create_graph=True)
penalty = ((grad.norm(dim=1) - 1) ** 2).mean()
print("penalty", penalty)
penalty.backward()
for name, p in critic.named_parameters():
    print(name, "None" if p.grad is None else f"{p.grad.norm():.4f}")

# hessian of a quadratic, row by row
A = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
v = torch.tensor([1.0, -1.0], requires_grad=True)
q = 0.5 * v @ A @ v
g, = torch.autograd.grad(q, v, create_graph=True)
print(g)
print(torch.stack([torch.autograd.grad(gi, v, retain_graph=True)[0] for gi in g]))

s = torch.tensor([0.2, -0.4], requires_grad=True)
torch.sigmoid(s).sum().backward(create_graph=True)
print(s.grad)
