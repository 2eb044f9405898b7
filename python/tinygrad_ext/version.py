"""What torch.version tells: `__version__`, and the accelerators that were built in (none)."""

from . import __version__  # noqa: F401  the alias sets both

cuda = None
hip = None
xpu = None
debug = False
