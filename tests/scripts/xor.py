"""The first thing a hidden layer is good for."""
import torch
import torch.nn as nn

torch.manual_seed(42)

X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])


class XOR(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.hidden = nn.Linear(2, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        return torch.sigmoid(self.out(torch.tanh(self.hidden(x))))


net = XOR()
print(net)
print("parameters:", sum(p.numel() for p in net.parameters()))
print("untrained:", net(X).view(-1))

criterion = nn.BCELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=1.0, momentum=0.5)

for epoch in range(400):
    optimizer.zero_grad()
    loss = criterion(net(X), Y)
    loss.backward()
    optimizer.step()
    if epoch % 50 == 0:
        print(f"{epoch:4d} {loss.item():.3f}")

with torch.no_grad():
    p = net(X)
for row, target, prob in zip(X.tolist(), Y, p):
    print(row, "->", int(prob.item() > 0.5), "expected", int(target.item()))
print("solved:", bool(((p > 0.5).float() == Y).all()))
