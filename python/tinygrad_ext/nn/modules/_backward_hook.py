"""Module backward hooks, by an identity node on either side of the forward."""

from warnings import warn

from ..._C import Tensor, is_grad_enabled
from ...autograd import Function


class BackwardHookFunction(Function):
    """Identity: its node is a place where the gradients of several tensors can be seen together."""

    @staticmethod
    def forward(ctx, *tensors):
        ctx.mark_non_differentiable(*[t for t in tensors if not t.requires_grad])
        return tensors

    @staticmethod
    def backward(ctx, *grads):
        return grads


class BackwardHook:
    """Runs the backward hooks of `module` for one call of it.

    The node behind the outputs is reached first in backward: it keeps the gradients of the outputs
    and runs the pre-hooks. The node before the inputs is reached last and runs the hooks.
    """

    def __init__(self, module, hooks, pre_hooks):
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.grad_outputs = None

    def wrap_inputs(self, args):
        """The positional arguments, their tensors passed through the first node."""
        args, self.input_slots, node = _through_identity(args)
        self.n_inputs = len(args)
        # The node holds this object through its hook: held from here too, both would live for ever.
        self.sees_inputs = node is not None
        if self.sees_inputs:
            node.register_hook(self._after_inputs)
        return args

    def wrap_outputs(self, result):
        """The module's output, its tensors passed through the last node."""
        if isinstance(result, Tensor):
            return self._wrap_output_tuple((result,))[0]
        if isinstance(result, tuple):
            return self._wrap_output_tuple(result)
        warn(
            "For backward hooks to be called, module output should be a Tensor or a tuple of "
            f"Tensors but received {type(result)}",
            stacklevel=4,
        )
        return result

    def _wrap_output_tuple(self, outputs):
        outputs, self.output_slots, node = _through_identity(outputs)
        self.n_outputs = len(outputs)
        if node is not None:
            node.register_hook(self._after_outputs)
        return outputs

    def _after_outputs(self, _, grads):
        grad_outputs = _spread(grads, self.output_slots, self.n_outputs)
        for hook in self.pre_hooks:
            returned = _as_tuple(hook(self.module, grad_outputs))
            if returned is not None:
                _check_count("Backward pre hook", "grad_output", returned, grad_outputs)
                grad_outputs = returned
        self.grad_outputs = grad_outputs
        if not self.sees_inputs:
            self._run_hooks_without_input_gradients()
        return tuple(grad_outputs[slot] for slot in self.output_slots)

    def _run_hooks_without_input_gradients(self):
        if self.hooks:
            warn(
                "Full backward hook is firing when gradients are computed with respect to module "
                "outputs since no inputs require gradients. See https://docs.pytorch.org/docs/main/"
                "generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook "
                "for more details.",
                stacklevel=3,
            )
        no_grads = (None,) * self.n_inputs
        for hook in self.hooks:
            returned = hook(self.module, no_grads, self.grad_outputs)
            if returned is None or (
                isinstance(returned, tuple) and all(grad is None for grad in returned)
            ):
                continue
            raise RuntimeError(
                "Backward hook for Modules where no input requires gradient should always "
                "return None or None for all gradients."
            )
        self.grad_outputs = None

    def _after_inputs(self, grads, _):
        if self.grad_outputs is None:  # this backward did not come through the outputs
            return None
        grad_inputs = _spread(grads, self.input_slots, self.n_inputs)
        for hook in self.hooks:
            returned = _as_tuple(hook(self.module, grad_inputs, self.grad_outputs))
            if returned is not None:
                _check_count("Backward hook", "grad_input", returned, grad_inputs)
                grad_inputs = returned
        self.grad_outputs = None
        return tuple(grad_inputs[slot] for slot in self.input_slots)


def _through_identity(values):
    """`values` with their tensors replaced, where the tensors stood, and the node they went through.

    The node is None when nothing is recorded for these tensors.
    """
    slots = [slot for slot, value in enumerate(values) if isinstance(value, Tensor)]
    tensors = [values[slot] for slot in slots]
    if not (is_grad_enabled() and any(t.requires_grad for t in tensors)):
        return values, slots, None
    replaced = list(values)
    for slot, tensor in zip(slots, BackwardHookFunction.apply(*tensors)):
        replaced[slot] = tensor
        if tensor.requires_grad:
            node = tensor.grad_fn
    kind = type(values)
    return (tuple(replaced) if kind is tuple else kind(*replaced)), slots, node


def _spread(grads, slots, count):
    """One entry for every value: the gradients at the tensors' slots, None elsewhere."""
    spread = [None] * count
    for slot, grad in zip(slots, grads):
        spread[slot] = grad
    return tuple(spread)


def _as_tuple(returned):
    return (returned,) if isinstance(returned, Tensor) else returned


def _check_count(hook, what, returned, expected):
    if len(returned) != len(expected):
        raise RuntimeError(
            f"{hook} returned an invalid number of {what}, "
            f"got {len(returned)}, but expected {len(expected)}"
        )
