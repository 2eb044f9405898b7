"""The default random stream: its seed and its state."""

from contextlib import contextmanager

from ._C import default_generator, manual_seed

__all__ = ["default_generator", "fork_rng", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"]


def seed():
    """Seeds the default generator from the system's entropy and returns the seed."""
    return default_generator.seed()


def initial_seed():
    """The seed that the default generator's stream began with."""
    return default_generator.initial_seed()


def get_rng_state():
    """The state of the default generator, a uint8 tensor."""
    return default_generator.get_state()


def set_rng_state(new_state):
    """Puts the default generator back into a state that `get_rng_state` returned.

    Example::

        >>> import tinygrad_ext as torch
        >>> state = torch.get_rng_state()
        >>> first = torch.rand(3)
        >>> torch.set_rng_state(state)
        >>> torch.equal(torch.rand(3), first)
        True
    """
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(devices=None, enabled=True, device_type="cpu"):
    """Draws inside the `with` block leave the stream outside untouched.

    Args:
        devices: further devices whose streams to keep; there are none.
        enabled: False makes it do nothing.
        device_type: kept for torch's signature; the CPU's stream is always kept.

    Example::

        >>> import tinygrad_ext as torch
        >>> _ = torch.manual_seed(0)
        >>> with torch.random.fork_rng():
        ...     _ = torch.rand(100)
        >>> torch.rand(1)
        tensor([0.4963])
    """
    if devices:
        raise AssertionError("Torch not compiled with CUDA enabled")
    state = get_rng_state()
    try:
        yield
    finally:
        if enabled:
            set_rng_state(state)
