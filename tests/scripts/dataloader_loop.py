import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)

X = torch.randn(70, 4)
w_true = torch.tensor([[1.0], [-2.0], [0.5], [3.0]])
y = X @ w_true + 0.3

dataset = TensorDataset(X, y)
loader = DataLoader(dataset, batch_size=16, shuffle=True)
print(len(dataset), len(loader), loader.batch_size)

xb, yb = next(iter(loader))
print(xb.shape, yb.shape, xb.dtype)
print(yb[:4].T)

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
loss_fn = nn.MSELoss()

for epoch in range(6):
    running = 0.0
    for i, (xb, yb) in enumerate(loader):
        optimizer.zero_grad()
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        running += loss.item() * xb.size(0)
        if epoch == 0:
            print("  batch", i, tuple(xb.shape), f"{loss.item():.4f}")
    print(f"epoch {epoch}: {running / len(dataset):.4f}")

print(model.weight)
print(model.bias)

dropped = DataLoader(dataset, batch_size=16, drop_last=True)
print([len(b[0]) for b in dropped], len(dropped))
order = DataLoader(range(10), batch_size=4, shuffle=True, generator=torch.Generator().manual_seed(5))
for _ in range(2):
    print([batch.tolist() for batch in order])
print([b for b in DataLoader([(1, 2.0), (3, 4.0)], batch_size=2)])
print([b for b in DataLoader([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], batch_size=2)])
