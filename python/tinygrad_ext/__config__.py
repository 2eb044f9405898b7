"""How this copy was built, and what it found on this machine."""

from . import _C


def show():
    """Returns a description of the build, for bug reports and benchmark tables.

    Example::

        >>> import tinygrad_ext
        >>> print(tinygrad_ext.__config__.show())   # doctest: +ELLIPSIS
        tinygrad_ext ... built with:
          - compiler: ...
    """
    facts = dict(_C._build_info)
    facts["kernels in use"] = _C._isa()
    facts["threads"] = _C.get_num_threads()
    title = f"tinygrad_ext {facts.pop('version')} built with:"
    return "\n".join([title, *(f"  - {name}: {fact}" for name, fact in facts.items() if fact != "")]) + "\n"


def parallel_info():
    """Returns what decides on threads."""
    import os

    asked = os.environ.get("OMP_NUM_THREADS", "[not set]")
    return (
        f"threads: {_C.get_num_threads()}\n"
        f"OpenMP: {_C._build_info['openmp']}\n"
        f"cores of this process: {len(os.sched_getaffinity(0))}\n"
        f"OMP_NUM_THREADS: {asked}\n"
    )
