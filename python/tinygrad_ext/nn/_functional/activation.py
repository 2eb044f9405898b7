"""Activations: a choice between two functions of the core, or a line of arithmetic."""

from ... import _C


def leaky_relu(input, negative_slope=0.01, inplace=False):
    r"""Multiplies negative elements by a small slope.

    .. math:: \max(0, x) + \text{negative\_slope} \cdot \min(0, x)

    Args:
        input: a tensor of any shape.
        negative_slope: the slope below zero. Default: 0.01.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.leaky_relu(torch.tensor([-1., 2.]), 0.1)
        tensor([-0.1000,  2.0000])
    """
    op = _C.leaky_relu_ if inplace else _C.leaky_relu
    return op(input, negative_slope)


def relu6(input, inplace=False):
    r"""Clamps every element to the range from 0 to 6.

    .. math:: \min(\max(0, x), 6)

    Args:
        input: a tensor of any shape.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.relu6(torch.tensor([-1., 5., 7.]))
        tensor([0., 5., 6.])
    """
    op = _C.hardtanh_ if inplace else _C.hardtanh
    return op(input, 0.0, 6.0)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    r"""Clamps every element to the range from `min_val` to `max_val`.

    Args:
        input: a tensor of any shape.
        min_val: lower end of the range. Default: -1.
        max_val: upper end of the range. Default: 1.
        inplace: whether to write the result into `input`. Default: False.

    Raises:
        ValueError: `min_val` is greater than `max_val`.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.hardtanh(torch.tensor([-3., 0.5, 3.]))
        tensor([-1.0000,  0.5000,  1.0000])
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    op = _C.hardtanh_ if inplace else _C.hardtanh
    return op(input, min_val, max_val)


def threshold(input, threshold, value, inplace=False):
    r"""Replaces every element that is not greater than `threshold` by `value`.

    Args:
        input: a tensor of any shape.
        threshold: what an element must exceed to stay.
        value: the replacement.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.threshold(torch.tensor([-1., 2.]), 0.5, 9.)
        tensor([9., 2.])
    """
    op = _C.threshold_ if inplace else _C.threshold
    return op(input, threshold, value)


def elu(input, alpha=1.0, inplace=False):
    r"""Exponential linear unit.

    .. math:: \max(0, x) + \min(0, \alpha (e^x - 1))

    Args:
        input: a tensor of any shape.
        alpha: minus the limit on the left. Default: 1.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.elu(torch.tensor([-1., 2.]))
        tensor([-0.6321,  2.0000])
    """
    op = _C.elu_ if inplace else _C.elu
    return op(input, alpha)


def celu(input, alpha=1.0, inplace=False):
    r"""Exponential linear unit with a continuous derivative for every `alpha`.

    .. math:: \max(0, x) + \min(0, \alpha (e^{x / \alpha} - 1))

    Args:
        input: a tensor of any shape.
        alpha: minus the limit on the left. Default: 1.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.celu(torch.tensor([-1., 2.]), 2.)
        tensor([-0.7869,  2.0000])
    """
    op = _C.celu_ if inplace else _C.celu
    return op(input, alpha)


def selu(input, inplace=False):
    r"""Scaled exponential linear unit, which keeps activations near mean 0 and variance 1.

    .. math:: \text{scale} \cdot (\max(0, x) + \min(0, \alpha (e^x - 1)))

    with scale 1.0507 and alpha 1.6733.

    Args:
        input: a tensor of any shape.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.selu(torch.tensor([-1., 2.]))
        tensor([-1.1113,  2.1014])
    """
    return _C.selu_(input) if inplace else _C.selu(input)


def silu(input, inplace=False):
    r"""Sigmoid linear unit, also known as swish.

    .. math:: x \cdot \sigma(x)

    Args:
        input: a tensor of any shape.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.silu(torch.tensor([-1., 2.]))
        tensor([-0.2689,  1.7616])
    """
    return _C.silu_(input) if inplace else _C.silu(input)


def mish(input, inplace=False):
    r"""A smooth relative of ReLU.

    .. math:: x \cdot \tanh(\text{softplus}(x))

    Args:
        input: a tensor of any shape.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.mish(torch.tensor([-1., 2.]))
        tensor([-0.3034,  1.9440])
    """
    return _C.mish_(input) if inplace else _C.mish(input)


def hardsigmoid(input, inplace=False):
    r"""A piecewise linear sigmoid.

    .. math:: \min(\max(0, x + 3), 6) / 6

    Args:
        input: a tensor of any shape.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.hardsigmoid(torch.tensor([-4., 0., 1.5]))
        tensor([0.0000, 0.5000, 0.7500])
    """
    return _C.hardsigmoid_(input) if inplace else _C.hardsigmoid(input)


def hardswish(input, inplace=False):
    r"""A piecewise relative of SiLU.

    .. math:: x \cdot \min(\max(0, x + 3), 6) / 6

    Args:
        input: a tensor of any shape.
        inplace: whether to write the result into `input`. Default: False.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.hardswish(torch.tensor([-1., 2.]))
        tensor([-0.3333,  1.6667])
    """
    return _C.hardswish_(input) if inplace else _C.hardswish(input)


def softsign(input):
    r"""Maps to the range from -1 to 1.

    .. math:: x / (1 + |x|)

    Args:
        input: a tensor of any shape.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.softsign(torch.tensor([-1., 3.]))
        tensor([-0.5000,  0.7500])
    """
    return input / (input.abs() + 1)


def tanhshrink(input):
    r"""Subtracts the hyperbolic tangent.

    .. math:: x - \tanh(x)

    Args:
        input: a tensor of any shape.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.tanhshrink(torch.tensor([-1., 2.]))
        tensor([-0.2384,  1.0360])
    """
    return input - input.tanh()


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    r"""Makes the slices along `dim` positive with sum 1.

    .. math:: e^{x_i} / \sum_j e^{x_j}

    Args:
        input: a tensor of any shape.
        dim: the dimension along which the sum is 1. Leaving it out is deprecated.
        dtype: the dtype that `input` is cast to first. Default: its own.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.softmax(torch.tensor([0., 0.]), dim=0)
        tensor([0.5000, 0.5000])
    """
    if dim is None:
        dim = _implicit_dim("softmax", input, _stacklevel)
    return _C.softmax(input, dim, dtype=dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    r"""Softmax of the negated input.

    .. math:: e^{-x_i} / \sum_j e^{-x_j}

    Args:
        input: a tensor of any shape.
        dim: the dimension along which the sum is 1. Leaving it out is deprecated.
        dtype: the dtype that `input` is cast to first. Default: its own.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.softmin(torch.tensor([0., 1.]), dim=0)
        tensor([0.7311, 0.2689])
    """
    if dim is None:
        dim = _implicit_dim("softmin", input, _stacklevel)
    return _C.softmax(-input, dim, dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    r"""Logarithm of the softmax, computed in one go.

    .. math:: x_i - \log \sum_j e^{x_j}

    Args:
        input: a tensor of any shape.
        dim: the dimension along which the exponentials sum to 1. Leaving it out is deprecated.
        dtype: the dtype that `input` is cast to first. Default: its own.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.functional.log_softmax(torch.tensor([0., 0.]), dim=0)
        tensor([-0.6931, -0.6931])
    """
    if dim is None:
        dim = _implicit_dim("log_softmax", input, _stacklevel)
    return _C.log_softmax(input, dim, dtype=dtype)


def _implicit_dim(name, input, stacklevel):
    from warnings import warn

    warn(
        f"Implicit dimension choice for {name} has been deprecated. "
        "Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if input.dim() in (0, 1, 3) else 1
