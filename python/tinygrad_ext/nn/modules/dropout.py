"""Layers that zero a part of their input at random while training."""

from .. import functional as F
from .module import Module

__all__ = [
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "AlphaDropout",
    "FeatureAlphaDropout",
]


class _DropoutNd(Module):
    __constants__ = ["p", "inplace"]

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    r"""While training, zeroes elements with probability `p` and scales the others by :math:`1 / (1 - p)`.

    Args:
        p: probability of an element to be zeroed. Default: 0.5.
        inplace: whether to write the result into the input. Default: False.

    Shape:
        - Input and output: :math:`(*)`, any.

    Raises:
        ValueError: `p` is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Dropout(0.2).eval()(torch.ones(3))
        tensor([1., 1., 1.])
    """

    def forward(self, input):
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    r"""While training, zeroes whole channels, each with probability `p`.

    Args:
        p: probability of a channel to be zeroed. Default: 0.5.
        inplace: whether to write the result into the input. Default: False.

    Shape:
        - Input and output: :math:`(N, C, L)` or :math:`(C, L)`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Dropout1d(1.)(torch.ones(1, 2, 2)).sum()
        tensor(0.)
    """

    def forward(self, input):
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    r"""While training, zeroes whole channels, each with probability `p`.

    Args:
        p: probability of a channel to be zeroed. Default: 0.5.
        inplace: whether to write the result into the input. Default: False.

    Shape:
        - Input and output: :math:`(N, C, H, W)` or :math:`(N, C, L)`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Dropout2d(1.)(torch.ones(1, 2, 2, 2)).sum()
        tensor(0.)
    """

    def forward(self, input):
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    r"""While training, zeroes whole channels, each with probability `p`.

    Args:
        p: probability of a channel to be zeroed. Default: 0.5.
        inplace: whether to write the result into the input. Default: False.

    Shape:
        - Input and output: :math:`(N, C, D, H, W)` or :math:`(C, D, H, W)`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Dropout3d(1.)(torch.ones(1, 2, 2, 2, 2)).sum()
        tensor(0.)
    """

    def forward(self, input):
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    r"""Dropout for SELU networks: keeps the mean and the variance of its input.

    Args:
        p: probability of an element to be dropped. Default: 0.5.
        inplace: whether to write the result into the input. Default: False.

    Shape:
        - Input and output: :math:`(*)`, any.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.AlphaDropout(0.2).eval()(torch.ones(3))
        tensor([1., 1., 1.])
    """

    def forward(self, input):
        return F.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(_DropoutNd):
    r"""Alpha dropout of whole channels.

    Args:
        p: probability of a channel to be dropped. Default: 0.5.
        inplace: whether to write the result into the input. Default: False.

    Shape:
        - Input and output: :math:`(N, C, *)`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.FeatureAlphaDropout(0.2).eval()(torch.ones(1, 3))
        tensor([[1., 1., 1.]])
    """

    def forward(self, input):
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace)
