"""Losses for numbers. `size_average` and `reduce` are deprecated in favour of `reduction`."""

from .. import functional as F
from ._loss_base import _Loss


class L1Loss(_Loss):
    r"""Absolute error.

    .. math:: \ell = |x - y|

    Args:
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.L1Loss()(torch.tensor([1., 4.]), torch.zeros(2))
        tensor(2.5000)
    """

    def forward(self, input, target):
        return F.l1_loss(input, target, reduction=self.reduction)


class MSELoss(_Loss):
    r"""Squared error.

    .. math:: \ell = (x - y)^2

    Args:
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.MSELoss()(torch.tensor([1., 4.]), torch.zeros(2))
        tensor(8.5000)
    """

    def forward(self, input, target):
        return F.mse_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    r"""Squared error below `beta` and absolute error above, joined smoothly.

    .. math:: \ell = \begin{cases} d^2 / (2 \beta) & |d| < \beta \\ |d| - \beta / 2 & \text{else}
        \end{cases}, \quad d = x - y

    Args:
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.
        beta: where the two parts meet; 0 gives the absolute error. Default: 1.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.SmoothL1Loss()(torch.tensor([0.5, 3.]), torch.zeros(2))
        tensor(1.3125)
    """

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input, target):
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    r"""Half the squared error below `delta` and a multiple of the absolute error above.

    .. math:: \ell = \begin{cases} d^2 / 2 & |d| < \delta \\ \delta (|d| - \delta / 2)
        & \text{else} \end{cases}, \quad d = x - y

    Args:
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.
        delta: where the two parts meet. Default: 1.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.HuberLoss(delta=2.)(torch.tensor([0.5, 3.]), torch.zeros(2))
        tensor(2.0625)
    """

    __constants__ = ["reduction", "delta"]

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input, target):
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)
