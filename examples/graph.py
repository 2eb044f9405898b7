"""Draw the graph that backward() walks: one hidden layer and a loss.

    python examples/graph.py

The DOT text needs nothing; the picture needs `pip install graphviz` and the `dot` program.
"""
import argparse
from pathlib import Path

import tinygrad_ext as torch
from tinygrad_ext import nn
from tinygrad_ext.utils.viz import make_dot

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path(__file__).parent / "output", help="folder for the text and the picture")
args = parser.parse_args()
args.out.mkdir(parents=True, exist_ok=True)

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3))
loss = nn.CrossEntropyLoss()(model(torch.randn(2, 4)), torch.tensor([0, 2]))

graph = make_dot(loss, params=dict(model.named_parameters()))
print(graph.source)
print("wrote", graph.save(args.out / "graph.gv"))
try:
    print("wrote", graph.render(args.out / "graph", format="png", cleanup=True))
except RuntimeError as missing:
    print("no picture:", missing)
