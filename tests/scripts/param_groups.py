import torch
from torch import nn, optim

torch.manual_seed(0)

model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = optim.SGD(
    [
        {"params": model[0].parameters()},
        {"params": [model[2].weight], "lr": 0.5, "momentum": 0.9},
    ],
    lr=0.1,
)
optimizer.add_param_group({"params": model[2].bias, "weight_decay": 0.01})
print(optimizer)
print(len(optimizer.param_groups), [g["lr"] for g in optimizer.param_groups])

x = torch.randn(16, 2)
y = (x[:, :1] * x[:, 1:]).tanh()
for step in range(20):
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
    if step == 9:
        for g in optimizer.param_groups:
            g["lr"] *= 0.1
    if step % 5 == 0:
        print(step, f"{loss.item():.4f}", [round(g["lr"], 4) for g in optimizer.param_groups])
print(optimizer.state_dict()["param_groups"])
print({k: list(v) for k, v in optimizer.state_dict()["state"].items()})

decay, no_decay = [], []
for name, p in model.named_parameters():
    (no_decay if name.endswith("bias") else decay).append(p)
adamw = optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": no_decay, "weight_decay": 0.0}], lr=0.01)
for _ in range(5):
    adamw.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    adamw.step()
print(adamw)
print([f"{p.norm():.4f}" for p in model.parameters()])


def closure():
    adamw.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


print(adamw.step(closure))
model[0].weight.grad = None
adamw.step()
print(adamw.state[model[0].weight]["step"], adamw.state[model[2].weight]["step"])
