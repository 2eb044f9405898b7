import torch
import torch.nn as nn
import torch.optim as optim

# 创建简单的线性模型
model = nn.Linear(1, 1)

# 定义损失函数
criterion = nn.MSELoss()

# 随机输入和输出
X = torch.tensor([[1.0], [2.0], [3.0]]) #输入样本
y = torch.tensor([[2.0], [3.0], [4.0]]) #目标输出

# 前向传播
outputs = model(X)
loss = criterion(outputs, y)

# 计算梯度
loss.backward()
