import math

import torch
import torch.nn as nn
from torch.nn import init

torch.manual_seed(0)

print(nn.Linear(3, 2).weight, nn.Linear(3, 2).bias)
print(nn.Linear(2, 2, bias=False).weight.data)
print(nn.Linear(3, 2, dtype=torch.float64).weight.data)

w = torch.empty(3, 4)
print(init.uniform_(w, -0.5, 0.5))
print(init.normal_(w, mean=1.0, std=0.2))
print(init.constant_(w, 0.25)[0], init.zeros_(w)[0], init.ones_(w)[0])
print(init.xavier_uniform_(w, gain=init.calculate_gain("relu")))
print(init.xavier_normal_(w))
print(init.kaiming_uniform_(w, mode="fan_in", nonlinearity="relu"))
print(init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"))
print(init.kaiming_uniform_(w, a=math.sqrt(5)))
print(init.eye_(torch.empty(2, 3)))
for name in ["linear", "sigmoid", "tanh", "relu"]:
    print(name, init.calculate_gain(name))
print("leaky_relu", init.calculate_gain("leaky_relu", 0.2))

model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))


def init_weights(m):
    if isinstance(m, nn.Linear):
        init.xavier_uniform_(m.weight)
        m.bias.data.fill_(0.01)


model.apply(init_weights)
for name, p in model.named_parameters():
    print(name, p.data)

big = torch.empty(200, 100)
init.xavier_normal_(big)
print(f"{big.std().item():.4f} wanted {math.sqrt(2 / 300):.4f}")
init.kaiming_uniform_(big, nonlinearity="relu")
print(f"{big.max().item():.4f} bound {math.sqrt(6 / 100):.4f}")

layer = nn.Linear(2, 2)
layer.reset_parameters()
print(layer.weight, layer.bias)
with torch.no_grad():
    layer.weight.copy_(torch.eye(2))
    layer.bias.zero_()
print(layer(torch.tensor([[3.0, 4.0]])), layer.weight.requires_grad)
