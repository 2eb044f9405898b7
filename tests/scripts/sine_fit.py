"""Third-order polynomial for sin(x), four ways."""
import math

import torch

x = torch.linspace(-math.pi, math.pi, 500)
y = torch.sin(x)

# 1. gradients by hand
torch.manual_seed(0)
a, b, c, d = torch.randn(4)
lr = 1e-6 * 4
for t in range(300):
    y_pred = a + b * x + c * x ** 2 + d * x ** 3
    loss = (y_pred - y).pow(2).sum().item()
    if t % 100 == 99:
        print(t, f"{loss:.2f}")
    grad = 2.0 * (y_pred - y)
    a -= lr * grad.sum()
    b -= lr * (grad * x).sum()
    c -= lr * (grad * x ** 2).sum()
    d -= lr * (grad * x ** 3).sum()
print(f"y = {a.item():.3f} + {b.item():.3f} x + {c.item():.3f} x^2 + {d.item():.3f} x^3")

# 2. autograd
torch.manual_seed(0)
coef = torch.randn(4, requires_grad=True)
for t in range(300):
    y_pred = coef[0] + coef[1] * x + coef[2] * x ** 2 + coef[3] * x ** 3
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        coef -= lr * coef.grad
        coef.grad = None
print([f"{v:.3f}" for v in coef.tolist()])

# 3. nn and optim
xx = x.unsqueeze(-1).pow(torch.tensor([1, 2, 3]))
print(xx.shape, xx[0])
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Flatten(0, 1))
loss_fn = torch.nn.MSELoss(reduction="sum")
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for t in range(200):
    loss = loss_fn(model(xx), y)
    if t % 50 == 49:
        print(t, f"{loss.item():.2f}")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
linear = model[0]
print(linear.weight.shape, f"{linear.bias.item():.3f}", [f"{v:.3f}" for v in linear.weight[0].tolist()])


# 4. a module of one's own
class Polynomial(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.randn(()))
        self.b = torch.nn.Parameter(torch.randn(()))

    def forward(self, x):
        return self.a * x + self.b * x ** 3

    def string(self):
        return f"y = {self.a.item():.3f} x + {self.b.item():.3f} x^3"


model = Polynomial()
print(model, model.string(), dict(model.named_parameters()))
