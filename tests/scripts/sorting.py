import torch

torch.manual_seed(0)
x = torch.tensor([3.0, 1.0, 2.0, 5.0, 4.0])

print(x.sort())
print(torch.sort(x, descending=True).values)
print(x.argsort(), x.argsort(descending=True))
values, indices = x.topk(3)
print(values, indices)
print(x.topk(2, largest=False))
print(torch.topk(torch.rand(3, 5), k=2, dim=1))

m = torch.randint(0, 20, (3, 4))
print(m)
print(m.sort(dim=0))
print(m.sort(dim=1, descending=True)[0])
print(m.argmax(), m.argmax(0), m.argmin(1))
print(m.flatten().sort().values)
ties = torch.tensor([2, 1, 2, 1])
print(ties.sort(stable=True), ties.argmax(), ties.max(0))

order = torch.tensor([4, 2, 0])
print(x[order], x.index_select(0, order), x.flip(0), m.flip(1), m.roll(1, dims=1))
rank = torch.empty_like(order)
rank[order.argsort()] = torch.arange(3)
print("rank", rank)

w = torch.tensor([0.3, 0.1, 0.2], requires_grad=True)
s, i = w.sort()
print(s, i)
(s * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
print(w.grad)
t = torch.tensor([1.0, 5.0, 3.0], requires_grad=True)
t.topk(2).values.sum().backward()
print(t.grad)

names = ["cat", "dog", "emu"]
probs = torch.tensor([0.2, 0.5, 0.3])
for p, j in zip(*probs.topk(3)):
    print(f"{names[j]:>4} {p:.2%}")
print(torch.tensor([float("nan"), 1.0, float("-inf"), 2.0]).sort().values)
print(x.median(), m.median(dim=1))
