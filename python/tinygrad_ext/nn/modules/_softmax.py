"""The softmax family."""

from .. import functional as F
from .module import Module


class _AlongDim(Module):
    """A softmax with the setting `dim`."""

    __constants__ = ["dim"]

    def __init__(self, dim=None):
        super().__init__()
        self.dim = dim

    def extra_repr(self):
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    r"""Makes the slices along `dim` positive with sum 1.

    .. math:: e^{x_i} / \sum_j e^{x_j}

    Args:
        dim: the dimension along which the sum is 1. Leaving it out is deprecated.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Softmax(dim=0)(torch.tensor([0., 0.]))
        tensor([0.5000, 0.5000])
    """

    def __init__(self, dim=None):
        super().__init__(dim)

    def forward(self, input):
        return F.softmax(input, self.dim, _stacklevel=5)


class Softmin(_AlongDim):
    r"""Softmax of the negated input.

    .. math:: e^{-x_i} / \sum_j e^{-x_j}

    Args:
        dim: the dimension along which the sum is 1. Leaving it out is deprecated.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Softmin(dim=0)(torch.tensor([0., 1.]))
        tensor([0.7311, 0.2689])
    """

    def __init__(self, dim=None):
        super().__init__(dim)

    def forward(self, input):
        return F.softmin(input, self.dim, _stacklevel=5)


class LogSoftmax(_AlongDim):
    r"""Logarithm of the softmax, computed in one go.

    .. math:: x_i - \log \sum_j e^{x_j}

    Args:
        dim: the dimension along which the exponentials sum to 1. Leaving it out is deprecated.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.LogSoftmax(dim=0)(torch.tensor([0., 0.]))
        tensor([-0.6931, -0.6931])
    """

    def __init__(self, dim=None):
        super().__init__(dim)

    def forward(self, input):
        return F.log_softmax(input, self.dim, _stacklevel=5)


class Softmax2d(Module):
    r"""Softmax over the channels of an image.

    Shape:
        - Input and output: :math:`(N, C, H, W)` or :math:`(C, H, W)`

    Raises:
        ValueError: the input has neither 3 nor 4 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Softmax2d()(torch.zeros(4, 1, 1)).flatten()
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return F.softmax(input, -3, _stacklevel=5)
