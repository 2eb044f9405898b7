import torch

row = torch.tensor([1.0, 2.0, 3.0])
col = torch.tensor([[10.0], [20.0]])
print(row + col)
print((row + col).shape, (row * col).sum())
print(row - row.unsqueeze(1))
print(torch.ones(2, 1, 3) * torch.ones(4, 1) * 2)
print(col.expand(2, 4), col.expand(-1, 3).stride())
print(torch.broadcast_shapes((5, 1, 3), (4, 3), (1,)))
a, b = torch.broadcast_tensors(row, col)
print(a.shape, b, a.stride())
print(row.repeat(2), row.repeat(2, 2), row.tile(2))
print(torch.zeros(0, 3) + torch.ones(3), torch.zeros(3, 0).sum(1))

# gradients are summed back over what was broadcast
bias = torch.zeros(3, requires_grad=True)
scale = torch.tensor(2.0, requires_grad=True)
batch = torch.arange(12.0).view(4, 3)
out = (batch * scale + bias).pow(2).mean()
out.backward()
print(out)
print(bias.grad, scale.grad)

# normalise columns
z = (batch - batch.mean(0)) / batch.std(0)
print(z)
print(z.mean(0), z.std(0))

# pairwise distances
p = torch.tensor([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
print(((p[:, None] - p[None]) ** 2).sum(-1).sqrt())

for x, y in [((2, 3), (2,)), ((3, 1), (4, 2)), ((2, 3, 4), (3, 3))]:
    try:
        torch.zeros(x) + torch.zeros(y)
    except RuntimeError as e:
        print(x, y, "->", e)
try:
    torch.zeros(3).add_(torch.zeros(2, 3))
except RuntimeError as e:
    print(e)
try:
    torch.zeros(2, 3).expand(2, 4)
except RuntimeError as e:
    print(e)
