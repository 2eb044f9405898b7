"""What jacobian and its kin share: arguments made ready, gradients taken, results checked with torch's texts."""

from .. import _C
from . import grad


def as_tuple(value, what, function):
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


def like(was_tuple, values):
    return values if was_tuple else values[0]


def fresh(inputs, create_graph):
    """The inputs as the function sees them: leaves of its own, or, with create_graph, attached to
    what the caller computed them from."""
    return tuple(
        (x.view_as(x) if create_graph else x.detach()).requires_grad_() for x in inputs
    )


def finished(values, create_graph):
    return values if create_graph else tuple(v.detach() for v in values)


def call(func, inputs, function):
    return as_tuple(func(*inputs), "outputs of the user-provided function", function)


def gradients(outputs, inputs, grad_outputs=None, create_graph=False):
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


CONSTANT_JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with "
    "respect to input {} is independent of the input. This is not allowed in strict mode. You "
    "should ensure that your function is twice differentiable and that the jacobian depends on "
    "the inputs (this would be violated by a linear function for example)."
)
CONSTANT_OUTPUT = (
    "Output {} of the user-provided function does not require gradients. The outputs must be "
    "computed in a differentiable manner from the input when running in strict mode."
)
UNUSED_INPUT = (
    "The output of the user-provided function is independent of input {}. This is not allowed in "
    "strict mode."
)
UNUSED_IN_SECOND = (
    "The {} of the user-provided function is independent of input {{}}. This is not allowed in "
    "strict mode{}."
)


def check_tracked(values, message, strict):
    if strict:
        for i, v in enumerate(values):
            if not v.requires_grad:
                raise RuntimeError(message.format(i))


def check_recorded(values, what, strict, create_graph):
    """In strict mode a result that is to be differentiated further must depend on the inputs."""
    message = UNUSED_IN_SECOND.format(what, " when create_graph=True")
    check_tracked(values, message, strict and create_graph)


def zeros_for_none(grads, references, message, strict):
    for i, g in enumerate(grads):
        if strict and g is None:
            raise RuntimeError(message.format(i))
    return tuple(_C.zeros_like(r) if g is None else g for g, r in zip(grads, references))


def vector(v, references, was_tuple, default_allowed):
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


def scalar_output(func, inputs, function, strict):
    was_tuple, outputs = call(func, inputs, function)
    check_tracked(outputs, CONSTANT_OUTPUT, strict)
    if was_tuple:
        raise RuntimeError(f"The function given to {function} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {function} should contain a single "
            "element"
        )
    return outputs
