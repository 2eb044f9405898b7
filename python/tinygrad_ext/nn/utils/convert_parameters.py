"""All parameters as one vector, and back."""

from ..._C import Tensor, cat

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters):
    r"""Joins the elements of all parameters to one vector.

    Args:
        parameters: an iterable of tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.utils.parameters_to_vector([torch.zeros(2), torch.ones(1, 2)])
        tensor([0., 0., 1., 1.])
    """
    return cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec, parameters):
    r"""Gives the elements of one vector to the parameters, in order; they share its storage.

    Args:
        vec: a tensor of one dimension.
        parameters: an iterable of tensors.

    Raises:
        TypeError: `vec` is no tensor.
        RuntimeError: `vec` is too short.

    Example::

        >>> import tinygrad_ext as torch
        >>> layer = torch.nn.Linear(2, 1)
        >>> torch.nn.utils.vector_to_parameters(torch.tensor([1., 2., 3.]), layer.parameters())
        >>> layer.bias
        Parameter containing:
        tensor([3.], requires_grad=True)
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = vec[start:end].view_as(parameter).data
        start = end
