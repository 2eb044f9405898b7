import torch
import torch.nn as nn


def attempt(title, f):
    try:
        print(f"{title}: {f()}")
    except Exception as e:
        print(f"{title}: {type(e).__name__}: {e}")


x = torch.arange(3.0, requires_grad=True)

attempt("not a scalar", lambda: (x * 2).backward())
attempt("no graph", lambda: torch.ones(1).sum().backward())
attempt("wrong gradient shape", lambda: (x * 2).backward(torch.ones(2)))

y = (x ** 2).sum()
y.backward()
attempt("second time", y.backward)
print(x.grad)

z = (x + 1).sum()
z.backward()
attempt("second time, nothing saved", z.backward)
print(x.grad)

y = (x ** 2).sum()
y.backward(retain_graph=True)
attempt("retained", y.backward)
print(x.grad)

with torch.no_grad():
    detached = (x * 2).sum()
attempt("made in no_grad", detached.backward)
attempt("detached", (x * 2).sum().detach().backward)
attempt("int tensor", lambda: torch.tensor([1, 2], requires_grad=True))
attempt("int requires_grad_", lambda: torch.arange(3).requires_grad_())
attempt("requires_grad on a non-leaf", lambda: (x * 2).requires_grad_(False))
attempt("numpy", lambda: (x * 2).numpy())
attempt("hook", lambda: torch.ones(2).register_hook(print))

h = x * 3
h.sum().backward()
attempt("grad of a non-leaf", lambda: h.retain_grad())
attempt("assign a number", lambda: setattr(x, "grad", 1))
attempt("assign a wrong shape", lambda: setattr(x, "grad", torch.ones(2)))
x.grad = None
print(x.grad)

other = torch.ones(2, requires_grad=True)
attempt("unused", lambda: torch.autograd.grad(x.sum(), other))
attempt("allowed unused", lambda: torch.autograd.grad(x.sum(), other, allow_unused=True))
attempt("plain input", lambda: torch.autograd.grad(x.sum(), torch.ones(2)))
attempt("forgotten criterion", lambda: nn.Linear(3, 2)(x.detach().view(1, 3)).backward())
a, b = torch.autograd.grad([(x * 2).sum(), (x * other[0]).sum()], [x, other])
print(a, b)
