"""Checks of options that several optimizers share."""

from .._C import Tensor

# `foreach` gives the same bits whatever its value. These cannot be honoured.
NOT_DIFFERENTIABLE = {"differentiable": "the step is not recorded for autograd"}
NOT_FUSED = {"fused": "torch's fused kernels round differently; leave it None, a step is one C++ call anyway"}


def check_lr(lr):
    """Raises for a learning rate that no optimizer takes: negative, NaN, or a tensor of several elements."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    if not 0.0 <= lr:
        raise ValueError(f"Invalid learning rate: {lr}")


def check_fused(fused, foreach, differentiable):
    """Raises for the options that exclude `fused`."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def check_capturable(group):
    """Raises, as torch does at the first step, for an option that needs an accelerator."""
    if group["capturable"]:
        raise AssertionError(
            "If capturable=True, params and state_steps must be on supported devices: "
            "['cuda', 'xpu', 'hpu', 'privateuseone', 'xla']."
        )
