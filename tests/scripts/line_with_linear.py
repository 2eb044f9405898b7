import torch
from torch import nn, optim

torch.manual_seed(1)

X = torch.rand(32, 1) * 4 - 2
y = -1.5 * X + 0.5

model = nn.Linear(1, 1)
loss_fn = nn.MSELoss()
opt = optim.SGD(model.parameters(), lr=0.1)

print("start:", model.weight.data, model.bias.data)

history = []
for epoch in range(80):
    opt.zero_grad()
    out = model(X)
    loss = loss_fn(out, y)
    loss.backward()
    opt.step()
    history.append(loss.item())
    if (epoch + 1) % 20 == 0:
        print(f"epoch {epoch + 1}: loss {loss.item():.4f}")

print("first losses:", [round(h, 3) for h in history[:5]])
print("weight:", model.weight)
print("bias:  ", model.bias)
print(model(torch.tensor([[0.0], [1.0], [2.0]])))
print("residuals:", (model(X) - y).abs().max().item() < 0.01)
