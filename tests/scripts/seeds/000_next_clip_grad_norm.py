# 后续扩展: 使用 torch.nn.utils.clip_grad_norm_ 防止梯度爆炸
import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(42)

model = nn.Linear(1, 1)
criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.01)

inputs = torch.tensor([[1.0], [2.0], [3.0]])
targets = torch.tensor([[10.0], [20.0], [30.0]])

for epoch in range(20):
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    total_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    after = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
    optimizer.step()
    print(f"epoch {epoch:2d}  loss {loss.item():8.3f}  norm {total_norm:.3f} -> {after:.4f}")

print(total_norm)
print(type(total_norm), total_norm.shape)

nn.utils.clip_grad_value_(model.parameters(), 0.25)
for name, p in model.named_parameters():
    print(name, p, p.grad)
