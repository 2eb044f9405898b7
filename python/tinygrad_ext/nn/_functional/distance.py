"""Functions of pairs of vectors."""

from ...autograd import no_grad


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    r"""Cosine of the angle between the vectors along `dim`.

    .. math:: \frac{x_1 \cdot x_2}{\max(\|x_1\|_2, \epsilon) \cdot \max(\|x_2\|_2, \epsilon)}

    Args:
        x1: a floating point tensor.
        x2: a tensor that broadcasts with `x1`.
        dim: the dimension of the vectors. Default: 1.
        eps: smallest norm to divide by. Default: 1e-8.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([[3., 4.]])
        >>> torch.nn.functional.cosine_similarity(x, torch.tensor([[4., 3.]]))
        tensor([0.9600])
    """
    x1, x2 = _broadcast(x1, x2)
    return (x1 / _norm_at_least(x1, dim, eps) * (x2 / _norm_at_least(x2, dim, eps))).sum(dim)


def _broadcast(x1, x2):
    if x1.dtype != x2.dtype:
        from ..._C import promote_types

        dtype = promote_types(x1.dtype, x2.dtype)
        x1, x2 = x1.to(dtype), x2.to(dtype)
    if not x1.is_floating_point():
        raise RuntimeError(
            "expected common dtype to be floating point, yet common dtype is "
            f"{x1.type().removeprefix('torch.').removesuffix('Tensor')}"
        )
    if x1.shape == x2.shape:
        return x1, x2
    from ..._C import broadcast_tensors

    return broadcast_tensors((x1, x2))


def _norm_at_least(x, dim, eps):
    """The norms along `dim`, raised to `eps` without a trace in the graph."""
    norm = x.norm(2, dim, True).clone()
    with no_grad():
        norm.clamp_min_(eps)
    return norm


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    r"""Distance between vectors in the p-norm, along the last dimension.

    .. math:: \| x_1 - x_2 + \epsilon \|_p

    Args:
        x1: a floating point tensor.
        x2: a tensor that broadcasts with `x1`.
        p: the exponent of the norm. Default: 2.
        eps: added to every difference, against division by zero. Default: 1e-6.
        keepdim: whether to keep the last dimension, with size 1. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.pairwise_distance(torch.zeros(1, 2), torch.tensor([[3., 4.]]))
        tensor([5.0000])
    """
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    r"""Divides the vectors along `dim` by their p-norm.

    .. math:: v / \max(\|v\|_p, \epsilon)

    Args:
        input: a floating point tensor.
        p: the exponent of the norm. Default: 2.
        dim: the dimension of the vectors. Default: 1.
        eps: smallest norm to divide by. Default: 1e-12.
        out: a tensor that takes the result.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.normalize(torch.tensor([[3., 4.]]))
        tensor([[0.6000, 0.8000]])
    """
    norm = input.norm(p, dim, True).clamp_min(eps).expand_as(input)
    return input / norm if out is None else out.copy_(input / norm)


def bilinear(input1, input2, weight, bias=None):
    r"""A bilinear form for every output feature.

    .. math:: y_o = x_1^T W_o x_2 + b_o

    Args:
        input1: tensor of shape :math:`(*, H_1)`.
        input2: tensor of shape :math:`(*, H_2)`.
        weight: tensor of shape :math:`(H_{out}, H_1, H_2)`.
        bias: tensor of shape :math:`(H_{out})`, or None. Default: None.

    Raises:
        RuntimeError: the shapes do not fit.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([[1., 2.]])
        >>> torch.nn.functional.bilinear(x, x, torch.ones(1, 2, 2))
        tensor([[9.]])
    """
    _check_bilinear(input1, input2, weight, bias)
    rows1 = input1.reshape(-1, input1.size(-1))
    rows2 = input2.reshape(-1, input2.size(-1))
    # (out, N, H1) @ (out, H1, H2) -> (out, N, H2), then the inner product with each row of input2
    output = (rows1 @ weight * rows2).sum(-1).t()
    output = output.reshape(*input1.shape[:-1], weight.size(0))
    return output if bias is None else output + bias


def _check_bilinear(input1, input2, weight, bias):
    if input1.dim() != input2.dim():
        raise RuntimeError(
            "bilinear(): input dimensions do not match: "
            f"got {input1.dim()} and {input2.dim()}"
        )
    for i in range(input1.dim() - 1):
        if input1.size(i) != input2.size(i):
            raise RuntimeError(
                f"bilinear(): input batch dimensions do not match at dim {i}: "
                f"got {input1.size(i)} and {input2.size(i)}"
            )
    for which, input, axis in (("input1", input1, 1), ("input2", input2, 2)):
        if input.size(-1) != weight.size(axis):
            raise RuntimeError(
                f"bilinear(): {which} size does not match weight size: "
                f"got {input.size(-1)} but expected {weight.size(axis)}"
            )
    if bias is not None and bias.size(0) != weight.size(0):
        raise RuntimeError(
            "bilinear(): bias size does not match weight size: "
            f"got {bias.size(0)} but expected {weight.size(0)}"
        )
