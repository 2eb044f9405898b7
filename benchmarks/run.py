"""Measures tinygrad_ext beside its peers: `python benchmarks/run.py --help`. What is measured and how: README.md."""

import argparse
import json
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path[0] = str(HERE)

import engines  # noqa: E402
import harness  # noqa: E402
import machine  # noqa: E402
from cases import LONG, NORMAL, SMOKE, chosen  # noqa: E402
from report import Run, markdown  # noqa: E402

MARKS = "<!-- latest table -->", "<!-- end of latest table -->"


def parse(arguments):
    def several(kind):
        return lambda text: [kind(item) for item in text.split(",")]

    def positive(text):
        if int(text) < 1:
            raise argparse.ArgumentTypeError(f"{text} is not positive")
        return int(text)

    parser = argparse.ArgumentParser(description="Measures tinygrad_ext beside torch, NumPy, JAX, tinygrad and MLX, where installed.")
    parser.add_argument("--smoke", action="store_true", help="smallest sizes, two short rounds: does everything run and agree?")
    parser.add_argument("--long", action="store_true", help="with the chain of 10,000,000")
    parser.add_argument("--engines", type=several(str), metavar="A,B", help=f"of {', '.join(engines.ENGINES)}")
    parser.add_argument("--threads", type=several(positive), metavar="1,2", help="default: 1,2 where there are two cores")
    parser.add_argument("--only", default="", metavar="PATTERN", help="cases whose title or name contains it")
    parser.add_argument("--rounds", type=positive, default=9, help="samples of each engine for each case")
    parser.add_argument("--seconds", type=float, default=0.05, help="length of a sample")
    parser.add_argument("--budget", type=float, default=6.0, help="seconds after which an engine takes no more samples of a case")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait for an engine's answer before it is left out")
    parser.add_argument("--json", action="store_true", help="print the record instead of the tables")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks"), metavar="FOLDER",
                        help="for results.json, results.md and results.png (default: %(default)s)")
    parser.add_argument("--update-readme", action="store_true", help="put tables and picture into benchmarks/README.md")
    options = parser.parse_args(arguments)
    options.engines = options.engines or engines.installed()
    for name in options.engines:
        if name not in engines.ENGINES or not find_spec(engines.ENGINES[name][2]):
            parser.error(f"no engine {name} here; installed: {', '.join(engines.installed())}")
    if options.threads is None:
        options.threads = [1, 2] if machine.facts()["cores"] > 1 and not options.smoke else [1]
    options.cases = chosen(SMOKE if options.smoke else LONG if options.long else NORMAL, options.only)
    if not options.cases:
        parser.error(f"no case has {options.only!r} in its title or name")
    if options.smoke:
        options.rounds, options.seconds = 2, 0.0005
    return options


def measure(options):
    """Returns the record of a run: machine, engines, peak, and every row with all its samples."""
    record = {"machine": machine.facts(), "smoke": options.smoke, "threads": options.threads, "rounds": options.rounds,
              "seconds": options.seconds, "patience": options.patience, "environment": {}, "engines": {}, "peak": {}, "rows": []}
    for threads in options.threads:
        about, peak, rows = harness.run(options.cases, options.engines, threads, seconds=options.seconds, rounds=options.rounds,
                                        budget=options.budget, patience=options.patience,
                                        say=lambda line: print(line, file=sys.stderr, flush=True))
        changed = {k: v for k, v in harness.environment(threads).items() if k.endswith(("_THREADS", "_FLAGS"))}
        record["environment"][str(threads)] = {**changed, "cores": harness.cores(threads)}
        record["engines"], record["peak"][str(threads)] = about, peak
        record["rows"] += rows
    return record


def write(folder, record, text):
    """Writes the three files; the picture only where matplotlib is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ",\n  ".join(json.dumps(row) for row in record["rows"])  # one to a line, so that two runs can be compared by eye
    rest = json.dumps({**record, "rows": []}, indent=1)
    (folder / "results.json").write_text(rest.replace('"rows": []', f'"rows": [\n  {rows}\n ]') + "\n", encoding="utf-8")
    (folder / "results.md").write_text(text + "\n", encoding="utf-8")
    if find_spec("matplotlib"):
        from picture import draw
        draw(Run(record), folder / "results.png")


def update_readme(record, text):
    readme = HERE / "README.md"
    before, rest = readme.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    readme.write_text(f"{before}{MARKS[0]}\n\n![Latest results](latest/results.png)\n\n{text}\n\n{MARKS[1]}{after}", encoding="utf-8")
    write(HERE / "latest", record, text)


def main(arguments=None):
    options = parse(arguments)
    record = measure(options)
    text = markdown(Run(record))
    write(options.out, record, text)
    if options.update_readme:
        update_readme(record, text)
    print(json.dumps(record) if options.json else text)
    return any(row["problems"] for row in record["rows"])


if __name__ == "__main__":
    sys.exit(main())
