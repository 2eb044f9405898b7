"""How torch adds up, in numpy: the order of every sum whose bits are promised, and its exp."""

import numpy as np

F32 = np.float32


def fma(a, b, c):
    """a * b + c in float32, rounded once: the product is exact in double, the sum is rounded to odd."""
    product, c = np.multiply(a, b, dtype=np.float64), np.asarray(c, np.float64)
    total = product + c
    part = total - product
    error = (product - (total - part)) + (c - part)
    even = (np.atleast_1d(total).view(np.int64) & 1 == 0).reshape(total.shape)
    odd = np.where((error != 0) & even, np.nextafter(total, np.where(error > 0, np.inf, -np.inf)), total)
    return odd.astype(F32)


def exp_poly(x):
    q = np.rint(x * F32(1.44269504))
    s = fma(q, F32(-0.693145751953125), x)
    s = fma(q, F32(-1.428606765330187045e-06), s)
    u = F32(0.000198527617612853646)
    for c in (0.00139304355252534151, 0.00833336077630519867, 0.0416664853692054749, 0.166666671633720398, 0.5):
        u = fma(u, s, F32(c))
    y = np.ldexp(F32(1) + fma(s * s, u, s), q.astype(np.int32)).astype(F32)
    return np.where(x < -104, F32(0), np.where(x > 100, F32(np.inf), y))


def cascade(items):
    n = len(items)
    power = max(4, (max(n - 1, 0).bit_length()) // 4)
    step, i = 1 << power, 0
    acc = [np.zeros_like(items[0]) if n else F32(0) for _ in range(4)]
    while i + step <= n:
        for _ in range(step):
            acc[0] = acc[0] + items[i]
            i += 1
        for j in range(1, 4):
            acc[j], acc[j - 1] = acc[j] + acc[j - 1], np.zeros_like(acc[j - 1])
            if i & ((step - 1) << (j * power)):
                break
    while i < n:
        acc[0] = acc[0] + items[i]
        i += 1
    return ((acc[0] + acc[1]) + acc[2]) + acc[3]


def row_sum(items):
    quarter = len(items) // 4
    if not quarter:
        parts = [np.zeros_like(items[0]) if len(items) else F32(0) for _ in range(4)]
    else:
        parts = [cascade([items[4 * i + k] for i in range(quarter)]) for k in range(4)]
    for item in items[4 * quarter :]:
        parts[0] = parts[0] + item
    return ((parts[0] + parts[1]) + parts[2]) + parts[3]


def inner_sum(x, width):
    if len(x) < width:
        return row_sum(list(x)) if len(x) else x.dtype.type(0)
    lanes = row_sum(list(x[: len(x) // width * width].reshape(-1, width)))
    total = x.dtype.type(0)
    for value in [*x[len(x) // width * width :], *lanes]:
        total = total + value
    return total


def outer_sum(x, width):
    """Sum over the rows: groups of columns take different routes."""
    rows, columns = x.shape
    out, c = np.empty(columns, x.dtype), 0
    group = 4 * width if columns >= width else 4
    while c + group <= columns:
        out[c : c + group] = cascade(list(x[:, c : c + group]))
        c += group
    while columns >= width and c + width <= columns:
        out[c : c + width] = row_sum(list(x[:, c : c + width]))
        c += width
    for c in range(c, columns):
        out[c] = row_sum(list(x[:, c]))
    return out


def reduce_lanes(x, width):
    if len(x) < width:
        total = F32(0)
        for value in x:
            total = total + value
        return total
    acc = x[:width].copy()
    for start in range(width, len(x), width):
        part = x[start : start + width]
        acc[: len(part)] += part
    while len(acc) > 1:
        half = len(acc) // 2
        acc = acc[:half] + acc[half:]
    return acc[0]


def product_lanes(a, b, width):
    """reduce_lanes of a * b, rounded but for the tail, which is fused."""
    whole = len(a) // width * width
    if not whole:
        return reduce_lanes(a * b, width)
    acc = (a[:width] * b[:width]).copy()
    for start in range(width, whole, width):
        acc += a[start : start + width] * b[start : start + width]
    tail = len(a) - whole
    acc[:tail] = fma(a[whole:], b[whole:], acc[:tail])
    return reduce_lanes(acc, width)


def loss_sum(items):
    """nll_loss adds in eight levels."""
    n = len(items)
    power = max(4, max(n - 1, 0).bit_length() // 8)
    parts = [F32(0)] * 8
    for b, item in enumerate(items):
        parts[0] = parts[0] + item
        for j in range(7):
            if b & (((1 << power) - 1) << (j * power)):
                break
            parts[j + 1], parts[j] = parts[j + 1] + parts[j], F32(0)
    total = F32(0)
    for part in parts:
        total = total + part
    return total


def block_sizes(k):
    """How torch's library cuts the sum over k on a processor without its vendor's own kernels."""
    if k <= 192:
        return [k]
    if k < 384:
        return [k // 2] * 2 + [k % 2] * (k % 2)
    return [192] * (k // 192) + [k % 192] * (k % 192 > 0)


def product(a, b, bias=None):
    out, start = bias, 0
    for size in block_sizes(a.shape[1]):
        acc = np.zeros((a.shape[0], b.shape[1]), F32)
        for k in range(start, start + size):
            acc = fma(a[:, k, None], b[None, k], acc)
        out, start = acc if out is None else out + acc, start + size
    return out
