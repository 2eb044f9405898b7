# 后续扩展: 手动实现梯度裁剪(Gradient Clipping)
import torch
import torch.nn as nn

torch.manual_seed(42)

model = nn.Linear(1, 1)
criterion = nn.MSELoss()

inputs = torch.tensor([[1.0], [2.0], [3.0]])
targets = torch.tensor([[4.0], [8.0], [12.0]])

# 1. by value: clamp every gradient element
criterion(model(inputs), targets).backward()
for name, p in model.named_parameters():
    print("before:", name, p.grad)
    p.grad.data.clamp_(-1.0, 1.0)
    print("after: ", name, p.grad)

# 2. by norm: scale all gradients when their total norm is too large
max_norm = 2.0
model.zero_grad()
criterion(model(inputs), targets).backward()

total = 0.0
for p in model.parameters():
    total += p.grad.data.norm(2).item() ** 2
total = total ** 0.5
print("total norm:", total)

if total > max_norm:
    scale = max_norm / (total + 1e-6)
    for p in model.parameters():
        p.grad.mul_(scale)
print("clipped:", [p.grad for p in model.parameters()])

clipped = torch.cat([p.grad.flatten() for p in model.parameters()])
print(f"new norm: {clipped.norm():.4f}")

with torch.no_grad():
    for p in model.parameters():
        p -= 0.1 * p.grad
print(model.weight, model.bias)
