"""Schedules that are given as functions of the epoch."""

from types import FunctionType

from ._base import LRScheduler


class _LambdaScheduler(LRScheduler):
    """What the two schedulers with user functions share: one function per group, and their state."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.optimizer = optimizer
        groups = len(optimizer.param_groups)
        if isinstance(lr_lambda, (list, tuple)):
            if len(lr_lambda) != groups:
                raise ValueError(f"Expected {groups} lr_lambdas, but got {len(lr_lambda)}")
            self.lr_lambdas = list(lr_lambda)
        else:
            self.lr_lambdas = [lr_lambda] * groups
        super().__init__(optimizer, last_epoch)

    def state_dict(self):
        """Everything but the optimizer and functions; callable objects are saved with their attributes."""
        state = super().state_dict()
        del state["lr_lambdas"]
        state["lr_lambdas"] = [
            None if isinstance(function, FunctionType) else function.__dict__.copy() for function in self.lr_lambdas
        ]
        return state

    def load_state_dict(self, state_dict):
        """Takes over a state that `state_dict` returned; functions stay as they are.

        Args:
            state_dict (dict): the state.
        """
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "lr_lambdas"})
        for function, attributes in zip(self.lr_lambdas, state_dict["lr_lambdas"]):
            if attributes is not None:
                function.__dict__.update(attributes)


class LambdaLR(_LambdaScheduler):
    r"""Multiplies the initial learning rate by a function of the epoch: :math:`\gamma_t = \gamma_0 f(t)`.

    Args:
        optimizer (Optimizer): the optimizer.
        lr_lambda (callable or list of callables): :math:`f`, for all groups or one for each.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Raises:
        ValueError: the number of functions differs from the number of groups.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self):
        """The learning rates for ``self.last_epoch``."""
        self._warn_outside_step()
        return [base * f(self.last_epoch) for f, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_LambdaScheduler):
    r"""Multiplies the learning rate by a function of the epoch: :math:`\gamma_t = \gamma_{t-1} f(t)`.

    Args:
        optimizer (Optimizer): the optimizer.
        lr_lambda (callable or list of callables): :math:`f`, for all groups or one for each.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Raises:
        ValueError: the number of functions differs from the number of groups.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.MultiplicativeLR(optimizer, lambda epoch: 0.5)
        >>> for _ in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    def get_lr(self):
        """The learning rates for ``self.last_epoch``."""
        self._warn_outside_step()
        groups = self.optimizer.param_groups
        if self._is_initial:
            return [group["lr"] for group in groups]
        return [group["lr"] * f(self.last_epoch) for f, group in zip(self.lr_lambdas, groups, strict=True)]
