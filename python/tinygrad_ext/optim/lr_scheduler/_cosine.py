"""Schedules along a cosine."""

import math

from ._base import LRScheduler, lrs_of, set_lr


class CosineAnnealingLR(LRScheduler):
    r"""Lets the learning rate fall along half a cosine, and rise again if training goes on.

    .. math::
        \gamma_t = \gamma_{min} + (\gamma_0 - \gamma_{min}) \, \frac{1 + \cos(\pi t / T_{max})}{2}

    From `SGDR: Stochastic Gradient Descent with Warm Restarts <https://arxiv.org/abs/1608.03983>`_, without the
    restarts. It is computed from the last learning rate, which may have been changed in between.

    Args:
        optimizer (Optimizer): the optimizer.
        T_max (int): the number of epochs to the minimum.
        eta_min (float): the minimum :math:`\gamma_{min}`. Default: 0.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
        >>> for epoch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> round(scheduler.get_last_lr()[0], 4)
        0.5
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates for ``self.last_epoch``, from those of the epoch before."""
        self._warn_outside_step()
        groups = self.optimizer.param_groups
        epoch, T_max, eta_min = self.last_epoch, self.T_max, self.eta_min
        if self._is_initial:
            return [group["lr"] for group in groups]
        if self._step_count == 1 and epoch > 0:
            return self._get_closed_form_lr()
        if (epoch - 1 - T_max) % (2 * T_max) == 0:
            # The last learning rate was the minimum, which no ratio leads away from.
            rise = 1 - math.cos(math.pi / T_max)
            return [
                group["lr"] + (base - eta_min) * rise / 2 for base, group in zip(self.base_lrs, groups, strict=True)
            ]
        now, before = 1 + math.cos(math.pi * epoch / T_max), 1 + math.cos(math.pi * (epoch - 1) / T_max)
        return [now / before * (group["lr"] - eta_min) + eta_min for group in groups]

    def _get_closed_form_lr(self):
        height = 1 + math.cos(math.pi * self.last_epoch / self.T_max)
        return [self.eta_min + (base - self.eta_min) * height / 2 for base in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    r"""Lets the learning rate fall along half a cosine, then starts again, in periods that may grow.

    .. math::
        \gamma_t = \gamma_{min} + (\gamma_0 - \gamma_{min}) \, \frac{1 + \cos(\pi T_{cur} / T_i)}{2}

    From `SGDR: Stochastic Gradient Descent with Warm Restarts <https://arxiv.org/abs/1608.03983>`_.

    Args:
        optimizer (Optimizer): the optimizer.
        T_0 (int): the number of epochs in the first period.
        T_mult (int): what the period is multiplied by at each restart. Default: 1.
        eta_min (float): the minimum :math:`\gamma_{min}`. Default: 0.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Raises:
        ValueError: `T_0` or `T_mult` is not a positive integer, or `eta_min` not a number.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> for batch in range(3):
        ...     optimizer.step()
        ...     scheduler.step(batch / 2)
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        if T_0 <= 0 or not isinstance(T_0, int):
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if T_mult < 1 or not isinstance(T_mult, int):
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min)}")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        """The learning rates for ``self.T_cur``."""
        self._warn_outside_step()
        height = 1 + math.cos(math.pi * self.T_cur / self.T_i)
        return [self.eta_min + (base - self.eta_min) * height / 2 for base in self.base_lrs]

    def step(self, epoch=None):
        """Moves on by one epoch, or to an epoch that may be a fraction (after each batch, say).

        Args:
            epoch (float, optional): the epoch.
        """
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        elif epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        elif epoch < self.T_0:
            self.T_cur, self.T_i = epoch, self.T_0
        elif self.T_mult == 1:
            self.T_cur, self.T_i = epoch % self.T_0, self.T_0
        else:
            # Restart n begins at T_0 (1 + T_mult + ... + T_mult^(n-1)).
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult**n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult**n
        self.last_epoch = math.floor(epoch)

        self._get_lr_called_within_step = True
        try:
            values = self.get_lr()
        finally:
            self._get_lr_called_within_step = False
        for group, lr in zip(self.optimizer.param_groups, values, strict=True):
            set_lr(group, lr)
        self._last_lr = lrs_of(self.optimizer)
