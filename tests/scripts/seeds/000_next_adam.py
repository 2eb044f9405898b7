# 后续扩展: SGD 或 Adam
import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(42)

model = nn.Sequential()
model.add_module("linear", nn.Linear(in_features=1, out_features=1))

criterion = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.1)
print(optimizer)

inputs = torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
targets = torch.tensor([[2.0], [4.0], [6.0]])

for step in range(60):
    loss = criterion(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 6 == 0:
        print(step, f"{loss.item():.4f}", model.linear.weight.item(), model.linear.bias.item())

print(inputs.grad.shape)
for name, param in model.named_parameters():
    state = optimizer.state[param]
    print(name, param.data, sorted(state), state["step"])
    print(state["exp_avg"], state["exp_avg_sq"])
