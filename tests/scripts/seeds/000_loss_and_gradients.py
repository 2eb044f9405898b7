import torch
import torch.nn as nn
import torch.optim as optim

# 设置随机种子以确保可复现
torch.manual_seed(42)

# -------------------------------------
# 1. 定义一个简单的线性模型
# -------------------------------------
# y = Wx + b，其中 W 是权重，b 是偏置
class SimpleModel(nn.Module):
    def __init__(self):
        super(SimpleModel, self).__init__()
        self.linear = nn.Linear(in_features=1, out_features=1)  # 简单线性层

    def forward(self, x):
        return self.linear(x)

model = SimpleModel()

# 查看模型参数
print("初始模型参数：")
print(model.state_dict())

# -------------------------------------
# 2. 定义损失函数（如 MSE Loss）
# -------------------------------------
criterion = nn.MSELoss()

# -------------------------------------
# 3. 定义优化器（如 SGD 或 Adam）
# -------------------------------------
optimizer = optim.SGD(model.parameters(), lr=0.01)

# -------------------------------------
# 4. 构造输入和目标
# -------------------------------------
# 假设我们有 3 个样本，每个样本一个特征
inputs = torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
targets = torch.tensor([[2.0], [4.0], [6.0]])  # 目标是 2x

# -------------------------------------
# 5. 前向传播
# -------------------------------------
outputs = model(inputs)
loss = criterion(outputs, targets)

print("\n前向传播输出：")
print(outputs)
print("\n计算损失值：", loss.item())

# -------------------------------------
# 6. 反向传播计算梯度
# -------------------------------------
optimizer.zero_grad()  # 清空之前的梯度
loss.backward()        # 反向传播计算梯度

# -------------------------------------
# 7. 查看参数梯度
# -------------------------------------
print("\n参数梯度：")
for name, param in model.named_parameters():
    print(f"{name}: {param.grad}")

criterion = nn.CrossEntropyLoss()
