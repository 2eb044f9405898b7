"""What a loss does with its per-element values, and the two boolean arguments that once said it."""

_names = ("none", "mean", "sum")


def check(reduction):
    """Returns `reduction` if it is ``'none'``, ``'mean'`` or ``'sum'``, and raises ValueError if not."""
    if reduction in _names:
        return reduction
    if reduction == "elementwise_mean":
        from warnings import warn

        warn(
            "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.",
            stacklevel=3,
        )
        return "mean"
    raise ValueError(f"{reduction} is not a valid value for reduction")


def legacy_get_string(size_average, reduce, emit_warning=True):
    """The reduction meant by the deprecated `size_average` and `reduce`, of which None counts as True."""
    average, reduces = size_average is None or size_average, reduce is None or reduce
    # `and` asks both for their truth: loss(logits, target) instead of loss()(logits, target) fails here, as it should.
    reduction = "mean" if average and reduces else "sum" if reduces else "none"
    if emit_warning:
        from warnings import warn

        warn(
            "size_average and reduce args will be deprecated, "
            f"please use reduction='{reduction}' instead.",
            stacklevel=3,
        )
    return reduction


def resolve(size_average, reduce, reduction):
    """The valid reduction for a loss function's three arguments."""
    if size_average is not None or reduce is not None:
        return legacy_get_string(size_average, reduce)
    return check(reduction)


def apply(values, reduction):
    """Reduces `values`, whose `reduction` has been checked."""
    if reduction == "mean":
        return values.mean()
    return values.sum() if reduction == "sum" else values
