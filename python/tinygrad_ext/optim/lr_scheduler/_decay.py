"""Schedules that multiply the learning rate by a factor of the epoch."""

from bisect import bisect_right

from ._base import LRScheduler


class _FactorScheduler(LRScheduler):
    """A scheduler that multiplies every group's learning rate by the same factor, and knows its closed form."""

    def get_lr(self):
        """The learning rates for ``self.last_epoch``, from those of the epoch before."""
        self._warn_outside_step()
        factor = self._factor()
        return [group["lr"] if factor is None else group["lr"] * factor for group in self.optimizer.param_groups]


class StepLR(_FactorScheduler):
    r"""Multiplies the learning rate by `gamma` every `step_size` epochs:
    :math:`\gamma_t = \gamma_0 \cdot \text{gamma}^{\lfloor t / \text{step\_size} \rfloor}`.

    Args:
        optimizer (Optimizer): the optimizer.
        step_size (int): the number of epochs between two changes.
        gamma (float): the factor. Default: 0.1.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        >>> for epoch in range(4):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [1.0]
        [0.5]
        [0.5]
    """

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self):
        return None if self.last_epoch == 0 or self.last_epoch % self.step_size != 0 else self.gamma

    def _get_closed_form_lr(self):
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs]


class MultiStepLR(_FactorScheduler):
    r"""Multiplies the learning rate by `gamma` at each milestone.

    Args:
        optimizer (Optimizer): the optimizer.
        milestones (iterable of ints): the epochs; one that stands twice counts twice.
        gamma (float): the factor. Default: 0.1.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[1, 3], gamma=0.5)
        >>> for epoch in range(3):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        from collections import Counter

        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self):
        return self.gamma ** self.milestones[self.last_epoch] if self.last_epoch in self.milestones else None

    def _get_closed_form_lr(self):
        passed = bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [base * self.gamma**passed for base in self.base_lrs]


class ConstantLR(_FactorScheduler):
    r"""Multiplies the learning rate by `factor` until epoch `total_iters`, and by nothing from there on.

    Args:
        optimizer (Optimizer): the optimizer.
        factor (float): the factor. Default: 1/3.
        total_iters (int): the number of epochs with the factor. Default: 5.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Raises:
        ValueError: `factor` is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=1)
        >>> scheduler.get_last_lr()
        [0.5]
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [1.0]
    """

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self):
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else None

    def _get_closed_form_lr(self):
        over = self.last_epoch >= self.total_iters
        return [base * (self.factor + over * (1 - self.factor)) for base in self.base_lrs]


class LinearLR(_FactorScheduler):
    r"""Multiplies the learning rate by a factor that goes linearly from `start_factor` to `end_factor`.

    Args:
        optimizer (Optimizer): the optimizer.
        start_factor (float): the factor of epoch 0. Default: 1/3.
        end_factor (float): the factor from epoch `total_iters` on. Default: 1.
        total_iters (int): the number of epochs between them. Default: 5.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Raises:
        ValueError: a factor is out of its range.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.5, total_iters=2)
        >>> scheduler.get_last_lr()
        [0.5]
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.75]
    """

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _factor(self):
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def _get_closed_form_lr(self):
        rise = (self.end_factor - self.start_factor) * min(self.total_iters, self.last_epoch)
        return [base * (self.start_factor + rise / self.total_iters) for base in self.base_lrs]


class ExponentialLR(_FactorScheduler):
    r"""Multiplies the learning rate by `gamma` every epoch: :math:`\gamma_t = \gamma_0 \cdot \text{gamma}^t`.

    Args:
        optimizer (Optimizer): the optimizer.
        gamma (float): the factor.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _factor(self):
        return None if self._is_initial else self.gamma

    def _get_closed_form_lr(self):
        return [base * self.gamma**self.last_epoch for base in self.base_lrs]


class PolynomialLR(_FactorScheduler):
    r"""Lets the learning rate fall to 0: :math:`\gamma_t = \gamma_0 (1 - t / \text{total\_iters})^\text{power}`.

    Args:
        optimizer (Optimizer): the optimizer.
        total_iters (int): the epoch from which on it is 0. Default: 5.
        power (float): the exponent. Default: 1.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=4, power=2.0)
        >>> for epoch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _factor(self):
        if self._is_initial or self.last_epoch > self.total_iters:
            return None
        now, before = self.last_epoch / self.total_iters, (self.last_epoch - 1) / self.total_iters
        return ((1.0 - now) / (1.0 - before)) ** self.power

    def _get_closed_form_lr(self):
        left = 1.0 - min(self.total_iters, self.last_epoch) / self.total_iters
        return [base * left**self.power for base in self.base_lrs]
