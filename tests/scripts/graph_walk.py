"""Follow next_functions from the loss back to the leaves."""
import torch
import torch.nn as nn

torch.manual_seed(0)

model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
x = torch.randn(4, 2)
loss = ((model(x) - 1) ** 2).mean()

names = {id(p): n for n, p in model.named_parameters()}


def walk(fn, depth=0):
    label = type(fn).__name__
    if hasattr(fn, "variable"):
        label += f" -> {names[id(fn.variable)]} {tuple(fn.variable.shape)}"
    print("  " * depth + label)
    for parent, nr in fn.next_functions:
        if parent is None:
            print("  " * (depth + 1) + "None", nr)
        else:
            walk(parent, depth + 1)


walk(loss.grad_fn)
print(loss.grad_fn)
print(loss.grad_fn.next_functions)
print(loss.grad_fn.name(), loss.grad_fn.next_functions[0][0].name())

a = torch.ones(2, 2, requires_grad=True)
b = torch.ones(2, 2, requires_grad=True)
ops = {
    "a + b": a + b, "a + 1": a + 1, "1 - a": 1 - a, "a - b": a - b, "a * b": a * b, "2 * a": 2 * a, "a / b": a / b, "1 / a": 1 / a,
    "a ** 2": a ** 2, "-a": -a, "a @ b": a @ b, "a @ a[0]": a @ a[0], "a.sum()": a.sum(), "a.sum(0)": a.sum(0),
    "a.mean()": a.mean(), "a.mean(1)": a.mean(1), "a.max()": a.max(), "a.max(1)": a.max(1).values, "a.exp()": a.exp(),
    "a.log()": a.log(), "a.sqrt()": a.sqrt(), "a.abs()": a.abs(), "a.t()": a.t(), "a.T": a.T, "a.view(4)": a.view(4),
    "a.reshape(1, 4)": a.reshape(1, 4), "a.t().reshape(4)": a.t().reshape(4), "a[0]": a[0], "a[:, 1]": a[:, 1], "a[0, 1]": a[0, 1],
    "a[1:]": a[1:], "a[[0, 0]]": a[[0, 0]], "a[a > 0]": a[a > 0], "a.unsqueeze(0)": a.unsqueeze(0), "a.squeeze()": a.squeeze(),
    "a.expand": a.expand(3, 2, 2), "cat": torch.cat([a, b]), "stack": torch.stack([a, b]), "clone": a.clone(),
    "double": a.double(), "clamp": a.clamp(min=0), "where": torch.where(a > 0, a, b), "tanh": a.tanh(), "sigmoid": a.sigmoid(),
    "relu": a.relu(), "softmax": a.softmax(1), "std": a.std(), "norm": a.norm(), "detach": a.detach(), "a > b": a > b,
    "argmax": a.argmax(), "flatten": nn.Flatten()(a[None]), "mse": nn.MSELoss()(a, b), "linear": nn.Linear(2, 2)(a),
    "linear without bias": nn.Linear(2, 2, bias=False)(a), "linear 3-D": nn.Linear(2, 2)(a[None]),
}
for name, t in ops.items():
    fn = t.grad_fn
    parents = None if fn is None else [(type(p).__name__, n) for p, n in fn.next_functions]
    print(f"{name:20} {None if fn is None else fn.name()} {parents}")
