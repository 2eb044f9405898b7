import torch

w = torch.tensor([1.0, 2.0], requires_grad=True)

with torch.no_grad():
    y = w * 2
    print("inside:", y, y.requires_grad, torch.is_grad_enabled())
    with torch.enable_grad():
        print("again on:", (w * 2).requires_grad)
print("outside:", w * 2)


@torch.no_grad()
def evaluate(t):
    """Doc stays."""
    return t * w


print(evaluate(torch.ones(2)), evaluate.__name__, evaluate.__doc__)

with torch.inference_mode():
    z = w + 1
print(z, z.is_inference(), w.is_inference())

with torch.set_grad_enabled(False):
    print((w + 1).requires_grad)
torch.set_grad_enabled(False)
print((w + 1).requires_grad)
torch.set_grad_enabled(True)
print((w + 1).requires_grad)

h = w * 3
d = h.detach()
print(d, d.requires_grad, d.is_leaf, d.data_ptr() == h.data_ptr())
loss = (h * d).sum()
loss.backward()
print(w.grad)

d[0] = 100
print(h)
c = h.clone()
print(c, c.grad_fn is not None, c.data_ptr() != h.data_ptr())
print(h.data, h.data.requires_grad)

frozen = w.clone().detach().requires_grad_(True)
print(frozen, frozen.is_leaf, frozen.grad)
a = torch.ones(2)
print(a.requires_grad_().requires_grad, a.requires_grad_(False).requires_grad)
a.requires_grad = True
print(a)
x = torch.zeros(1, requires_grad=True)
try:
    with torch.no_grad():
        raise KeyError("leaves the block")
except KeyError:
    print("grad mode restored:", torch.is_grad_enabled())
h2 = (x + 1)
h2.detach_()
print(h2, h2.is_leaf)
