import torch
import torch.nn as nn
import torch.optim as optim
import matplotlib.pyplot as plt


# tensor 就是 PyTorch 的“矩阵/向量容器”
a = torch.tensor([1, 2, 3], dtype=torch.float32)
b = torch.zeros((2, 3))    # 2x3 矩阵，全 0
c = torch.ones((2, 2))     # 全 1
d = torch.rand((2, 2))     # 0~1 均匀分布
e = torch.randn((2, 2))    # 正态分布

# 看看形状和类型
print(a, a.shape, a.dtype)
print(b)
print(c)
print(d)
print(e)


print(a, a.shape, a.dtype)
print(b, b.shape)
print(c)
print(d)
print(e)


# --- Cell (Code) ---
a = torch.tensor([2.0, 3.0], requires_grad=True)  # 参数 a
b = torch.tensor([4.0, 5.0])                      # 常量 b
c = (a * b).sum()                                 # 损失函数 c = 2*4 + 3*5 = 23
c.backward()                                      # 自动计算梯度

print("梯度 a.grad:", a.grad)


# 数据：y = 2x + 3
x = torch.linspace(-5, 5, 20).unsqueeze(1)  # shape: (20, 1) 20 行、每行 1 个特征”的小批量数据
y = 2 * x + 3

# 参数初始化随机，让他拟合实际值
w = torch.randn(1, requires_grad=True)
b = torch.randn(1, requires_grad=True)

learning_rate = 0.01

for epoch in range(200):
    # 前向传播
    y_pred = w * x + b
    loss = ((y_pred - y) ** 2).mean()  # MSE 均方误差
    
    # 反向传播
    loss.backward()
    
    # 参数更新 (手动 SGD)
    with torch.no_grad():
        w -= learning_rate * w.grad
        b -= learning_rate * b.grad
    
    # 梯度清零
    # PyTorch 的梯度是累积的（accumulate），如果不清零，下一轮会把新旧梯度加在一起
    w.grad.zero_()
    b.grad.zero_()
    
    if (epoch+1) % 50 == 0:
        print(f"Epoch {epoch+1}: loss={loss.item():.4f}, w={w.item():.4f}, b={b.item():.4f}")
