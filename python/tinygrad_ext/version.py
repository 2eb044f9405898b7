"""What torch.version tells: `__version__`, and the accelerators that were built in (none)."""

import tinygrad_ext

cuda = None
hip = None
xpu = None
debug = False


def __getattr__(name):
    if name == "__version__":
        return tinygrad_ext.__version__
    from ._missing import missing

    missing(__name__, name)
