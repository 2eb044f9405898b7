"""torch.backends.openmp: what the threads come from."""

from .. import _C


def is_available():
    """Whether OpenMP was found when this copy was built; without it there is one thread."""
    return _C._build_info["openmp"].startswith("yes")
