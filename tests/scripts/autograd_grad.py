import torch
from torch import autograd

torch.manual_seed(0)

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
w = torch.tensor(0.5, requires_grad=True)

y = (w * x ** 2).sum()
gx, gw = autograd.grad(y, (x, w))
print(gx, gw)
print(x.grad, w.grad)

# vector-jacobian products
out = torch.stack([x[0] * x[1], x[1] * x[2], x.sum()])
for i in range(3):
    v = torch.zeros(3)
    v[i] = 1
    print("row", i, autograd.grad(out, x, grad_outputs=v, retain_graph=True)[0])
print(autograd.grad(out, x, torch.ones(3)))

# backward with inputs= touches only those
z = (w * x).sum()
z.backward(inputs=[w])
print(x.grad, w.grad)

# jacobian of a small network by hand
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
out = net(x)
jac = torch.stack([autograd.grad(o, x, retain_graph=True)[0] for o in out])
print(jac)
lin1, lin2 = net[0].weight, net[2].weight
d = 1 - torch.tanh(net[0](x)) ** 2
print(lin2 @ (d.unsqueeze(1) * lin1))

# a graph that branches and joins
a = torch.tensor(2.0, requires_grad=True)
b = a * 3
c = b * b + a * b + b.detach() * a
print(c, autograd.grad(c, [a]))
print(torch.is_grad_enabled(), c.requires_grad, b.detach().requires_grad)
