"""Losses for classes and distributions. `size_average` and `reduce` are deprecated."""

from .. import functional as F
from ._loss_base import _Loss, _WeightedLoss


class CrossEntropyLoss(_WeightedLoss):
    r"""Negative log-likelihood of classes, given scores that softmax makes probabilities.

    .. math:: \ell = - w_y \log \frac{e^{x_y}}{\sum_c e^{x_c}}

    The mean is weighted: the sum is divided by the sum of the :math:`w_y`.

    Args:
        weight: a factor for every class, a tensor of shape :math:`(C)`. Default: ones.
        ignore_index: a class index whose targets do not count. Default: -100.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.
        label_smoothing: share of the target that is spread over all classes. Default: 0.

    Shape:
        - Input: scores, :math:`(N, C)`, :math:`(C)` or :math:`(N, C, d_1, ...)`
        - Target: class indices, :math:`(N)`, :math:`()` or :math:`(N, d_1, ...)`; or
          probabilities, of the input's shape
        - Output: :math:`()`, or the shape of the class indices for ``'none'``

    Raises:
        IndexError: a class index is out of range.
        ValueError: the batch sizes differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.CrossEntropyLoss()(torch.zeros(2, 4), torch.tensor([1, 3]))
        tensor(1.3863)
    """

    __constants__ = ["ignore_index", "reduction", "label_smoothing"]

    def __init__(
        self,
        weight=None,
        size_average=None,
        ignore_index=-100,
        reduce=None,
        reduction="mean",
        label_smoothing=0.0,
    ):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        return F.cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    r"""Negative log-likelihood of classes, given log-probabilities.

    .. math:: \ell = - w_y x_y

    The mean is weighted: the sum is divided by the sum of the :math:`w_y`.

    Args:
        weight: a factor for every class, a tensor of shape :math:`(C)`. Default: ones.
        ignore_index: a class index whose targets do not count. Default: -100.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input: log-probabilities, :math:`(N, C)`, :math:`(C)` or :math:`(N, C, d_1, ...)`
        - Target: class indices, :math:`(N)`, :math:`()` or :math:`(N, d_1, ...)`
        - Output: :math:`()`, or the target's shape for ``'none'``

    Raises:
        IndexError: a class index is out of range.
        ValueError: the batch sizes differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> scores = torch.tensor([[-0.5, -1.5], [-2., -0.25]])
        >>> torch.nn.NLLLoss()(scores, torch.tensor([0, 1]))
        tensor(0.3750)
    """

    __constants__ = ["ignore_index", "reduction"]

    def __init__(
        self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
    ):
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return F.nll_loss(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
        )


class BCELoss(_WeightedLoss):
    r"""Binary cross entropy, given probabilities.

    .. math:: \ell = - w (y \log x + (1 - y) \log(1 - x))

    with logarithms of at least -100.

    Args:
        weight: factors that broadcast with the elements. Default: ones.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Raises:
        RuntimeError: an element of the input is not between 0 and 1.
        ValueError: the shapes differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.BCELoss()(torch.tensor([0.5, 0.5]), torch.tensor([1., 0.]))
        tensor(0.6931)
    """

    def forward(self, input, target):
        return F.binary_cross_entropy(
            input, target, weight=self.weight, reduction=self.reduction
        )


class BCEWithLogitsLoss(_Loss):
    r"""Binary cross entropy, given scores that sigmoid makes probabilities.

    .. math:: \ell = - w (p y \log \sigma(x) + (1 - y) \log(1 - \sigma(x)))

    Args:
        weight: factors :math:`w` that broadcast with the elements. Default: ones.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.
        pos_weight: factors :math:`p` of the positive terms. Default: ones.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Raises:
        ValueError: the shapes differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.BCEWithLogitsLoss()(torch.zeros(2), torch.tensor([1., 0.]))
        tensor(0.6931)
    """

    def __init__(
        self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
    ):
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return F.binary_cross_entropy_with_logits(
            input,
            target,
            weight=self.weight,
            pos_weight=self.pos_weight,
            reduction=self.reduction,
        )


class KLDivLoss(_Loss):
    r"""Kullback-Leibler divergence of log-probabilities from probabilities.

    .. math:: \ell = y (\log y - x)

    Args:
        reduction: ``'none'``, ``'batchmean'``, ``'mean'`` or ``'sum'``; ``'batchmean'`` is the
            definition's, the sum over the number of rows. Default: ``'mean'``.
        log_target: whether the target holds logarithms. Default: False.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> p = torch.tensor([[0.5, 0.5]])
        >>> torch.nn.KLDivLoss(reduction="batchmean")(p.log(), p)
        tensor(0.)
    """

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(_Loss):
    r"""Negative log-likelihood of counts that are Poisson distributed.

    .. math:: \ell = e^x - y x

    Args:
        log_input: whether the input is the logarithm of the expected count. Default: True.
        full: whether to add Stirling's approximation of the constant term. Default: False.
        eps: added to the expected count before its logarithm is taken. Default: 1e-8.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.PoissonNLLLoss()(torch.zeros(2), torch.ones(2))
        tensor(1.)
    """

    __constants__ = ["log_input", "full", "eps", "reduction"]

    def __init__(
        self,
        log_input=True,
        full=False,
        size_average=None,
        eps=1e-8,
        reduce=None,
        reduction="mean",
    ):
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, input, target):
        return F.poisson_nll_loss(
            input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(_Loss):
    r"""Negative log-likelihood of values that are normally distributed.

    .. math:: \ell = \frac12 \left( \log v + \frac{(x - y)^2}{v} \right)

    Args:
        full: whether to add the constant term. Default: False.
        eps: smallest variance; smaller ones are raised to it. Default: 1e-6.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Shape:
        - Input and target: :math:`(*)`, the same
        - Variance: :math:`(*)`, or without or with size 1 in the last dimension, or a float
        - Output: :math:`()`, or :math:`(*)` for ``'none'``

    Raises:
        ValueError: a variance is negative, or its shape does not fit.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.GaussianNLLLoss()(torch.zeros(2), torch.ones(2), torch.ones(2))
        tensor(0.5000)
    """

    __constants__ = ["full", "eps", "reduction"]

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input, target, var):
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )
