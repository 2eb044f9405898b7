"""Look-up by index."""

from ... import _C


def embedding(
    input,
    weight,
    padding_idx=None,
    max_norm=None,
    norm_type=2.0,
    scale_grad_by_freq=False,
    sparse=False,
):
    r"""Rows of `weight`, one for every index in `input`.

    Args:
        input: an int32 or int64 tensor of any shape.
        weight: a tensor of shape :math:`(V, D)`.
        padding_idx: index of a row that gets no gradient. Default: None.
        max_norm, scale_grad_by_freq, sparse: not offered; only their defaults are taken.
        norm_type: the norm that `max_norm` would refer to.

    Shape:
        - Input: :math:`(*)`
        - Output: :math:`(*, D)`

    Raises:
        AssertionError: `padding_idx` is not the index of a row.
        IndexError: an index is not one of a row.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.embedding(torch.tensor([1, 0]), torch.eye(2))
        tensor([[0., 1.],
                [1., 0.]])
    """
    refuse_unsupported(max_norm, scale_grad_by_freq, sparse)
    if padding_idx is None:
        padding_idx = -1
    else:
        rows = weight.size(0)
        if not -rows <= padding_idx < rows:
            raise AssertionError("Padding_idx must be within num_embeddings")
        if padding_idx < 0:
            padding_idx += rows
    return _C.embedding(weight, input, padding_idx)


def refuse_unsupported(max_norm, scale_grad_by_freq, sparse):
    """Raises for the arguments of an embedding that only their defaults are taken for."""
    for name, value in (
        ("max_norm", max_norm),
        ("scale_grad_by_freq", scale_grad_by_freq),
        ("sparse", sparse),
    ):
        if value:
            raise RuntimeError(f"embedding(): {name}={value!r} is not supported")
