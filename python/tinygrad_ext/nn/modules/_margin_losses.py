"""Losses for rankings and pairs. `size_average` and `reduce` are deprecated."""

from .. import functional as F
from ._loss_base import _Loss


class MarginRankingLoss(_Loss):
    r"""Asks for the first (target 1) or the second (target -1) of two scores to be the higher one.

    .. math:: \ell = \max(0, -y (x_1 - x_2) + \text{margin})

    Args:
        margin: by how much the scores should differ. Default: 0.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Inputs and target: :math:`(N)` or :math:`()`
        - Output: :math:`()`, or :math:`(N)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> a, b = torch.tensor([1., 2.]), torch.tensor([2., 1.])
        >>> torch.nn.MarginRankingLoss()(a, b, torch.ones(2))
        tensor(0.5000)
    """

    __constants__ = ["margin", "reduction"]

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return F.margin_ranking_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class HingeEmbeddingLoss(_Loss):
    r"""Pulls distances of similar pairs to 0 and pushes those of other pairs beyond `margin`.

    .. math:: \ell = \begin{cases} x & y = 1 \\ \max(0, \text{margin} - x) & y = -1 \end{cases}

    Args:
        margin: the distance that others should keep. Default: 1.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.HingeEmbeddingLoss()(torch.tensor([0.5, 0.25]), torch.tensor([1., -1.]))
        tensor(0.6250)
    """

    __constants__ = ["margin", "reduction"]

    def __init__(self, margin=1.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input, target):
        return F.hinge_embedding_loss(
            input, target, margin=self.margin, reduction=self.reduction
        )


class CosineEmbeddingLoss(_Loss):
    r"""Turns vectors of similar pairs to each other and those of other pairs away.

    .. math:: \ell = \begin{cases} 1 - \cos(x_1, x_2) & y = 1 \\
        \max(0, \cos(x_1, x_2) - \text{margin}) & y = -1 \end{cases}

    Args:
        margin: the cosine that others may keep. Default: 0.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Inputs: :math:`(N, D)` or :math:`(D)`
        - Target: :math:`(N)` or :math:`()`
        - Output: :math:`()`, or :math:`(N)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.CosineEmbeddingLoss()(torch.eye(2), torch.eye(2), torch.tensor([1., -1.]))
        tensor(0.5000)
    """

    __constants__ = ["margin", "reduction"]

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return F.cosine_embedding_loss(
            input1, input2, target, margin=self.margin, reduction=self.reduction
        )


class TripletMarginLoss(_Loss):
    r"""Asks for an anchor to be nearer to a positive than to a negative example, by `margin`.

    .. math:: \ell = \max(0, d(a, p) - d(a, n) + \text{margin})

    Args:
        margin: by how much the distances should differ. Default: 1.
        p: the exponent of the norm. Default: 2.
        eps: added to every difference. Default: 1e-6.
        swap: whether the distance of positive and negative counts if it is the smaller one.
            Default: False.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Inputs: :math:`(N, D)` or :math:`(D)`
        - Output: :math:`()`, or :math:`(N)` for ``'none'``

    Raises:
        ValueError: `margin` is not positive.

    Example::

        >>> import tinygrad_ext as torch
        >>> a, b = torch.zeros(1, 2), torch.tensor([[3., 4.]])
        >>> torch.nn.TripletMarginLoss()(a, a, b)
        tensor(0.)
    """

    __constants__ = ["margin", "p", "eps", "swap", "reduction"]

    def __init__(
        self,
        margin=1.0,
        p=2.0,
        eps=1e-6,
        swap=False,
        size_average=None,
        reduce=None,
        reduction="mean",
    ):
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor, positive, negative):
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class SoftMarginLoss(_Loss):
    r"""Logistic loss for targets of 1 and -1.

    .. math:: \ell = \log(1 + e^{-y x})

    Args:
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.SoftMarginLoss()(torch.zeros(2), torch.ones(2))
        tensor(0.6931)
    """

    def forward(self, input, target):
        return F.soft_margin_loss(input, target, reduction=self.reduction)
