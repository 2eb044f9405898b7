"""What every step begins with: the closure, and the parameters that have a gradient."""

from .._C import _set_grad_enabled, is_grad_enabled


def call_closure(closure):
    """Evaluates the closure of a step with gradients recorded, whatever the mode around it."""
    before = is_grad_enabled()
    _set_grad_enabled(True)
    try:
        return closure()
    finally:
        _set_grad_enabled(before)


def with_grad(params):
    """Those of the parameters that have a gradient, and their gradients."""
    grads = [p.grad for p in params]
    for grad in grads:
        if grad is None:
            params = [p for p, grad in zip(params, grads) if grad is not None]
            return params, [p.grad for p in params]
    return params, grads
