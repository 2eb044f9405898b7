"""Gradients kept within bounds.

`foreach` chooses between implementations in torch; here both give the same, and it changes nothing.
"""

from types import GeneratorType

from ..._C import Tensor, stack, tensor
from ...autograd import no_grad

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]


def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    r"""The norm of all elements of all tensors together.

    Args:
        tensors: a tensor or an iterable of tensors.
        norm_type: the exponent of the norm, also ``'inf'``. Default: 2.
        error_if_nonfinite: whether a result of nan or infinity raises. Default: False.
        foreach: changes nothing.

    Raises:
        RuntimeError: the norm is not finite, and `error_if_nonfinite`.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.utils.get_total_norm([torch.tensor([3.]), torch.tensor([4.])])
        tensor(5.)
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return tensor(0.0)
    with no_grad():
        norm = stack([t.norm(norm_type) for t in tensors]).norm(norm_type)
    if error_if_nonfinite and not norm.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the "
            "non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return norm


def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    r"""Scales gradients, in place, by what takes the norm `total_norm` to at most `max_norm`.

    Args:
        parameters: a tensor or an iterable of tensors, whose gradients are scaled.
        max_norm: the largest norm.
        total_norm: the norm of the gradients, a tensor.
        foreach: changes nothing.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.zeros(2, requires_grad=True)
        >>> x.grad = torch.tensor([3., 4.])
        >>> torch.nn.utils.clip_grads_with_norm_(x, 1., torch.tensor(5.))
        >>> x.grad
        tensor([0.6000, 0.8000])
    """
    grads = _grads(parameters)
    if grads:
        with no_grad():
            # Always multiplied, by 1 where nothing is to do: no wait for a value from the device.
            factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
            for grad in grads:
                grad.mul_(factor)


def clip_grad_norm_(
    parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None
):
    r"""Scales gradients, in place, so that their norm all together is at most `max_norm`.

    .. math:: g \leftarrow g \cdot \min(1, \text{max\_norm} / (\|g\| + 10^{-6}))

    Args:
        parameters: a tensor or an iterable of tensors, whose gradients are scaled.
        max_norm: the largest norm.
        norm_type: the exponent of the norm, also ``'inf'``. Default: 2.
        error_if_nonfinite: whether a norm of nan or infinity raises. Default: False.
        foreach: changes nothing.

    Returns:
        The norm before the scaling, a tensor.

    Raises:
        RuntimeError: the norm is not finite, and `error_if_nonfinite`.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.zeros(2, requires_grad=True)
        >>> x.grad = torch.tensor([3., 4.])
        >>> torch.nn.utils.clip_grad_norm_(x, max_norm=1.)
        tensor(5.)
        >>> x.grad
        tensor([0.6000, 0.8000])
    """
    parameters = _listed(parameters)
    norm = get_total_norm(_grads(parameters), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(parameters, max_norm, norm)
    return norm


def clip_grad_norm(*args, **kwargs):
    """The deprecated name of :func:`clip_grad_norm_`."""
    from warnings import warn

    warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(*args, **kwargs)


def clip_grad_value_(parameters, clip_value, foreach=None):
    r"""Clamps every element of the gradients, in place, to :math:`[-\text{clip\_value}, \text{clip\_value}]`.

    Args:
        parameters: a tensor or an iterable of tensors, whose gradients are clamped.
        clip_value: the largest absolute value.
        foreach: changes nothing.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.zeros(2, requires_grad=True)
        >>> x.grad = torch.tensor([3., -0.5])
        >>> torch.nn.utils.clip_grad_value_(x, 1.)
        >>> x.grad
        tensor([ 1.0000, -0.5000])
    """
    clip_value = float(clip_value)
    with no_grad():
        for grad in _grads(parameters):
            grad.clamp_(min=-clip_value, max=clip_value)


def _listed(parameters):
    if isinstance(parameters, Tensor):
        return [parameters]
    listed = list(parameters)
    if not listed and isinstance(parameters, GeneratorType):
        from warnings import warn

        warn(
            "`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3
        )
    return listed


def _grads(parameters):
    parameters = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in parameters if p.grad is not None]
