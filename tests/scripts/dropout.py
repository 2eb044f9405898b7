import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)

x = torch.ones(4, 6)
drop = nn.Dropout(p=0.5)
print(drop)
print(drop(x))
print(drop(x))
drop.eval()
print(drop(x).equal(x), drop(x) is x, drop.training)
drop.train()

print(F.dropout(x[0], p=0.25))
print(F.dropout(x[0], p=0.25, training=False))
print(nn.Dropout(0.0)(x[0]), nn.Dropout(1.0)(x[0]))
print(torch.empty(8).bernoulli_(0.3))

big = torch.ones(1000)
kept = F.dropout(big, 0.2)
print((kept > 0).sum().item(), kept.max().item(), f"{kept.mean():.3f}")

# the gradient takes the same mask
w = torch.ones(6, requires_grad=True)
out = drop(w * 3)
print(out)
out.sum().backward()
print(w.grad)

model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
print(model(x).flatten())
print(model(x).flatten())
model.eval()
print(model(x).flatten())
print(model(x).flatten(), [m.training for m in model])
model.train()
print([m.training for m in model.modules()])
inplace = nn.Dropout(0.5, inplace=True)
y = torch.ones(5)
z = inplace(y)
print(inplace, y, z is y)
