"""What all tests share: one thread, and torch where it is installed."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when the first library with threads is loaded

import pytest  # noqa: E402


@pytest.fixture(scope="session")
def torch():
    """The real torch, for tests of parity; CI installs it with the [parity] extra."""
    return pytest.importorskip("torch", reason="parity needs torch: pip install '.[parity]'")

