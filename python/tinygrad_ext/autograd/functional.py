"""Jacobians, Hessians and their products with vectors, of Python functions of tensors."""

from .. import _C
from ._differentiate import (
    CONSTANT_JACOBIAN,
    CONSTANT_OUTPUT,
    UNUSED_IN_SECOND,
    UNUSED_INPUT,
    as_tuple,
    call,
    check_recorded,
    check_tracked,
    finished,
    fresh,
    gradients,
    like,
    scalar_output,
    vector,
    zeros_for_none,
)
from .grad_mode import enable_grad

__all__ = ["vjp", "jvp", "jacobian", "hessian", "hvp", "vhp"]


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
        inputs_tuple, inputs = as_tuple(inputs, "inputs", "vjp")
        inputs = fresh(inputs, create_graph)
        outputs_tuple, outputs = call(func, inputs, "vjp")
        check_tracked(outputs, CONSTANT_OUTPUT, strict)
        if v is not None:
            v = as_tuple(v, "v", "vjp")[1]
        v = vector(v, outputs, outputs_tuple, "the user-provided function returns")
        grads = gradients(outputs, inputs, v, create_graph)
        products = zeros_for_none(grads, inputs, UNUSED_INPUT, strict)
        check_recorded(products, "jacobian", strict, create_graph)
    return (
        like(outputs_tuple, finished(outputs, create_graph)),
        like(inputs_tuple, finished(products, create_graph)),
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
        inputs_tuple, inputs = as_tuple(inputs, "inputs", "jvp")
        inputs = fresh(inputs, create_graph)
        if v is not None:
            v = as_tuple(v, "v", "jvp")[1]
        v = vector(v, inputs, inputs_tuple, _DEFAULT_V)
        outputs_tuple, outputs = call(func, inputs, "jvp")
        check_tracked(outputs, CONSTANT_OUTPUT, strict)
        u = tuple(_C.zeros_like(out, requires_grad=True) for out in outputs)
        grads = gradients(outputs, inputs, u, create_graph=True)
        pulled = zeros_for_none(grads, inputs, UNUSED_INPUT, strict)
        grads = gradients(pulled, u, v, create_graph)
        message = UNUSED_IN_SECOND.format("jacobian", "")
        products = zeros_for_none(grads, outputs, message, strict)
        check_recorded(products, "jacobian", strict, create_graph)
    return (
        like(outputs_tuple, finished(outputs, create_graph)),
        like(outputs_tuple, finished(products, create_graph)),
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
        inputs_tuple, inputs = as_tuple(inputs, "inputs", "jacobian")
        inputs = fresh(inputs, create_graph)
        outputs_tuple, outputs = call(func, inputs, "jacobian")
        check_tracked(outputs, CONSTANT_OUTPUT, strict)
        rows = []
        for i, out in enumerate(outputs):
            unused = (
                f"Output {i} of the user-provided function is independent of input {{}}. This is "
                "not allowed in strict mode."
            )
            columns = [[] for _ in inputs]
            for element in out.reshape(-1):
                grads = gradients((element,), inputs, create_graph=create_graph)
                grads = zeros_for_none(grads, inputs, unused, strict)
                check_recorded(grads, "jacobian", strict, create_graph)
                for column, g in zip(columns, grads):
                    column.append(g)
            row = tuple(
                _C.stack(column).view(out.shape + x.shape) for column, x in zip(columns, inputs)
            )
            rows.append(like(inputs_tuple, finished(row, create_graph)))
    return like(outputs_tuple, tuple(rows))


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
    inputs_tuple, inputs = as_tuple(inputs, "inputs", "hessian")

    def gradient(*inputs):
        outputs = scalar_output(func, inputs, "hessian", strict)
        grads = gradients(outputs, inputs, create_graph=True)
        grads = zeros_for_none(grads, inputs, UNUSED_INPUT, False)
        check_tracked(grads, CONSTANT_JACOBIAN, strict)
        return grads

    blocks = jacobian(gradient, inputs, create_graph, strict, vectorize)
    return blocks if inputs_tuple else blocks[0][0]


def _gradient(func, inputs, function, create_graph, strict):
    """(fresh inputs, outputs, recorded gradient) of a scalar function."""
    inputs = fresh(inputs, create_graph)
    outputs = scalar_output(func, inputs, function, strict)
    grads = gradients(outputs, inputs, create_graph=True)
    grads = zeros_for_none(grads, inputs, UNUSED_INPUT, strict)
    check_tracked(grads, CONSTANT_JACOBIAN, strict)
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
        inputs_tuple, inputs = as_tuple(inputs, "inputs", "vhp")
        if v is not None:
            v = as_tuple(v, "v", "vhp")[1]
        v = vector(v, inputs, inputs_tuple, _DEFAULT_V)
        inputs, outputs, gradient = _gradient(func, inputs, "vhp", create_graph, strict)
        grads = gradients(gradient, inputs, v, create_graph)
        message = UNUSED_IN_SECOND.format("jacobian", "")
        products = zeros_for_none(grads, inputs, message, strict)
        check_recorded(products, "hessian", strict, create_graph)
    return (
        finished(outputs, create_graph)[0],
        like(inputs_tuple, finished(products, create_graph)),
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
        inputs_tuple, inputs = as_tuple(inputs, "inputs", "hvp")
        if v is not None:
            v = as_tuple(v, "v", "hvp")[1]
        v = vector(v, inputs, inputs_tuple, _DEFAULT_V)
        inputs, outputs, gradient = _gradient(func, inputs, "hvp", create_graph, strict)
        u = tuple(_C.zeros_like(x, requires_grad=True) for x in inputs)
        grads = gradients(gradient, inputs, u, create_graph=True)
        message = UNUSED_IN_SECOND.format("jacobian", "")
        pulled = zeros_for_none(grads, inputs, message, strict)
        grads = gradients(pulled, u, v, create_graph)
        message = UNUSED_IN_SECOND.format("hessian", "")
        products = zeros_for_none(grads, inputs, message, strict)
        check_recorded(products, "hessian", strict, create_graph)
    return (
        finished(outputs, create_graph)[0],
        like(inputs_tuple, finished(products, create_graph)),
    )
