"""The two Jacobians that gradcheck compares. Both have a row per input and a column per output element."""

from itertools import product
from warnings import warn

from .. import _C
from . import grad
from .function import Function
from .gradcheck import GradcheckError


def as_tuple(values):
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _differentiable(outputs):
    return tuple(out for out in as_tuple(outputs) if out.requires_grad)


def _checked_inputs(inputs):
    """The inputs that require grad, after a check that differences of them make sense."""
    chosen = []
    for i, x in enumerate(inputs):
        if not (isinstance(x, _C.Tensor) and x.requires_grad):
            continue
        if x.dtype is not _C.float64:
            warn(
                f"Input #{i} requires gradient and is not a double precision floating point or "
                "complex. This check will likely fail if all the inputs are not of double "
                "precision floating point or complex. ",
                stacklevel=4,
            )
        if any(stride == 0 and size > 1 for stride, size in zip(x.stride(), x.shape)):
            raise RuntimeError(
                f"The {i}th input has a dimension with stride 0. gradcheck only supports inputs "
                "that are non-overlapping to be able to compute the numerical gradients "
                "correctly. You should call .contiguous on the input before passing it to "
                "gradcheck."
            )
        chosen.append(x)
    if not chosen:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, "
            "but none of them have requires_grad=True."
        )
    return chosen


def _numerical(evaluate, x, eps):
    """For each output, d out / d x by central differences; `evaluate()` reads the changed x."""
    data = x.data  # counts versions by itself, so what was saved for backward stays valid
    rows = []
    for index in product(*map(range, x.shape)):
        value = data[index].item()
        sides = []
        for moved in (value - eps, value + eps):
            data[index] = moved
            sides.append([out.detach().clone() for out in evaluate()])
        data[index] = value
        rows.append([((b - a) / (2 * eps)).reshape(-1) for a, b in zip(*sides)])
    if not rows:
        return [_C.zeros(0, out.numel(), dtype=out.dtype) for out in evaluate()]
    return [_C.stack(column) for column in zip(*rows)]


def _analytical(out, inputs, check_grad_dtypes):
    """For each input, d out / d x by one backward pass per element of `out`."""
    columns = [[] for _ in inputs]
    for j in range(out.numel()):
        basis = _C.zeros(out.numel(), dtype=out.dtype)
        basis[j] = 1
        grads = grad(out, inputs, basis.view(out.shape), retain_graph=True, allow_unused=True)
        for column, g, x in zip(columns, grads, inputs):
            if check_grad_dtypes and g is not None and g.dtype is not x.dtype:
                raise GradcheckError("Gradient has dtype mismatch.")
            column.append(_C.zeros_like(x) if g is None else g)
    return [
        _C.stack([g.reshape(-1) for g in column], 1)
        if column
        else _C.zeros(x.numel(), 0, dtype=x.dtype)
        for column, x in zip(columns, inputs)
    ]


def _close(a, b, rtol, atol):
    dtype = _C.promote_types(a.dtype, b.dtype)
    return _C.allclose(a.to(dtype), b.to(dtype), rtol=rtol, atol=atol)


def check(
    func, inputs, *, eps, atol, rtol, nondet_tol, check_undefined_grad, check_grad_dtypes
):
    """Raises GradcheckError at the first thing that is wrong."""
    checked = _checked_inputs(inputs)
    outputs = _differentiable(func(*inputs))

    if not outputs:
        for x in checked:
            for jacobian in _numerical(lambda: as_tuple(func(*inputs)), x, eps):
                if jacobian.ne(0).any():
                    raise GradcheckError("Numerical gradient for function expected to be zero")
        return

    numerical = [_numerical(lambda: _differentiable(func(*inputs)), x, eps) for x in checked]
    for i, out in enumerate(outputs):
        analytical = _analytical(out, checked, check_grad_dtypes)
        again = _analytical(out, checked, check_grad_dtypes)
        for first, second in zip(analytical, again):
            if first.numel() and (first - second).abs().max() > nondet_tol:  # NaN twice is no difference
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and "
                    "grad_output multiple times gives different values, although analytical "
                    "gradient matches numerical gradient."
                    f"The tolerance for nondeterminism was {nondet_tol}."
                )
        for j, (a, n) in enumerate(zip(analytical, (column[i] for column in numerical))):
            if not _close(a, n, rtol, atol):
                raise GradcheckError(
                    f"Jacobian mismatch for output {i} with respect to input {j},\n"
                    f"numerical:{n}\nanalytical:{a}\n"
                )

    _check_zero_in_zero_out(outputs, checked)
    if check_undefined_grad:
        _check_undefined(func, inputs, checked)


def _all_zero(grads):
    return all(g is None or not g.ne(0).any() for g in grads)


def _check_zero_in_zero_out(outputs, inputs):
    zeros = [_C.zeros_like(out) for out in outputs]
    if not _all_zero(grad(outputs, inputs, zeros, retain_graph=True, allow_unused=True)):
        raise GradcheckError("backward not multiplied by grad_output")


class _Undefined(Function):
    """Identity that passes no gradient back."""

    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        return None


def _check_undefined(func, inputs, checked):
    """No gradient at all outputs, then at one while zeros reach the others."""
    count = len(_differentiable(func(*inputs)))
    choices = [range(count)] + ([[i] for i in range(count)] if count > 1 else [])
    for undefined in choices:
        outputs = list(_differentiable(func(*inputs)))
        for i in undefined:
            outputs[i] = _Undefined.apply(outputs[i])
        zeros = [_C.zeros_like(out) for out in outputs]
        try:
            grads = grad(outputs, checked, zeros, allow_unused=True)
        except RuntimeError as error:
            raise GradcheckError(
                "Expected backward function to handle undefined output grads."
            ) from error
        if not _all_zero(grads):
            raise GradcheckError(
                "Expected all input grads to be undefined or zero when all output grads are "
                "undefined or zero."
            )


def gradient_function(func, inputs, grad_outputs, non_contiguous):
    """What gradgradcheck checks: (the function from inputs and output gradients to gradients, its inputs)."""
    inputs = as_tuple(inputs)
    outputs = _differentiable(func(*inputs))
    if grad_outputs is None:
        grad_outputs = tuple(_random_gradient(out, non_contiguous) for out in outputs)
    else:
        grad_outputs = as_tuple(grad_outputs)
    split = len(inputs)

    def gradient(*args):
        xs = tuple(x for x in args[:split] if isinstance(x, _C.Tensor) and x.requires_grad)
        outputs = _differentiable(func(*args[:split]))
        if not outputs:
            return ()
        grads = grad(outputs, xs, args[split:], create_graph=True, allow_unused=True)
        return tuple(g for g in grads if g is not None)

    return gradient, inputs + grad_outputs


def _random_gradient(out, non_contiguous):
    shape = list(out.shape)
    if non_contiguous and out.numel() > 1:
        shape[-1] *= 2  # every second element is taken, as torch does: the same draws
        return _C.empty(shape, dtype=out.dtype).uniform_(-1, 1)[..., 1::2].requires_grad_()
    return _C.empty(shape, dtype=out.dtype).uniform_(-1, 1).requires_grad_()
