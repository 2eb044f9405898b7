import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)

n = 60
t = torch.linspace(0.3, 2.5, n)
arm = torch.stack([t * torch.cos(3 * t), t * torch.sin(3 * t)], 1)
X = torch.cat([arm, -arm]) + 0.05 * torch.randn(2 * n, 2)
y = torch.arange(2).repeat_interleave(n)
print(X[:3], y[:3], X.shape)


class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)


model = MLP([2, 32, 32, 2])
print(model)
print(sum(p.numel() for p in model.parameters() if p.requires_grad), "weights")
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

for epoch in range(61):
    logits = model(X)
    loss = F.cross_entropy(logits, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        acc = (logits.argmax(-1) == y).float().mean().item()
        print(f"{epoch:3d}  loss {loss.item():.3f}  acc {acc:.2%}")

with torch.inference_mode():
    grid = torch.stack(torch.meshgrid(torch.linspace(-2.5, 2.5, 9), torch.linspace(-2.5, 2.5, 9), indexing="xy"), -1)
    picture = model(grid.view(-1, 2)).argmax(1).view(9, 9)
for row in picture.flip(0).tolist():
    print("".join(".#"[v] for v in row))
