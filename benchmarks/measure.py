"""What a case builds: things with `check()`, for the agreement of the engines, and `sample(seconds)`, for the clock.

`check` returns a list of NumPy arrays and numbers that every engine must get alike. `sample` spends about that many seconds
and returns {quantity: figure}; seconds per call go under the name "".
"""

import gc
import json
import subprocess
import sys
from functools import cache
from itertools import repeat
from pathlib import Path
from time import perf_counter

WORKER = Path(__file__).with_name("worker.py")

# The expression stands in the loop itself and its operands are local variables: a lambda would cost as much as a small op.
LOOP = """
def loop(times, wait, clock, {names}):
    start = clock()
    for _ in times:
        result = {text}
    wait(result)
    return clock() - start
"""


def timed_loop(text, names):
    scope = {}
    exec(LOOP.format(text=text, names=", ".join(names)), scope)
    return lambda calls, wait: scope["loop"](repeat(None, calls), wait, perf_counter, **names)


@cache
def empty_loop():
    """Returns the seconds that a turn of the loop itself takes; it is taken off every figure."""
    loop = timed_loop("None", {"none": None})
    return min(loop(100_000, id) for _ in range(5)) / 100_000


class Statement:
    """An expression over named operands.

    Args:
        text: the expression
        names: what its names stand for
        engine: gives `wait` and `numpy`
        check: returns the results to be compared, if the expression's value is not what counts
    """

    def __init__(self, text, names, engine, check=None):
        self.loop, self.engine, self.calls = timed_loop(text, names), engine, None
        self.value = lambda: eval(text, dict(names))
        self.check = check or (lambda: [engine.numpy(self.value())])

    def sample(self, seconds):
        if self.calls is None:
            self.calls = self.warm_up(seconds)
        gc.collect()
        gc.disable()
        try:
            spent = self.loop(self.calls, self.engine.wait)
        finally:
            gc.enable()
        return {"": max(spent / self.calls - empty_loop(), 0.0)}

    def warm_up(self, seconds):
        """Returns how many calls fill the time. Engines that compile do so in the first calls."""
        for _ in range(2):  # with the one of `check` these are three: TinyJit replays from the third on
            spent = self.loop(1, self.engine.wait)
        calls = 1
        while spent < seconds / 4:
            calls *= 4
            spent = self.loop(calls, self.engine.wait)
        return max(1, round(calls * seconds / spent))


class Several:
    """Several statements under one case, each with its own row."""

    def __init__(self, **statements):
        self.statements = statements

    def check(self):
        return [value for statement in self.statements.values() for value in statement.check()]

    def sample(self, seconds):
        return {name: statement.sample(seconds)[""] for name, statement in self.statements.items()}


class Fresh:
    """Figures that only a process of its own can give, printed by it as JSON."""

    def __init__(self, *command):
        self.command = [sys.executable, *map(str, command)]
        self.warm = False

    @classmethod
    def call(cls, engine, function, *args):
        """`function(engine, *args)`, a function of `cases`, in a new worker."""
        home = function.__module__, function.__name__
        return cls(WORKER, "once", engine.name, engine.threads, *home, json.dumps(args))

    def check(self):
        return []

    def sample(self, seconds):
        if not self.warm:  # the first start writes bytecode and fills the cache of files
            self.warm = self.run()
        return self.run()

    def run(self):
        done = subprocess.run(self.command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        return json.loads(done.stdout.splitlines()[-1])


def resident(field="VmRSS"):
    """Returns a size of this process in bytes; VmHWM is the largest there has been."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
