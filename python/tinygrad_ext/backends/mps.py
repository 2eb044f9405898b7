"""torch.backends.mps: Apple's GPU is not among our devices."""


def is_built():
    """False."""
    return False


def is_available():
    """False."""
    return False
