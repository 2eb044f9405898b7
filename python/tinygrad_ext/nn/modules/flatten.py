"""Layers that only change the shape."""

from .module import Module

__all__ = ["Flatten", "Unflatten"]


class Flatten(Module):
    r"""Merges a range of dimensions into one.

    Args:
        start_dim: first dimension to merge. Default: 1.
        end_dim: last dimension to merge. Default: -1.

    Shape:
        - Input: :math:`(*, S_{start}, ..., S_{end}, *)`
        - Output: :math:`(*, S_{start} \cdots S_{end}, *)`

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Flatten()(torch.zeros(32, 1, 5, 5)).shape
        torch.Size([32, 25])
    """

    __constants__ = ["start_dim", "end_dim"]

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    r"""Splits one dimension into several.

    Args:
        dim: the dimension to split.
        unflattened_size: a tuple of the new sizes, of which one may be -1.

    Shape:
        - Input: :math:`(*, S_{dim}, *)`
        - Output: :math:`(*, U_1, ..., U_n, *)` with :math:`U_1 \cdots U_n = S_{dim}`

    Raises:
        TypeError: `unflattened_size` is not a tuple of ints.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.Unflatten(1, (2, 5))(torch.zeros(3, 10)).shape
        torch.Size([3, 2, 5])
    """

    __constants__ = ["dim", "unflattened_size"]

    def __init__(self, dim, unflattened_size):
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(
                "unflattened_size must be a tuple of ints, "
                f"but found type {type(unflattened_size).__name__}"
            )
        for position, size in enumerate(unflattened_size):
            if not isinstance(size, int):
                raise TypeError(
                    "unflattened_size must be tuple of ints, but found element of type "
                    f"{type(size).__name__} at pos {position}"
                )
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
