"""The same valley walked by plain SGD, momentum, nesterov, decay and maximize."""
import torch
from torch.optim import SGD


def valley(p):
    return 0.5 * p[0] ** 2 + 4.0 * p[1] ** 2


def walk(steps=15, sign=1, **options):
    p = torch.tensor([3.0, 1.0], requires_grad=True)
    opt = SGD([p], **options)
    path = []
    for _ in range(steps):
        opt.zero_grad()
        (sign * valley(p)).backward()
        opt.step()
        path.append(p.tolist())
    return p, opt, path


settings = [
    dict(lr=0.1),
    dict(lr=0.05, momentum=0.9),
    dict(lr=0.05, momentum=0.9, dampening=0.5),
    dict(lr=0.05, momentum=0.9, nesterov=True),
    dict(lr=0.1, weight_decay=0.1),
    dict(lr=0.1, maximize=True, sign=-1),
]
for s in settings:
    p, opt, path = walk(**s)
    print(s)
    print("   end", p.data, f"f = {valley(p).item():.4f}")
    print("   path", [f"({a:.2f}, {b:.2f})" for a, b in path[:4]])
    print("   state", {k: v for k, v in opt.state[p].items()})

_, opt, _ = walk(lr=0.05, momentum=0.9, nesterov=True)
print(opt)
print(opt.state_dict())
print(opt.param_groups[0]["lr"], opt.param_groups[0].keys())

for bad in [dict(lr=-1), dict(lr=0.1, momentum=-0.5), dict(lr=0.1, weight_decay=-1.0), dict(lr=0.1, nesterov=True)]:
    try:
        SGD([torch.zeros(1, requires_grad=True)], **bad)
    except ValueError as e:
        print(bad, "->", e)
