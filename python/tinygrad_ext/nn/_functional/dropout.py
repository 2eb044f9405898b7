"""Dropout of whole channels, and dropout that keeps mean and variance."""

from math import sqrt

from ... import _C

# The value that SELU saturates to on the left, negated: what alpha dropout puts in place of an element.
_SELU_LIMIT = 1.7580993408473766


def dropout1d(input, p=0.5, training=True, inplace=False):
    r"""Zeroes whole channels of a ``(N, C, L)`` or ``(C, L)`` tensor, each with probability `p`.

    Args:
        input: the tensor.
        p: probability of a channel to be zeroed. Default: 0.5.
        training: whether to do anything at all. Default: True.
        inplace: whether to write the result into `input`. Default: False.

    Raises:
        ValueError: `p` is not between 0 and 1.
        RuntimeError: `input` has neither 2 nor 3 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.dropout1d(torch.ones(2, 3), p=1.)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    _check_probability(p)
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input. Note that "
            "dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, "
            "a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs)."
        )
    return _drop_channels(input, p, training, inplace, batched=input.dim() == 3)


def dropout2d(input, p=0.5, training=True, inplace=False):
    r"""Zeroes whole channels of a ``(N, C, H, W)`` tensor, each with probability `p`.

    Args:
        input: the tensor; a ``(N, C, L)`` one is taken as well, with a warning.
        p: probability of a channel to be zeroed. Default: 0.5.
        training: whether to do anything at all. Default: True.
        inplace: whether to write the result into `input`. Default: False.

    Raises:
        ValueError: `p` is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.dropout2d(torch.ones(1, 2, 3, 3), p=1.).sum()
        tensor(0.)
    """
    _check_probability(p)
    if input.dim() not in (3, 4):
        _warn_dimensions("dropout2d", input, 2, "3D or 4D")
    elif input.dim() == 3:
        from warnings import warn

        warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout "
            "behavior is desired - input is interpreted as shape (N, C, L), where C is the channel "
            "dim. This behavior will change in a future release to interpret the input as one "
            "without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise "
            "dropout behavior, please switch to using dropout1d instead.",
            stacklevel=2,
        )
    return _drop_channels(input, p, training, inplace)


def dropout3d(input, p=0.5, training=True, inplace=False):
    r"""Zeroes whole channels of a ``(N, C, D, H, W)`` or ``(C, D, H, W)`` tensor.

    Args:
        input: the tensor.
        p: probability of a channel to be zeroed. Default: 0.5.
        training: whether to do anything at all. Default: True.
        inplace: whether to write the result into `input`. Default: False.

    Raises:
        ValueError: `p` is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.dropout3d(torch.ones(1, 2, 3, 3, 3), p=1.).sum()
        tensor(0.)
    """
    _check_probability(p)
    if input.dim() not in (4, 5):
        _warn_dimensions("dropout3d", input, 3, "4D or 5D")
    return _drop_channels(input, p, training, inplace, batched=input.dim() == 5)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    r"""Dropout for SELU networks: keeps the mean and the variance of its input.

    Args:
        input: a floating point tensor of any shape.
        p: probability of an element to be dropped. Default: 0.5.
        training: whether to do anything at all. Default: False.
        inplace: whether to write the result into `input`. Default: False.

    Raises:
        ValueError: `p` is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.alpha_dropout(torch.ones(2))
        tensor([1., 1.])
    """
    _check_probability(p)
    return _alpha_dropout(input, p, training, inplace, input.shape)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    r"""Alpha dropout of whole channels of a ``(N, C, ...)`` tensor.

    Args:
        input: the tensor.
        p: probability of a channel to be dropped. Default: 0.5.
        training: whether to do anything at all. Default: False.
        inplace: whether to write the result into `input`. Default: False.

    Raises:
        ValueError: `p` is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.feature_alpha_dropout(torch.ones(1, 2))
        tensor([[1., 1.]])
    """
    _check_probability(p)
    return _alpha_dropout(input, p, training, inplace, None)


def _check_probability(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _warn_dimensions(name, input, spatial, expected):
    from warnings import warn

    warn(
        f"{name}: Received a {input.dim()}-D input to {name}, which is deprecated and will result "
        "in an error in a future release. To retain the behavior and silence this warning, please "
        f"use dropout instead. Note that {name} exists to provide channel-wise dropout on inputs "
        f"with {spatial} spatial dimensions, a channel dimension, and an optional batch dimension "
        f"(i.e. {expected} inputs).",
        stacklevel=3,
    )


def _channel_shape(input):
    if input.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return (*input.shape[:2], *(1,) * (input.dim() - 2))


def _nothing_to_drop(input, p, training):
    return p == 0 or not training or input.numel() == 0


def _drop_channels(input, p, training, inplace, batched=True):
    if not batched:
        output = _drop_channels(input.unsqueeze(0), p, training, inplace)
        return input if inplace else output.squeeze(0)
    if _nothing_to_drop(input, p, training):
        return input
    if p == 1:
        noise = _C.zeros((), dtype=input.dtype, device=input.device)
    else:
        noise = input.new_empty(_channel_shape(input)).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(noise) if inplace else input * noise


def _alpha_dropout(input, p, training, inplace, shape):
    if _nothing_to_drop(input, p, training):
        return input
    if p == 1:
        zero = _C.zeros((), dtype=input.dtype, device=input.device)
        return input.mul_(zero) if inplace else input * zero
    # With these a and b, an input of mean 0 and variance 1 stays one of mean 0 and variance 1.
    a = 1 / sqrt((_SELU_LIMIT**2 * p + 1) * (1 - p))
    kept = input.new_empty(shape or _channel_shape(input)).bernoulli_(1 - p)
    b = kept.add(-1).mul_(_SELU_LIMIT * a).add_(_SELU_LIMIT * a * p)
    kept.mul_(a)
    return input.mul_(kept).add_(b) if inplace else input * kept + b
