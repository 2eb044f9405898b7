# 后续扩展: 使用 torchviz 可视化计算图
import torch
import torch.nn as nn

from tinygrad_ext.utils.viz import make_dot

torch.manual_seed(42)

model = nn.Linear(1, 1)
inputs = torch.tensor([[1.0], [2.0], [3.0]], requires_grad=True)
targets = torch.tensor([[2.0], [4.0], [6.0]])
loss = nn.MSELoss()(model(inputs), targets)

params = dict(model.named_parameters())
params["inputs"] = inputs
print(make_dot(loss, params=params).source)
print(make_dot(loss, params=params, show_attrs=True, show_saved=True).source)
