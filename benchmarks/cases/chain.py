"""A long graph: `y = y + 1.0` over and over, then backward through all of it, then its release."""

import gc
from time import perf_counter

from goals import flat, under
from measure import Fresh, resident

from . import LONG, NORMAL, SMOKE, Case, Row


class Chain:
    """Figures are per operation. Short chains are repeated until the time is filled."""

    def __init__(self, T, length):
        self.T, self.length = T, length
        self.x, self.forward = T.chain(length)

    def check(self):
        y = self.forward()
        y.backward()
        return [self.T.numpy(y), self.T.numpy(self.x.grad)]

    def sample(self, seconds):
        forward = backward = free = 0.0
        rounds = 0
        gc.collect()
        gc.disable()
        try:
            while forward + backward + free < seconds:
                start = perf_counter()
                y = self.forward()
                built = perf_counter()
                y.backward()
                done = perf_counter()
                del y
                freed = perf_counter()
                forward, backward, free = forward + built - start, backward + done - built, free + freed - done
                rounds += 1
        finally:
            gc.enable()
        ops = rounds * self.length
        return {"forward": forward / ops, "backward": backward / ops, "free": free / ops}


def node_size(T, length):
    return Fresh.call(T, grown_per_node, length)


def grown_per_node(T, baseline, length):
    """Runs in a process of its own, where no memory has been given back that the graph could take."""
    x, forward = T.chain(1000)
    forward().backward()
    x, forward = T.chain(length)
    before = resident()
    y = forward()
    return {"": (resident() - before) / length}


def rows(length):
    """The cost at 1,000,000 has a limit; every other length is held against the shortest."""
    name = f"chain of {length:,}"
    limits = {"forward": 200, "backward": 60}

    def goals(phase):
        if length == 1000 or phase not in limits:
            return ()
        level = flat(1.5, f"chain of 1,000: {phase}")
        return (under(limits[phase], "ns", 1e-9), level) if length == 1_000_000 else (level,)

    return {phase: Row(f"{name}: {phase}", goals=goals(phase)) for phase in ("forward", "backward", "free")}


TITLE = "Chain of y = y + 1.0, per operation"
ENGINES = ("tinygrad_ext", "torch")
LENGTHS = {1000: SMOKE, 10_000: NORMAL, 100_000: NORMAL, 1_000_000: NORMAL, 10_000_000: LONG}
NODES = {10_000: SMOKE, 1_000_000: NORMAL}

CASES = [
    Case(TITLE, f"chain of {n:,}", Chain, (n,), rows(n), scale, engines=ENGINES) for n, scale in LENGTHS.items()
] + [
    Case(TITLE, f"bytes per node of {n:,}", node_size, (n,),
         {"": Row(f"bytes per node of {n:,}", unit="B", goals=() if scale == SMOKE else (under(200, "B", 1),))},
         scale, scale == SMOKE, rounds=3, engines=ENGINES)
    for n, scale in NODES.items()
]
