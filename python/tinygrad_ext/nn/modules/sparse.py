"""Look-up tables."""

from ..._C import empty
from ...autograd import no_grad
from .. import functional as F
from .._functional.sparse import refuse_unsupported
from ..parameter import Parameter
from .module import Module

__all__ = ["Embedding"]


class Embedding(Module):
    r"""A table of vectors, looked up by index. Initial values are drawn from :math:`N(0, 1)`.

    Args:
        num_embeddings: number of vectors.
        embedding_dim: length of each.
        padding_idx: index of a vector that starts as zeros and gets no gradient. Default: None.
        max_norm, scale_grad_by_freq, sparse: not offered; only their defaults are taken.
        norm_type: the norm that `max_norm` would refer to.
        device, dtype: of the table. Default: the default ones.

    Shape:
        - Input: :math:`(*)`, int32 or int64
        - Output: :math:`(*, \text{embedding\_dim})`

    Attributes:
        weight: the table, of shape :math:`(\text{num\_embeddings}, \text{embedding\_dim})`.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Embedding(10, 3)(torch.tensor([[1, 2, 4, 5]])).shape
        torch.Size([1, 4, 3])
    """

    __constants__ = [
        "num_embeddings",
        "embedding_dim",
        "padding_idx",
        "max_norm",
        "norm_type",
        "scale_grad_by_freq",
        "sparse",
    ]

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
        _weight=None,
        _freeze=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        refuse_unsupported(max_norm, scale_grad_by_freq, sparse)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError("Padding_idx must be within num_embeddings")
            if padding_idx < 0:
                padding_idx += num_embeddings
        self.padding_idx = padding_idx
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            table = empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        else:
            if list(_weight.shape) != [num_embeddings, embedding_dim]:
                raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self):
        """Draws the initial values again."""
        from .. import init

        init.normal_(self.weight)
        if self.padding_idx is not None:
            with no_grad():
                self.weight[self.padding_idx].fill_(0)

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx)

    def extra_repr(self):
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        return text if self.padding_idx is None else f"{text}, padding_idx={self.padding_idx}"

    @classmethod
    def from_pretrained(
        cls,
        embeddings,
        freeze=True,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
    ):
        r"""Makes a layer of a given table.

        Args:
            embeddings: a tensor of 2 dimensions.
            freeze: whether the table is left as it is in training. Default: True.
            padding_idx: see :class:`Embedding`.

        Example::

            >>> import tinygrad_ext as torch
            >>> layer = torch.nn.Embedding.from_pretrained(torch.eye(2))
            >>> layer(torch.tensor([1]))
            tensor([[0., 1.]])
        """
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, columns = embeddings.shape
        return cls(
            rows,
            columns,
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=embeddings,
            _freeze=freeze,
        )
