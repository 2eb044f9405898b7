"""Losses that are a few lines over the core's functions.

All take the deprecated booleans `size_average` and `reduce`, which override `reduction` when given.
"""

from math import log, pi

from ... import _C
from .. import _reduction
from .distance import pairwise_distance


def warn_sizes(input, target, stacklevel=3):
    """Warns when `input` and `target` broadcast instead of having the same shape."""
    if target.size() != input.size():
        from warnings import warn

        warn(
            f"Using a target size ({target.size()}) that is different to the input size "
            f"({input.size()}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=stacklevel,
        )


def smooth_l1_loss(
    input, target, size_average=None, reduce=None, reduction="mean", beta=1.0
):
    r"""Squared error below `beta` and absolute error above, joined smoothly.

    .. math:: \ell = \begin{cases} d^2 / (2 \beta) & |d| < \beta \\ |d| - \beta / 2 & \text{else}
        \end{cases}, \quad d = \text{input} - \text{target}

    Args:
        input: a floating point tensor.
        target: a tensor of the same shape.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.
        beta: where the two parts meet; 0 gives the absolute error. Default: 1.

    Raises:
        RuntimeError: `beta` is negative.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.smooth_l1_loss(torch.tensor([0.5, 3.]), torch.zeros(2))
        tensor(1.3125)
    """
    warn_sizes(input, target)
    reduction = _reduction.resolve(size_average, reduce, reduction)
    if beta == 0.0:
        return _C.l1_loss(*_C.broadcast_tensors((input, target)), reduction=reduction)
    return _C.smooth_l1_loss(*_C.broadcast_tensors((input, target)), reduction, beta)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    r"""Half the squared error below `delta` and a multiple of the absolute error above.

    .. math:: \ell = \begin{cases} d^2 / 2 & |d| < \delta \\ \delta (|d| - \delta / 2)
        & \text{else} \end{cases}, \quad d = \text{input} - \text{target}

    Args:
        input: a floating point tensor.
        target: a tensor of the same shape.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.
        delta: where the two parts meet. Default: 1.
        weight: factors of the elements, a tensor of the same shape, or None. Default: None.

    Raises:
        RuntimeError: `delta` is not positive.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.huber_loss(torch.tensor([0.5, 3.]), torch.zeros(2))
        tensor(1.3125)
    """
    warn_sizes(input, target)
    input, target = _C.broadcast_tensors((input, target))
    if weight is None:
        return _C.huber_loss(input, target, _reduction.check(reduction), delta)
    if weight.shape != input.shape:
        raise ValueError("Weights and input must have the same size.")
    reduction = _reduction.check(reduction)
    return _reduction.apply(weight * _C.huber_loss(input, target, "none", delta), reduction)


def kl_div(
    input, target, size_average=None, reduce=None, reduction="mean", log_target=False
):
    r"""Kullback-Leibler divergence of log-probabilities from probabilities.

    .. math:: \ell = \text{target} \cdot (\log \text{target} - \text{input})

    Args:
        input: log-probabilities.
        target: probabilities, or log-probabilities if `log_target`.
        reduction: ``'none'``, ``'batchmean'``, ``'mean'`` or ``'sum'``; ``'batchmean'`` is the
            definition's, the sum over the number of rows. Default: ``'mean'``.
        log_target: whether `target` holds logarithms. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> p = torch.tensor([[0.5, 0.5]])
        >>> torch.nn.functional.kl_div(p.log(), p, reduction="batchmean")
        tensor(0.)
    """
    batchmean = False
    if size_average is not None or reduce is not None:
        reduction = _reduction.legacy_get_string(size_average, reduce)
    elif reduction == "mean":
        from warnings import warn

        warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math definition."
            "'mean' will be changed to behave the same as 'batchmean' in the next major release.",
            stacklevel=2,
        )
    elif reduction == "batchmean":
        batchmean, reduction = True, "sum"
    else:
        reduction = _reduction.check(reduction)
    loss = _C.kl_div(input, target, reduction, log_target)
    return loss / input.size(0) if batchmean and input.dim() != 0 else loss


def poisson_nll_loss(
    input,
    target,
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
):
    r"""Negative log-likelihood of counts that are Poisson distributed.

    .. math:: \ell = e^{\text{input}} - \text{target} \cdot \text{input}

    Args:
        input: logarithm of the expected count, or the count itself if not `log_input`.
        target: the observed counts.
        log_input: whether `input` holds logarithms. Default: True.
        full: whether to add Stirling's approximation of the constant term. Default: False.
        eps: added to `input` before its logarithm is taken. Default: 1e-8.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.poisson_nll_loss(torch.zeros(2), torch.ones(2))
        tensor(1.)
    """
    reduction = _reduction.resolve(size_average, reduce, reduction)
    if log_input:
        loss = input.exp() - target * input
    else:
        loss = input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + (2 * pi * target).log() * 0.5
        loss = loss + stirling.masked_fill(target <= 1, 0)
    return _reduction.apply(loss, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    r"""Negative log-likelihood of values that are normally distributed.

    .. math:: \ell = \frac12 \left( \log \text{var} + \frac{(\text{input} - \text{target})^2}
        {\text{var}} \right)

    Args:
        input: the expected values.
        target: the observed values.
        var: the variances: a tensor of the shape of `input`, or with its last dimension missing or
            of size 1, or a float.
        full: whether to add the constant term. Default: False.
        eps: smallest variance; smaller ones are raised to it. Default: 1e-6.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Raises:
        ValueError: a variance is negative, or the shape of `var` does not fit.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.gaussian_nll_loss(torch.zeros(2), torch.ones(2), torch.ones(2))
        tensor(0.5000)
    """
    if not isinstance(var, _C.Tensor):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = _C.full((), var, dtype=input.dtype, device=input.device).expand(input.shape)
    if var.shape != input.shape:
        if input.shape[:-1] == var.shape:
            var = var.unsqueeze(-1)
        elif not (input.shape[:-1] == var.shape[:-1] and var.size(-1) == 1):
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    if (var < 0).any():
        raise ValueError("var has negative entry/entries")
    from ...autograd import no_grad

    var = var.clone()
    with no_grad():  # the gradient passes where the variance was raised, too
        var.clamp_(min=eps)
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * log(2 * pi)
    return _reduction.apply(loss, reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    r"""Logistic loss for targets of 1 and -1.

    .. math:: \ell = \log(1 + e^{-\text{target} \cdot \text{input}})

    Args:
        input: a floating point tensor.
        target: a tensor of 1 and -1 of the same shape.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.soft_margin_loss(torch.zeros(2), torch.ones(2))
        tensor(0.6931)
    """
    reduction = _reduction.resolve(size_average, reduce, reduction)
    return _reduction.apply((-target * input).exp().log1p(), reduction)


def hinge_embedding_loss(
    input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"
):
    r"""Pulls distances of similar pairs to 0 and pushes those of other pairs beyond `margin`.

    .. math:: \ell = \begin{cases} x & y = 1 \\ \max(0, \text{margin} - x) & y = -1 \end{cases}

    Args:
        input: the distances.
        target: 1 for similar pairs, -1 for others.
        margin: the distance that others should keep. Default: 1.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([0.5, 0.25])
        >>> torch.nn.functional.hinge_embedding_loss(x, torch.tensor([1., -1.]))
        tensor(0.6250)
    """
    reduction = _reduction.resolve(size_average, reduce, reduction)
    zeros = _C.zeros_like(input)
    apart = _C.where(target != 1, (margin - input).clamp_min(0), zeros)
    return _reduction.apply(apart + _C.where(target != -1, input, zeros), reduction)


def cosine_embedding_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    r"""Turns vectors of similar pairs to each other and those of other pairs away.

    .. math:: \ell = \begin{cases} 1 - \cos(x_1, x_2) & y = 1 \\
        \max(0, \cos(x_1, x_2) - \text{margin}) & y = -1 \end{cases}

    Args:
        input1: vectors: a tensor of shape :math:`(N, D)` or :math:`(D)`.
        input2: a tensor of the same shape.
        target: 1 for similar pairs, -1 for others; of shape :math:`(N)` or :math:`()`.
        margin: the cosine that others may keep. Default: 0.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.eye(2)
        >>> torch.nn.functional.cosine_embedding_loss(x, x, torch.tensor([1., -1.]))
        tensor(0.5000)
    """
    reduction = _reduction.resolve(size_average, reduce, reduction)
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    dim = target.dim() + 1
    if input1.dim() != dim or input2.dim() != dim:
        raise RuntimeError(
            f"{target.dim()}D target tensor expects {dim}D input tensors, but found inputs with "
            f"sizes {list(input1.shape)} and {list(input2.shape)}."
        )
    last = target.dim()
    squares1 = (input1 * input1).sum(last) + 1e-12
    squares2 = (input2 * input2).sum(last) + 1e-12
    cosine = (input1 * input2).sum(last) / (squares1 * squares2).sqrt()
    zeros = _C.zeros_like(cosine)
    together = _C.where(target == 1, 1 - cosine, zeros)
    apart = _C.where(target == -1, (cosine - margin).clamp_min(0), zeros)
    return _reduction.apply(together + apart, reduction)


def margin_ranking_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    r"""Asks for the first (target 1) or the second (target -1) of two scores to be the higher one.

    .. math:: \ell = \max(0, -y (x_1 - x_2) + \text{margin})

    Args:
        input1: the first scores.
        input2: the second scores, of the same shape.
        target: 1 or -1, of the same shape.
        margin: by how much the scores should differ. Default: 0.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Raises:
        RuntimeError: the numbers of dimensions differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> a, b = torch.tensor([1., 2.]), torch.tensor([2., 1.])
        >>> torch.nn.functional.margin_ranking_loss(a, b, torch.ones(2))
        tensor(0.5000)
    """
    reduction = _reduction.resolve(size_average, reduce, reduction)
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    loss = (-target * (input1 - input2) + margin).clamp_min(0)
    return _reduction.apply(loss, reduction)


def triplet_margin_loss(
    anchor,
    positive,
    negative,
    margin=1.0,
    p=2,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    r"""Asks for an anchor to be nearer to a positive than to a negative example, by `margin`.

    .. math:: \ell = \max(0, d(a, p) - d(a, n) + \text{margin})

    Args:
        anchor: vectors: a tensor of shape :math:`(N, D)` or :math:`(D)`.
        positive: a tensor of the same shape.
        negative: a tensor of the same shape.
        margin: by how much the distances should differ. Default: 1.
        p: the exponent of the norm. Default: 2.
        eps: added to every difference. Default: 1e-6.
        swap: whether the distance of positive and negative counts if it is the smaller one.
            Default: False.
        reduction: ``'none'``, ``'mean'`` or ``'sum'``. Default: ``'mean'``.

    Raises:
        ValueError: `margin` is not positive.
        RuntimeError: the numbers of dimensions differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> a, b = torch.zeros(1, 2), torch.tensor([[3., 4.]])
        >>> torch.nn.functional.triplet_margin_loss(a, a, b)
        tensor(0.)
    """
    reduction = _reduction.resolve(size_average, reduce, reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.dim() == positive.dim() == negative.dim():
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {anchor.dim()}D, positive {positive.dim()}D, and "
            f"negative {negative.dim()}D inputs"
        )
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = _C.minimum(far, pairwise_distance(positive, negative, p, eps))
    return _reduction.apply((margin + near - far).clamp_min(0), reduction)
