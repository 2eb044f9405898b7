"""From a run's record to tables of Markdown, and to the sentences about goals and losses."""

from cases import all_cases

OURS = "tinygrad_ext"
UNITS = {"s": [(1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")], "B": [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]}


def amount(value, unit):
    """Returns a value with three digits and a fitting unit."""
    if value is None:
        return "-"
    size, name = next((u for u in UNITS[unit] if abs(value) >= u[0]), UNITS[unit][-1])
    return f"{float(f'{value / size:.3g}'):g} {name}"


def plural(threads):
    return f"{threads} thread{'s' * (threads > 1)}"


class Run:
    """A record as `run.py` writes it, with questions that tables, goals and pictures ask."""

    def __init__(self, record):
        self.record = record
        self.engines = list(record["engines"])
        self.rows = {(r["row"], r["threads"]): r for r in record["rows"]}
        self.declared = {row.name: row for case in all_cases() for row in case.rows.values()}  # a record keeps no goals

    def value(self, row, engine, threads):
        found = self.rows.get((row, threads))
        return found and found["median"].get(engine)

    def floor(self, row, threads):
        """Returns the seconds that the row's arithmetic takes at the measured peak."""
        found = self.rows.get((row, threads))
        peak = self.record["peak"].get(str(threads))
        return found["flops"] / peak[found["precision"]] if found and found["flops"] and peak else None

    def share(self, row, engine, threads):
        """Returns the share of the peak that an engine reaches in a row."""
        floor, value = self.floor(row, threads), self.value(row, engine, threads)
        return floor / value if floor and value else None

    def fed_share(self, row, engine, threads):
        """Returns an engine's share of what a loop fed by the first-level cache did in the same rounds; None in records without."""
        found, value = self.rows.get((row, threads)), self.value(row, engine, threads)
        return found["flops"] / value / found["fed"] if value and found.get("fed") else None

    def verdicts(self, row, threads):
        """Returns (goal, figure, met) for the goals that this run can judge."""
        declared = self.declared.get(row)  # a case may be gone since the record was written
        judged = [(goal, goal.judge(self, declared, threads)) for goal in (declared.goals if declared else ())]
        return [(goal, *verdict) for goal, verdict in judged if verdict]

    def all_verdicts(self):
        return [(row, threads, *verdict) for row, threads in self.rows for verdict in self.verdicts(row, threads)]

    def losses(self):
        """Returns (row, threads, peer, factor) where a peer beats us by more than one part in fifty."""
        found = []
        for (name, threads), row in self.rows.items():
            ours = row["median"].get(OURS)
            peers = {engine: value for engine, value in row["median"].items() if engine != OURS}
            if ours and peers:
                best = min(peers, key=peers.get)
                if ours > 1.02 * peers[best]:
                    found.append((name, threads, best, ours / peers[best]))
        return found


def table(run, title, threads):
    """Returns the rows under one heading as Markdown: the engines' figures, ratios to ours, share of the floor, goals."""
    rows = [r for r in run.record["rows"] if r["title"] == title and r["threads"] == threads]
    engines = [e for e in run.engines if any(e in r["median"] for r in rows)]
    ratios = [e for e in ("torch", "jax") if e in engines and OURS in engines]
    floors = any(run.floor(r["row"], threads) for r in rows)
    moved = any(r["moved"] for r in rows)
    head = ["", *engines, *(f"ours / {e}" for e in ratios), *(["floor", "share", "fed share"] if floors else []), *(["ours, GB/s"] if moved else []),
            "goal"]
    lines = [head, [":--"] + ["--:"] * (len(head) - 2) + [":--"]]
    for r in rows:
        name, median = r["row"], r["median"]
        without = {**dict.fromkeys(r["problems"], "failed"), **dict.fromkeys(r["too_slow"], "too slow")}
        line = [name] + [without.get(e) or amount(median.get(e), r["unit"]) for e in engines]
        line += [f"{median[OURS] / median[e]:.2g}" if median.get(OURS) and median.get(e) else "-" for e in ratios]
        if floors:
            shares = run.share(name, OURS, threads), run.fed_share(name, OURS, threads)
            line += [amount(run.floor(name, threads), "s"), *(f"{share:.0%}" if share else "-" for share in shares)]
        if moved:
            line.append(f"{r['moved'] / median[OURS] / 1e9:.1f}" if median.get(OURS) and r["moved"] else "-")
        line.append("; ".join(f"{goal.text}: {'met' if met else f'**not met** ({figure})'}"
                              for goal, figure, met in run.verdicts(name, threads)))
        lines.append(line)
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def summary(run):
    """Returns the goals met and missed and the rows where a peer is faster, wins and losses alike."""
    verdicts, losses = run.all_verdicts(), run.losses()
    compared = [r for r in run.record["rows"] if OURS in r["median"] and len(r["median"]) > 1]
    lines = []
    if verdicts:
        lines.append(f"Goals: {sum(met for *_, met in verdicts)} met, {sum(not met for *_, met in verdicts)} not met.")
        lines += [f"- not met: {row}, {plural(threads)}: {goal.text} (is {figure})"
                  for row, threads, goal, figure, met in verdicts if not met]
    if compared:
        lines.append(f"\nOf {len(compared)} rows with a peer, {len(losses)} where a peer is more than 2% better.")
        lines += [f"- {row}, {plural(threads)}: {peer} is better by a factor of {factor:.2f}" for row, threads, peer, factor in losses]
    problems = {(r["row"], r["threads"], name): why for r in run.record["rows"] for name, why in r["problems"].items()}
    if problems:
        lines.append("\nWithout figures:")
        lines += [f"- {row}, {plural(threads)}, {name}: {why.strip().splitlines()[-1]}" for (row, threads, name), why in problems.items()]
    return "\n".join(lines)


def header(run):
    facts, record = run.record["machine"], run.record
    peaks = ", ".join(f"{peak['single'] / 1e9:.0f} and {peak['double'] / 1e9:.0f} GFLOP/s with {plural(int(n))}"
                      for n, peak in record["peak"].items() if peak)
    fed = ", ".join(f"{peak['fed single'] / 1e9:.0f} and {peak['fed double'] / 1e9:.0f}" for peak in record["peak"].values()
                    if "fed single" in peak)
    return "\n".join([
        f"- {facts['date']}, {facts['cpu']} ({facts['cores']} cores; {facts['caches']}), {facts['kernel']}, Python {facts['python']}, "
        f"load before the run {facts['load before']:.2f}.",
        "- " + ", ".join(f"{name} {about['version']}" for name, about in record["engines"].items()) + ".",
        f"- Arithmetic peak, single and double precision: {peaks or 'not measured'}."
        + (f" Fed by the first-level cache: {fed}." if fed else ""),
        f"- Medians of {record['rounds']} interleaved rounds. A dash: the engine has nothing of the kind. Too slow: no answer in "
        f"{record['patience']:g} s.",
    ])


def markdown(run):
    """Returns the whole report."""
    parts = [header(run), summary(run)]
    for title in dict.fromkeys(r["title"] for r in run.record["rows"]):
        for threads in run.record["threads"]:
            parts += [f"### {title}, {plural(threads)}", table(run, title, threads)]
    return "\n\n".join(part for part in parts if part)
