"""The base class of schedulers: when the learning rate changes, and what is remembered."""

from ..._C import Tensor
from .._hooks import shadow_step
from ..optimizer import Optimizer

EPOCH_DEPRECATION_WARNING = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed "
    "form is used instead of the new chainable form, where available. Please open an issue if you are unable to "
    "replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose."
)
_HOW_TO = "See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


class LRScheduler:
    r"""Base class of schedulers: a subclass says in `get_lr` what follows from ``self.last_epoch``.

    Args:
        optimizer (Optimizer): the optimizer whose groups' ``lr`` is set.
        last_epoch (int): the index of the last epoch when training is resumed. Default: -1, which starts at the
            optimizer's learning rate and notes it as ``initial_lr`` in each group.

    Raises:
        TypeError: `optimizer` is not an Optimizer.
        KeyError: training is resumed, but a group has no ``initial_lr``.

    Example::

        >>> import tinygrad_ext as torch
        >>> class Halve(torch.optim.lr_scheduler.LRScheduler):
        ...     def get_lr(self):
        ...         return [lr / 2**self.last_epoch for lr in self.base_lrs]
        >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
        >>> scheduler = Halve(optimizer)
        >>> for _ in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.25]
    """

    _is_initial = False
    _get_lr_called_within_step = False

    def __init__(self, optimizer, last_epoch=-1):
        check_optimizer(optimizer)
        self.optimizer = optimizer
        if last_epoch == -1:
            for group in optimizer.param_groups:
                group.setdefault("initial_lr", detached(group["lr"]))
        else:
            for i, group in enumerate(optimizer.param_groups):
                if "initial_lr" not in group:
                    raise KeyError(
                        f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with "
                        "last_epoch >= 0.\nThis typically happens when:\n1. You're trying to resume training from a "
                        "checkpoint but haven't properly loaded the optimizer state\n2. You're using last_epoch >= 0 "
                        "for a fresh training run (not recommended)"
                    )
        self.base_lrs = lrs_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        # The warning about the order of calls wants to know whether the optimizer has stepped.
        if not hasattr(optimizer.step, "_wrapped_by_lr_sched"):
            shadow_step(optimizer, _step_and_note)
            optimizer.step._wrapped_by_lr_sched = True
        self._initial_step()

    def _initial_step(self):
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self):
        """Everything but the optimizer, as a dict."""
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict):
        """Takes over a state that `state_dict` returned; the optimizer's groups are not touched.

        Args:
            state_dict (dict): the state.
        """
        self.__dict__.update(state_dict)

    def get_last_lr(self):
        """The learning rates that the last `step` set, one for each group."""
        return self._last_lr

    def get_lr(self):
        """The learning rates for ``self.last_epoch``, one for each group; a subclass defines it."""
        raise NotImplementedError

    def step(self, epoch=None):
        """Moves on by one epoch, after the optimizer has stepped.

        Args:
            epoch (int, optional): deprecated: go to this epoch instead.
        """
        if self._step_count == 1:
            self._warn_about_order()
        self._step_count += 1
        if epoch is not None:
            warn(EPOCH_DEPRECATION_WARNING, 2)
        self._update_lr(epoch)

    def _update_lr(self, epoch=None):
        self._get_lr_called_within_step = True
        try:
            if epoch is None:
                self.last_epoch += 1
                values = self.get_lr()
            else:
                self.last_epoch = epoch
                closed_form = getattr(self, "_get_closed_form_lr", self.get_lr)
                values = closed_form()
        finally:
            self._get_lr_called_within_step = False
        for group, lr in zip(self.optimizer.param_groups, values, strict=True):
            set_lr(group, lr)
        self._last_lr = lrs_of(self.optimizer)

    def _warn_about_order(self):
        if not hasattr(self.optimizer.step, "_wrapped_by_lr_sched"):
            warn(
                "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. "
                f"Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`. {_HOW_TO}",
                3,
            )
        elif not getattr(self.optimizer, "_opt_called", False):
            warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you "
                "should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure "
                f"to do this will result in PyTorch skipping the first value of the learning rate schedule. {_HOW_TO}",
                3,
            )

    def _warn_outside_step(self):
        """For `get_lr`, which is one step ahead of what a caller expects."""
        if not self._get_lr_called_within_step:
            warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.", 3)


def check_optimizer(optimizer):
    """Raises for what is not an optimizer."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def warn(text, stacklevel):
    """warnings.warn, imported when needed; levels are counted from the function that calls this one."""
    from warnings import warn

    warn(text, UserWarning, stacklevel + 1)


def detached(lr):
    """An `lr` that does not change with the group: a tensor is changed in place."""
    return lr.clone() if isinstance(lr, Tensor) else lr


def lrs_of(optimizer, key="lr"):
    """The learning rates of all groups."""
    return [detached(group[key]) for group in optimizer.param_groups]


def set_lr(group, lr):
    """Sets a group's learning rate; a tensor stays the same tensor."""
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(float(lr))
    else:
        group["lr"] = lr


def _step_and_note(optimizer, step, args, kwargs):
    optimizer._opt_called = True
    return step(optimizer, *args, **kwargs)
