"""Distances and angles between vectors."""

from .. import functional as F
from .module import Module

__all__ = ["PairwiseDistance", "CosineSimilarity"]


class PairwiseDistance(Module):
    r"""Distance between the vectors of two inputs in the p-norm.

    .. math:: \| x_1 - x_2 + \epsilon \|_p

    Args:
        p: the exponent of the norm. Default: 2.
        eps: added to every difference. Default: 1e-6.
        keepdim: whether to keep the last dimension, with size 1. Default: False.

    Shape:
        - Inputs: :math:`(N, D)` or :math:`(D)`
        - Output: :math:`(N)` or :math:`()`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.PairwiseDistance()(torch.zeros(1, 2), torch.tensor([[3., 4.]]))
        tensor([5.0000])
    """

    __constants__ = ["norm", "eps", "keepdim"]

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1, x2):
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    r"""Cosine of the angle between the vectors of two inputs.

    .. math:: \frac{x_1 \cdot x_2}{\max(\|x_1\|_2, \epsilon) \cdot \max(\|x_2\|_2, \epsilon)}

    Args:
        dim: the dimension of the vectors. Default: 1.
        eps: smallest norm to divide by. Default: 1e-8.

    Shape:
        - Inputs: :math:`(*, D, *)` with :math:`D` at `dim`
        - Output: :math:`(*, *)`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.CosineSimilarity()(torch.tensor([[3., 4.]]), torch.tensor([[4., 3.]]))
        tensor([0.9600])
    """

    __constants__ = ["dim", "eps"]

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1, x2):
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
