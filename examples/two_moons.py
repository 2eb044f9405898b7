"""Separate two interleaved half circles, and draw where the network puts the border.

    python examples/two_moons.py
"""
import argparse
from pathlib import Path

import matplotlib

import tinygrad_ext as torch
import tinygrad_ext.nn.functional as F
from tinygrad_ext import nn

matplotlib.use("Agg")  # write a file, open no window
import matplotlib.pyplot as plt


def moons(n, noise):
    """n points on each of two half circles, and which of the two each is on."""
    angle = torch.pi * torch.rand(n)
    upper = torch.stack([angle.cos(), angle.sin()], dim=1)
    lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    points = torch.cat([upper, lower])
    return points + noise * torch.randn(2 * n, 2), torch.cat([torch.zeros(n), torch.ones(n)])


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.fc1 = nn.Linear(2, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.out(x).squeeze(1)


def draw(model, points, labels, path):
    xs = torch.linspace(-1.75, 2.75, 200)
    ys = torch.linspace(-1.25, 1.75, 150)
    gx, gy = torch.meshgrid(xs, ys, indexing="xy")
    with torch.no_grad():
        p = torch.sigmoid(model(torch.stack([gx.flatten(), gy.flatten()], dim=1))).view(150, 200)
    fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    shades = ax.contourf(gx, gy, p, levels=20, cmap="RdBu_r", alpha=0.6, vmin=0, vmax=1)
    ax.contour(gx, gy, p, levels=[0.5], colors="black", linewidths=1)
    ax.scatter(points[:, 0], points[:, 1], c=labels, cmap="RdBu_r", edgecolors="black", linewidths=0.4, s=18)
    fig.colorbar(shades, label="probability of the lower moon", ticks=[0, 0.25, 0.5, 0.75, 1])
    ax.set_title("two moons")
    fig.savefig(path, dpi=120)
    plt.close(fig)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "output", help="folder for the picture")
    args = parser.parse_args()

    torch.manual_seed(0)
    points, labels = moons(150, noise=0.15)
    model = Net(hidden=16)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)

    for step in range(301):
        logits = model(points)
        loss = F.binary_cross_entropy_with_logits(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            right = ((logits > 0) == (labels == 1)).float().mean()
            print(f"step {step:3d}  loss {loss.item():.4f}  accuracy {right.item():.1%}")

    args.out.mkdir(parents=True, exist_ok=True)
    draw(model, points, labels, args.out / "two_moons.png")
    print("wrote", args.out / "two_moons.png")


if __name__ == "__main__":
    main()
