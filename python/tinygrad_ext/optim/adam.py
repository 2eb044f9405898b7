"""Adam: steps scaled by running estimates of the gradient's first two moments."""

from .._C import Tensor, _adam_step, _set_grad_enabled, is_grad_enabled, tensor, zeros, zeros_like
from ._options import NOT_DIFFERENTIABLE, NOT_FUSED, check_capturable, check_fused, check_lr
from ._step import call_closure, with_grad
from .optimizer import Optimizer

__all__ = ["Adam"]


class Adam(Optimizer):
    r"""Adam, from `Adam: A Method for Stochastic Optimization <https://arxiv.org/abs/1412.6980>`_.

    .. math::
        g_t &= \nabla f(\theta_{t-1}) + \lambda \theta_{t-1} \\
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
        \theta_t &= \theta_{t-1} - \frac{\gamma}{1 - \beta_1^t} \cdot
        \frac{m_t}{\sqrt{v_t} / \sqrt{1 - \beta_2^t} + \epsilon}

    With `amsgrad` the largest :math:`v_t` so far takes the place of :math:`v_t` (`On the Convergence of Adam and
    Beyond <https://openreview.net/forum?id=ryQu7f-RZ>`_).

    Args:
        params: tensors, ``(name, tensor)`` pairs, or dicts that describe parameter groups.
        lr (float or 1-element Tensor): the learning rate :math:`\gamma`. Default: 1e-3.
        betas (tuple of two floats): :math:`\beta_1, \beta_2`. Default: (0.9, 0.999).
        eps (float): :math:`\epsilon`. Default: 1e-8.
        weight_decay (float): the factor :math:`\lambda` of the L2 penalty. Default: 0.
        amsgrad (bool): keep the largest second moment. Default: False.
        foreach (bool, optional): has no influence, all parameters of a group are one C++ call.
        maximize (bool): climb instead of descend. Default: False.
        capturable (bool): needs an accelerator; `step` refuses True.
        differentiable (bool): may only be False.
        fused (bool, optional): may not be True.
        decoupled_weight_decay (bool): decay as :class:`AdamW` does. Default: False.

    Raises:
        ValueError: an option is out of its range.
        RuntimeError: `differentiable` or `fused` is True, or `betas` are tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = torch.optim.Adam([w], lr=0.1)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     (w**2).sum().backward()
        ...     optimizer.step()
        >>> w
        tensor([0.8004, 1.8002], requires_grad=True)
    """

    _refused = {**NOT_DIFFERENTIABLE, **NOT_FUSED}
    _added_options = {
        "amsgrad": False,
        "maximize": False,
        "foreach": None,
        "capturable": False,
        "differentiable": False,
        "decoupled_weight_decay": False,
        "fused": None,
    }

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0,
        amsgrad=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
        fused=None,
        decoupled_weight_decay=False,
    ):
        if isinstance(lr, Tensor) and foreach and not capturable:
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        check_lr(lr)
        if not 0.0 <= eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i in range(2):
            if not 0.0 <= betas[i] < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        tensors = [isinstance(beta, Tensor) for beta in betas[:2]]
        if tensors[0] != tensors[1]:
            raise ValueError("betas must be either both floats or both Tensors")
        if tensors[0]:
            raise RuntimeError("betas as Tensors are not available in tinygrad_ext: give two floats")
        check_fused(fused, foreach, differentiable)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def __setstate__(self, state):
        super().__setstate__(state)
        # Checkpoints of old torch releases have the step as a number.
        for group in self.param_groups:
            for p in group["params"]:
                of_param = self.state.get(p)
                if of_param and not isinstance(of_param["step"], Tensor):
                    of_param["step"] = tensor(float(of_param["step"]))

    def step(self, closure=None):
        """Performs one step, on the parameters that have a gradient.

        Args:
            closure (callable, optional): evaluates the model again; its loss is returned.
        """
        loss = None if closure is None else call_closure(closure)
        for group in self.param_groups:
            params, grads = with_grad(group["params"])
            states = [self.state[p] or self._init_state(p, group["amsgrad"]) for p in params]
            if group["capturable"]:
                check_capturable(group)
            if isinstance(group["lr"], Tensor):
                _tensor_lr_step(group, params, grads, states)
            else:
                _update(group, params, grads, states, group["lr"], group["weight_decay"])
        return loss

    def _init_state(self, param, amsgrad):
        state = self.state[param]
        state["step"] = zeros(())
        state["exp_avg"] = zeros_like(param)
        state["exp_avg_sq"] = zeros_like(param)
        if amsgrad:
            state["max_exp_avg_sq"] = zeros_like(param)
        return state


def _update(group, params, grads, states, lr, weight_decay):
    beta1, beta2 = group["betas"]
    amsgrad = group["amsgrad"]
    _adam_step(
        params,
        grads,
        [state["exp_avg"] for state in states],
        [state["exp_avg_sq"] for state in states],
        [state["max_exp_avg_sq"] for state in states] if amsgrad else [],
        [state["step"] for state in states],
        lr,
        beta1,
        beta2,
        group["eps"],
        weight_decay,
        amsgrad,
        group["maximize"],
        group["decoupled_weight_decay"],
    )


def _tensor_lr_step(group, params, grads, states):
    """The step for an `lr` that is a tensor: the products it takes part in are rounded to its dtype, as torch's are."""
    lr, weight_decay = group["lr"], group["weight_decay"]
    beta1 = group["betas"][0]
    decoupled = weight_decay != 0 and group["decoupled_weight_decay"]
    before = is_grad_enabled()
    _set_grad_enabled(False)
    try:
        for param, grad, state in zip(params, grads, states):
            if decoupled:
                param.mul_(1 - lr * weight_decay)
            correction = 1 - beta1 ** (state["step"].item() + 1)
            # lr / correction, rounded; times the correction that the step is about to divide by.
            rounded = (lr / correction).item() * correction
            _update(group, [param], [grad], [state], rounded, 0 if decoupled else weight_decay)
    finally:
        _set_grad_enabled(before)
