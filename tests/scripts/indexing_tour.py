"""Reading parts of a tensor."""
import torch

x = torch.arange(24).view(2, 3, 4)
print(x)
print(x[0])
print(x[1, 2], x[1, 2, 3], x[-1, -1, -1])
print(x[:, 1])
print(x[..., 0])
print(x[0, :, 1:3])
print(x[:, ::2, ::3].shape, x[:, ::2, ::3])
print(x[:, None].shape, x[None, ..., None].shape)
print(x[1:1].shape, x[:, 5:].shape)

rows = torch.tensor([2, 0])
print(x[0, rows])
print(x[:, [0, 2], [1, 3]])
print(x[[0, 1], :, [1, 3]].shape)
print(x[rows[:1] - 2])
print(x[torch.tensor([[0, 1], [1, 0]])].shape)
print(x[x % 5 == 0])
mask = torch.tensor([True, False, True])
print(x[0, mask], x[:, mask].shape)

print(x.index_select(1, rows))
print(x.gather(2, torch.tensor([[[0], [1], [2]], [[3], [2], [1]]])).squeeze(-1))
print(torch.masked_select(x, x > 20))
print(torch.where(x > 11, x, -x)[1, 0], torch.nonzero(x[0] > 8))
print((x[0] > 8).nonzero(as_tuple=True))
print(x.narrow(2, 1, 2)[0], x.select(1, 0))
first, second = x
print(first.shape, [row.sum().item() for row in second])

for index in [5, (0, 0, 0, 0), (slice(None), 7), 1.5, slice(None, None, -1), torch.tensor([0.5])]:
    try:
        print(index, x[index])
    except Exception as e:
        print(index, "->", type(e).__name__, e)
