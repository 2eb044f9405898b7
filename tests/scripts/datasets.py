import torch
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset, random_split


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if not 0 <= i < self.n:
            raise IndexError(i)
        return torch.tensor([float(i)]), i * i


torch.manual_seed(0)
ds = Squares(10)
print(len(ds), ds[3])

train, val, test = random_split(ds, [6, 2, 2])
print(list(train.indices), list(val.indices), list(test.indices))
print([y for _, y in train])
a, b = random_split(range(10), [0.7, 0.3], generator=torch.Generator().manual_seed(42))
print(list(a), list(b), type(a).__name__)

for x, y in DataLoader(train, batch_size=4):
    print(x.shape, x.flatten(), y, y.dtype)

for epoch in range(2):
    print("epoch", epoch, [y.tolist() for _, y in DataLoader(ds, batch_size=3, shuffle=True)])

loader = DataLoader(ds, batch_size=4, collate_fn=lambda rows: sum(y for _, y in rows))
print(list(loader))
print(list(DataLoader(Subset(ds, [1, 3, 5]), batch_size=2)))
print(len(DataLoader(ds, batch_size=3)), len(DataLoader(ds, batch_size=3, drop_last=True)))

both = TensorDataset(torch.arange(4), torch.arange(8.0).view(4, 2))
print(both[1], both[1:3], len(both))
joined = train + val
print(len(joined), joined[7])
for i, row in enumerate(DataLoader(both)):
    print(i, row)
loader = DataLoader(ds, batch_size=None, shuffle=False)
print(next(iter(loader)))
print(list(DataLoader([0.5, 1.5, 2.5], batch_size=2)), list(DataLoader(["a", "b"], batch_size=2)))
it = iter(DataLoader(ds, batch_size=5))
next(it), next(it)
try:
    next(it)
except StopIteration:
    print("exhausted")
