import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR

torch.manual_seed(0)

model = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
x = torch.randn(64, 3)
y = (x ** 2).sum(dim=1, keepdim=True)

optimizer = optim.AdamW(model.parameters(), lr=0.02, weight_decay=0.05)
scheduler = StepLR(optimizer, step_size=10, gamma=0.5)
criterion = nn.L1Loss()

print(optimizer)
print(scheduler.state_dict())

for epoch in range(35):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  loss {loss.item():.3f}  lr {scheduler.get_last_lr()[0]}")

print(scheduler.last_epoch, scheduler.get_last_lr())
print(scheduler.state_dict())
print("weight norm", f"{model[0].weight.norm().item():.3f}")
for group in optimizer.param_groups:
    print({k: v for k, v in group.items() if k != "params"})
