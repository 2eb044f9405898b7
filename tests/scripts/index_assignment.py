import torch

a = torch.zeros(4, 5)
a[0] = 1
a[1, 2:4] = 7.5
a[:, 4] = torch.arange(4.0)
a[[2, 3], [0, 1]] = torch.tensor([-1.0, -2.0])
print(a)

a[a == 0] = 9
print(a)
a[a > 5] *= 0.1
print(a)
a[3] += 100
a[..., 0] -= a[..., 1]
print(a)

b = torch.arange(6)
b[1] = 2.9
b[b % 2 == 0] = 0
print(b, b.dtype)
b[torch.tensor([0, 5])] = torch.tensor([50, 55])
b[-2:] = b[:2].clone()
print(b)

c = torch.zeros(3, 3)
c.fill_diagonal_(1)
c[0, 1:].fill_(5)
c[:, 0].add_(2)
print(c)
c.masked_fill_(c > 4, -1)
print(c, c.masked_fill(c < 0, 8))
print(torch.zeros(2, 3).scatter_(1, torch.tensor([[2], [0]]), 1.0))

# assignment takes part in the graph
x = torch.ones(3, requires_grad=True)
y = torch.zeros(5)
y[1:4] = x * 2
y[0] = x.sum()
print(y)
(y * torch.arange(5.0)).sum().backward()
print(x.grad)


def attempt(f):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)


attempt(lambda: a.__setitem__(0, torch.ones(3)))
attempt(lambda: a.__setitem__(9, 1.0))
attempt(lambda: a.__setitem__(0, [1, 2, 3]))
attempt(lambda: a.__setitem__((0, 0, 0), 1))
attempt(lambda: a.__setitem__(torch.tensor([True, False]), 1))
print(a.sum().item() == a.sum().item(), a.shape)
