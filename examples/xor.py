"""XOR: the smallest problem that a single linear layer cannot solve.

    python examples/xor.py
"""
import tinygrad_ext as torch
from tinygrad_ext import nn, optim

torch.manual_seed(0)

inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
targets = torch.tensor([[0.0], [1.0], [1.0], [0.0]])

model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = optim.Adam(model.parameters(), lr=0.05)
print(model)

for step in range(201):
    loss = criterion(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 40 == 0:
        print(f"step {step:3d}  loss {loss.item():.4f}")

with torch.no_grad():
    probabilities = torch.sigmoid(model(inputs))
for (a, b), p in zip(inputs.tolist(), probabilities):
    print(f"{a:.0f} xor {b:.0f} = {p.item() > 0.5:d}   (p = {p.item():.3f})")
