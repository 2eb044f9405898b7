"""What the figures are to reach. A goal reads the whole run, because some compare thread counts or rows."""

from typing import Callable, NamedTuple

OURS = "tinygrad_ext"


class Goal(NamedTuple):
    """
    Attributes:
        text: as the table prints it
        figure: (run, row, threads) -> the number judged, None where the run has not what it takes
        met: figure -> bool
        threads: the goal holds for this number of threads; None for any
    """

    text: str
    figure: Callable
    met: Callable
    threads: int | None = None

    def judge(self, run, row, threads):
        """Returns (figure as printed, met), or None where the goal does not apply. What is printed is what is judged."""
        if self.threads not in (None, threads):
            return None
        figure = self.figure(run, row, threads)
        if figure is None:
            return None
        printed = f"{figure:.{2 if figure >= 0.1 else 3}f}"
        return printed, self.met(float(printed))


def of(limit, *peers):
    """At most `limit` times the better of the peers."""
    def figure(run, row, threads):
        ours, *theirs = (run.value(row.name, name, threads) for name in (OURS, *peers))
        theirs = [value for value in theirs if value]
        return ours / min(theirs) if theirs and ours is not None else None

    return Goal(f"<= {limit:.2g} of {' and '.join(peers)}", figure, lambda f: f <= limit)


def of_peak(share, threads=None):
    """At least this share of the measured arithmetic peak; for a training step, of the floor that follows from it."""
    return Goal(f">= {share:.0%} of the peak", lambda run, row, n: run.share(row.name, OURS, n), lambda f: f >= share, threads)


def under(limit, unit, scale):
    """At most an amount, in a unit that is `scale` seconds or bytes."""
    def figure(run, row, threads):
        value = run.value(row.name, OURS, threads)
        return None if value is None else value / scale

    return Goal(f"<= {limit} {unit}", figure, lambda f: f <= limit)


def speed_up(limit):
    """Two threads against one."""
    def figure(run, row, threads):
        one, two = (run.value(row.name, OURS, n) for n in (1, 2))
        return one / two if one and two else None

    return Goal(f">= {limit} times one thread", figure, lambda f: f >= limit, 2)


def flat(limit, other):
    """At most `limit` times the figure of another row."""
    def figure(run, row, threads):
        here, there = (run.value(name, OURS, threads) for name in (row.name, other))
        return here / there if here and there else None

    return Goal(f"<= {limit} of {other}", figure, lambda f: f <= limit)
