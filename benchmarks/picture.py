"""Draws a record: `python benchmarks/picture.py results.json results.png`. run.py does it where matplotlib is installed."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

from report import OURS, Run, amount, plural  # noqa: E402

COLORS = {OURS: "#d62728", "torch": "#ee8a1d", "torch.compile": "#b5651d", "numpy": "#4c78a8", "jax": "#59a14f",
          "tinygrad": "#7b5ea7", "mlx": "#7f7f7f"}


def rows_of(run, title, threads, keep=lambda row: True):
    return [r for r in run.record["rows"] if r["title"] == title and r["threads"] == threads and keep(r)]


def dots(axes, run, rows, title, floor=False):
    """One line for each row, one dot for each engine, time on a logarithmic axis: left is better."""
    for y, row in enumerate(reversed(rows)):
        values = {e: v for e, v in row["median"].items() if v}
        if values:
            axes.plot([min(values.values()), max(values.values())], [y, y], color="#dddddd", zorder=1)
        for engine, value in values.items():
            axes.scatter(value, y, s=70 if engine == OURS else 36, color=COLORS[engine], zorder=3 if engine == OURS else 2)
        least = run.floor(row["row"], row["threads"]) if floor else None
        if least and least > 0.01 * min(values.values()):  # else it is of no interest and squeezes the rest
            axes.plot([least, least], [y - 0.3, y + 0.3], color="black", lw=1.5, zorder=2)
    axes.set_yticks(range(len(rows)), [row["row"] for row in reversed(rows)], fontsize=8)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: amount(value, "s"))
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    axes.set_title(title, fontsize=10, loc="left")


def shares(axes, run, precision, threads):
    """Share of the arithmetic peak over the size of a square product."""
    rows = rows_of(run, f"Square matrix product, {precision} precision", threads)
    sizes = [int(row["row"].split()[1]) for row in rows]
    for engine in run.engines:
        points = [(n, run.share(row["row"], engine, threads)) for n, row in zip(sizes, rows)]
        points = [(n, share) for n, share in points if share is not None]
        if points:
            axes.plot(*zip(*points), marker="o", ms=4, lw=2.2 if engine == OURS else 1.2, color=COLORS[engine],
                      zorder=3 if engine == OURS else 2)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, sizes)
    axes.set_ylim(0, 1.05)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(color="#eeeeee")
    axes.set_title(f"Share of the arithmetic peak, {precision} n x n @ n x n, {plural(threads)}", fontsize=10, loc="left")


def draw(run, path):
    """Writes the picture of a `Run`. Each panel takes the thread count that its goals are about."""
    few, many = min(run.record["threads"]), max(run.record["threads"])
    figure, axes = plt.subplots(3, 2, figsize=(13, 14), layout="constrained")
    dots(axes[0, 0], run, rows_of(run, "Training step of an MLP", many),
         f"Training step of an MLP, {plural(many)} (black: arithmetic floor)", floor=True)
    dots(axes[0, 1], run, rows_of(run, "One operation on 4x4", few), f"One operation on 4x4 from Python, {plural(few)}")
    shares(axes[1, 0], run, "single", few)
    shares(axes[1, 1], run, "double", few)
    dots(axes[2, 0], run, rows_of(run, "Memory traffic", many), f"Bound by memory, {plural(many)}")
    dots(axes[2, 1], run, rows_of(run, "Chain of y = y + 1.0, per operation", few, lambda row: row["unit"] == "s")
         + rows_of(run, "Layers and optimizers, 4-5-10", few), f"Graphs, layers and optimizers, {plural(few)}")
    handles = [plt.Line2D([], [], marker="o", ls="", color=COLORS[e], label=f"{e} {run.record['engines'][e]['version']}")
               for e in run.engines]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False)
    machine = run.record["machine"]
    figure.supxlabel(f"{machine['cpu']}, {machine['cores']} cores, {machine['date'][:10]}. "
                     "Medians of interleaved rounds; time axes are logarithmic, left is faster.", fontsize=9)
    figure.savefig(path, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    record, picture = sys.argv[1:]
    draw(Run(json.loads(Path(record).read_text(encoding="utf-8"))), picture)
