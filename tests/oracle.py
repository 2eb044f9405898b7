"""What torch answers: torch itself where it is installed, what it once answered (tests/data/reference.npz) elsewhere.

The environment variable ORACLE=stored asks for the stored answers although torch is there.
"""

import os
from functools import lru_cache
from pathlib import Path

import tinygrad_ext
from optable import reference
from optable.core import Case, Record, observe

REFERENCE = Path(__file__).parent / "data" / "reference.npz"
CAPABILITY = {"baseline": "default", "avx2": "avx2", "avx512": "avx512"}


def live_torch():
    """torch at the instruction set that ours was told to use: only then do the two promise the same bits."""
    if os.environ.get("ORACLE") == "stored":
        return None
    if isa := os.environ.get("TINYGRAD_EXT_ISA"):
        os.environ["ATEN_CPU_CAPABILITY"] = CAPABILITY[isa]
    try:
        import torch
    except ModuleNotFoundError:
        return None
    torch.set_num_threads(1)
    return torch


torch = live_torch()


@lru_cache(1)
def stored() -> tuple[dict, dict[str, Record]]:
    return reference.load(REFERENCE)


def expect(case: Case) -> Record:
    if torch is not None:
        return observe(torch, case)
    try:
        return stored()[1][case.id]
    except KeyError:
        raise LookupError(
            f"tests/data/reference.npz lacks {case.id}: run tests/make_reference.py where torch is"
        ) from None


@lru_cache(1)
def same_bits() -> bool:
    """True iff bits are promised: both sides at AVX2, or both at AVX-512."""
    theirs = torch.backends.cpu.get_cpu_capability() if torch is not None else stored()[0]["isa"]
    ours = tinygrad_ext.backends.cpu.get_cpu_capability()
    return ours == theirs and ours in ("AVX2", "AVX512")
