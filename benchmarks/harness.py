"""Runs cases: a process for each engine and table, rounds that go from engine to engine, results compared before the clock starts."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from itertools import groupby
from multiprocessing import Pipe
from pathlib import Path

import numpy as np

from report import plural

HERE = Path(__file__).parent
PAUSE = 0.005  # between two turns: threads of the engine before stop spinning


class Failed(Exception):
    """What a worker could not do, with its traceback."""


class TooSlow(Exception):
    """A worker did not answer in time, and was stopped."""


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
    """The process of one engine.

    Args:
        patience: seconds to wait for an answer
    """

    def __init__(self, name, threads, patience):
        self.name, self.threads, self.patience = name, threads, patience
        self.start()

    def start(self):
        self.pipe, theirs = Pipe()
        command = [sys.executable, HERE / "worker.py", "serve", self.name, str(self.threads), str(theirs.fileno())]
        self.process = subprocess.Popen(command, env=environment(self.threads), pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, start_new_session=True,
                                        preexec_fn=lambda: os.sched_setaffinity(0, cores(self.threads)))
        theirs.close()

    def ask(self, *command):
        """Returns the worker's answer, or None if its engine has nothing of the kind."""
        try:
            self.pipe.send(command)
            if not self.pipe.poll(self.patience):
                self.stop()
                self.start()
                raise TooSlow
            outcome, answer = self.pipe.recv()
        except (EOFError, OSError):
            self.stop()
            self.start()  # a crash costs one case
            raise Failed(f"the process of {self.name} ended") from None
        if outcome == "failed":
            raise Failed(answer)
        return None if outcome == "unsupported" else answer

    def stop(self):
        """Ends the process, and those that it has started to measure."""
        self.pipe.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


PROBES = ("single", "double", "fed single", "fed double")


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
        """Measures for some milliseconds, on all cores at once. Returns {quantity: FLOP/s}."""
        for process in self.processes:
            process.stdin.write("\n")
            process.stdin.flush()
        if self.processes:
            rates = [list(map(float, process.stdout.readline().split())) for process in self.processes]
            self.bursts.append(dict(zip(PROBES, (sum(of_all) for of_all in zip(*rates)))))
            return self.bursts[-1]
        return {}

    def close(self):
        """Returns the best burst of each quantity: what the cores can do when nothing disturbs them."""
        for process in self.processes:
            process.communicate()
        return {probe: max(burst[probe] for burst in self.bursts) for probe in PROBES} if self.bursts else {}


def disagreements(answers, tolerance):
    """Returns {engine: what is wrong} of those that do not agree with NumPy, or torch, or the first, as they are here.

    Args:
        answers: {engine: fingerprints of its results}, of `worker.py`
        tolerance: as a share of the largest element, and of the sum of all magnitudes
    """
    judge = next((name for name in ("numpy", "torch", *answers) if name in answers), None)
    wrong = {}
    for name, answer in answers.items():
        for (want, total, magnitude), (have, its_total, _) in zip(answers[judge], answer, strict=True):
            off = np.abs(want - have).max() / (np.abs(want).max() or 1.0) if want.shape == have.shape else np.inf
            off = np.maximum(off, abs(total - its_total) / (magnitude or 1.0))  # a NaN stays one, and is no agreement
            if not off <= tolerance:
                wrong[name] = f"disagrees with {judge} by {off:.1e}"
    return wrong


def run_case(case, workers, peak, seconds, rounds, budget):
    """Returns {quantity: {engine: [figures]}}, {engine: why it has none}, the engines that are too slow to be measured, and the bursts
    of the probe between them."""
    answers, problems, slow, bursts = {}, {}, set(), []

    def ask(name, *command):
        try:
            return workers[name].ask(*command)
        except Failed as why:
            problems[name] = str(why)
        except TooSlow:
            slow.add(name)

    for name in workers:
        if case.engines is None or name in case.engines:
            answer = ask(name, "build", case.name)
            if answer is not None:
                answers[name] = answer
    problems.update(disagreements(answers, case.tolerance))

    figures = {quantity: {} for quantity in case.rows}
    spent = dict.fromkeys((name for name in answers if name not in problems), 0.0)
    order = deque(spent)
    for _ in range(rounds):
        order.rotate(1)
        for name in order:
            if spent[name] > budget or name in problems or name in slow:
                continue
            time.sleep(PAUSE)
            start = time.perf_counter()
            sample = ask(name, "sample", seconds) or {}
            spent[name] += time.perf_counter() - start
            for quantity, figure in sample.items():
                figures[quantity].setdefault(name, []).append(float(f"{figure:.4g}"))
        if any(row.flops for row in case.rows.values()):
            time.sleep(PAUSE)
            bursts.append(peak.burst())
    return figures, problems, sorted(slow), bursts


def run(cases, engines, threads, *, seconds, rounds, budget, patience, say):
    """Runs all cases with one thread count; those of one title share a process of each engine. An engine that does not start is left
    out of the title's cases, which say why.

    Args:
        seconds: length of one sample
        rounds: samples of each engine for each case
        budget: seconds after which an engine takes no more samples of a case
        patience: seconds after which an engine that has not answered is left out of a case
        say: is told what happens
    Returns:
        ({engine: facts}, peak, one record for each row)
    """
    peak, records, about = Peak(threads), [], {}
    try:
        for _, of_title in groupby(cases, lambda case: case.title):
            workers, absent = {}, {}
            try:
                for name in engines:
                    workers[name] = Worker(name, threads, patience)
                for name in engines:
                    try:
                        about[name] = workers[name].ask("about")
                    except (Failed, TooSlow) as why:
                        absent[name] = f"does not start: {str(why) or f'no answer in {patience:g} s'}"
                        workers.pop(name).stop()
                for case in of_title:
                    start = time.perf_counter()
                    figures, problems, slow, bursts = run_case(case, workers, peak, seconds, min(rounds, case.rounds or rounds), budget)
                    problems.update(absent)
                    records += rows_of(case, threads, figures, problems, slow, bursts)
                    say(f"{plural(threads)}  {case.name}  {time.perf_counter() - start:.1f} s" + "".join(
                        f"\n    {name}: {why.strip().splitlines()[-1]}" for name, why in problems.items()))
            finally:
                for worker in workers.values():
                    worker.stop()
    finally:
        found = peak.close()
    return about, found, records


def rows_of(case, threads, figures, problems, slow, bursts):
    """Returns the records of a case's rows, from what `run_case` returned."""
    records = []
    for quantity, row in case.rows.items():
        medians = {name: statistics.median(values) for name, values in figures[quantity].items()}
        precision = "single" if row.single else "double"
        fed = [burst[f"fed {precision}"] for burst in bursts if burst]
        records.append({"row": row.name, "title": case.title, "threads": threads, "unit": row.unit, "flops": row.flops,
                        "moved": row.moved, "precision": precision, "median": medians,
                        "fed": statistics.median(fed) if row.flops and fed else None,
                        "samples": figures[quantity], "problems": problems, "too_slow": slow})
    return records
