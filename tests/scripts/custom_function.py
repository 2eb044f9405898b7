import torch
from torch.autograd import Function


class Square(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        return 2 * x * grad_output


class Scale(Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


class MulAdd(Function):
    @staticmethod
    def forward(ctx, a, b, c):
        ctx.save_for_backward(a, b)
        return a * b + c, a - b

    @staticmethod
    def backward(ctx, g1, g2):
        a, b = ctx.saved_tensors
        print("needs", ctx.needs_input_grad)
        return g1 * b + g2, g1 * a - g2, g1


class StraightThrough(Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, g):
        return g


class Wrong(Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, g):
        return g, g


x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
y = Square.apply(x)
print(y)
print(y.grad_fn, y.grad_fn.name(), type(y.grad_fn).__name__)
y.sum().backward()
print(x.grad)

g, = torch.autograd.grad(Square.apply(x).sum(), x, create_graph=True)
print("second derivative", torch.autograd.grad(g.sum(), x))

s = Scale.apply(x, 4.0)
print(s, torch.autograd.grad(s.sum(), x))

a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(5.0)
p, q = MulAdd.apply(a, b, torch.tensor(1.0, requires_grad=True))
print(p, q)
(p + 10 * q).backward()
print(a.grad, b.grad)

r = StraightThrough.apply(x * 1.3)
print(r, torch.autograd.grad(r.sum(), x))

try:
    Wrong.apply(x).sum().backward()
except RuntimeError as e:
    print(e)
with torch.no_grad():
    print(Square.apply(x))
print(Square.apply(torch.ones(2)))
