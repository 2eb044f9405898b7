"""Normalization over the last dimensions."""

from ..._C import empty
from .. import functional as F
from ..parameter import Parameter
from .module import Module

__all__ = ["LayerNorm"]


class LayerNorm(Module):
    r"""Normalizes over the last dimensions, then scales and shifts every element.

    .. math:: y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta

    The variance is the one without Bessel's correction.

    Args:
        normalized_shape: sizes of the last dimensions, or the size of the last one.
        eps: added to the variance. Default: 1e-5.
        elementwise_affine: whether to scale and shift. Default: True.
        bias: whether to shift, if `elementwise_affine`. Default: True.
        device, dtype: of the parameters. Default: the default ones.

    Shape:
        - Input and output: :math:`(N, *)`, ending in `normalized_shape`.

    Attributes:
        weight: the parameter :math:`\gamma`, at first ones, or None.
        bias: the parameter :math:`\beta`, at first zeros, or None.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.nn.LayerNorm(2, elementwise_affine=False)(torch.tensor([[1., 3.]]))
        tensor([[-1.0000,  1.0000]])
    """

    __constants__ = ["normalized_shape", "eps", "elementwise_affine"]

    def __init__(
        self,
        normalized_shape,
        eps=1e-5,
        elementwise_affine=True,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            param = None
            if wanted:
                param = Parameter(empty(self.normalized_shape, device=device, dtype=dtype))
            self.register_parameter(name, param)
        self.reset_parameters()

    def reset_parameters(self):
        """Sets the weight to ones and the bias to zeros."""
        from .. import init

        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )
