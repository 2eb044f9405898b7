"""What a script pays before its first line: the time of the import, and what it leaves in memory."""

from goals import of, under
from measure import Fresh

from . import SMOKE, Case, Row

PROBE = """
from time import perf_counter
def resident():
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith("VmRSS:"))
before, start = resident(), perf_counter()
import {module}
print('{{"time": %r, "memory": %r}}' % (perf_counter() - start, resident() - before))
"""


def importing(T):
    return Fresh("-c", PROBE.format(module=T.module))


CASES = [
    Case("Import, in a fresh process", "import", importing, (), {
        "time": Row("import: time", goals=(of(0.5, "numpy"),)),
        "memory": Row("import: resident size over a bare interpreter", unit="B", goals=(under(12, "MB", 1e6),)),
    }, SMOKE),
]
