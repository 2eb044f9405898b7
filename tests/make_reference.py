"""Write tests/data/reference.npz: torch's answer to every case of the op table, for machines without torch.

    OMP_NUM_THREADS=1 python tests/make_reference.py

The samples themselves are not stored: they come from fixed seeds (optable/core.py, Rng).
"""

import os
import platform
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import torch  # noqa: E402

from opinfo import OPS, all_cases  # noqa: E402
from optable import reference  # noqa: E402
from optable.core import observe  # noqa: E402

LIMIT = 2_000_000


def cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())


def main() -> None:
    torch.set_num_threads(1)
    about = {
        "torch": torch.__version__,
        "cpu": cpu_name(),
        "isa": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }
    records = {case.id: observe(torch, case) for op in OPS for case in all_cases(op)}
    path = Path(__file__).parent / "data" / "reference.npz"
    path.parent.mkdir(exist_ok=True)
    reference.save(path, about, records)
    size = path.stat().st_size
    print(f"{len(records)} records of {len(OPS)} rows, {size} bytes, {about}")
    assert size <= LIMIT, f"{size} bytes are more than {LIMIT}"


if __name__ == "__main__":
    main()
