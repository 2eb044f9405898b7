"""Adam with weight decay decoupled from the gradient."""

from .adam import Adam

__all__ = ["AdamW"]


class AdamW(Adam):
    r"""AdamW, from `Decoupled Weight Decay Regularization <https://arxiv.org/abs/1711.05101>`_.

    .. math::
        \theta_t' &= (1 - \gamma \lambda) \theta_{t-1} \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \theta_t &= \theta_t' - \frac{\gamma}{1 - \beta_1^t} \cdot
        \frac{m_t}{\sqrt{v_t} / \sqrt{1 - \beta_2^t} + \epsilon}

    Args:
        params: tensors, ``(name, tensor)`` pairs, or dicts that describe parameter groups.
        lr (float or 1-element Tensor): the learning rate :math:`\gamma`. Default: 1e-3.
        betas (tuple of two floats): :math:`\beta_1, \beta_2`. Default: (0.9, 0.999).
        eps (float): :math:`\epsilon`. Default: 1e-8.
        weight_decay (float): :math:`\lambda`. Default: 0.01.
        amsgrad (bool): keep the largest second moment. Default: False.
        maximize (bool): climb instead of descend. Default: False.
        foreach (bool, optional): has no influence, all parameters of a group are one C++ call.
        capturable (bool): needs an accelerator; `step` refuses True.
        differentiable (bool): may only be False.
        fused (bool, optional): may not be True.

    Raises:
        ValueError: an option is out of its range.
        RuntimeError: `differentiable` or `fused` is True, or `betas` are tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = torch.optim.AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.8500, 1.8000], requires_grad=True)
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
        *,
        maximize=False,
        foreach=None,
        capturable=False,
        differentiable=False,
        fused=None,
    ):
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )

    def __setstate__(self, state):
        super().__setstate__(state)
        # The state of an Adam may be loaded, but the decay stays decoupled.
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
