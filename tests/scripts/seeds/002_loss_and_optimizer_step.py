import torch
import torch.nn as nn
import torch.optim as optim

# 假设我们有一个简单的模型
model = nn.Linear(10, 2)  # 输入维度是10，输出维度是2（两个类别）
criterion = nn.CrossEntropyLoss()  # 选择交叉熵损失
optimizer = optim.SGD(model.parameters(), lr=0.01)

# 假设我们有一些输入数据和对应的标签
inputs = torch.randn(5, 10)  # 5个样本，每个样本有10个特征
labels = torch.tensor([0, 1, 0, 1, 0])  # 对应的标签

# 前向传播
outputs = model(inputs)

# 计算损失
loss = criterion(outputs, labels)

# 反向传播和优化
optimizer.zero_grad()  # 清除之前的梯度
loss.backward()        # 反向传播计算梯度
optimizer.step()       # 更新模型参数

print(loss.item())     # 输出损失值
