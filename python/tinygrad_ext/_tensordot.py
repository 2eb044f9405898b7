"""Sums of products over pairs of dimensions, as one matrix product."""

from . import _C


def tensordot(a, b, dims=2, out=None):
    """Sums products of `a` and `b` over pairs of dimensions.

    Args:
        a: a tensor.
        b: a tensor.
        dims: how many of the last dimensions of `a` pair with the first of `b`; or two lists, the dimensions of each.
        out: must be None.

    Shape:
        the other dimensions of `a`, then those of `b`.

    Raises:
        RuntimeError: paired sizes differ, or the lists have different lengths.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.tensordot(torch.ones(2, 3), torch.ones(3, 4), dims=1)
        tensor([[3., 3., 3., 3.],
                [3., 3., 3., 3.]])
    """
    if out is not None:
        raise ValueError("tensordot(): out is not supported")
    dims_a, dims_b = _paired_dims(a, b, dims)
    if len(dims_a) != len(dims_b):
        raise RuntimeError("both dimension lists should have same length")
    if a.dtype != b.dtype:
        raise RuntimeError("both inputs should have same dtype")
    for i, j in zip(dims_a, dims_b):
        m, n = a.size(i), b.size(j)
        if m == 1 or n == 1:
            # One side broadcasts: the other is summed first.
            a, b = (a.sum(i, True) if m != 1 else a), (b.sum(j, True) if n != 1 else b)
        elif m != n:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {m} in dim {i} and second has size {n} in dim {j}"
            )
    dims_a, dims_b = _nonnegative(dims_a, a.dim()), _nonnegative(dims_b, b.dim())
    free_a = [d for d in range(a.dim()) if d not in dims_a]
    free_b = [d for d in range(b.dim()) if d not in dims_b]
    shape = [a.shape[d] for d in free_a] + [b.shape[d] for d in free_b]
    k = 1
    for d in dims_a:
        k *= a.shape[d]
    a, b = a.permute(free_a + dims_a), b.permute(dims_b + free_b)
    if not shape:
        return _C.dot(a.reshape(-1), b.reshape(-1)).view(shape)
    rows = columns = 1
    for n in a.shape[: len(free_a)]:
        rows *= n
    for n in b.shape[len(dims_b) :]:
        columns *= n
    return _C.mm(a.reshape(rows, k), b.reshape(k, columns)).view(shape)


def _paired_dims(a, b, dims):
    if isinstance(dims, _C.Tensor):
        dims = dims.tolist()
    if isinstance(dims, (tuple, list)):
        dims_a, dims_b = dims
        return list(dims_a), list(dims_b)
    if not isinstance(dims, int):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, "
            f"but got dims={dims}"
        )
    if dims < 0:
        raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
    if dims > min(a.dim(), b.dim()):
        raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
    return list(range(-dims, 0)), list(range(dims))


def _nonnegative(dims, n):
    seen = []
    for d in dims:
        if d % n in seen:
            raise RuntimeError(f"dim {d % n} appears multiple times in the list of dims")
        seen.append(d % n)
    return seen
