"""Initial values of parameters. Every function works in place, unrecorded, and returns its tensor."""

from math import sqrt

from ..autograd import no_grad

__all__ = [
    "calculate_gain",
    "uniform_",
    "normal_",
    "trunc_normal_",
    "constant_",
    "ones_",
    "zeros_",
    "eye_",
    "xavier_uniform_",
    "xavier_normal_",
    "kaiming_uniform_",
    "kaiming_normal_",
]


def calculate_gain(nonlinearity, param=None):
    r"""The factor by which `nonlinearity` asks for larger initial weights.

    ================================== ================================
    linear, conv*, sigmoid             1
    tanh                               5/3
    relu                               :math:`\sqrt 2`
    leaky_relu                         :math:`\sqrt{2 / (1 + s^2)}`
    selu                               3/4
    ================================== ================================

    Args:
        nonlinearity: the function's name in ``nn.functional``.
        param: the negative slope `s` of leaky_relu. Default: 0.01.

    Raises:
        ValueError: the name is not one of these, or `param` no number.

    Example::

        >>> from tinygrad_ext import nn
        >>> nn.init.calculate_gain("tanh")
        1.6666666666666667
    """
    if nonlinearity in _UNIT_GAIN:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif isinstance(param, (int, float)) and not isinstance(param, bool):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


_UNIT_GAIN = {"linear", "sigmoid"} | {
    f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)
}


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    r"""Draws from the uniform distribution on :math:`[a, b)`.

    Args:
        tensor: the tensor to fill.
        a: lower end. Default: 0.
        b: upper end. Default: 1.
        generator: the source of random numbers. Default: the global one.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.nn.init.uniform_(torch.empty(3, 5), -1, 1)
        >>> bool((w.abs() <= 1).all())
        True
    """
    with no_grad():
        return tensor.uniform_(a, b, generator=generator)


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    r"""Draws from the normal distribution.

    Args:
        tensor: the tensor to fill.
        mean: the mean. Default: 0.
        std: the standard deviation. Default: 1.
        generator: the source of random numbers. Default: the global one.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.normal_(torch.empty(3, 5)).shape
        torch.Size([3, 5])
    """
    with no_grad():
        return tensor.normal_(mean, std, generator=generator)


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    r"""Draws from the normal distribution, again and again until a value lies in :math:`[a, b]`.

    Args:
        tensor: the tensor to fill.
        mean: mean of the normal distribution. Default: 0.
        std: standard deviation of the normal distribution. Default: 1.
        a: smallest value. Default: -2.
        b: largest value. Default: 2.
        generator: the source of random numbers. Default: the global one.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.nn.init.trunc_normal_(torch.empty(3, 5))
        >>> bool((w.abs() <= 2).all())
        True
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        from warnings import warn

        warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=2,
        )
    with no_grad():
        return _draw_truncated(tensor, mean, std, a, b, generator)


def _draw_truncated(tensor, mean, std, a, b, generator):
    from math import erf

    def below(x):
        return (1.0 + erf((x - mean) / std / sqrt(2.0))) / 2.0

    def draw_normal():
        values = tensor.new_empty(tensor.shape).normal_(mean, std, generator=generator)
        return values, (values >= a) & (values <= b)

    def draw_uniform():
        # A value is accepted with the ratio of its density to the largest one between a and b.
        values = tensor.new_empty(tensor.shape).uniform_(a, b, generator=generator)
        level = tensor.new_empty(tensor.shape).uniform_(0, 1, generator=generator)
        peak = min(max(mean, a), b)
        return values, level <= (((peak - mean) ** 2 - (values - mean) ** 2) / (2 * std**2)).exp()

    # Whole tensors are drawn until every element was accepted once.
    draw = draw_normal if below(b) - below(a) > 0.3 else draw_uniform
    values, accepted = draw()
    while not accepted.all():
        more, accepted_now = draw()
        values = values.where(accepted, more)
        accepted |= accepted_now
    return tensor.copy_(values)


def constant_(tensor, val):
    r"""Fills with the number `val`.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.constant_(torch.empty(2), 0.3)
        tensor([0.3000, 0.3000])
    """
    with no_grad():
        return tensor.fill_(val)


def ones_(tensor):
    r"""Fills with ones.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.ones_(torch.empty(2))
        tensor([1., 1.])
    """
    return constant_(tensor, 1.0)


def zeros_(tensor):
    r"""Fills with zeros.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.zeros_(torch.empty(2))
        tensor([0., 0.])
    """
    with no_grad():
        return tensor.zero_()


def eye_(tensor):
    r"""Makes a matrix the identity: ones on the diagonal, zeros elsewhere.

    Raises:
        ValueError: the tensor does not have 2 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.eye_(torch.empty(2, 3))
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    with no_grad():
        tensor.zero_()
        tensor.diagonal().fill_(1)
    return tensor


def _calculate_fan_in_and_fan_out(tensor):
    """How many values meet in an output, and how many outputs an input has part in."""
    if tensor.dim() < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    receptive_field = 1
    for size in tensor.shape[2:]:
        receptive_field *= size
    return tensor.size(1) * receptive_field, tensor.size(0) * receptive_field


def _calculate_correct_fan(tensor, mode):
    modes = ["fan_in", "fan_out"]
    mode = mode.lower()
    if mode not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {modes}")
    return _calculate_fan_in_and_fan_out(tensor)[modes.index(mode)]


def xavier_uniform_(tensor, gain=1.0, generator=None):
    r"""Draws uniformly from :math:`[-a, a)` with

    .. math:: a = \text{gain} \cdot \sqrt{6 / (\text{fan\_in} + \text{fan\_out})}

    Args:
        tensor: a tensor of at least 2 dimensions.
        gain: a factor, see :func:`calculate_gain`. Default: 1.
        generator: the source of random numbers. Default: the global one.

    Raises:
        ValueError: the tensor has fewer than 2 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.xavier_uniform_(torch.empty(3, 5)).shape
        torch.Size([3, 5])
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * sqrt(2.0 / float(fan_in + fan_out))
    bound = sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None):
    r"""Draws from the normal distribution with mean 0 and

    .. math:: \text{std} = \text{gain} \cdot \sqrt{2 / (\text{fan\_in} + \text{fan\_out})}

    Args:
        tensor: a tensor of at least 2 dimensions.
        gain: a factor, see :func:`calculate_gain`. Default: 1.
        generator: the source of random numbers. Default: the global one.

    Raises:
        ValueError: the tensor has fewer than 2 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.xavier_normal_(torch.empty(3, 5)).shape
        torch.Size([3, 5])
    """
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * sqrt(2.0 / float(fan_in + fan_out)), generator)


def kaiming_uniform_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    r"""Draws uniformly from :math:`[-b, b)` with

    .. math:: b = \text{gain} \cdot \sqrt{3 / \text{fan}}

    Args:
        tensor: a tensor of at least 2 dimensions.
        a: the slope below zero of the leaky_relu that follows. Default: 0.
        mode: ``'fan_in'`` keeps the size of activations, ``'fan_out'`` that of gradients.
            Default: ``'fan_in'``.
        nonlinearity: what follows, see :func:`calculate_gain`. Default: ``'leaky_relu'``.
        generator: the source of random numbers. Default: the global one.

    Raises:
        ValueError: `mode` or `nonlinearity` is unknown, or the tensor has fewer than 2 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.kaiming_uniform_(torch.empty(3, 5), nonlinearity="relu").shape
        torch.Size([3, 5])
    """
    if 0 in tensor.shape:
        return _nothing_to_initialize(tensor)
    std = calculate_gain(nonlinearity, a) / sqrt(_calculate_correct_fan(tensor, mode))
    bound = sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    r"""Draws from the normal distribution with mean 0 and

    .. math:: \text{std} = \text{gain} / \sqrt{\text{fan}}

    Args:
        tensor: a tensor of at least 2 dimensions.
        a: the slope below zero of the leaky_relu that follows. Default: 0.
        mode: ``'fan_in'`` keeps the size of activations, ``'fan_out'`` that of gradients.
            Default: ``'fan_in'``.
        nonlinearity: what follows, see :func:`calculate_gain`. Default: ``'leaky_relu'``.
        generator: the source of random numbers. Default: the global one.

    Raises:
        ValueError: `mode` or `nonlinearity` is unknown, or the tensor has fewer than 2 dimensions.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.init.kaiming_normal_(torch.empty(3, 5), nonlinearity="relu").shape
        torch.Size([3, 5])
    """
    if 0 in tensor.shape:
        return _nothing_to_initialize(tensor)
    std = calculate_gain(nonlinearity, a) / sqrt(_calculate_correct_fan(tensor, mode))
    return normal_(tensor, 0.0, std, generator)


def _nothing_to_initialize(tensor):
    from warnings import warn

    warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return tensor


def _deprecated(function):
    """The function under its name of before torch 0.4, without the underscore at the end."""
    name = function.__name__
    old_name = name[:-1]

    def old(*args, **kwargs):
        from warnings import warn

        warn(
            f"`nn.init.{old_name}` is now deprecated in favor of `nn.init.{name}`.",
            FutureWarning,
            stacklevel=2,
        )
        return function(*args, **kwargs)

    old.__name__ = old.__qualname__ = old_name
    old.__doc__ = f"The deprecated name of :func:`{name}`."
    return old


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)


def __getattr__(name):
    import sys

    from .._missing import missing

    missing(__name__, name, sys._getframe(1))
