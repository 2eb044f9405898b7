"""Bits that are promised: recipes written out in numpy, which torch follows too at AVX2 and AVX-512."""

import math

import numpy as np
import pytest

import tinygrad_ext as torch
from recipes import (
    exp_poly,
    fma,
    inner_sum,
    loss_sum,
    outer_sum,
    product,
    product_lanes,
    reduce_lanes,
)

F = torch.nn.functional
F32 = np.float32
CAPABILITY = torch.backends.cpu.get_cpu_capability()
LANES = {"AVX512": 16, "AVX2": 8}.get(CAPABILITY)
promised = pytest.mark.skipif(LANES is None, reason="bits are promised at AVX2 and AVX-512")


def draw(*shape, seed=0, scale=1.0):
    return (np.random.Generator(np.random.PCG64(seed)).standard_normal(shape) * scale).astype(F32)


def tensor(array):
    return torch.from_numpy(np.array(array, order="C"))  # a copy: in-place tests must not reach the original


def same(result, expected):
    ours = result.detach().numpy()
    wrong = ~((ours == expected) | np.isnan(ours) & np.isnan(expected))
    first = f"{ours[wrong][:1]} for {np.broadcast_to(expected, ours.shape)[wrong][:1]}"
    assert not wrong.any(), f"{wrong.sum()} of {wrong.size} differ, first {first}"


# Elementwise.


def test_scalars_are_rounded_to_the_tensors_dtype():
    x = draw(200)
    same(tensor(x) * 0.1, x * F32(0.1))
    same(tensor(x) / 3, x / F32(3))
    same(1 / tensor(x), F32(1) / x)
    same(3 / tensor(x), (F32(1) / x) * F32(3))
    same(tensor(x) + 1e-10, x + F32(1e-10))


@promised
def test_alpha_is_one_rounding():
    p, g = draw(200), draw(200, seed=1)
    same(torch.add(tensor(p), tensor(g), alpha=-0.01), fma(g, F32(-0.01), p))
    same(torch.sub(tensor(p), tensor(g), alpha=0.3), fma(g, F32(-0.3), p))
    t = tensor(p)
    t.add_(tensor(g), alpha=0.7)
    same(t, fma(g, F32(0.7), p))


@promised
def test_lerp_addcmul_addcdiv():
    s, e, w = draw(200), draw(200, seed=1), draw(200, seed=2)
    same(torch.lerp(tensor(s), tensor(e), 0.3), fma(F32(0.3), e - s, s))
    same(torch.lerp(tensor(s), tensor(e), 0.7), fma(-(e - s), F32(1) - F32(0.7), e))
    same(torch.addcmul(tensor(s), tensor(e), tensor(w), value=0.3), fma(F32(0.3) * e, w, s))
    same(torch.addcdiv(tensor(s), tensor(e), tensor(w), value=0.3), s + (F32(0.3) * e) / w)


def test_powers():
    x = np.abs(draw(200)) + F32(0.1)
    same(tensor(x) ** 2, x * x)
    same(tensor(x) ** 3, x * x * x)
    same(tensor(x) ** -1, F32(1) / x)
    same(tensor(x) ** -2, F32(1) / (x * x))


def test_powers_take_short_cuts_by_the_exponent_alone():
    """A number's, in any layout and for a single element; a tensor's never, were all its exponents one."""
    inf = float("inf")
    for x in (torch.tensor([-inf]), torch.tensor(-inf), torch.tensor([-inf, 1.0]), torch.tensor([-inf]).expand(3)):
        assert x.pow(0.5).isnan().flatten()[0] and (x**-0.5).isnan().flatten()[0]
        assert x.clone().pow_(0.5).isnan().flatten()[0]
        assert (x ** torch.tensor(0.5)).flatten()[0] == inf
        assert (x ** torch.tensor([0.5])).flatten()[0] == inf
        assert (x ** torch.tensor([0.5]).expand(2, 1)).flatten()[0] == inf
    x = draw(200, scale=9.0)
    for i in range(20):
        same(tensor(x[i : i + 1]) ** 3, (x * x * x)[i : i + 1])
    rows = np.tile(F32([-np.inf, -0.0, 7.0]), (2, 60))
    same(tensor(rows) ** tensor(F32([[0.5], [0.5]])), np.tile(F32([np.inf, 0.0, np.sqrt(F32(7.0))]), (2, 60)))


def test_functions_are_within_an_ulp():
    """And nearly always rounded correctly, where torch's vector library is an ulp off now and then."""
    x = np.concatenate([draw(2000, scale=3.0), F32([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0])])
    wide = x.astype(np.float64)
    with np.errstate(all="ignore"):
        for name in ("exp", "log", "sqrt", "tanh", "sin", "cos", "log1p", "expm1"):
            ours, expected = getattr(tensor(x), name)().numpy(), getattr(np, name)(wide).astype(F32)
            both = np.isfinite(expected)
            assert np.array_equal(np.isnan(ours), np.isnan(expected)), name
            assert (ours[both] == expected[both]).mean() > (0.93 if name != "sqrt" else 0.9999), name
            assert (np.abs(ours[both] - expected[both]) <= np.spacing(np.abs(expected[both]))).all(), name


@promised
def test_an_element_does_not_depend_on_its_place():
    x = draw(97, scale=2.0)
    for name in ("exp", "tanh", "sin", "log1p", "erf", "sqrt", "rsqrt", "expm1", "sigmoid"):
        whole = getattr(tensor(np.abs(x)), name)().numpy()
        for start in (1, 5, 31, 90):
            assert np.array_equal(getattr(tensor(np.abs(x[start:])), name)().numpy(), whole[start:], equal_nan=True), (
                name
            )


@promised
def test_silu():
    x = draw(515, scale=3.0)
    same(F.silu(tensor(x)), x / (F32(1) + exp_poly(-x)))


# Sums.


@promised
@pytest.mark.parametrize("dtype, width", [(F32, 8), (np.float64, 4)])
@pytest.mark.parametrize("n", [0, 1, 3, 7, 8, 9, 31, 100, 511, 1000, 4097, 10_000])
def test_sum_of_a_vector(n, dtype, width):
    x = np.random.Generator(np.random.PCG64(n)).standard_normal(n).astype(dtype)
    total = inner_sum(x, width)
    same(torch.sum(tensor(x)), np.asarray(total))
    if n:
        same(torch.mean(tensor(x)), np.asarray(total / dtype(n)))


@promised
@pytest.mark.parametrize("shape", [(3, 4), (5, 1), (1, 50), (70, 41), (41, 70), (300, 9), (10, 128), (200, 33)])
def test_sums_of_a_matrix(shape):
    x = draw(*shape)
    same(tensor(x).sum(1), np.array([inner_sum(row, 8) for row in x]))
    same(tensor(x).sum(0), outer_sum(x, 8) if shape[1] > 1 else np.array([inner_sum(x[:, 0], 8)]))
    same(tensor(x).sum(), np.asarray(inner_sum(x.ravel(), 8)))


def test_sum_does_not_depend_on_the_number_of_threads():
    x, before = tensor(draw(200_000)), torch.get_num_threads()
    totals = []
    for threads in (1, 2, 4):
        torch.set_num_threads(threads)
        totals.append((x.sum().item(), x.reshape(400, 500).sum(0).tolist(), (x.reshape(400, 500) @ x[:500]).tolist()))
    torch.set_num_threads(before)
    assert totals[0] == totals[1] == totals[2]


# Softmax.


@promised
@pytest.mark.parametrize("n", [1, 3, 10, 16, 17, 100, 333])
def test_softmax_of_rows(n):
    x = draw(6, n, seed=n)
    e = exp_poly(x - x.max(1, keepdims=True))
    sums = np.array([[reduce_lanes(row, LANES)] for row in e])
    same(F.softmax(tensor(x), 1), e * (F32(1) / sums))


@promised
@pytest.mark.parametrize("n", [3, 10, 17, 40, 100])
def test_softmax_backward(n):
    x, g = draw(6, n), draw(6, n, seed=1)
    t = tensor(x).requires_grad_()
    y = F.softmax(t, 1)
    y.backward(tensor(g))
    out = y.detach().numpy()
    sums = np.array([[product_lanes(a, b, LANES)] for a, b in zip(g, out)])
    same(t.grad, (g - sums) * out)


@promised
def test_log_softmax_backward():
    x, g = draw(6, 40), draw(6, 40, seed=1)
    t = tensor(x).requires_grad_()
    y = F.log_softmax(t, 1)
    y.backward(tensor(g))
    sums = np.array([[reduce_lanes(row, LANES)] for row in g])
    same(t.grad, fma(-exp_poly(y.detach().numpy()), sums, g))


# Losses and the gradients of simple functions.


@pytest.mark.parametrize("n", [1, 5, 64, 300, 1000])
def test_nll_loss(n):
    logp, target = -np.abs(draw(n, 7)), np.arange(n) * 5 % 7
    items = [-logp[b, t] for b, t in enumerate(target)]
    t = tensor(logp).requires_grad_()
    loss = F.nll_loss(t, tensor(target))
    same(loss, loss_sum(items) / F32(n))
    loss.backward()
    expected = np.zeros_like(logp)
    expected[np.arange(n), target] = F32(-1) / F32(n)
    same(t.grad, expected)


@promised
def test_mse_loss():
    x, y = draw(30, 7), draw(30, 7, seed=1)
    t = tensor(x).requires_grad_()
    loss = F.mse_loss(t, tensor(y))
    difference = x - y
    same(loss, np.asarray(inner_sum((difference * difference).ravel(), 8) / F32(210)))
    loss.backward()
    same(t.grad, F32(2 / 210) * difference)


def gradient(function, x, g):
    t = tensor(x).requires_grad_()
    y = function(t)
    y.backward(tensor(g))
    return t.grad, y.detach().numpy()


@promised
def test_gradients_of_simple_functions():
    x, g, w = np.abs(draw(100)) + F32(0.1), draw(100, seed=1), draw(100, seed=2)
    got, y = gradient(torch.sigmoid, x, g)
    same(got, g * (F32(1) - y) * y)
    got, y = gradient(torch.tanh, x, g)
    same(got, g * fma(-y, y, F32(1)))
    same(gradient(lambda t: t**2, x, g)[0], g * (F32(2) * x))
    same(gradient(lambda t: t**3, x, g)[0], g * (F32(3) * (x * x)))
    same(gradient(torch.log, x, g)[0], g / x)
    same(gradient(lambda t: t / tensor(w), x, g)[0], g / w)
    same(gradient(lambda t: tensor(w) / t, x, g)[0], -g * ((w / x) / x))
    got, y = gradient(torch.sqrt, x, g)
    same(got, g / (F32(2) * y))


# Matrices.


@promised
@pytest.mark.parametrize(
    "m, k, n", [(4, 2, 12), (4, 16, 12), (5, 33, 13), (64, 192, 32), (7, 257, 20), (6, 400, 15), (8, 784, 128)]
)
def test_matrix_product(m, k, n):
    a, b, bias = draw(m, k), draw(k, n, seed=1), draw(n, seed=2)
    expected, with_bias = product(a, b), product(a, b, bias)
    same(tensor(a) @ tensor(b), expected)
    same(tensor(a.T).t() @ tensor(b), expected)
    same(tensor(a) @ tensor(b.T).t(), expected)
    same(F.linear(tensor(a), tensor(b.T)), expected)
    same(F.linear(tensor(a), tensor(b.T), tensor(bias)), with_bias)
    same(torch.addmm(tensor(bias), tensor(a), tensor(b)), with_bias)
    same(torch.addmm(tensor(bias), tensor(np.full_like(a, np.nan)), tensor(b), alpha=0), np.broadcast_to(bias, with_bias.shape))


@promised
@pytest.mark.parametrize("m, k, n", [(640, 400, 700), (1000, 193, 530), (300, 1000, 1001), (20, 500, 3000)])
def test_large_matrix_product(m, k, n):
    """Copied operands: several blocks of rows and of the sum, and shapes of which tiles are left over on all sides."""
    a, b = draw(m, k), draw(k, n, seed=1)
    rows = [*range(0, m, 37), *range(m - 12, m)]
    expected = product(a[rows], b)
    for left in (tensor(a), tensor(a.T).t(), tensor(a.repeat(2, axis=1))[:, ::2]):
        for right in (tensor(b), tensor(b.T).t()):
            same((left @ right)[rows], expected)
    start = draw(m, n, seed=2)
    same(torch.addmm(tensor(start), tensor(a), tensor(b))[rows], product(a[rows], b, start[rows]))
    a, b = a.astype(np.float64), b.astype(np.float64)
    np.testing.assert_allclose(tensor(a.T).t() @ tensor(b), a @ b, rtol=0, atol=1e-15 * k**1.5)
    np.testing.assert_allclose(tensor(a) @ tensor(b.T).t(), a @ b, rtol=0, atol=1e-15 * k**1.5)


@promised
def test_gradients_of_linear():
    x, w, bias, g = draw(16, 20), draw(24, 20, seed=1), draw(24, seed=2), draw(16, 24, seed=3)
    tx, tw, tb = (tensor(v).requires_grad_() for v in (x, w, bias))
    F.linear(tx, tw, tb).backward(tensor(g))
    same(tx.grad, product(g, w))
    same(tw.grad, product(g.T, x))
    same(tb.grad, outer_sum(g, 8))
    assert tw.grad.is_contiguous()


# Creation.


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((2**53 + 1, 2**53 + 4), [2**53 + 1, 2**53 + 2, 2**53 + 3]),
        ((2**53 + 9, 2**53 + 1, -3), [2**53 + 9, 2**53 + 6, 2**53 + 3]),
        ((2**63 - 3, 2**63 - 1), [2**63 - 3, 2**63 - 2]),
        ((2**63 - 1, 2**63 - 4, -1), [2**63 - 1, 2**63 - 2, 2**63 - 3]),
        ((-(2**63), -(2**63) + 2), [-(2**63), -(2**63) + 1]),
        ((4, 0, -2), [4, 2]),
        ((5, 0, -2), [5, 3, 1]),
        ((3, 3), []),
        # Fractions are cut off before anything is computed.
        ((2.5,), [0, 1]),
        ((0.5, 5.5, 1.5), [0, 1, 2, 3, 4]),
        ((-0.5, 0.5), []),
    ],
)
def test_ranges_of_int64_are_exact(arguments, expected):
    r = torch.arange(*arguments, dtype=torch.int64)
    assert r.dtype == torch.int64 and r.tolist() == expected


def test_linspace():
    start, end, n = 0.1, 0.7, 33
    step = (F32(end) - F32(start)) / F32(n - 1)
    i = np.arange(n, dtype=F32)
    same(torch.linspace(start, end, n), np.where(i < n // 2, fma(step, i, F32(start)), fma(-step, n - 1 - i, F32(end))))


# Optimizers.


@promised
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.01},
        {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.01},
    ],
)
def test_sgd(options):
    p, buffer, lr = draw(50), None, 0.1
    w = tensor(p).requires_grad_()
    optimizer = torch.optim.SGD([w], lr=lr, **options)
    momentum, decay = options.get("momentum", 0), options.get("weight_decay", 0)
    for step in range(20):
        g = draw(50, seed=step)
        w.grad = tensor(g)
        optimizer.step()
        g = fma(p, F32(decay), g) if decay else g
        if momentum:
            buffer = g if buffer is None else fma(g, F32(1 - options.get("dampening", 0)), buffer * F32(momentum))
            g = fma(buffer, F32(momentum), g) if options.get("nesterov") else buffer
        p = fma(g, F32(-lr), p)
        same(w, p)


@promised
@pytest.mark.parametrize("name, decay", [("Adam", 0), ("Adam", 0.01), ("AdamW", 0.01)])
def test_adam(name, decay):
    p, m, v, lr, b1, b2 = draw(50), np.zeros(50, F32), np.zeros(50, F32), 0.01, 0.9, 0.999
    w = tensor(p).requires_grad_()
    optimizer = getattr(torch.optim, name)([w], lr=lr, weight_decay=decay)
    for t in range(1, 21):
        g = draw(50, seed=t)
        w.grad = tensor(g)
        optimizer.step()
        if name == "AdamW":
            p = p * F32(1 - lr * decay)
        elif decay:
            g = fma(p, F32(decay), g)
        m = fma(F32(1 - b1), g - m, m)
        v = fma(F32(1 - b2) * g, g, v * F32(b2))
        denominator = np.sqrt(v) / F32(math.sqrt(1 - b2**t)) + F32(1e-8)
        p = p + (F32(-lr / (1 - b1**t)) * m) / denominator
        same(w, p)
