"""torch.accelerator on a machine for which none was built."""


def is_available():
    """False: only the CPU is built in."""
    return False


def device_count():
    """0."""
    return 0


def current_accelerator(check_available=False):
    """None; scripts then say "cpu"."""
    return None
