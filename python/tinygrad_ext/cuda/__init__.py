"""torch.cuda in a copy that was built for the CPU alone: questions are answered, work is refused with torch's text."""

from .. import _C

__all__ = [
    "current_device", "device_count", "empty_cache", "get_device_capability", "get_device_name",
    "get_device_properties", "init", "is_available", "is_bf16_supported", "is_initialized", "manual_seed",
    "manual_seed_all", "max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved", "seed",
    "seed_all", "set_device", "synchronize",
]  # fmt: skip


def is_available():
    """False."""
    return False


def is_initialized():
    """False."""
    return False


def is_bf16_supported(including_emulation=True):
    """False."""
    return False


def device_count():
    """0."""
    return 0


def manual_seed(seed):
    """Seeds the current GPU's stream; there is none."""
    int(seed)


def manual_seed_all(seed):
    """Seeds the streams of all GPUs; there are none."""
    int(seed)


def seed():
    """Seeds the current GPU's stream from the system's entropy; there is none."""


def seed_all():
    """Seeds the streams of all GPUs from the system's entropy; there are none."""


def empty_cache():
    """Frees the GPU's unused cache; there is none."""


def memory_allocated(device=None):
    """0 bytes."""
    return 0


def max_memory_allocated(device=None):
    """0 bytes."""
    return 0


def memory_reserved(device=None):
    """0 bytes."""
    return 0


def max_memory_reserved(device=None):
    """0 bytes."""
    return 0


def init():
    """Starts CUDA.

    Raises:
        AssertionError: always; so does everything below.
    """
    _C.empty(0, device="cuda")


def current_device():
    """The index of the current GPU."""
    init()


def set_device(device):
    """Makes a GPU the current one; a negative index means none and does nothing."""
    if not (isinstance(device, int) and device < 0):
        init()


def get_device_name(device=None):
    """The name of a GPU."""
    init()


def get_device_capability(device=None):
    """The compute capability of a GPU."""
    init()


def get_device_properties(device=None):
    """What is known of a GPU."""
    init()


def synchronize(device=None):
    """Waits for a GPU's work."""
    init()
