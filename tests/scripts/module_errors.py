import torch
from torch import nn, optim


def show(name, f):
    try:
        print(name, "|", f())
    except Exception as e:
        print(name, "|", type(e).__name__, "|", e)


class NoForward(nn.Module):
    pass


class NoSuper(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(1, 1)


class NoSuperParameter(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(torch.zeros(1))


layer = nn.Linear(2, 3)
p = nn.Parameter(torch.zeros(2))

show("no forward", lambda: NoForward()(1))
show("no super", NoSuper)
show("no super, parameter", NoSuperParameter)
show("missing attribute", lambda: layer.weigth)
show("tensor as parameter", lambda: setattr(layer, "weight", torch.zeros(3, 2)))
show("None as parameter", lambda: setattr(layer, "bias", None))
show("not a module", lambda: nn.Sequential(nn.ReLU(), 3))
show("index", lambda: nn.Sequential(nn.ReLU())[3])
show("add_module", lambda: layer.add_module("x", 5))
show("add_module name", lambda: layer.add_module("a.b", nn.ReLU()))
show("register_parameter", lambda: layer.register_parameter("q", torch.zeros(1)))
show("register_buffer", lambda: layer.register_buffer("weight", torch.zeros(1)))
show("get_parameter", lambda: layer.get_parameter("nope"))
show("get_submodule", lambda: layer.get_submodule("nope"))
show("to long", lambda: layer.to(torch.long))
show("state dict", lambda: layer.load_state_dict(5))
show("missing input", lambda: layer())

show("no parameters", lambda: optim.SGD([], lr=0.1))
show("bare tensor", lambda: optim.SGD(p, lr=0.1))
show("number", lambda: optim.SGD([1], lr=0.1))
show("not a leaf", lambda: optim.SGD([p * 2], lr=0.1))
show("twice", lambda: optim.SGD([{"params": [p]}, {"params": [p]}], lr=0.1))
show("Adam lr", lambda: optim.Adam([p], lr=-1))
show("Adam betas", lambda: optim.Adam([p], betas=(1.0, 0.9)))
show("Adam eps", lambda: optim.Adam([p], eps=-1))
show("scheduler", lambda: optim.lr_scheduler.StepLR(5, 1))

from torch.utils.data import DataLoader, TensorDataset, random_split

show("dataset sizes", lambda: TensorDataset(torch.zeros(3), torch.zeros(4)))
show("batch size", lambda: DataLoader([1, 2], batch_size=0))
show("empty shuffle", lambda: DataLoader([], shuffle=True))
show("split", lambda: random_split(range(5), [2, 2]))
show("init of a vector", lambda: nn.init.xavier_uniform_(torch.zeros(3)))
show("gain", lambda: nn.init.calculate_gain("foo"))
