"""Functions of tensors that are compositions of others."""

from . import _C
from ._einsum import einsum
from ._tensordot import tensordot

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "broadcast_shapes",
    "broadcast_tensors",
    "cartesian_prod",
    "cdist",
    "einsum",
    "meshgrid",
    "tensordot",
    "unravel_index",
]


def _checked(tensors):
    for i, t in enumerate(tensors):
        if not isinstance(t, _C.Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(t).__name__}")
    return tensors


def _each(function, tensors):
    """Applies a function of one tensor to several; one tensor gives one tensor, a sequence or several a tuple."""
    if len(tensors) == 1:
        if isinstance(tensors[0], (tuple, list)):
            tensors = tensors[0]
        else:
            return function(_checked(tensors)[0])
    return tuple(map(function, _checked(tensors)))


def atleast_1d(*tensors):
    """Returns tensors of at least one dimension: a 0-d one becomes one of shape (1,).

    Args:
        tensors: one tensor, several, or a sequence of them.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.atleast_1d(torch.tensor(1.))
        tensor([1.])
    """
    return _each(lambda t: t.reshape(1) if t.dim() == 0 else t, tensors)


def atleast_2d(*tensors):
    """Returns tensors of at least two dimensions; new ones stand in front.

    Args:
        tensors: one tensor, several, or a sequence of them.

    Shape:
        ``() -> (1, 1)``, ``(n,) -> (1, n)``.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.atleast_2d(torch.tensor([1., 2.]))
        tensor([[1., 2.]])
    """

    def widen(t):
        if t.dim() == 0:
            return t.reshape(1, 1)
        return t.unsqueeze(0) if t.dim() == 1 else t

    return _each(widen, tensors)


def atleast_3d(*tensors):
    """Returns tensors of at least three dimensions.

    Args:
        tensors: one tensor, several, or a sequence of them.

    Shape:
        ``() -> (1, 1, 1)``, ``(n,) -> (1, n, 1)``, ``(m, n) -> (m, n, 1)``.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.atleast_3d(torch.tensor([1., 2.])).shape
        torch.Size([1, 2, 1])
    """

    def widen(t):
        if t.dim() == 0:
            return t.reshape(1, 1, 1)
        if t.dim() == 1:
            return t.unsqueeze(0).unsqueeze(-1)
        return t.unsqueeze(-1) if t.dim() == 2 else t

    return _each(widen, tensors)


def broadcast_shapes(*shapes):
    """Returns the shape that tensors of these shapes broadcast to.

    Args:
        shapes: tuples or lists of sizes; an int is a shape of one dimension.

    Raises:
        RuntimeError: the shapes do not broadcast.
        ValueError: a size is negative.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.broadcast_shapes((2, 1), (3,))
        torch.Size([2, 3])
    """
    result = []
    for i, shape in enumerate(shapes):
        if isinstance(shape, int):
            shape = (shape,)
        if not isinstance(shape, (tuple, list)):
            raise RuntimeError(
                f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {shape}"
            )
        if any(size < 0 for size in shape):
            raise ValueError("Attempting to broadcast a dimension with negative length!")
        result = [1] * (len(shape) - len(result)) + result
        for d in range(-len(shape), 0):
            if result[d] == 1:
                result[d] = shape[d]
            elif shape[d] not in (1, result[d]):
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[d]} at {d}! Mismatching argument at index "
                    f"{i} had {tuple(shape)}; but expected shape should be broadcastable to {result}"
                )
    return _C.Size(result)


def broadcast_tensors(*tensors):
    """Expands tensors to their common shape, without copying.

    Args:
        tensors: tensors whose shapes broadcast.

    Raises:
        RuntimeError: they do not.

    Example::

        >>> import tinygrad_ext as torch
        >>> a, b = torch.broadcast_tensors(torch.zeros(2, 1), torch.zeros(3))
        >>> a.shape, b.shape
        (torch.Size([2, 3]), torch.Size([2, 3]))
    """
    shape = ()
    for t in _checked(tensors):
        shape = _common_shape(shape, tuple(t.shape))
    return tuple(t if tuple(t.shape) == shape else t.expand(shape) for t in tensors)


def _common_shape(a, b):
    n = max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    for d in reversed(range(n)):
        if a[d] != b[d] and 1 not in (a[d], b[d]):
            raise RuntimeError(
                f"The size of tensor a ({a[d]}) must match the size of tensor b ({b[d]}) at non-singleton dimension {d}"
            )
    return tuple(y if x == 1 else x for x, y in zip(a, b))


def meshgrid(*tensors, indexing=None):
    """Returns, for vectors, the coordinates of the points of the grid that they span.

    ``result[k][i_0, ..., i_n] = tensors[k][i_k]``

    Args:
        tensors: 0-d or 1-d tensors of one dtype, or a sequence of them.
        indexing: ``'ij'``, or ``'xy'`` which swaps the first two dimensions. Default: ``'ij'``.

    Raises:
        RuntimeError: no tensors, a tensor of more dimensions, or different dtypes.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4]), indexing='ij')
        (tensor([[1, 1],
                [2, 2]]), tensor([[3, 4],
                [3, 4]]))
    """
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    if indexing is None:
        from ._settings import warn_once

        warn_once(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.", stacklevel=2
        )
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for t in _checked(tensors):
        if t.dim() > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t}")
        if t.dtype != tensors[0].dtype:
            raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')

    order = list(range(len(tensors)))
    if indexing == "xy" and len(tensors) > 1:
        order[0], order[1] = 1, 0
    shape = [tensors[k].numel() for k in order]
    grids = []
    for k, t in enumerate(tensors):
        view = [1] * len(tensors)
        view[order[k]] = -1 if t.numel() else 0
        grids.append(t.view(view).expand(shape))
    return tuple(grids)


def cartesian_prod(*tensors):
    """Returns every combination of one element of each vector, a row each.

    Args:
        tensors: 1-d tensors of one dtype.

    Shape:
        ``(product of the lengths, number of tensors)``; a single tensor is returned as it is.

    Raises:
        RuntimeError: a tensor is not 1-d.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))
        tensor([[1, 3],
                [1, 4],
                [2, 3],
                [2, 4]])
    """
    for t in _checked(tensors):
        if t.dim() != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(t.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return _C.stack([grid.flatten() for grid in meshgrid(*tensors, indexing="ij")], 1)


def block_diag(*tensors):
    """Returns a matrix with the given ones along its diagonal and zeros elsewhere.

    Args:
        tensors: tensors of at most two dimensions; vectors are rows.

    Raises:
        RuntimeError: a tensor has more dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.block_diag(torch.tensor([[1, 2]]), torch.tensor(3))
        tensor([[1, 2, 0],
                [0, 0, 3]])
    """
    if not tensors:
        return _C.empty(1, 0)
    for i, t in enumerate(_checked(tensors)):
        if t.dim() > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {i} has {t.dim()} dimensions"
            )
    blocks = [atleast_2d(t) for t in tensors]
    dtype = blocks[0].dtype
    for t in blocks[1:]:
        dtype = _C.promote_types(dtype, t.dtype)
    width, left, rows = sum(t.shape[1] for t in blocks), 0, []
    for t in blocks:
        height = t.shape[0]
        right = width - left - t.shape[1]
        zeros = _C.zeros(height, left, dtype=dtype), _C.zeros(height, right, dtype=dtype)
        rows.append(_C.cat([zeros[0], t.to(dtype), zeros[1]], 1))
        left += t.shape[1]
    return _C.cat(rows, 0)


def unravel_index(indices, shape):
    """Returns the coordinates of flat indices into a tensor of the given shape.

    Args:
        indices: an integer tensor.
        shape: the sizes, as an int or a sequence of ints.

    Returns:
        a tuple of tensors, one for each dimension, each of the shape of `indices`.

    Raises:
        TypeError: `indices` are not integers, or `shape` holds something else.
        ValueError: a size is negative.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.unravel_index(torch.tensor([1, 5]), (2, 3))
        (tensor([0, 1]), tensor([1, 2]))
    """
    if indices.is_floating_point() or indices.dtype == _C.bool:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if isinstance(shape, int):
        shape = (shape,)
    elif isinstance(shape, _C.Tensor) or not hasattr(shape, "__iter__"):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    for size in shape:
        if not isinstance(size, int):
            raise TypeError(f"expected 'shape' sequence to only contain ints, but got {type(size)}")
    if any(size < 0 for size in shape):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(shape)}")
    coordinates, step = [], 1
    indices = indices.to(_C.int64)
    for size in reversed(shape):
        coordinates.append((indices // step) % size)
        step *= size
    return tuple(reversed(coordinates))


_CDIST_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Returns the distance of every row of `x1` from every row of `x2`.

    ``result[..., i, j] = (sum_k |x1[..., i, k] - x2[..., j, k]| ** p) ** (1 / p)``

    Args:
        x1: rows of coordinates.
        x2: rows of coordinates.
        p: the norm, from 0 to infinity.
        compute_mode: how torch computes euclidean distances; here they always come from differences, which is the
            most accurate way.

    Shape:
        ``(..., P, M), (..., R, M) -> (..., P, R)``

    Raises:
        RuntimeError: the numbers of columns differ, or `p` is negative.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.cdist(torch.tensor([[0., 0.]]), torch.tensor([[3., 4.], [0., 1.]]))
        tensor([[5., 1.]])
    """
    if compute_mode not in _CDIST_MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for name, x in (("X1", x1), ("X2", x2)):
        if not x.is_floating_point():
            kind = x.type().removeprefix("torch.").removesuffix("Tensor")
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {kind}")
        if x.dim() < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.dim()}D")
    if x1.dtype != x2.dtype:
        raise RuntimeError(f"cdist: X1 and X2 must have the same dtype, got {x1.dtype} and {x2.dtype}")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    return _C.norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), p, -1)
