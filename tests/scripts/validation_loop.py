"""A training script as it is usually written: split, epochs, validation, best weights kept."""
import argparse
import copy
import random

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset, random_split

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--batch-size", type=int, default=20)
parser.add_argument("--lr", type=float, default=0.05)
args = parser.parse_args([])


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


seed_everything(123)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print("device:", device, "|", args)

angle = torch.rand(200) * 2 * torch.pi
radius = torch.cat([torch.full((100,), 1.0), torch.full((100,), 2.0)]) + 0.3 * torch.randn(200)
X = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
y = torch.cat([torch.zeros(100), torch.ones(100)]).long()

train_set, val_set = random_split(TensorDataset(X, y), [160, 40])
train_loader = DataLoader(train_set, batch_size=args.batch_size, shuffle=True)
val_loader = DataLoader(val_set, batch_size=args.batch_size)

model = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 24), nn.ReLU(), nn.Linear(24, 2)).to(device)
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
best, best_state = 0.0, None

for epoch in range(args.epochs):
    model.train()
    train_loss = 0.0
    for xb, yb in train_loader:
        xb, yb = xb.to(device), yb.to(device)
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        train_loss += loss.item() * len(xb)
    model.eval()
    correct = 0
    with torch.no_grad():
        for xb, yb in val_loader:
            correct += (model(xb.to(device)).argmax(1) == yb).sum().item()
    acc = correct / len(val_set)
    if acc > best:
        best, best_state = acc, copy.deepcopy(model.state_dict())
    print(f"epoch {epoch + 1}/{args.epochs}  train loss {train_loss / len(train_set):.3f}  val acc {acc:.3f}")

model.load_state_dict(best_state)
print(f"best {best:.3f}")
