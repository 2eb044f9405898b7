"""Automatic differentiation: gradients of scalars, and the tools around them."""

import sys

from .. import _C
from .grad_mode import enable_grad, inference_mode, no_grad, set_grad_enabled
from .gradcheck import gradcheck, gradgradcheck

__all__ = [
    "Function",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "grad_mode",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
]

# Names that wait in a submodule until somebody asks for them; None is the submodule itself.
_LAZY = {
    "Function": "function",
    "Variable": "variable",
    "detect_anomaly": "anomaly_mode",
    "set_detect_anomaly": "anomaly_mode",
    "anomaly_mode": None,
    "function": None,
    "functional": None,
    "graph": None,
    "variable": None,
}


def __getattr__(name):
    if name not in _LAZY:
        from .._missing import missing

        missing(__name__, name, sys._getframe(1))
    from importlib import import_module

    module = import_module(f"{__name__}.{_LAZY[name] or name}")
    value = module if _LAZY[name] is None else getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_LAZY})


def _tuple_of(tensors):
    return (tensors,) if isinstance(tensors, _C.Tensor) else tuple(tensors)


def _grads_of(outputs, grad_outputs):
    """One gradient, or None for the implicit one, for each output."""
    if grad_outputs is None:
        return (None,) * len(outputs)
    grad_outputs = _tuple_of(grad_outputs)
    if len(grad_outputs) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(grad_outputs)} gradients")
    return grad_outputs


def _check_not_empty(inputs, function):
    if not inputs:
        raise RuntimeError(f"`inputs` argument to `{function}()` cannot be empty.")


def backward(
    tensors,
    grad_tensors=None,
    retain_graph=None,
    create_graph=False,
    grad_variables=None,
    inputs=None,
):
    """Adds the gradients of `tensors` to ``.grad`` of the leaves that they were computed from.

    ``leaf.grad += sum_i grad_tensors[i] * d tensors[i] / d leaf``

    Args:
        tensors: a tensor or a sequence of tensors to differentiate.
        grad_tensors: the gradient that arrives at each of them; may be None (or hold None) for
            scalars, where it is 1.
        retain_graph: keeps what backward needs, so that it can run again. Default: `create_graph`.
        create_graph: records the backward pass itself, for second derivatives.
        grad_variables: deprecated name of `grad_tensors`.
        inputs: the leaves to accumulate into; all of them if None.

    Shape:
        ``grad_tensors[i]`` is as ``tensors[i]``.

    Raises:
        RuntimeError: a tensor is not a scalar and has no gradient given, or was not recorded.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([1., 2.], requires_grad=True)
        >>> torch.autograd.backward((x * x).sum())
        >>> x.grad
        tensor([2., 4.])
    """
    if grad_variables is not None:
        from warnings import warn

        warn(
            "`grad_variables` is deprecated. Use `grad_tensors` instead.",
            FutureWarning,
            stacklevel=2,
        )
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to "
                "`backward()`. Please only use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if inputs is not None:
        inputs = _tuple_of(inputs.values() if isinstance(inputs, dict) else inputs)
        _check_not_empty(inputs, "backward")

    tensors = _tuple_of(tensors)
    grad_tensors = _grads_of(tensors, grad_tensors)
    if retain_graph is None:
        retain_graph = create_graph
    _C._run_backward(
        tensors, grad_tensors, retain_graph, create_graph, inputs or (), True, True
    )


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
):
    """Returns the gradients of `outputs` with respect to `inputs`; no ``.grad`` is touched.

    ``result[j] = sum_i grad_outputs[i] * d outputs[i] / d inputs[j]``

    Args:
        outputs: a tensor or a sequence of tensors to differentiate.
        inputs: a tensor, a sequence or a dict of tensors to differentiate with respect to.
        grad_outputs: the gradient that arrives at each output; None for scalars, where it is 1.
        retain_graph: keeps what backward needs, so that it can run again. Default: `create_graph`.
        create_graph: records the gradients, so that they can be differentiated again.
        only_inputs: deprecated, has no effect.
        allow_unused: answers None for an input that the outputs do not depend on, instead of
            raising. Default: `materialize_grads`.
        is_grads_batched: the first dimension of every ``grad_outputs[i]`` numbers independent
            gradients; results get the same first dimension.
        materialize_grads: zeros instead of None for inputs that are not used.

    Shape:
        ``result[j]`` is as ``inputs[j]``. The result is a tuple, or a dict if `inputs` is one.

    Raises:
        RuntimeError: an input was not used or does not require grad, or an output is not a
            scalar and has no gradient given.
        ValueError: ``allow_unused=False`` together with `materialize_grads`.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([1., 2.], requires_grad=True)
        >>> torch.autograd.grad((x ** 3).sum(), x)
        (tensor([ 3., 12.]),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, "
            "but got: allow_unused=False."
        )
    if not only_inputs:
        from warnings import warn

        warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). "
            "To accumulate gradient for other parts of the graph, please use "
            "torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    names = tuple(inputs) if isinstance(inputs, dict) else None
    inputs = _tuple_of(inputs.values() if names is not None else inputs)
    _check_not_empty(inputs, "grad")
    outputs = _tuple_of(outputs)
    grad_outputs = _grads_of(outputs, grad_outputs)
    if allow_unused is None:
        allow_unused = materialize_grads
    if retain_graph is None:
        retain_graph = create_graph

    run = _run_batched if is_grads_batched else _C._run_backward
    result = run(outputs, grad_outputs, retain_graph, create_graph, inputs, allow_unused, False)
    if materialize_grads:
        result = tuple(
            _C.zeros_like(x, requires_grad=create_graph) if g is None else g
            for g, x in zip(result, inputs)
        )
    return result if names is None else dict(zip(names, result))


def _run_batched(
    outputs, grad_outputs, retain_graph, create_graph, inputs, allow_unused, accumulate
):
    """One backward pass for each entry of the gradients' first dimension; results are stacked."""
    for i, (g, out) in enumerate(zip(grad_outputs, outputs)):
        if g is not None and (g.dim() == 0 or g.shape[1:] != out.shape):
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each "
                "grad_output as the batch dimension. The sizes of the remaining dimensions are "
                "expected to match the shape of corresponding output, but a mismatch was "
                f"detected: grad_output[{i}] has a shape of {g.shape[1:]} and output[{i}] has a "
                f"shape of {out.shape}. If you only want some tensors in `grad_output` to be "
                "considered batched, consider using vmap."
            )
    sizes = [g.shape[0] for g in grad_outputs if g is not None]
    if len(set(sizes)) > 1:
        raise ValueError(
            "vmap: Expected all tensors to have the same size in the mapped dimension, "
            f"got sizes {sizes} for the mapped dimension"
        )
    count = sizes[0] if sizes else 1
    runs = [
        _C._run_backward(
            outputs,
            tuple(None if g is None else g[k] for g in grad_outputs),
            retain_graph or k < count - 1,
            create_graph,
            inputs,
            allow_unused,
            accumulate,
        )
        for k in range(count)
    ]
    columns = ([run[j] for run in runs] for j in range(len(inputs)))
    return tuple(None if column[0] is None else _C.stack(column) for column in columns)
