"""Fine-tuning: frozen layers, a new head, tied weights."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(8, 6), nn.ReLU())
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        return self.head(self.features(x))


net = Backbone()
for p in net.features.parameters():
    p.requires_grad = False
net.head = nn.Linear(6, 2)
print(net)
print([(n, p.requires_grad) for n, p in net.named_parameters()])

trainable = [p for p in net.parameters() if p.requires_grad]
print(sum(p.numel() for p in net.parameters()), sum(p.numel() for p in trainable))
opt = torch.optim.Adam(trainable, lr=0.05)

x = torch.randn(20, 8)
y = (x[:, 0] > 0).long()
before = net.features[0].weight.clone()
for step in range(25):
    opt.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    if step % 8 == 0:
        print(step, f"{loss:.4f}")
print("frozen unchanged:", torch.equal(before, net.features[0].weight), net.features[0].weight.grad)
print(f"accuracy {(net(x).argmax(1) == y).float().mean():.2f}")

net.requires_grad_(True)
print(all(p.requires_grad for p in net.parameters()))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(5, 3, bias=False)
        self.dec_bias = nn.Parameter(torch.zeros(5))

    def forward(self, x):
        return F.linear(torch.tanh(self.enc(x)), self.enc.weight.t(), self.dec_bias)


tied = Tied()
data = torch.randn(10, 5)
opt = torch.optim.SGD(tied.parameters(), lr=0.2)
for step in range(31):
    loss = F.mse_loss(tied(data), data)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 0:
        print("tied", step, f"{loss:.4f}", f"{tied.enc.weight.grad.norm():.4f}")
print([tuple(p.shape) for p in tied.parameters()], list(tied.state_dict()))
