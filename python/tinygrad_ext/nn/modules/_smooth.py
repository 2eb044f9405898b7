"""Activations with exponentials in them. `inplace` writes the result into the input."""

from .. import functional as F
from ._piecewise import _Inplace, _Settings
from .module import Module


class Sigmoid(Module):
    r"""Maps to the range from 0 to 1.

    .. math:: \sigma(x) = 1 / (1 + e^{-x})

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Sigmoid()(torch.tensor([0., 2.]))
        tensor([0.5000, 0.8808])
    """

    def forward(self, input):
        return F.sigmoid(input)


class LogSigmoid(Module):
    r"""Logarithm of the sigmoid.

    .. math:: -\log(1 + e^{-x})

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.LogSigmoid()(torch.tensor([0., 2.]))
        tensor([-0.6931, -0.1269])
    """

    def forward(self, input):
        return F.logsigmoid(input)


class Tanh(Module):
    r"""Hyperbolic tangent.

    .. math:: (e^x - e^{-x}) / (e^x + e^{-x})

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Tanh()(torch.tensor([-1., 2.]))
        tensor([-0.7616,  0.9640])
    """

    def forward(self, input):
        return F.tanh(input)


class Tanhshrink(Module):
    r"""Subtracts the hyperbolic tangent.

    .. math:: x - \tanh(x)

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Tanhshrink()(torch.tensor([-1., 2.]))
        tensor([-0.2384,  1.0360])
    """

    def forward(self, input):
        return F.tanhshrink(input)


class ELU(_Settings):
    r"""Exponential linear unit.

    .. math:: \max(0, x) + \min(0, \alpha (e^x - 1))

    Args:
        alpha: minus the limit on the left. Default: 1.
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.ELU()(torch.tensor([-1., 2.]))
        tensor([-0.6321,  2.0000])
    """

    __constants__ = ["alpha", "inplace"]

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input):
        return F.elu(input, self.alpha, self.inplace)


class CELU(_Settings):
    r"""Exponential linear unit with a continuous derivative for every `alpha`.

    .. math:: \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))

    Args:
        alpha: minus the limit on the left. Default: 1.
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.CELU(2.)(torch.tensor([-1., 2.]))
        tensor([-0.7869,  2.0000])
    """

    __constants__ = ["alpha", "inplace"]

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, input):
        return F.celu(input, self.alpha, self.inplace)


class SELU(_Inplace):
    r"""Scaled exponential linear unit, which keeps activations near mean 0 and variance 1.

    .. math:: \text{scale} \cdot (\max(0, x) + \min(0, \alpha (e^x - 1)))

    with scale 1.0507 and alpha 1.6733.

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.SELU()(torch.tensor([-1., 2.]))
        tensor([-1.1113,  2.1014])
    """

    def __init__(self, inplace=False):
        super().__init__(inplace)

    def forward(self, input):
        return F.selu(input, self.inplace)


class GELU(Module):
    r"""Gaussian error linear unit.

    .. math:: x \cdot \Phi(x)

    where :math:`\Phi` is the distribution function of the standard normal distribution.

    Args:
        approximate: ``'none'``, or ``'tanh'`` for
            :math:`x (1 + \tanh(\sqrt{2 / \pi} (x + 0.044715 x^3))) / 2`. Default: ``'none'``.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.GELU()(torch.tensor([-1., 2.]))
        tensor([-0.1587,  1.9545])
    """

    __constants__ = ["approximate"]

    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        return F.gelu(input, approximate=self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class SiLU(_Inplace):
    r"""Sigmoid linear unit, also known as swish.

    .. math:: x \cdot \sigma(x)

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.SiLU()(torch.tensor([-1., 2.]))
        tensor([-0.2689,  1.7616])
    """

    def __init__(self, inplace=False):
        super().__init__(inplace)

    def forward(self, input):
        return F.silu(input, self.inplace)


class Mish(_Inplace):
    r"""A smooth relative of ReLU.

    .. math:: x \cdot \tanh(\text{softplus}(x))

    Args:
        inplace: Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Mish()(torch.tensor([-1., 2.]))
        tensor([-0.3034,  1.9440])
    """

    def __init__(self, inplace=False):
        super().__init__(inplace)

    def forward(self, input):
        return F.mish(input, self.inplace)


class Softplus(Module):
    r"""A smooth approximation of ReLU.

    .. math:: \log(1 + e^{\beta x}) / \beta

    Args:
        beta: the larger, the nearer to ReLU. Default: 1.
        threshold: where :math:`\beta x` exceeds it, the result is :math:`x`. Default: 20.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Softplus()(torch.tensor([-1., 2.]))
        tensor([0.3133, 2.1269])
    """

    __constants__ = ["beta", "threshold"]

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input):
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Softsign(Module):
    r"""Maps to the range from -1 to 1.

    .. math:: x / (1 + |x|)

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Softsign()(torch.tensor([-1., 3.]))
        tensor([-0.5000,  0.7500])
    """

    def forward(self, input):
        return F.softsign(input)
