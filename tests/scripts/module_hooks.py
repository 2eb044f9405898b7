import torch
import torch.nn as nn

torch.manual_seed(0)

model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
activations = {}


def remember(name):
    def hook(module, args, output):
        activations[name] = output.detach()
    return hook


handles = [m.register_forward_hook(remember(n)) for n, m in model.named_children()]
out = model(torch.ones(2, 3))
for name, value in activations.items():
    print(name, value.shape, value)
for h in handles:
    h.remove()

activations.clear()
model(torch.ones(2, 3))
print("after remove:", activations)

pre = model[0].register_forward_pre_hook(lambda m, args: (args[0] * 0,))
print("zeroed input:", model(torch.ones(2, 3)).view(-1))
pre.remove()

scale = model.register_forward_hook(lambda m, args, out: out * 100)
print("scaled:", model(torch.zeros(1, 3)))
scale.remove()

order = []
model[0].register_forward_pre_hook(lambda m, a: order.append("pre 0"))
model[0].register_forward_hook(lambda m, a, o: order.append("post 0"))
model[2].register_forward_hook(lambda m, a, o: order.append("post 2"))
model[2].register_full_backward_hook(lambda m, gi, go: order.append(("back 2", [g.shape for g in gi], [g.shape for g in go])))
model[0].register_full_backward_hook(lambda m, gi, go: order.append(("back 0", gi, tuple(g.sum() for g in go))))
model(torch.ones(2, 3)).sum().backward()
for event in order:
    print(event)

with_kwargs = nn.Linear(1, 1)
with_kwargs.register_forward_hook(lambda m, a, kw, o: print("kwargs hook", len(a), sorted(kw)), with_kwargs=True)
with_kwargs(input=torch.ones(1, 1))
