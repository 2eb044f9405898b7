"""A debugging mode: backward stops at the first node that makes a NaN.

The C++ engine looks at the gradients that each node returns while the mode is on, and names the node.
"""

from .. import _C

__all__ = ["detect_anomaly", "set_detect_anomaly"]


class set_detect_anomaly:
    """Switches the mode on or off at once; as a context manager, for its extent only.

    Args:
        mode: True switches it on.
        check_nan: whether a gradient with a NaN is an error.

    Raises:
        RuntimeError: in backward, when a node returns a gradient with a NaN.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.zeros(1, requires_grad=True)
        >>> with torch.autograd.set_detect_anomaly(True):
        ...     (x.sqrt() * 0).backward()
        Traceback (most recent call last):
        RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    """

    def __init__(self, mode, check_nan=True):
        self.prev = _C.is_anomaly_enabled(), _C.is_anomaly_check_nan_enabled()
        _C.set_anomaly_enabled(mode, check_nan)

    def __enter__(self):
        pass

    def __exit__(self, *exc_info):
        _C.set_anomaly_enabled(*self.prev)


class detect_anomaly:
    """Context manager inside which the mode is on.

    Args:
        check_nan: whether a gradient with a NaN is an error.

    Example::

        >>> import tinygrad_ext as torch
        >>> import warnings
        >>> warnings.simplefilter('ignore')
        >>> with torch.autograd.detect_anomaly():
        ...     torch.is_anomaly_enabled()
        True
    """

    def __init__(self, check_nan=True):
        from warnings import warn

        self.check_nan = check_nan
        warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            stacklevel=2,
        )

    def __enter__(self):
        self.prev = _C.is_anomaly_enabled(), _C.is_anomaly_check_nan_enabled()
        _C.set_anomaly_enabled(True, self.check_nan)

    def __exit__(self, *exc_info):
        _C.set_anomaly_enabled(*self.prev)
