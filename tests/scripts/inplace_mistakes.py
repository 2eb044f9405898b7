"""Everything one can do wrong with in-place operations, caught and printed."""
import torch


def attempt(title, f):
    try:
        print(title, "->", f())
    except Exception as e:
        print(title, "->", type(e).__name__ + ":", e)


def leaf():
    w = torch.ones(2, requires_grad=True)
    w += 1


def leaf_view():
    w = torch.ones(2, 2, requires_grad=True)
    w[0].mul_(2)


def saved_output():
    x = torch.ones(3, 4, requires_grad=True)
    y = x.exp()
    y.add_(1)
    y.sum().backward()


def saved_input():
    x = torch.ones(3, requires_grad=True)
    a = x * 1
    b = a ** 2
    a[0] = 5
    b.sum().backward()


def saved_weight():
    layer = torch.nn.Linear(2, 2)
    out = layer(torch.ones(1, 2, requires_grad=True)).sum()
    with torch.no_grad():
        layer.weight.add_(1)
    out.backward()


def no_grad_is_fine():
    w = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        w += 1
    return w


def not_saved_is_fine():
    x = torch.ones(2, requires_grad=True)
    y = x + 1
    y.mul_(3)
    y.sum().backward()
    return x.grad


def unbind_view():
    x = torch.ones(2, 2, requires_grad=True) * 1
    first, second = x.unbind()
    first.add_(1)


def view_from_no_grad():
    x = torch.ones(4, requires_grad=True) * 1
    with torch.no_grad():
        v = x.view(2, 2)
    v.add_(1)


def shape():
    return torch.ones(3).add_(torch.ones(2))


def dtype():
    return torch.ones(2, dtype=torch.long).add_(1.5)


def overlap():
    return torch.zeros(1).expand(3).add_(1)


for f in [leaf, leaf_view, saved_output, saved_input, saved_weight, no_grad_is_fine, not_saved_is_fine,
          unbind_view, view_from_no_grad, shape, dtype, overlap]:
    attempt(f.__name__, f)

t = torch.tensor([1.0, 2.0, 3.0])
attempt("mixed", lambda: t.mul_(torch.ones(4)))
print("unchanged:", t, t._version)
t.add_(1).mul_(2).sub_(1).div_(3).neg_().abs_().sqrt_().clamp_(max=1.5).relu_()
print(t, t._version)
v = t.view(3, 1)
v.zero_()
print(t, t._version, v._version, v._base is t)
d = t.detach()
d.fill_(4)
print(t, t._version)
t.data.add_(1)
print(t, t._version)
