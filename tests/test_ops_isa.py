"""The op table and the promised bits at every lower instruction set that this processor has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tinygrad_ext

HERE = Path(__file__).parent
LEVELS = {"DEFAULT": [], "AVX2": ["baseline"], "AVX512": ["baseline", "avx2"]}
FILES = ["test_ops_forward.py", "test_ops_grad.py", "test_ops_dtypes.py", "test_numerics.py", "test_accuracy.py"]


@pytest.mark.skipif("TINYGRAD_EXT_ISA" in os.environ, reason="an instruction set has been asked for")
@pytest.mark.parametrize("level", LEVELS[tinygrad_ext.backends.cpu.get_cpu_capability()])
def test_lower_level(level):
    """Finite differences are left to the best level: derivatives are built from ops that are compared here."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", "not gradcheck and not gradgradcheck"]
    child = subprocess.run(
        command + [str(HERE / name) for name in FILES],
        env={**os.environ, "TINYGRAD_EXT_ISA": level, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert child.returncode == 0, child.stdout[-6000:]
