"""Read handwritten digits: a small network on scikit-learn's 1,797 scanned images of 8x8 pixels.

    python -m tinygrad_ext examples/digits.py

The script is written for torch and runs there unchanged: python examples/digits.py
"""
import argparse
import time
from pathlib import Path

import matplotlib
import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset, random_split
from tqdm import tqdm

matplotlib.use("Agg")  # write a file, open no window
import matplotlib.pyplot as plt


def load(batch_size):
    digits = load_digits()
    images = torch.tensor(digits.data, dtype=torch.float32) / 16  # pixels are 0..16
    labels = torch.tensor(digits.target, dtype=torch.long)
    train, test = random_split(TensorDataset(images, labels), [1437, 360])
    return DataLoader(train, batch_size=batch_size, shuffle=True), DataLoader(test, batch_size=len(test))


def build():
    return nn.Sequential(
        nn.Linear(64, 128),
        nn.ReLU(),
        nn.Linear(128, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def train(model, loader, epochs, lr):
    """The mean loss of every epoch."""
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    bar = tqdm(range(epochs), desc="training", unit="epoch")
    for _ in bar:
        total = 0.0
        for images, labels in loader:
            loss = criterion(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        history.append(total / len(loader.dataset))
        bar.set_postfix(loss=f"{history[-1]:.4f}")
    return history


@torch.no_grad()
def accuracy(model, loader):
    model.eval()
    right = sum((model(images).argmax(dim=1) == labels).sum().item() for images, labels in loader)
    return right / len(loader.dataset)


@torch.no_grad()
def picture(model, loader, history, path):
    """The loss curve over twelve test digits: the misread ones first, in red."""
    images, labels = next(iter(loader))
    guesses = model(images).argmax(dim=1)
    shown = torch.argsort((guesses == labels).long(), stable=True)[:12]

    fig = plt.figure(figsize=(8, 5), layout="constrained")
    grid = fig.add_gridspec(4, 6)
    curve = fig.add_subplot(grid[:2, :])
    curve.plot(range(1, len(history) + 1), history, marker=".")
    curve.set(title="training loss", xlabel="epoch", ylabel="cross entropy", yscale="log")
    curve.xaxis.get_major_locator().set_params(integer=True)
    for place, i in enumerate(shown.tolist()):
        cell = fig.add_subplot(grid[2 + place // 6, place % 6])
        cell.imshow(images[i].view(8, 8), cmap="gray_r")
        if guesses[i] == labels[i]:
            cell.set_title(f"{guesses[i]}", fontsize=10)
        else:
            cell.set_title(f"{guesses[i]} (is {labels[i]})", color="red", fontsize=10)
        cell.axis("off")
    fig.savefig(path, dpi=120, bbox_inches="tight", pad_inches=0.2)
    plt.close(fig)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "output", help="folder for the model and the picture")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    train_loader, test_loader = load(args.batch_size)
    model = build()
    print(model)
    print(sum(p.numel() for p in model.parameters()), "parameters,", len(train_loader.dataset), "training images")

    start = time.perf_counter()
    history = train(model, train_loader, args.epochs, args.lr)
    print(f"trained in {time.perf_counter() - start:.1f} s, last loss {history[-1]:.4f}")

    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), args.out / "digits.pt")
    again = build()
    again.load_state_dict(torch.load(args.out / "digits.pt"))
    print(f"test accuracy {accuracy(again, test_loader):.2%}")

    picture(again, test_loader, history, args.out / "digits.png")
    print("wrote", args.out / "digits.pt", "and", args.out / "digits.png")


if __name__ == "__main__":
    main()
