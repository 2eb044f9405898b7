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


def dots(axes, run, rows, title):
    """One line for each row, one dot for each engine, time on a logarithmic axis: left is better."""
    for y, row in enumerate(reversed(rows)):
        values = {e: v for e, v in row["median"].items() if v}
        if values:
            axes.plot([min(values.values()), max(values.values())], [y, y], color="#dddddd", zorder=1)
        for engine, value in values.items():
            axes.scatter(value, y, s=70 if engine == OURS else 36, color=COLORS[engine], zorder=3 if engine == OURS else 2)
        least = run.floor(row["row"], row["threads"])
        if least and least > 0.01 * min(values.values()):  # else it is of no interest and squeezes the rest
            axes.plot([least, least], [y - 0.3, y + 0.3], color="black", lw=1.5, zorder=2)
    axes.set_yticks(range(len(rows)), [row["row"] for row in reversed(rows)], fontsize=8)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: amount(value, "s"))
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    axes.set_title(title, fontsize=10, loc="left")


def shares(axes, run, rows, title):
    """Share of the arithmetic peak over the size of a square product: up is better."""
    sizes = [int(row["row"].split()[1]) for row in rows]
    for engine in run.engines:
        points = [(n, run.share(row["row"], engine, row["threads"])) for n, row in zip(sizes, rows)]
        points = [(n, share) for n, share in points if share is not None]
        if points:
            axes.plot(*zip(*points), marker="o", ms=4, lw=2.2 if engine == OURS else 1.2, color=COLORS[engine],
                      zorder=3 if engine == OURS else 2)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, sizes)
    axes.set_ylim(0, 1.05)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.grid(color="#eeeeee")
    axes.set_title(title, fontsize=10, loc="left")


def panels(run):
    """Yields (function, rows, title). Each panel takes the thread count that its goals are about."""
    few, many = min(run.record["threads"]), max(run.record["threads"])

    def rows(title, threads):
        return [r for r in run.record["rows"] if r["title"] == title and r["threads"] == threads and r["unit"] == "s"]

    yield dots, rows("Training step of an MLP", many), f"Training step of an MLP, {plural(many)} (black: arithmetic floor)"
    yield dots, rows("One operation on 4x4", few), f"One operation on 4x4 from Python, {plural(few)}"
    for precision in ("single", "double"):
        yield (shares, rows(f"Square matrix product, {precision} precision", few),
               f"Share of the arithmetic peak, {precision} precision n x n, {plural(few)}")
    yield dots, rows("Memory traffic", many), f"Bound by memory, {plural(many)}"
    yield (dots, rows("Chain of y = y + 1.0, per operation", few) + rows("Layers and optimizers, 4-5-10", few),
           f"Graphs (per operation), layers and optimizers, {plural(few)}")


def draw(run, path):
    """Writes the picture of a `Run`; a run of some cases has fewer panels."""
    filled = [panel for panel in panels(run) if panel[1]]
    if not filled:
        return
    lines = (len(filled) + 1) // 2
    figure, axes = plt.subplots(lines, 2, figsize=(13, 0.6 + 4.5 * lines), layout="constrained", squeeze=False)
    for place in axes.flat[len(filled):]:
        place.set_axis_off()
    for place, (function, rows, title) in zip(axes.flat, filled):
        function(place, run, rows, title)
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
