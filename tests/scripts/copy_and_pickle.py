import copy
import io
import pickle

import torch
from torch import nn

torch.manual_seed(0)

t = torch.randn(3, requires_grad=True)
(t * 2).sum().backward()
c = copy.copy(t)
d = copy.deepcopy(t)
print(d, d.grad, d is t, d.data_ptr() != t.data_ptr())
print(c.data_ptr() == t.data_ptr())
try:
    copy.deepcopy(t * 2)
except RuntimeError as e:
    print(str(e).split(".")[0])

# shared storage stays shared, shared parameters stay shared
base = torch.zeros(4)
pair = copy.deepcopy([base, base[:2], base])
pair[0][0] = 7
print(pair, pair[0] is pair[2], base)

net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
net[2].weight = net[0].weight
twin = copy.deepcopy(net)
print(twin[2].weight is twin[0].weight, len(list(twin.parameters())))
with torch.no_grad():
    twin[0].weight.zero_()
x = torch.ones(1, 2)
print(net(x), twin(x))

for obj in [torch.arange(3), torch.tensor(2.5, dtype=torch.float64), torch.zeros(0, 2), torch.tensor([True]), t.detach(),
            torch.float32, torch.Size([2, 3]), torch.device("cpu")]:
    again = pickle.loads(pickle.dumps(obj))
    print(again, type(again).__name__)
p = pickle.loads(pickle.dumps(nn.Parameter(torch.ones(2))))
print(p, type(p).__name__)
view = torch.arange(6).view(2, 3).t()
again = pickle.loads(pickle.dumps(view))
print(again, again.stride())

model = pickle.loads(pickle.dumps(net))
print(torch.equal(model(x), net(x)), model)

opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
net(x).sum().backward()
opt.step()
blob = io.BytesIO()
torch.save({"model": net.state_dict(), "opt": opt.state_dict()}, blob)
blob.seek(0)
loaded = torch.load(blob)
print(loaded["opt"]["param_groups"], list(loaded["opt"]["state"]))
print(loaded["model"].keys())
s = loaded["opt"]["state"][0]["momentum_buffer"]
print(s.shape, torch.equal(s, opt.state[net[0].weight]["momentum_buffer"]))
