"""Two observations of one call, held against each other: "" when they agree, a sentence when they do not."""

import re

import numpy as np

from optable.core import EXACT, Op, Out, Record, Tolerance

CLOSE_TO = {"float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7)}  # rtol, atol of torch.testing.assert_close


def forward_disagreement(op: Op, ours: Record, theirs: Record, same_bits: bool = True) -> str:
    """`same_bits` is false where the two sides run at different instruction sets: bits are then not promised."""
    if ours.error or theirs.error:
        return error_disagreement(ours.error, theirs.error)
    return list_disagreement("result", ours.outputs, theirs.outputs, op.value, same_bits)


def gradient_disagreement(op: Op, ours: Record, theirs: Record, same_bits: bool = True) -> str:
    for a, b in zip(ours.outputs, theirs.outputs):
        a, b = (a.graph, b.graph) if op.graph else (first_node(a.graph), first_node(b.graph))
        if a != b:
            return f"graph is\n    {a}\n  torch's\n    {b}"
    if ours.grad_error or theirs.grad_error:
        return error_disagreement(ours.grad_error, theirs.grad_error)
    return list_disagreement("gradient", ours.grads, theirs.grads, op.grad, same_bits)


def list_disagreement(what: str, ours: list, theirs: list, tolerance: Tolerance, same_bits: bool) -> str:
    if len(ours) != len(theirs):
        return f"{len(ours)} {what}s, torch has {len(theirs)}"
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if problem := out_disagreement(a, b, tolerance, same_bits):
            return f"{what} {i}: {problem}"
    return ""


def error_disagreement(ours: tuple, theirs: tuple) -> str:
    if not ours:
        return f"answers, torch raises {theirs[0]}: {theirs[1]}"
    if not theirs:
        return f"raises {ours[0]}: {ours[1]}, torch answers"
    if ours[0] != theirs[0] or comparable(ours[1]) != comparable(theirs[1]):
        return f"raises\n    {': '.join(ours)}\n  torch raises\n    {': '.join(theirs)}"
    return ""


def comparable(text: str) -> str:
    """A message without what is torch's private business: names of its kernels, and lists of its C++ signatures."""
    text = re.sub(r'^"\w+" not implemented for', "not implemented for", text)
    return re.sub(
        r"received an invalid combination of arguments.*", "received an invalid combination", text, flags=re.S
    )


def out_disagreement(ours: Out, theirs: Out, tolerance: Tolerance, same_bits: bool) -> str:
    for field in ("dtype", "shape", "strides", "view"):
        a, b = getattr(ours, field), getattr(theirs, field)
        if field == "strides" and 0 in theirs.shape:
            continue  # those of an empty array are numpy's, and differ between its versions
        if a != b:
            return f"{field} is {a}, torch's {b}"
    if not isinstance(ours.values, np.ndarray):
        return "" if ours.values == theirs.values else f"is {ours.values}, torch's {theirs.values}"
    return value_disagreement(ours.values, theirs.values, tolerance, same_bits)


def first_node(graph: str) -> str:
    return graph.partition("(")[0]


def value_disagreement(ours, theirs, tolerance: Tolerance, same_bits: bool = True) -> str:
    if ours.dtype.kind != "f" or tolerance == EXACT and same_bits:
        bad = ~((ours == theirs) | (ours != ours) & (theirs != theirs))
        if ours.dtype.kind == "f":
            bad |= (ours == 0) & (np.signbit(ours) != np.signbit(theirs))
    elif tolerance.close or not same_bits:
        rtol, atol = CLOSE_TO[ours.dtype.name]
        bad = ~np.isclose(ours, theirs, rtol, atol, equal_nan=True)
    else:
        bad = ulp_distance(ours, theirs) > (tolerance.ulp32 if ours.itemsize == 4 else tolerance.ulp64)
    if not bad.any():
        return ""
    where = tuple(int(i) for i in np.argwhere(bad)[0])
    a, b = ours[where], theirs[where]
    distance = f", {ulp_distance(ours, theirs)[where]} ulp" if ours.dtype.kind == "f" else ""
    return f"{bad.sum()} of {bad.size} values differ, at {list(where)}: {a!r}, torch's {b!r}{distance}"


def ulp_distance(a, b):
    """How many floats lie between; 0 between two nans and between the zeros."""
    integer = {4: np.int32, 8: np.int64}[a.itemsize]

    def ordered(x):
        bits = np.ascontiguousarray(x).reshape(x.shape).view(integer).astype(np.int64)
        return np.where(bits < 0, -(bits & np.iinfo(integer).max), bits)

    a_bits, b_bits = ordered(a), ordered(b)
    distance = np.maximum(a_bits, b_bits).astype(np.uint64) - np.minimum(a_bits, b_bits).astype(np.uint64)
    return np.where((a == b) | (a != a) & (b != b), np.uint64(0), distance)
