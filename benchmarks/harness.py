"""Runs cases: a process for each engine, rounds that go from engine to engine, results compared before the clock starts."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing import Pipe
from pathlib import Path

import numpy as np

from report import plural

HERE = Path(__file__).parent
PAUSE = 0.005  # between two turns: threads of the engine before stop spinning


class Failed(Exception):
    """What a worker could not do, with its traceback."""


def environment(threads):
    """Returns the environment of a worker: the thread count in every library's words, and nothing that slows one of them."""
    kept = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    counts = "OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMEXPR_NUM_THREADS NUM_CPU_THREADS".split()
    eigen = "true" if threads > 1 else "false"
    return {**kept, **dict.fromkeys(counts, str(threads)),
            "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}"}


def cores(threads):
    """Returns the cores that all engines are bound to: the last ones, as the first often serves interrupts."""
    mine = sorted(os.sched_getaffinity(0))
    if threads > len(mine):
        raise SystemExit(f"{threads} threads asked for, {len(mine)} cores at hand")
    return mine[-threads:]


class Worker:
    """The process of one engine."""

    def __init__(self, name, threads):
        self.pipe, theirs = Pipe()
        command = [sys.executable, HERE / "worker.py", "serve", name, str(threads), str(theirs.fileno())]
        self.process = subprocess.Popen(command, env=environment(threads), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, cores(threads)))
        theirs.close()

    def ask(self, *command):
        """Returns the worker's answer, or None if its engine has nothing of the kind."""
        try:
            self.pipe.send(command)
            outcome, answer = self.pipe.recv()
        except (EOFError, OSError):
            raise Failed(f"the process ended with status {self.process.wait()}") from None
        if outcome == "failed":
            raise Failed(answer)
        return None if outcome == "unsupported" else answer

    def close(self):
        self.pipe.close()
        self.process.wait()


class Peak:
    """The probe of `peak.c`, one process to a core. Without a C compiler there is no probe and no share of the peak."""

    def __init__(self, threads):
        self.bursts, self.processes = [], []
        compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
        if compiler is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder, "peak")
            command = [compiler, "-O3", "-march=native", "-ffp-contract=fast", "-o", program, HERE / "peak.c"]
            if subprocess.run(command).returncode:
                return
            for core in cores(threads):
                self.processes.append(subprocess.Popen(
                    [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                    preexec_fn=lambda core=core: os.sched_setaffinity(0, [core])))

    def burst(self):
        """Measures for some milliseconds, on all cores at once."""
        for process in self.processes:
            process.stdin.write("\n")
            process.stdin.flush()
        if self.processes:
            rates = [list(map(float, process.stdout.readline().split())) for process in self.processes]
            self.bursts.append([sum(of_all) for of_all in zip(*rates)])

    def close(self):
        """Returns the best burst in single and double precision: what the cores can do when nothing disturbs them."""
        for process in self.processes:
            process.communicate()
        return dict(zip(("single", "double"), map(max, zip(*self.bursts))))


def disagreements(answers, tolerance):
    """Returns {engine: largest difference} of those that are not within the tolerance of the first engine that has results."""
    (_, reference), *others = answers.items()
    wrong = {}
    for name, answer in others:
        for (want, want_sum), (have, have_sum) in zip(reference, answer, strict=True):
            scale = max(np.abs(want).max(initial=0.0), 1e-30)
            off = np.abs(want - have).max(initial=0.0) / scale if want.shape == have.shape else np.inf
            off = max(off, abs(want_sum - have_sum) / max(abs(want_sum), scale * np.sqrt(want.size)) / 10)
            if not off <= tolerance:
                wrong[name] = max(off, wrong.get(name, 0.0))
    return wrong


def run_case(case, workers, peak, seconds, rounds, budget):
    """Returns {quantity: {engine: [figures]}} and {engine: why it has none}."""
    answers, problems = {}, {}
    for name, worker in workers.items():
        if case.engines is None or name in case.engines:
            try:
                answer = worker.ask("build", case.name)
                if answer is not None:
                    answers[name] = answer
            except Failed as why:
                problems[name] = str(why)
    for name, off in (disagreements(answers, case.tolerance) if answers else {}).items():
        problems[name] = f"disagrees with {next(iter(answers))} by {off:.1e}"

    figures = {quantity: {} for quantity in case.rows}
    spent = dict.fromkeys((name for name in answers if name not in problems), 0.0)
    for turn in range(rounds):
        order = list(spent)
        for name in order[turn % max(1, len(order)):] + order[:turn % max(1, len(order))]:
            if spent[name] > budget or name in problems:
                continue
            time.sleep(PAUSE)
            start = time.perf_counter()
            try:
                sample = workers[name].ask("sample", seconds)
            except Failed as why:
                problems[name] = str(why)
                continue
            spent[name] += time.perf_counter() - start
            for quantity, figure in sample.items():
                figures[quantity].setdefault(name, []).append(figure)
        if any(row.flops for row in case.rows.values()):
            time.sleep(PAUSE)
            peak.burst()
    return figures, problems


def run(cases, engines, threads, *, seconds, rounds, budget, say):
    """Runs all cases with one thread count.

    Args:
        seconds: length of one sample
        rounds: samples of each engine for each case
        budget: seconds after which an engine takes no more samples of a case
        say: is told what happens
    Returns:
        ({engine: facts}, peak, one record for each row)
    """
    workers = {name: Worker(name, threads) for name in engines}
    peak, records, about = Peak(threads), [], {}
    try:
        for name, worker in workers.items():
            about[name] = worker.ask("about")
        for case in cases:
            start = time.perf_counter()
            figures, problems = run_case(case, workers, peak, seconds, min(rounds, case.rounds or rounds), budget)
            for quantity, row in case.rows.items():
                medians = {name: statistics.median(values) for name, values in figures[quantity].items()}
                records.append({"row": row.name, "title": case.title, "threads": threads, "unit": row.unit, "flops": row.flops,
                                "moved": row.moved, "precision": "single" if row.single else "double", "median": medians,
                                "samples": figures[quantity], "problems": problems})
            say(f"{plural(threads)}  {case.name}  {time.perf_counter() - start:.1f} s" + "".join(
                f"\n    {name}: {why.strip().splitlines()[-1]}" for name, why in problems.items()))
    finally:
        for worker in workers.values():
            worker.close()
        found = peak.close()
    return about, found, records
