"""Adagrad: steps that shrink with the sum of all squared gradients."""

from .._C import _set_grad_enabled, full_like, is_grad_enabled, zeros
from ._options import NOT_DIFFERENTIABLE, NOT_FUSED, check_fused, check_lr
from ._step import call_closure, with_grad
from .optimizer import Optimizer

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    r"""Adagrad, from `Adaptive Subgradient Methods for Online Learning and Stochastic Optimization
    <https://jmlr.org/papers/v12/duchi11a.html>`_.

    .. math::
        g_t &= \nabla f(\theta_{t-1}) + \lambda \theta_{t-1} \\
        s_t &= s_{t-1} + g_t^2 \\
        \theta_t &= \theta_{t-1} - \frac{\gamma}{1 + (t - 1) \eta} \cdot \frac{g_t}{\sqrt{s_t} + \epsilon}

    Args:
        params: tensors, ``(name, tensor)`` pairs, or dicts that describe parameter groups.
        lr (float or 1-element Tensor): the learning rate :math:`\gamma`. Default: 1e-2.
        lr_decay (float): :math:`\eta`. Default: 0.
        weight_decay (float): the factor :math:`\lambda` of the L2 penalty. Default: 0.
        initial_accumulator_value (float): :math:`s_0`. Default: 0.
        eps (float): :math:`\epsilon`. Default: 1e-10.
        foreach (bool, optional): has no influence.
        maximize (bool): climb instead of descend. Default: False.
        differentiable (bool): may only be False.
        fused (bool, optional): may not be True.

    Raises:
        ValueError: an option is out of its range.
        RuntimeError: `differentiable` or `fused` is True.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adagrad([w], lr=0.1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9000, 1.9000], requires_grad=True)
    """

    _refused = {**NOT_DIFFERENTIABLE, **NOT_FUSED}
    _added_options = {"foreach": None, "maximize": False, "differentiable": False, "fused": None}

    def __init__(
        self,
        params,
        lr=1e-2,
        lr_decay=0,
        weight_decay=0,
        initial_accumulator_value=0,
        eps=1e-10,
        foreach=None,
        *,
        maximize=False,
        differentiable=False,
        fused=None,
    ):
        check_lr(lr)
        if not 0.0 <= lr_decay:
            raise ValueError(f"Invalid lr_decay value: {lr_decay}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if not 0.0 <= initial_accumulator_value:
            raise ValueError(f"Invalid initial_accumulator_value value: {initial_accumulator_value}")
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        check_fused(fused, foreach, differentiable)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        # Unlike other optimizers, Adagrad has its state before the first step.
        for group in self.param_groups:
            for param in group["params"]:
                self._init_state(param)

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
                for param, grad in zip(*with_grad(group["params"])):
                    self._update(param, grad, group)
        finally:
            _set_grad_enabled(before)
        return loss

    def _init_state(self, param):
        state = self.state[param]
        state["step"] = zeros(())
        state["sum"] = full_like(param, self.defaults["initial_accumulator_value"])
        return state

    def _update(self, param, grad, group):
        # The state is missing where the group was added later or somebody cleared it.
        state = self.state[param] or self._init_state(param)
        state["step"] += 1
        lr = float(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        if group["maximize"]:
            grad = -grad
        if group["weight_decay"] != 0:
            grad = grad.add(param, alpha=group["weight_decay"])
        total = state["sum"].addcmul_(grad, grad, value=1)
        param.addcdiv_(grad, total.sqrt().add_(group["eps"]), value=-lr)
