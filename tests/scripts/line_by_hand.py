"""Fit y = 2x + 3 with two scalars and the update written out."""
import torch

torch.manual_seed(0)

x = torch.linspace(-2, 2, 16)
y = 2 * x + 3 + 0.1 * torch.randn(16)
print(x)
print(y)

w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
print(w, b)

lr = 0.1
for step in range(60):
    pred = w * x + b
    loss = ((pred - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        b -= lr * b.grad
    if step % 10 == 0:
        print(step, loss, w.grad, b.grad)
    w.grad.zero_()
    b.grad.zero_()

print(f"w = {w.item():.3f}, b = {b.item():.3f}, loss = {loss:.4f}")
print("grad after zero_:", w.grad, b.grad)
print("prediction at x = 10:", (w * 10 + b).detach())
