import os
import tempfile

import torch
from torch import nn


def build():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.7)
    return model, optimizer, scheduler


def train(model, optimizer, scheduler, epochs):
    for epoch in epochs:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        scheduler.step()
        print(f"epoch {epoch}: loss {loss.item():.4f} lr {optimizer.param_groups[0]['lr']:.5f}")


torch.manual_seed(0)
x = torch.randn(24, 3)
y = x.sum(1, keepdim=True).sin()

model, optimizer, scheduler = build()
train(model, optimizer, scheduler, range(10))
straight = [p.clone() for p in model.parameters()]

model, optimizer, scheduler = build()
train(model, optimizer, scheduler, range(5))
with tempfile.TemporaryDirectory() as tmp:
    path = os.path.join(tmp, "checkpoint.pt")
    torch.save({"epoch": 5, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "rng": torch.get_rng_state()}, path)
    del model, optimizer, scheduler
    model, optimizer, scheduler = build()
    ckpt = torch.load(path, weights_only=True, map_location="cpu")

print(sorted(ckpt), ckpt["epoch"], ckpt["scheduler"]["last_epoch"])
model.load_state_dict(ckpt["model"])
optimizer.load_state_dict(ckpt["optimizer"])
scheduler.load_state_dict(ckpt["scheduler"])
torch.set_rng_state(ckpt["rng"])
train(model, optimizer, scheduler, range(ckpt["epoch"], 10))
print("resumed is the same:", all(torch.equal(a, b) for a, b in zip(straight, model.parameters())))
print(optimizer.state_dict()["state"][0]["step"], torch.rand(2))
