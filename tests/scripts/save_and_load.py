import io
import os
import tempfile

import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(3, 4)
        self.fc2 = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


net = Net()
x = torch.ones(2, 3)
print(net(x))

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "net.pt")
    torch.save(net.state_dict(), path)
    print("file exists:", os.path.getsize(path) > 100)
    state = torch.load(path)

print(type(state).__name__, list(state))
for key, value in state.items():
    print(key, value.shape, value.dtype, value.requires_grad)

other = Net()
print("differs before:", not torch.equal(net(x), other(x)))
print(other.load_state_dict(state))
print("same after:", torch.equal(net(x), other(x)))

buffer = io.BytesIO()
torch.save({"epoch": 3, "loss": 0.25, "t": torch.arange(5), "nested": [torch.eye(2), (1, "two", None)]}, buffer)
buffer.seek(0)
print(torch.load(buffer))

partial = {k: v for k, v in state.items() if k.startswith("fc1")}
print(other.load_state_dict(partial, strict=False))
try:
    other.load_state_dict(partial)
except RuntimeError as e:
    print(e)

partial["fc1.weight"] = torch.zeros(9, 9)
partial["extra"] = torch.zeros(1)
try:
    other.load_state_dict(partial)
except RuntimeError as e:
    print(e)
