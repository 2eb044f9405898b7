"""RMSprop: steps scaled by a running root mean square of the gradient."""

from .._C import _set_grad_enabled, is_grad_enabled, zeros, zeros_like
from ._options import NOT_DIFFERENTIABLE, check_capturable, check_lr
from ._step import call_closure, with_grad
from .optimizer import Optimizer

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    r"""RMSprop, from `lecture 6 of Hinton's course
    <https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf>`_; the centered version is from
    `Generating Sequences With Recurrent Neural Networks <https://arxiv.org/abs/1308.0850>`_.

    .. math::
        g_t &= \nabla f(\theta_{t-1}) + \lambda \theta_{t-1} \\
        v_t &= \alpha v_{t-1} + (1 - \alpha) g_t^2 \\
        s_t &= \sqrt{v_t} + \epsilon, \qquad \text{centered: } \sqrt{v_t - \bar g_t^2} + \epsilon,\;
        \bar g_t = \alpha \bar g_{t-1} + (1 - \alpha) g_t \\
        b_t &= \mu b_{t-1} + g_t / s_t \\
        \theta_t &= \theta_{t-1} - \gamma b_t

    Args:
        params: tensors, ``(name, tensor)`` pairs, or dicts that describe parameter groups.
        lr (float or 1-element Tensor): the learning rate :math:`\gamma`. Default: 1e-2.
        alpha (float): the smoothing constant :math:`\alpha`. Default: 0.99.
        eps (float): :math:`\epsilon`. Default: 1e-8.
        weight_decay (float): the factor :math:`\lambda` of the L2 penalty. Default: 0.
        momentum (float): :math:`\mu`. Default: 0.
        centered (bool): divide by an estimate of the standard deviation. Default: False.
        capturable (bool): needs an accelerator; `step` refuses True.
        foreach (bool, optional): has no influence.
        maximize (bool): climb instead of descend. Default: False.
        differentiable (bool): may only be False.

    Raises:
        ValueError: an option is out of its range.
        RuntimeError: `differentiable` is True.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = torch.optim.RMSprop([w], lr=0.01)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    _refused = NOT_DIFFERENTIABLE
    _added_options = {
        "momentum": 0,
        "centered": False,
        "foreach": None,
        "maximize": False,
        "differentiable": False,
        "capturable": False,
    }

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0,
        momentum=0,
        centered=False,
        capturable=False,
        foreach=None,
        maximize=False,
        differentiable=False,
    ):
        check_lr(lr)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        if not 0.0 <= momentum:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if not 0.0 <= alpha:
            raise ValueError(f"Invalid alpha value: {alpha}")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def step(self, closure=None):
        """Performs one step, on the parameters that have a gradient.

        Args:
            closure (callable, optional): evaluates the model again; its loss is returned.
        """
        loss = None if closure is None else call_closure(closure)
        before = is_grad_enabled()
        _set_grad_enabled(False)
        try:
            for group in self.param_groups:
                check_capturable(group)
                for param, grad in zip(*with_grad(group["params"])):
                    self._update(param, grad, group)
        finally:
            _set_grad_enabled(before)
        return loss

    def _update(self, param, grad, group):
        state = self.state[param]
        alpha, momentum, centered = group["alpha"], group["momentum"], group["centered"]
        lr = float(group["lr"])
        if not state:
            state["step"] = zeros(())
            state["square_avg"] = zeros_like(param)
            if momentum > 0:
                state["momentum_buffer"] = zeros_like(param)
            if centered:
                state["grad_avg"] = zeros_like(param)
        state["step"] += 1
        if group["maximize"]:
            grad = -grad
        if group["weight_decay"] != 0:
            grad = grad.add(param, alpha=group["weight_decay"])
        square_avg = state["square_avg"]
        square_avg.mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
        if centered:
            grad_avg = state["grad_avg"]
            grad_avg.lerp_(grad, 1 - alpha)
            scale = square_avg.addcmul(grad_avg, grad_avg, value=-1).sqrt_()
        else:
            scale = square_avg.sqrt()
        scale.add_(group["eps"])
        if momentum > 0:
            buffer = state["momentum_buffer"]
            buffer.mul_(momentum).addcdiv_(grad, scale)
            param.add_(buffer, alpha=-lr)
        else:
            param.addcdiv_(grad, scale, value=-lr)
