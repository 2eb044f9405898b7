"""Derivatives compared with finite differences."""

__all__ = ["gradcheck", "gradgradcheck", "GradcheckError"]


class GradcheckError(RuntimeError):
    """Raised by :func:`gradcheck` and :func:`gradgradcheck` when a derivative is wrong."""


def _refuse(**flags):
    for name, value in flags.items():
        if value:
            raise ValueError(
                f"{name}=True is not available: there is no forward-mode differentiation and no "
                "vmap here, and every Jacobian is checked in full"
            )


def gradcheck(
    func,
    inputs,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_batched_forward_grad=False,
    check_forward_ad=False,
    check_backward_ad=True,
    fast_mode=False,
    masked=None,
):
    """Compares the Jacobian that backward gives with one of central differences.

    ``|analytical - numerical| <= atol + rtol * |numerical|``, where
    ``numerical[i][j] = (out[j](x[i] + eps) - out[j](x[i] - eps)) / (2 * eps)``

    The default tolerances want float64 inputs.

    Args:
        func: takes `inputs`, returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple; those that require grad are checked.
        eps: the step of the differences.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: False answers False instead of raising :class:`GradcheckError`.
        nondet_tol: how far two runs of the same backward may differ.
        check_undefined_grad: also runs backward with the gradients of some outputs missing.
        check_grad_dtypes: also checks that gradients have their inputs' dtypes.
        check_batched_grad: not available.
        check_batched_forward_grad: not available.
        check_forward_ad: not available.
        check_backward_ad: must be True.
        fast_mode: not available.
        masked: concerns sparse tensors only; of no consequence for dense ones.

    Returns:
        True, or False if something is wrong and `raise_exception` is False.

    Raises:
        GradcheckError: a derivative is wrong.
        ValueError: no input requires grad, or an option is not available.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([0.5, 2.], dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradcheck(lambda x: x.exp(), x)
        True
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError(
            "Setting check_batched_forward_grad=True requires check_forward_ad to be True"
        )
    _refuse(
        check_forward_ad=check_forward_ad,
        check_batched_grad=check_batched_grad,
        fast_mode=fast_mode,
    )
    from . import _gradcheck

    try:
        _gradcheck.check(
            func,
            _gradcheck.as_tuple(inputs),
            eps=eps,
            atol=atol,
            rtol=rtol,
            nondet_tol=nondet_tol,
            check_undefined_grad=check_undefined_grad,
            check_grad_dtypes=check_grad_dtypes,
        )
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func,
    inputs,
    grad_outputs=None,
    *,
    eps=1e-6,
    atol=1e-5,
    rtol=1e-3,
    gen_non_contig_grad_outputs=False,
    raise_exception=True,
    nondet_tol=0.0,
    check_undefined_grad=True,
    check_grad_dtypes=False,
    check_batched_grad=False,
    check_fwd_over_rev=False,
    check_rev_over_rev=True,
    fast_mode=False,
    masked=False,
):
    """Compares second derivatives with central differences of first ones.

    Runs :func:`gradcheck` on the function that maps inputs and gradients of the outputs to
    gradients of the inputs.

    Args:
        func: takes `inputs`, returns a tensor or a tuple of tensors.
        inputs: a tensor or a tuple; those that require grad are checked.
        grad_outputs: gradients of the outputs; drawn from U(-1, 1) if None.
        gen_non_contig_grad_outputs: draws gradients that are not contiguous.
        check_fwd_over_rev: not available.
        check_rev_over_rev: must be True.
        eps: as all options below, see :func:`gradcheck`.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: False answers False instead of raising.
        nondet_tol: how far two runs of the same backward may differ.
        check_undefined_grad: also runs backward with no gradient arriving.
        check_grad_dtypes: also checks dtypes of gradients.
        check_batched_grad: not available.
        fast_mode: not available.
        masked: of no consequence for dense tensors.

    Returns:
        True, or False if something is wrong and `raise_exception` is False.

    Raises:
        GradcheckError: a second derivative is wrong.
        ValueError: no input requires grad, or an option is not available.

    Example::

        >>> import tinygrad_ext as torch
        >>> x = torch.tensor([0.5, 2.], dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradgradcheck(lambda x: x.exp(), x)
        True
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError(
            "Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True"
        )
    _refuse(check_fwd_over_rev=check_fwd_over_rev)
    from . import _gradcheck

    gradient, inputs = _gradcheck.gradient_function(
        func, inputs, grad_outputs, gen_non_contig_grad_outputs
    )
    return gradcheck(
        gradient,
        inputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        fast_mode=fast_mode,
        masked=masked,
    )
