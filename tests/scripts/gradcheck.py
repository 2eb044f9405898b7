import torch
from torch.autograd import gradcheck, gradgradcheck

torch.manual_seed(0)

x = torch.randn(3, 4, dtype=torch.double, requires_grad=True)
w = torch.randn(4, 2, dtype=torch.double, requires_grad=True)
print("matmul", gradcheck(lambda a, b: a @ b, (x, w)))
print("tanh", gradcheck(torch.tanh, (x,)), gradgradcheck(torch.tanh, (x,)))
print("softmax", gradcheck(lambda t: torch.softmax(t, 1), x), gradgradcheck(lambda t: t.log_softmax(1), x))
print("loss", gradcheck(lambda t: torch.nn.functional.cross_entropy(t, torch.tensor([0, 3, 1])), (x,)))
print("linear", gradgradcheck(torch.nn.functional.linear, (x, torch.randn(2, 4, dtype=torch.double, requires_grad=True))))


class Bad(torch.autograd.Function):
    @staticmethod
    def forward(ctx, t):
        ctx.save_for_backward(t)
        return t ** 3

    @staticmethod
    def backward(ctx, g):
        t, = ctx.saved_tensors
        return g * 2 * t ** 2


print("wrong rule", gradcheck(Bad.apply, (x,), raise_exception=False))
try:
    gradcheck(Bad.apply, (torch.ones(1, dtype=torch.double, requires_grad=True),))
except Exception as e:
    print(type(e).__name__, str(e).split("\n")[0])


def numeric(f, t, eps=1e-6):
    out = torch.zeros_like(t)
    for i in range(t.numel()):
        step = torch.zeros_like(t).view(-1)
        step[i] = eps
        step = step.view_as(t)
        out.view(-1)[i] = (f(t + step) - f(t - step)) / (2 * eps)
    return out


def f(t):
    return (t.exp() * t.sin()).sum() / t.norm()


g, = torch.autograd.grad(f(x), x)
with torch.no_grad():
    n = numeric(f, x)
print(g)
print("largest difference below 1e-7:", (g - n).abs().max().item() < 1e-7)
