"""torch.backends.cpu: which instruction set the kernels use."""

from .. import _C


def get_cpu_capability():
    """The name torch gives it: `DEFAULT`, `AVX2` or `AVX512`."""
    isa = _C._isa()
    return "DEFAULT" if isa == "baseline" else isa.upper()
