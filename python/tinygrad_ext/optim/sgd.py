"""Stochastic gradient descent."""

from .._C import Tensor, _sgd_step
from ._options import NOT_DIFFERENTIABLE, NOT_FUSED, check_fused
from ._step import call_closure
from .optimizer import Optimizer

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent, with heavy-ball or Nesterov momentum.

    .. math::
        g_t &= \nabla f(\theta_{t-1}) + \lambda \theta_{t-1} \\
        b_t &= \mu b_{t-1} + (1 - \tau) g_t, \qquad b_1 = g_1 \\
        \theta_t &= \theta_{t-1} - \gamma d_t, \qquad
        d_t = g_t \text{ without momentum},\; b_t \text{ with},\; g_t + \mu b_t \text{ with Nesterov's}

    The learning rate stands outside of the velocity, unlike in `Sutskever et al., 2013
    <http://proceedings.mlr.press/v28/sutskever13.html>`_, where the momentum comes from.

    Args:
        params: tensors, ``(name, tensor)`` pairs, or dicts that describe parameter groups.
        lr (float or 1-element Tensor): the learning rate :math:`\gamma`. Default: 1e-3.
        momentum (float): :math:`\mu`. Default: 0.
        dampening (float): :math:`\tau`. Default: 0.
        weight_decay (float): the factor :math:`\lambda` of the L2 penalty. Default: 0.
        nesterov (bool): use Nesterov's momentum. Default: False.
        maximize (bool): climb instead of descend. Default: False.
        foreach (bool, optional): has no influence, all parameters of a group are one C++ call.
        differentiable (bool): may only be False.
        fused (bool, optional): may not be True.

    Raises:
        ValueError: an option is out of its range, or Nesterov's momentum lacks momentum or is dampened.
        RuntimeError: `differentiable` or `fused` is True.

    Example::

        >>> import tinygrad_ext as torch
        >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
        >>> for _ in range(2):
        ...     optimizer.zero_grad()
        ...     (w**2).sum().backward()
        ...     optimizer.step()
        >>> w
        tensor([0.4600, 0.9200], requires_grad=True)
    """

    _refused = {**NOT_DIFFERENTIABLE, **NOT_FUSED}
    _added_options = {
        "nesterov": False,
        "maximize": False,
        "foreach": None,
        "differentiable": False,
        "fused": False,
    }

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0,
        dampening=0,
        weight_decay=0,
        nesterov=False,
        *,
        maximize=False,
        foreach=None,
        differentiable=False,
        fused=None,
    ):
        if isinstance(lr, Tensor) and lr.numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_fused(fused, foreach, differentiable)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def __setstate__(self, state):
        super().__setstate__(state)
        # Old torch releases note the buffer that a parameter does not have.
        for group in self.param_groups:
            for p in group["params"]:
                of_param = self.state.get(p, {})
                if of_param.get("momentum_buffer", p) is None:
                    del of_param["momentum_buffer"]

    def step(self, closure=None):
        """Performs one step, on the parameters that have a gradient.

        Args:
            closure (callable, optional): evaluates the model again; its loss is returned.
        """
        loss = None if closure is None else call_closure(closure)
        state = self.state
        for group in self.param_groups:
            params = group["params"]
            momentum = group["momentum"]
            buffers = None
            if momentum != 0:
                buffers = [state[p].get("momentum_buffer") if p in state else None for p in params]
            made = _sgd_step(
                params,
                buffers,
                float(group["lr"]),
                momentum,
                group["dampening"],
                float(group["weight_decay"]),
                group["nesterov"],
                group["maximize"],
            )
            if made is not None:  # some parameter had its first gradient
                for p, buffer in zip(params, made):
                    if buffer is not None:
                        state[p]["momentum_buffer"] = buffer
        return loss
