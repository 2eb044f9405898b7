import torch
import torch.nn as nn
import torch.nn.functional as F

x = torch.tensor([-3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0], requires_grad=True)

for module in [nn.ReLU(), nn.Sigmoid(), nn.Tanh(), nn.Softmax(dim=0), nn.LogSoftmax(dim=0), nn.Identity()]:
    y = module(x)
    w = torch.linspace(1, 2, 7)
    grad, = torch.autograd.grad((y * w).sum(), x)
    print(module)
    print("   y ", y)
    print("   dy", grad)

print(torch.relu(x), F.relu(x), x.relu(), x.clamp(min=0), torch.maximum(x, torch.zeros(())))
print(torch.sigmoid(x), 1 / (1 + (-x).exp()))
print(torch.tanh(x), (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()))
print(torch.relu(torch.tensor([float("nan"), -1.0])), torch.sigmoid(torch.tensor([-200.0, 200.0])))
buf = torch.tensor([-1.0, 2.0])
F.relu(buf, inplace=True)
print(buf, torch.relu_(torch.tensor([-5.0, 5.0])), buf.sigmoid_())
for f in (torch.exp, torch.log1p, torch.expm1, torch.sin, torch.cos, torch.abs, torch.sign, torch.square, torch.neg):
    t = torch.tensor([0.5, 0.25, 2.0], requires_grad=True)
    out = f(t)
    out.sum().backward()
    print(f.__name__, out, t.grad)
for f in (torch.log, torch.sqrt, torch.rsqrt, torch.reciprocal):
    t = torch.tensor([4.0, 0.0], requires_grad=True)
    out = f(t)
    out.sum().backward()
    print(f.__name__, out, t.grad)
print(x.pow(2), x ** 3, 2 ** x.detach(), x.detach().abs() ** 0.5)
print(torch.clamp(x, -1, 1), torch.autograd.grad(torch.clamp(x, -1, 1).sum(), x)[0])
print(torch.where(x > 0, x, 0.1 * x))
