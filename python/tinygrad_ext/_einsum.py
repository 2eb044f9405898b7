"""Einstein summation, as products of batches of matrices.

Every operand is brought to the same dimensions: those of the output first, then the summed ones in the order of their
letters. The operands are then multiplied from left to right; a dimension is summed as soon as no later operand has it.
"""

from . import _C

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def einsum(*args):
    """Sums products of elements over the subscripts that the output does not have.

    ``einsum('ij,jk->ik', a, b)[i, k] = sum_j a[i, j] * b[j, k]``

    Args:
        equation: a letter for each dimension of each operand, ``...`` for dimensions that broadcast, and after ``->`` the
            output's. Without ``->`` the output has, in alphabetical order, the letters that stand once.
        operands: the tensors, or a list of them. Instead of an equation each operand may be followed by a list of
            numbers (0 to 51, or ``...``), with the output's list at the end.

    Raises:
        RuntimeError: the equation does not fit the operands.
        ValueError: there are no operands.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.einsum('ii', torch.eye(3))
        tensor(3.)
        >>> torch.einsum('i,j->ij', torch.tensor([1., 2.]), torch.tensor([3., 4.]))
        tensor([[3., 4.],
                [6., 8.]])
    """
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], _C.Tensor):
        equation, operands = _from_lists(args)
    else:
        equation, operands = args[0], args[1:]
        if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
            operands = operands[0]
    for i, operand in enumerate(operands):
        if not isinstance(operand, _C.Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 1, but got {type(operand).__name__}")

    inputs, output = _parse(equation, operands)
    inputs = [_labels(subscripts, i, operands[i]) for i, subscripts in enumerate(inputs)]
    ellipsis = max((sum(label < 0 for label in labels) for labels in inputs), default=0)
    outside = _output_labels(output, inputs, ellipsis)
    summed = sorted({label for labels in inputs for label in labels} - set(outside))
    order = outside + summed
    operands = [_diagonal(x, labels, i) for i, (x, labels) in enumerate(zip(operands, inputs))]
    operands = [_spread(x, _unique(labels), order) for x, labels in zip(operands, inputs)]
    last = _check_sizes(inputs, operands, order)
    return _contract(operands, len(outside), last)


def _from_lists(args):
    """The equation of the form einsum(op, list, op, list, ..., list)."""

    def letters(numbers):
        text = ""
        for n in numbers:
            if n is not Ellipsis and not 0 <= n < 52:
                raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
            text += "..." if n is Ellipsis else _LETTERS[n]
        return text

    equation = ",".join(letters(numbers) for numbers in args[1::2])
    if len(args) % 2:
        equation += "->" + letters(args[-1])
        args = args[:-1]
    return equation, args[::2]


# ---- Parsing. A label is a letter's number, or, for the dimensions of an ellipsis, -1 for the last, -2 for the one before.


def _scan(equation, start, end, operand):
    """The subscripts in a part of the equation: letters, and '.' for an ellipsis. The output is operand None."""
    subscripts, i = [], start
    while i < end:
        c = equation[i]
        if c == ".":
            if equation[i : i + 3] != "..." or "." in subscripts:
                raise RuntimeError("einsum(): found '.' for " + _misplaced("." in subscripts, operand))
            subscripts.append(".")
            i += 2
        elif c in _LETTERS:
            if operand is None and c in subscripts:
                raise RuntimeError(f"einsum(): output subscript {c} appears more than once in the output")
            subscripts.append(c)
        elif c != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {i} in the equation string, subscripts must be in [a-zA-Z]"
            )
        i += 1
    return subscripts


def _misplaced(second, operand):
    if operand is None:
        return "output but an ellipsis (...) was already found" if second else "output that is not part of any ellipsis (...)"
    return f"operand {operand} " + ("for which an ellipsis was already found" if second else "that is not part of any ellipsis")


def _parse(equation, operands):
    """(the subscripts of each operand, those of the output or None)."""
    arrow = equation.find("->")
    end = len(equation) if arrow < 0 else arrow
    inputs, start = [], 0
    while True:
        comma = equation.find(",", start, end)
        stop = end if comma < 0 else comma
        inputs.append(_scan(equation, start, stop, len(inputs)))
        if comma < 0:
            break
        start = comma + 1
    if len(inputs) > len(operands):
        raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
    if len(inputs) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    if arrow < 0:
        return inputs, None
    return inputs, _scan(equation, arrow + 2, len(equation), None)


def _labels(subscripts, i, operand):
    """A label for each dimension of an operand."""
    has_ellipsis = "." in subscripts
    letters = len(subscripts) - has_ellipsis
    missing = operand.dim() - letters
    if missing < 0 or missing > 0 and not has_ellipsis:
        raise RuntimeError(
            f"einsum(): the number of subscripts in the equation ({letters}) "
            + ("is more than" if has_ellipsis else "does not match")
            + f" the number of dimensions ({operand.dim()}) for operand {i}"
            + ("" if has_ellipsis else " and no ellipsis was given")
        )
    labels = []
    for c in subscripts:
        labels += range(-missing, 0) if c == "." else [_LETTERS.index(c)]
    return labels


def _output_labels(output, inputs, ellipsis):
    if output is None:
        counts = {}
        for labels in inputs:
            for label in labels:
                counts[label] = counts.get(label, 0) + 1
        once = sorted(label for label, n in counts.items() if label >= 0 and n == 1)
        return [*range(-ellipsis, 0), *once]
    known = {label for labels in inputs for label in labels}
    outside = []
    for c in output:
        if c == ".":
            outside += range(-ellipsis, 0)
        elif _LETTERS.index(c) not in known:
            raise RuntimeError(f"einsum(): output subscript {c} does not appear in the equation for any input operand")
        else:
            outside.append(_LETTERS.index(c))
    return outside


# ---- Bringing the operands to the same dimensions


def _unique(labels):
    return list(dict.fromkeys(labels))


def _diagonal(x, labels, i):
    """Operand `i` with one dimension for every label: repeated ones are reduced to their diagonal."""
    labels = list(labels)
    for label in _unique(labels):
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            if x.shape[first] != x.shape[second]:
                raise RuntimeError(
                    f"einsum(): subscript {_LETTERS[label]} is repeated for operand {i} but the sizes don't match, "
                    f"{x.shape[second]} != {x.shape[first]}"
                )
            x = x.diagonal(0, first, second).movedim(-1, first)
            del labels[second]
    return x


def _spread(x, labels, order):
    """x with a dimension for every label of `order`, of size 1 where it has none."""
    for _ in range(len(order) - len(labels)):
        x = x.unsqueeze(-1)
    missing = iter(range(len(labels), len(order)))
    return x.permute([labels.index(label) if label in labels else next(missing) for label in order])


def _check_sizes(inputs, operands, order):
    """Sizes must be equal or 1. Returns for each dimension the last operand that has it."""
    last = [0] * len(order)
    for d, label in enumerate(order):
        size = 1
        for i, x in enumerate(operands):
            if label in inputs[i]:
                last[d] = i
            if x.shape[d] != 1:
                if size != 1 and x.shape[d] != size:
                    raise RuntimeError("einsum(): " + _mismatch(label, i, inputs[i], x.shape[d], size))
                size = x.shape[d]
    return last


def _mismatch(label, i, labels, size, seen):
    if label >= 0:
        return (
            f"subscript {_LETTERS[label]} has size {size} for operand {i} which does not broadcast with previously seen "
            f"size {seen}"
        )
    position = label + sum(other < 0 for other in labels)
    return (
        f"dimension {position} covered by ellipsis in operand {i}has size {size} which does not broadcast with previously "
        f"seen ellipsis with size {seen} for the respective dimension"
    )


# ---- Multiplying


def _contract(operands, n_out, last):
    """The product of all; dimensions from n_out on are summed."""
    result, *others = operands
    summed = range(n_out, result.dim())
    if not others:
        return result.sum(list(summed)) if summed else result
    for i, x in enumerate(others, 1):
        now = [d for d in summed if last[d] == i or i == 1 and last[d] == 0]
        both = [d for d in now if result.shape[d] != 1 and x.shape[d] != 1]
        result, x = _sum_single(result, now, both), _sum_single(x, now, both)
        result = _pair(result, x, both) if both else result * x
    return result.view(result.shape[:n_out]) if summed else result


def _sum_single(x, dims, both):
    single = [d for d in dims if d not in both and x.shape[d] != 1]
    return x.sum(single, True) if single else x


def _pair(a, b, summed):
    """sum over `summed` of a * b (they become dimensions of size 1), as one bmm.

    (shared, only a's, summed) @ (shared, summed, only b's) -> (shared, only a's, only b's)
    """
    rest = [d for d in range(a.dim()) if d not in summed]
    shared = [d for d in rest if a.shape[d] != 1 and b.shape[d] != 1]
    only_a = [d for d in rest if a.shape[d] != 1 and b.shape[d] == 1]
    only_b = [d for d in rest if a.shape[d] == 1]
    if only_a and only_b and only_b[-1] < only_a[0]:
        return _pair(b, a, summed)  # the result then needs no permutation

    def product(x, dims):
        n = 1
        for d in dims:
            n *= x.shape[d]
        return n

    batch, k = product(a, shared), product(a, summed)
    left = a.permute(shared + only_a + summed + only_b).reshape(batch, product(a, only_a), k)
    right = b.permute(shared + summed + only_b + only_a).reshape(batch, k, product(b, only_b))
    order = shared + only_a + summed + only_b
    sizes = [1 if d in summed else (b if d in only_b else a).shape[d] for d in order]
    back = [order.index(d) for d in range(a.dim())]
    return _C.bmm(left, right).view(sizes).permute(back)
