"""Activations made of straight pieces (and one parabola). `inplace` writes the result into the input."""

from ..._C import full
from .. import functional as F
from ..parameter import Parameter
from .module import Module


class _Inplace(Module):
    """An activation with the setting `inplace`, and no other that this class knows of."""

    __constants__ = ["inplace"]

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


class _Settings(_Inplace):
    """An activation with `inplace` and the settings that `__constants__` names before it."""

    def extra_repr(self):
        names = [name for name in self.__constants__ if name != "inplace"]
        text = ", ".join(f"{name}={getattr(self, name)}" for name in names)
        return f"{text}, inplace=True" if self.inplace else text


class ReLU(_Inplace):
    r"""Replaces negative elements by 0.

    .. math:: \max(0, x)

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.ReLU()(torch.tensor([-1., 2.]))
        tensor([0., 2.])
    """

    def __init__(self, inplace=False):
        super().__init__(inplace)

    def forward(self, input):
        return F.relu(input, self.inplace)


class LeakyReLU(_Settings):
    r"""Multiplies negative elements by a small slope.

    .. math:: \max(0, x) + \text{negative\_slope} \cdot \min(0, x)

    Args:
        negative_slope: the slope below zero. Default: 0.01.
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.LeakyReLU(0.1)(torch.tensor([-1., 2.]))
        tensor([-0.1000,  2.0000])
    """

    __constants__ = ["negative_slope", "inplace"]

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, input):
        return F.leaky_relu(input, self.negative_slope, self.inplace)


class PReLU(Module):
    r"""Leaky ReLU with a slope that is learnt, one for all channels or one for each.

    .. math:: \max(0, x) + a \cdot \min(0, x)

    Args:
        num_parameters: 1, or the size of dimension 1. Default: 1.
        init: initial slope. Default: 0.25.
        device, dtype: of the slopes. Default: the default ones.

    Attributes:
        weight: the slopes, of shape :math:`(\text{num\_parameters})`.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.PReLU()(torch.tensor([-1., 2.])).tolist()
        [-0.25, 2.0]
    """

    __constants__ = ["num_parameters"]

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def reset_parameters(self):
        """Sets all slopes to the initial one."""
        from .. import init

        init.constant_(self.weight, self.init)

    def forward(self, input):
        return F.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class Threshold(_Settings):
    r"""Replaces elements that are not greater than a threshold.

    Args:
        threshold: what an element must exceed to stay.
        value: the replacement.
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Threshold(0.5, 9.)(torch.tensor([-1., 2.]))
        tensor([9., 2.])
    """

    __constants__ = ["threshold", "value", "inplace"]

    def __init__(self, threshold, value, inplace=False):
        super().__init__(inplace)
        self.threshold = threshold
        self.value = value

    def forward(self, input):
        return F.threshold(input, self.threshold, self.value, self.inplace)


class Hardtanh(_Settings):
    r"""Clamps to a range.

    .. math:: \min(\max(x, \text{min\_val}), \text{max\_val})

    Args:
        min_val: lower end of the range. Default: -1.
        max_val: upper end of the range. Default: 1.
        inplace: Default: False.
        min_value, max_value: deprecated names of the ends.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Hardtanh()(torch.tensor([-3., 0.5, 3.]))
        tensor([-1.0000,  0.5000,  1.0000])
    """

    __constants__ = ["min_val", "max_val", "inplace"]

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        super().__init__(inplace)
        if min_value is not None:
            _warn_renamed("min_value", "min_val")
            min_val = min_value
        if max_value is not None:
            _warn_renamed("max_value", "max_val")
            max_val = max_value
        self.min_val = min_val
        self.max_val = max_val
        if not max_val > min_val:
            raise AssertionError(f"max_val ({max_val}) must be greater than min_val ({min_val})")

    def forward(self, input):
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)


def _warn_renamed(old, new):
    from warnings import warn

    warn(
        f"keyword argument `{old}` is deprecated and renamed to `{new}`",
        FutureWarning,
        stacklevel=3,
    )


class ReLU6(Hardtanh):
    r"""Clamps to the range from 0 to 6.

    .. math:: \min(\max(0, x), 6)

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.ReLU6()(torch.tensor([-1., 5., 7.]))
        tensor([0., 5., 6.])
    """

    def __init__(self, inplace=False):
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self):
        return _Inplace.extra_repr(self)


class Hardsigmoid(_Inplace):
    r"""A piecewise linear sigmoid.

    .. math:: \min(\max(0, x + 3), 6) / 6

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Hardsigmoid()(torch.tensor([-4., 0., 1.5]))
        tensor([0.0000, 0.5000, 0.7500])
    """

    def __init__(self, inplace=False):
        super().__init__(inplace)

    def forward(self, input):
        return F.hardsigmoid(input, self.inplace)

    def extra_repr(self):
        return ""


class Hardswish(_Inplace):
    r"""A piecewise relative of SiLU.

    .. math:: x \cdot \min(\max(0, x + 3), 6) / 6

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Hardswish()(torch.tensor([-1., 2.]))
        tensor([-0.3333,  1.6667])
    """

    def __init__(self, inplace=False):
        super().__init__(inplace)

    def forward(self, input):
        return F.hardswish(input, self.inplace)

    def extra_repr(self):
        return ""


class Hardshrink(Module):
    r"""Replaces elements within :math:`[-\lambda, \lambda]` by 0.

    Args:
        lambd: the :math:`\lambda`. Default: 0.5.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Hardshrink()(torch.tensor([-1., 0.25, 2.]))
        tensor([-1.,  0.,  2.])
    """

    __constants__ = ["lambd"]

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.hardshrink(input, self.lambd)

    def extra_repr(self):
        return str(self.lambd)


class Softshrink(Module):
    r"""Moves every element towards 0 by :math:`\lambda`, and not past it.

    .. math:: \operatorname{sign}(x) \cdot \max(0, |x| - \lambda)

    Args:
        lambd: the :math:`\lambda`. Default: 0.5.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Softshrink()(torch.tensor([-1., 0.25, 2.]))
        tensor([-0.5000,  0.0000,  1.5000])
    """

    __constants__ = ["lambd"]

    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return F.softshrink(input, self.lambd)

    def extra_repr(self):
        return str(self.lambd)
