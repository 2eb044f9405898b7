# 后续扩展: 将损失函数和梯度计算嵌入训练循环
import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(42)


class SimpleModel(nn.Module):
    def __init__(self):
        super(SimpleModel, self).__init__()
        self.linear = nn.Linear(in_features=1, out_features=1)

    def forward(self, x):
        return self.linear(x)


model = SimpleModel()
print(model)

criterion = nn.MSELoss()
optimizer = optim.SGD(model.parameters(), lr=0.01)
print(criterion)
print(optimizer)

inputs = torch.tensor([[1.0], [2.0], [3.0]])
targets = torch.tensor([[2.0], [4.0], [6.0]])

for epoch in range(100):
    optimizer.zero_grad()
    outputs = model(inputs)
    loss = criterion(outputs, targets)
    loss.backward()
    optimizer.step()

    if epoch % 10 == 0:
        grads = {name: p.grad for name, p in model.named_parameters()}
        print(f"epoch {epoch:3d}  loss {loss.item():.4f}  {grads}")

print(model.state_dict())
print(model(torch.tensor([[4.0]])))
