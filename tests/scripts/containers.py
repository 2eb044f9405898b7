import torch
import torch.nn as nn
from collections import OrderedDict

torch.manual_seed(0)


class Tower(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.heads = nn.ModuleDict({"mean": nn.Linear(width, 1), "logvar": nn.Linear(width, 1)})
        self.act = nn.ReLU()

    def forward(self, x, head):
        for layer in self.layers:
            x = self.act(layer(x)) + x
        return self.heads[head](x)


net = Tower(4, 3)
print(net)
x = torch.randn(2, 4)
print(net(x, "mean"))
print(net(x, "logvar"))
print([n for n, p in net.named_parameters()])
print(len(net.layers), len(net.heads), "mean" in net.heads, list(net.heads.keys()))
print(net.layers[-1], net.layers[0:2])
net.layers.append(nn.Identity())
net.layers.insert(0, nn.Flatten())
net.layers.extend([nn.Tanh()])
print(net.layers)
net.heads["extra"] = nn.Sigmoid()
net.heads.pop("logvar")
print(net.heads)

seq = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 2), nn.LogSoftmax(dim=1))
print(seq)
print(len(seq), seq[0], seq[-1], seq[1:3])
seq.append(nn.Softmax(dim=-1))
seq[2] = nn.Identity()
del seq[1]
print(seq)
named = nn.Sequential(OrderedDict([("fc", nn.Linear(4, 4)), ("act", nn.ReLU(inplace=True)), ("flat", nn.Flatten(0))]))
print(named)
print(named.fc.weight.shape, named(x).shape)
print([type(m).__name__ for m in named])
print([type(m).__name__ for m in named.children()], [n for n, _ in named.named_children()])
named.add_module("last", nn.Tanh())
print(list(named._modules))
print(nn.Sequential(), nn.ModuleList(), nn.ModuleDict())
print([p.numel() for p in net.parameters()])
