import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
z = y ** 2

seen = []
y.register_hook(lambda g: seen.append(g))
handle = x.register_hook(lambda g: print("x got", g))
doubling = x.register_hook(lambda g: g * 2)

z.sum().backward()
print("y saw", seen)
print("x.grad", x.grad)

handle.remove()
doubling.remove()
x.grad = None
(x * 3).sum().backward()
print("without hooks", x.grad)

# a tensor used twice: the hook runs once, on the sum
calls = []
u = torch.ones(2, requires_grad=True)
h = u * 1
h.register_hook(lambda g: calls.append(g.clone()))
(h * 2 + h * 5).sum().backward()
print(len(calls), calls)

# clip inside the graph
v = torch.tensor([10.0, -0.1], requires_grad=True)
w = v * 1
w.register_hook(lambda g: g.clamp(-1, 1))
(w ** 2).sum().backward()
print(v.grad)

# retain_grad shows what the hook returned
a = torch.tensor(2.0, requires_grad=True)
b = a * a
b.register_hook(lambda g: g + 1)
b.retain_grad()
(b * 3).backward()
print(b.grad, a.grad)

# a hook on a leaf is called once for all its uses
leaf_calls = []
leaf = torch.tensor(1.0, requires_grad=True)
leaf.register_hook(lambda g: leaf_calls.append(g.item()))
(leaf + leaf * 2 + leaf ** 2).backward()
print(leaf_calls, leaf.grad)


def after(param):
    print("accumulated", param.grad)


leaf.register_post_accumulate_grad_hook(after)
(leaf * 4).backward()

try:
    torch.ones(1).register_hook(lambda g: g)
except RuntimeError as e:
    print(e)
