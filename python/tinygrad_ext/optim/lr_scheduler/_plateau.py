"""A schedule that waits for a metric to stop improving."""

from math import inf

from ._base import EPOCH_DEPRECATION_WARNING, LRScheduler, check_optimizer, lrs_of, set_lr, warn


class ReduceLROnPlateau(LRScheduler):
    r"""Multiplies the learning rate by `factor` when a metric has not improved for more than `patience` epochs.

    Args:
        optimizer (Optimizer): the optimizer.
        mode (str): ``'min'`` for a metric that should fall, ``'max'`` for one that should rise. Default: ``'min'``.
        factor (float): the factor, less than 1. Default: 0.1.
        patience (int): the number of epochs without improvement that are let pass. Default: 10.
        threshold (float): how much counts as an improvement. Default: 1e-4.
        threshold_mode (str): ``'rel'`` compares with ``best * (1 - threshold)`` (``1 + threshold`` for ``'max'``),
            ``'abs'`` with ``best - threshold`` (``best + threshold``). Default: ``'rel'``.
        cooldown (int): the number of epochs after a reduction in which nothing is counted. Default: 0.
        min_lr (float or list): the lower bound, for all groups or one for each. Default: 0.
        eps (float): a smaller change of the learning rate is not made. Default: 1e-8.

    Raises:
        ValueError: `factor` is 1 or more, a mode is unknown, or the number of `min_lr` differs from that of groups.
        TypeError: `optimizer` is not an Optimizer.

    Example::

        >>> import tinygrad_ext as torch
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        >>> for loss in (3.0, 3.0, 3.0):
        ...     optimizer.step()
        ...     scheduler.step(loss)
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def __init__(
        self,
        optimizer,
        mode="min",
        factor=0.1,
        patience=10,
        threshold=1e-4,
        threshold_mode="rel",
        cooldown=0,
        min_lr=0,
        eps=1e-8,
    ):
        if factor >= 1.0:
            raise ValueError("Factor should be < 1.0.")
        self.factor = factor
        check_optimizer(optimizer)
        self.optimizer = optimizer
        groups = len(optimizer.param_groups)
        if isinstance(min_lr, (list, tuple)):
            if len(min_lr) != groups:
                raise ValueError(f"expected {groups} min_lrs, got {len(min_lr)}")
            self.default_min_lr = None
            self.min_lrs = list(min_lr)
        else:
            self.default_min_lr = min_lr
            self.min_lrs = [min_lr] * groups
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = lrs_of(optimizer)
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown!")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown!")
        self.mode_worse = inf if mode == "min" else -inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self._reset()

    def _reset(self):
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self):
        """Whether a reduction is so recent that bad epochs are not counted."""
        return self.cooldown_counter > 0

    def step(self, metrics, epoch=None):
        """Notes the metric of an epoch, and reduces the learning rate if it is time.

        Args:
            metrics (float or 1-element Tensor): the metric.
            epoch (int, optional): deprecated.
        """
        current = float(metrics)
        if epoch is None:
            epoch = self.last_epoch + 1
        else:
            warn(EPOCH_DEPRECATION_WARNING, 2)
        self.last_epoch = epoch

        if self._is_better(current, self.best):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = lrs_of(self.optimizer)

    def _is_better(self, value, best):
        relative = self.threshold_mode == "rel"
        if self.mode == "min":
            return value < (best * (1.0 - self.threshold) if relative else best - self.threshold)
        return value > (best * (self.threshold + 1.0) if relative else best + self.threshold)

    def _reduce_lr(self):
        groups = self.optimizer.param_groups
        if len(groups) != len(self.min_lrs):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the `optimizer` ({len(groups)}) differs from when "
                    f"`ReduceLROnPlateau` was initialized ({len(self.min_lrs)}), usually due to a new param group "
                    "being added to the optimizer. Please modify the `min_lrs` field to match the length of the "
                    "`optimizer` param groups."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, min_lr in zip(groups, self.min_lrs):
            old = float(group["lr"])
            new = max(old * self.factor, min_lr)
            if old - new > self.eps:
                set_lr(group, new)
