"""Schedulers made of schedulers."""

from bisect import bisect_right

from ._base import LRScheduler, lrs_of, set_lr
from ._plateau import ReduceLROnPlateau


class _Composed(LRScheduler):
    """What they share: the check of the parts, and a state that contains theirs."""

    def _check_parts(self, schedulers, optimizer):
        name = type(self).__name__
        for i, scheduler in enumerate(schedulers):
            if not hasattr(scheduler, "optimizer"):
                raise TypeError(f"{name} at index {i} should have `optimizer` as its attribute.")
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(
                    f"{name} does not support `ReduceLROnPlateau` scheduler as it requires additional kwargs to be "
                    f"specified when calling `step`, but got one at index {i} in the given schedulers sequence."
                )
            if scheduler.optimizer is not optimizer:
                raise ValueError(
                    f"{name} expects all schedulers to belong to the same optimizer, but got scheduler "
                    f"{type(scheduler).__name__} at index {i} has {scheduler.optimizer}, which is different from "
                    f"{type(optimizer).__name__}."
                )

    def state_dict(self):
        """Everything but the optimizer, with the states of the parts."""
        state = {key: value for key, value in self.__dict__.items() if key not in ("optimizer", "_schedulers")}
        state["_schedulers"] = [scheduler.state_dict() for scheduler in self._schedulers]
        return state

    def load_state_dict(self, state_dict):
        """Takes over a state that `state_dict` returned.

        Args:
            state_dict (dict): the state.
        """
        self.__dict__.update({key: value for key, value in state_dict.items() if key != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"]):
            scheduler.load_state_dict(state)


class SequentialLR(_Composed):
    r"""Uses one scheduler after the other, each from its own epoch 0.

    Args:
        optimizer (Optimizer): the optimizer of all schedulers.
        schedulers (list): the schedulers, in order.
        milestones (list of ints): the epochs at which the next one takes over.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1.

    Raises:
        ValueError: a scheduler belongs to another optimizer, or their number is not that of the milestones plus 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.optim import lr_scheduler
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> warmup = lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = lr_scheduler.SequentialLR(optimizer, [warmup, decay], milestones=[1])
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5]
        [1.0]
        [0.5]
    """

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        if len(schedulers) < 1:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        self._check_parts(schedulers, optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to "
                f"be equal to {len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # Each scheduler took its first step when it was made; only the first one's shall count.
        for group in optimizer.param_groups:
            set_lr(group, group["initial_lr"])
        self._undo_initial_step(self)
        schedulers[0]._initial_step()
        self._last_lr = schedulers[0].get_last_lr()

    def _undo_initial_step(self, scheduler):
        if hasattr(scheduler, "_schedulers"):
            for part in scheduler._schedulers:
                self._undo_initial_step(part)
        else:
            scheduler.last_epoch -= 1

    def step(self):
        """Moves on by one epoch, after the optimizer has stepped."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[i]
        if i > 0 and self._milestones[i - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_Composed):
    r"""Takes a step of every scheduler, one after the other, so that their factors are multiplied.

    Args:
        schedulers (sequence): the schedulers.
        optimizer (Optimizer, optional): their optimizer.

    Raises:
        ValueError: there are no schedulers, or one belongs to another optimizer.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.optim import lr_scheduler
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> warmup = lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = lr_scheduler.ChainedScheduler([warmup, decay])
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5]
        [0.25]
        [0.25]
    """

    def __init__(self, schedulers, optimizer=None):
        if len(schedulers) < 1:
            raise ValueError("ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.")
        optimizer = optimizer or schedulers[0].optimizer
        self._check_parts(schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = lrs_of(optimizer)

    def step(self):
        """Moves every scheduler on by one epoch, after the optimizer has stepped."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = lrs_of(self.optimizer)
