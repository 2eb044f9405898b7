"""A line through noisy points, with nothing but tensors and backward().

    python examples/linear_regression.py
"""
import tinygrad_ext as torch

torch.manual_seed(0)

# y = 3x - 1 and some noise
x = torch.linspace(-1, 1, 50)
y = 3 * x - 1 + 0.2 * torch.randn(50)

slope = torch.zeros((), requires_grad=True)
intercept = torch.zeros((), requires_grad=True)

for step in range(101):
    loss = ((slope * x + intercept - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for p in (slope, intercept):
            p -= 0.2 * p.grad
            p.grad = None
    if step % 20 == 0:
        print(f"step {step:3d}  loss {loss.item():.4f}  y = {slope.item():.3f} x {intercept.item():+.3f}")

# the same line in closed form
dx, dy = x - x.mean(), y - y.mean()
best = (dx * dy).sum() / (dx * dx).sum()
print(f"least squares:          y = {best.item():.3f} x {(y.mean() - best * x.mean()).item():+.3f}")
