"""Jacobians, Hessians and their products with vectors, of Python functions of tensors."""

from .. import _C
from . import grad
from .grad_mode import enable_grad

__all__ = ["vjp", "jvp", "jacobian", "hessian", "hvp", "vhp"]


def _as_tuple(value, what, function):
    """(was it a tuple, the tuple), after a check that it holds tensors only."""
    if isinstance(value, _C.Tensor):
        return False, (value,)
    message = f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but "
    if not isinstance(value, tuple):
        raise TypeError(f"{message}the given {what} has type {type(value)}.")
    for i, element in enumerate(value):
        if not isinstance(element, _C.Tensor):
            raise TypeError(f"{message}the value at index {i} has type {type(element)}.")
    return True, value


def _like(was_tuple, values):
    return values if was_tuple else values[0]


def _fresh(inputs, create_graph):
    """The inputs as the function sees them: leaves of its own, or, with create_graph, attached to
    what the caller computed them from."""
    return tuple(
        (x.view_as(x) if create_graph else x.detach()).requires_grad_() for x in inputs
    )


def _finished(values, create_graph):
    return values if create_graph else tuple(v.detach() for v in values)


def _call(func, inputs, function):
    return _as_tuple(func(*inputs), "outputs of the user-provided function", function)


def _grads(outputs, inputs, grad_outputs=None, create_graph=False):
    """Gradients with None where there is no path; constants among the outputs are no error."""
    if grad_outputs is None:
        grad_outputs = (None,) * len(outputs)
    tracked = [(out, g) for out, g in zip(outputs, grad_outputs) if out.requires_grad]
    if not tracked:
        return (None,) * len(inputs)
    outputs, grad_outputs = zip(*tracked)
    return grad(
        outputs,
        inputs,
        grad_outputs,
        retain_graph=True,
        create_graph=create_graph,
        allow_unused=True,
    )


_CONSTANT_JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with "
    "respect to input {} is independent of the input. This is not allowed in strict mode. You "
    "should ensure that your function is twice differentiable and that the jacobian depends on "
    "the inputs (this would be violated by a linear function for example)."
)
_CONSTANT_OUTPUT = (
    "Output {} of the user-provided function does not require gradients. The outputs must be "
    "computed in a differentiable manner from the input when running in strict mode."
)
_UNUSED_INPUT = (
    "The output of the user-provided function is independent of input {}. This is not allowed in "
    "strict mode."
)
_UNUSED_IN_SECOND = (
    "The {} of the user-provided function is independent of input {{}}. This is not allowed in "
    "strict mode{}."
)


def _check_tracked(values, message, strict):
    if strict:
        for i, v in enumerate(values):
            if not v.requires_grad:
                raise RuntimeError(message.format(i))


def _check_recorded(values, what, strict, create_graph):
    """In strict mode a result that is to be differentiated further must depend on the inputs."""
    message = _UNUSED_IN_SECOND.format(what, " when create_graph=True")
    _check_tracked(values, message, strict and create_graph)


def _zeros_for_none(grads, references, message, strict):
    if strict and None in grads:
        raise RuntimeError(message.format(grads.index(None)))
    return tuple(_C.zeros_like(r) if g is None else g for g, r in zip(grads, references))


def _vector(v, references, was_tuple, default_allowed):
    """`v` as a tuple shaped as `references`; 1 if left out and there is one element only."""
    if v is None:
        if len(references) != 1 or references[0].numel() != 1:
            raise RuntimeError(
                "The vector v can only be None if "
                + default_allowed
                + " a single Tensor with a single element."
            )
        return (_C.ones_like(references[0]),)
    if was_tuple and len(v) != len(references):
        raise RuntimeError(
            f"v is a tuple of invalid length: should be {len(references)} but got {len(v)}."
        )
    if len(v) != len(references):
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (element, reference) in enumerate(zip(v, references)):
        if element.shape != reference.shape:
            entry = f"Entry {i} in " if was_tuple else ""
            raise RuntimeError(
                f"{entry}v has invalid size: should be {reference.shape} but got {element.shape}."
            )
    return v


def _scalar_output(func, inputs, function, strict):
    was_tuple, outputs = _call(func, inputs, function)
    _check_tracked(outputs, _CONSTANT_OUTPUT, strict)
    if was_tuple:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {function} should contain a single "
            "element"
        )
    return outputs


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """Product of a vector with the Jacobian of `func`: ``v @ J``, one backward pass.

    Args:
        func: takes tensors, returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of tensors.
        v: shaped as the outputs; may be left out for a single output of one element.
        create_graph: records the result, for derivatives of it.
        strict: raises where an output does not depend on an input, instead of answering zeros.

    Returns:
        ``(func(*inputs), products)``, the products shaped as the inputs.

    Raises:
        RuntimeError: `v` has another shape, or `strict` found independence.
        TypeError: inputs or outputs are not tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.autograd.functional.vjp(lambda x: x ** 2, torch.tensor([1., 2.]), torch.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        inputs_tuple, inputs = _as_tuple(inputs, "inputs", "vjp")
        inputs = _fresh(inputs, create_graph)
        outputs_tuple, outputs = _call(func, inputs, "vjp")
        _check_tracked(outputs, _CONSTANT_OUTPUT, strict)
        if v is not None:
            v = _as_tuple(v, "v", "vjp")[1]
        v = _vector(v, outputs, outputs_tuple, "the user-provided function returns")
        grads = _grads(outputs, inputs, v, create_graph)
        products = _zeros_for_none(grads, inputs, _UNUSED_INPUT, strict)
        _check_recorded(products, "jacobian", strict, create_graph)
    return (
        _like(outputs_tuple, _finished(outputs, create_graph)),
        _like(inputs_tuple, _finished(products, create_graph)),
    )


_DEFAULT_V = "the input to the user-provided function is"


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """Product of the Jacobian of `func` with a vector: ``J @ v``, by two backward passes.

    The first pass gives ``u @ J``, which is linear in u; its derivative with respect to u in the
    direction v is ``J @ v``.

    Args:
        func: takes tensors, returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of tensors.
        v: shaped as the inputs; may be left out for a single input of one element.
        create_graph: records the result, for derivatives of it.
        strict: raises where an output does not depend on an input, instead of answering zeros.

    Returns:
        ``(func(*inputs), products)``, the products shaped as the outputs.

    Raises:
        RuntimeError: `v` has another shape, or `strict` found independence.
        TypeError: inputs or outputs are not tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.autograd.functional.jvp(lambda x: x ** 2, torch.tensor([1., 2.]), torch.ones(2))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        inputs_tuple, inputs = _as_tuple(inputs, "inputs", "jvp")
        inputs = _fresh(inputs, create_graph)
        if v is not None:
            v = _as_tuple(v, "v", "jvp")[1]
        v = _vector(v, inputs, inputs_tuple, _DEFAULT_V)
        outputs_tuple, outputs = _call(func, inputs, "jvp")
        _check_tracked(outputs, _CONSTANT_OUTPUT, strict)
        u = tuple(_C.zeros_like(out, requires_grad=True) for out in outputs)
        grads = _grads(outputs, inputs, u, create_graph=True)
        pulled = _zeros_for_none(grads, inputs, _UNUSED_INPUT, strict)
        grads = _grads(pulled, u, v, create_graph)
        message = _UNUSED_IN_SECOND.format("jacobian", "")
        products = _zeros_for_none(grads, outputs, message, strict)
        _check_recorded(products, "jacobian", strict, create_graph)
    return (
        _like(outputs_tuple, _finished(outputs, create_graph)),
        _like(outputs_tuple, _finished(products, create_graph)),
    )


def _check_strategy(strategy, hint):
    if strategy == "forward-mode":
        raise RuntimeError(
            "forward-mode differentiation is not available: use strategy 'reverse-mode', which "
            "gives the same numbers"
        )
    if strategy != "reverse-mode":
        raise AssertionError(
            f'Expected strategy to be either "forward-mode" or "reverse-mode".{hint}'
        )


def jacobian(
    func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"
):
    """Jacobian of `func`: ``J[i][j] = d output[i] / d input[j]``, one backward pass per element.

    Args:
        func: takes tensors, returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple of tensors.
        create_graph: records the result, for derivatives of it.
        strict: raises where an output does not depend on an input, instead of answering zeros.
        vectorize: a hint on speed that changes no number.
        strategy: ``'reverse-mode'``.

    Shape:
        ``output.shape + input.shape``; nested tuples (outputs, then inputs) where tuples went in
        or came out.

    Raises:
        RuntimeError: `strict` found independence.
        TypeError: inputs or outputs are not tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.autograd.functional.jacobian(lambda x: x ** 2, torch.tensor([1., 2.]))
        tensor([[2., 0.],
                [0., 4.]])
    """
    _check_strategy(
        strategy,
        ' Hint: If your function has more outputs than inputs, "forward-mode" tends to be more '
        'performant. Otherwise, prefer to use "reverse-mode".',
    )
    if strict and vectorize:
        raise RuntimeError(
            "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not "
            "supported together. Please either set `strict=False` or `vectorize=False`."
        )
    with enable_grad():
        inputs_tuple, inputs = _as_tuple(inputs, "inputs", "jacobian")
        inputs = _fresh(inputs, create_graph)
        outputs_tuple, outputs = _call(func, inputs, "jacobian")
        _check_tracked(outputs, _CONSTANT_OUTPUT, strict)
        rows = []
        for i, out in enumerate(outputs):
            unused = (
                f"Output {i} of the user-provided function is independent of input {{}}. This is "
                "not allowed in strict mode."
            )
            columns = [[] for _ in inputs]
            for element in out.reshape(-1):
                grads = _grads((element,), inputs, create_graph=create_graph)
                grads = _zeros_for_none(grads, inputs, unused, strict)
                _check_recorded(grads, "jacobian", strict, create_graph)
                for column, g in zip(columns, grads):
                    column.append(g)
            row = tuple(
                _C.stack(column).view(out.shape + x.shape) for column, x in zip(columns, inputs)
            )
            rows.append(_like(inputs_tuple, _finished(row, create_graph)))
    return _like(outputs_tuple, tuple(rows))


def hessian(
    func,
    inputs,
    create_graph=False,
    strict=False,
    vectorize=False,
    outer_jacobian_strategy="reverse-mode",
):
    """Hessian of a scalar function: ``H[i][j] = d2 output / d input[i] d input[j]``.

    Args:
        func: takes tensors, returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        create_graph: records the result, for derivatives of it.
        strict: raises where the gradient does not depend on an input.
        vectorize: a hint on speed that changes no number.
        outer_jacobian_strategy: ``'reverse-mode'``.

    Shape:
        ``input.shape + input.shape``; a tuple of tuples if `inputs` is a tuple.

    Raises:
        RuntimeError: the output has several elements, or `strict` found independence.
        TypeError: inputs or outputs are not tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    _check_strategy(outer_jacobian_strategy, "")
    inputs_tuple, inputs = _as_tuple(inputs, "inputs", "hessian")

    def gradient(*inputs):
        outputs = _scalar_output(func, inputs, "hessian", strict)
        grads = _grads(outputs, inputs, create_graph=True)
        grads = _zeros_for_none(grads, inputs, _UNUSED_INPUT, False)
        _check_tracked(grads, _CONSTANT_JACOBIAN, strict)
        return grads

    blocks = jacobian(gradient, inputs, create_graph, strict, vectorize)
    return blocks if inputs_tuple else blocks[0][0]


def _gradient(func, inputs, function, create_graph, strict):
    """(fresh inputs, outputs, recorded gradient) of a scalar function."""
    inputs = _fresh(inputs, create_graph)
    outputs = _scalar_output(func, inputs, function, strict)
    grads = _grads(outputs, inputs, create_graph=True)
    grads = _zeros_for_none(grads, inputs, _UNUSED_INPUT, strict)
    _check_tracked(grads, _CONSTANT_JACOBIAN, strict)
    return inputs, outputs, grads


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """Product of a vector with the Hessian of a scalar function: ``v @ H``.

    Args:
        func: takes tensors, returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        v: shaped as the inputs; may be left out for a single input of one element.
        create_graph: records the result, for derivatives of it.
        strict: raises where the gradient does not depend on an input.

    Returns:
        ``(func(*inputs), products)``, the products shaped as the inputs.

    Raises:
        RuntimeError: `v` has another shape, the output several elements, or `strict` found
            independence.
        TypeError: inputs or outputs are not tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> f = lambda x: (x ** 3).sum()
        >>> torch.autograd.functional.vhp(f, torch.tensor([1., 2.]), torch.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        inputs_tuple, inputs = _as_tuple(inputs, "inputs", "vhp")
        if v is not None:
            v = _as_tuple(v, "v", "vhp")[1]
        v = _vector(v, inputs, inputs_tuple, _DEFAULT_V)
        inputs, outputs, gradient = _gradient(func, inputs, "vhp", create_graph, strict)
        grads = _grads(gradient, inputs, v, create_graph)
        message = _UNUSED_IN_SECOND.format("jacobian", "")
        products = _zeros_for_none(grads, inputs, message, strict)
        _check_recorded(products, "hessian", strict, create_graph)
    return (
        _finished(outputs, create_graph)[0],
        _like(inputs_tuple, _finished(products, create_graph)),
    )


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """Product of the Hessian of a scalar function with a vector: ``H @ v``.

    The Hessian is symmetric, so the product is that of :func:`vhp`, which needs one pass less;
    this one differentiates in the other order.

    Args:
        func: takes tensors, returns a tensor of one element.
        inputs: a tensor or a tuple of tensors.
        v: shaped as the inputs; may be left out for a single input of one element.
        create_graph: records the result, for derivatives of it.
        strict: raises where the gradient does not depend on an input.

    Returns:
        ``(func(*inputs), products)``, the products shaped as the inputs.

    Raises:
        RuntimeError: `v` has another shape, the output several elements, or `strict` found
            independence.
        TypeError: inputs or outputs are not tensors.

    Example::

        >>> import tinygrad_ext as torch
        >>> f = lambda x: (x ** 3).sum()
        >>> torch.autograd.functional.hvp(f, torch.tensor([1., 2.]), torch.ones(2))
        (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        inputs_tuple, inputs = _as_tuple(inputs, "inputs", "hvp")
        if v is not None:
            v = _as_tuple(v, "v", "hvp")[1]
        v = _vector(v, inputs, inputs_tuple, _DEFAULT_V)
        inputs, outputs, gradient = _gradient(func, inputs, "hvp", create_graph, strict)
        u = tuple(_C.zeros_like(x, requires_grad=True) for x in inputs)
        grads = _grads(gradient, inputs, u, create_graph=True)
        message = _UNUSED_IN_SECOND.format("jacobian", "")
        pulled = _zeros_for_none(grads, inputs, message, strict)
        grads = _grads(pulled, u, v, create_graph)
        message = _UNUSED_IN_SECOND.format("hessian", "")
        products = _zeros_for_none(grads, inputs, message, strict)
        _check_recorded(products, "hessian", strict, create_graph)
    return (
        _finished(outputs, create_graph)[0],
        _like(inputs_tuple, _finished(products, create_graph)),
    )
