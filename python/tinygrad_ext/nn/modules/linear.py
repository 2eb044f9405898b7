"""Linear maps."""

from math import sqrt

from ..._C import empty
from .. import functional as F
from ..parameter import Parameter
from .module import Module

__all__ = ["Identity", "Linear", "Bilinear"]


class Identity(Module):
    r"""Returns its input.

    Args:
        args, kwargs: taken and not used, so that it can stand in for any layer.

    Shape:
        - Input and output: :math:`(*)`, any.

    Example::

        >>> from tinygrad_ext import nn
        >>> nn.Identity(54, unused=True)("anything")
        'anything'
    """

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input


class Linear(Module):
    r"""A linear map with bias.

    .. math:: y = x A^T + b

    Weight and bias are drawn uniformly from :math:`[-k, k)` with
    :math:`k = 1 / \sqrt{\text{in\_features}}`, the weight first.

    Args:
        in_features: size of the input's last dimension.
        out_features: size of the output's last dimension.
        bias: whether to add a bias. Default: True.
        device, dtype: of the parameters. Default: the default ones.

    Shape:
        - Input: :math:`(*, \text{in\_features})`
        - Output: :math:`(*, \text{out\_features})`

    Attributes:
        weight: the parameter :math:`A` of shape :math:`(\text{out\_features}, \text{in\_features})`.
        bias: the parameter :math:`b` of shape :math:`(\text{out\_features})`, or None.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> nn.Linear(20, 30)(torch.zeros(128, 20)).shape
        torch.Size([128, 30])
    """

    __constants__ = ["in_features", "out_features"]

    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty((out_features, in_features), device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draws the initial values again."""
        from .. import init

        init.kaiming_uniform_(self.weight, a=sqrt(5))
        if self.bias is not None:
            fan_in = self.in_features
            bound = 1 / sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Bilinear(Module):
    r"""A bilinear form of two inputs for every output feature.

    .. math:: y_o = x_1^T A_o x_2 + b_o

    Weight and bias are drawn uniformly from :math:`[-k, k)` with
    :math:`k = 1 / \sqrt{\text{in1\_features}}`, the weight first.

    Args:
        in1_features: size of the first input's last dimension.
        in2_features: size of the second input's last dimension.
        out_features: size of the output's last dimension.
        bias: whether to add a bias. Default: True.
        device, dtype: of the parameters. Default: the default ones.

    Shape:
        - Inputs: :math:`(*, \text{in1\_features})` and :math:`(*, \text{in2\_features})`
        - Output: :math:`(*, \text{out\_features})`

    Raises:
        ValueError: `in1_features` is not positive.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> nn.Bilinear(20, 30, 40)(torch.zeros(128, 20), torch.zeros(128, 30)).shape
        torch.Size([128, 40])
    """

    __constants__ = ["in1_features", "in2_features", "out_features"]

    def __init__(
        self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None
    ):
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={in1_features})")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        shape = (out_features, in1_features, in2_features)
        self.weight = Parameter(empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(empty(out_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draws the initial values again."""
        from .. import init

        bound = 1 / sqrt(self.weight.size(1))
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )
