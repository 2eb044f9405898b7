"""The optimizers' arithmetic: against slow references, and against torch where it is installed."""

import math

import pytest

import tinygrad_ext as tg
from tinygrad_ext import optim

# ---- update formulas, in Python floats -------------------------------------------------------------------------------


def sgd(p, grads, lr=0.1, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False):
    buffer = None
    for g in grads:
        g = (-g if maximize else g) + weight_decay * p
        if momentum:
            buffer = g if buffer is None else momentum * buffer + (1 - dampening) * g
            g = g + momentum * buffer if nesterov else buffer
        p -= lr * g
    return p


def adam(
    p, grads, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False, decoupled=False
):
    m = v = largest = 0.0
    for t, g in enumerate(grads, 1):
        g = -g if maximize else g
        if decoupled:
            p -= lr * weight_decay * p
        else:
            g += weight_decay * p
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        largest = max(largest, v)
        scale = math.sqrt((largest if amsgrad else v) / (1 - betas[1] ** t)) + eps
        p -= lr * (m / (1 - betas[0] ** t)) / scale
    return p


def adamw(p, grads, **options):
    return adam(p, grads, decoupled=True, **{"weight_decay": 0.01, **options})


def rmsprop(p, grads, lr=0.1, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, maximize=False):
    v = mean = buffer = 0.0
    for g in grads:
        g = (-g if maximize else g) + weight_decay * p
        v = alpha * v + (1 - alpha) * g * g
        mean = alpha * mean + (1 - alpha) * g
        scale = math.sqrt(v - mean * mean if centered else v) + eps
        buffer = momentum * buffer + g / scale
        p -= lr * buffer
    return p


def adagrad(p, grads, lr=0.1, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, maximize=False):
    total = initial_accumulator_value
    for t, g in enumerate(grads):
        g = (-g if maximize else g) + weight_decay * p
        total += g * g
        p -= lr / (1 + t * lr_decay) * g / (math.sqrt(total) + eps)
    return p


CASES = [
    ("SGD", sgd, {}),
    ("SGD", sgd, {"weight_decay": 0.1}),
    ("SGD", sgd, {"momentum": 0.9}),
    ("SGD", sgd, {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.01}),
    ("SGD", sgd, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", sgd, {"momentum": 0.5, "maximize": True}),
    ("Adam", adam, {}),
    ("Adam", adam, {"betas": (0.5, 0.9), "eps": 1e-3}),
    ("Adam", adam, {"weight_decay": 0.1, "maximize": True}),
    ("Adam", adam, {"amsgrad": True}),
    ("AdamW", adamw, {}),
    ("AdamW", adamw, {"weight_decay": 0.5, "amsgrad": True}),
    ("AdamW", adamw, {"weight_decay": 0, "maximize": True}),
    ("RMSprop", rmsprop, {}),
    ("RMSprop", rmsprop, {"momentum": 0.9, "weight_decay": 0.1}),
    ("RMSprop", rmsprop, {"centered": True, "alpha": 0.9, "maximize": True}),
    ("Adagrad", adagrad, {}),
    ("Adagrad", adagrad, {"lr_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adagrad", adagrad, {"weight_decay": 0.1, "maximize": True}),
]
CASE_IDS = [f"{name}-{'-'.join(options) or 'plain'}" for name, _, options in CASES]
NAMES = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")

GRADS = [[0.5, -1.0, 2.0], [0.25, 1.0, -0.125], [-3.0, 0.0, 1.0], [1.0, 0.1, 0.3], [0.01, -0.2, 5.0]]


def parameter(values=(1.0, -2.0, 0.5), **options):
    return tg.tensor(list(values), requires_grad=True, **options)


def run(optimizer, p, grads, T=tg):
    for g in grads:
        p.grad = T.tensor(g, dtype=p.dtype)
        optimizer.step()


def make(name, params, **options):
    return getattr(optim, name)(params, **{"lr": 0.1, **options})


@pytest.mark.parametrize(("name", "reference", "options"), CASES, ids=CASE_IDS)
def test_steps_follow_the_formula(name, reference, options):
    p = parameter(dtype=tg.float64)
    run(make(name, [p], **options), p, GRADS)
    expected = [reference(v, [g[i] for g in GRADS], **options) for i, v in enumerate((1.0, -2.0, 0.5))]
    assert p.tolist() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_without_gradient_is_skipped(name):
    used, unused = parameter(), parameter()
    optimizer = make(name, [unused, used])
    before = dict(optimizer.state)
    used.grad = tg.ones(3)
    optimizer.step()
    assert unused.tolist() == [1.0, -2.0, 0.5]
    assert used.tolist() != [1.0, -2.0, 0.5]
    assert unused in before or unused not in optimizer.state
    # Its state begins with its own first gradient.
    unused.grad = tg.ones(3)
    used.grad = None
    optimizer.step()
    assert unused.tolist() != [1.0, -2.0, 0.5]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cleared", [False, True])
def test_a_group_added_later_steps(name, cleared):
    p, q, expected = parameter(), parameter(), parameter()
    optimizer = make(name, [p])
    optimizer.add_param_group({"params": [q], "lr": 0.5})
    if cleared:
        optimizer.state.clear()
    run(make(name, [expected], lr=0.5), expected, GRADS)
    for g in GRADS:
        p.grad = q.grad = tg.tensor(g)
        optimizer.step()
    assert q.tolist() == expected.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_step_without_gradients_does_nothing(name):
    p = parameter()
    optimizer = make(name, [p])
    assert optimizer.step() is None
    assert p.tolist() == [1.0, -2.0, 0.5]


@pytest.mark.parametrize("name", NAMES)
def test_foreach_changes_nothing(name):
    results = []
    for foreach in (None, False, True):
        p = parameter()
        run(make(name, [p], foreach=foreach), p, GRADS)
        results.append(p.tolist())
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("name", NAMES)
def test_lr_may_be_a_tensor(name):
    p, q = parameter(dtype=tg.float64), parameter(dtype=tg.float64)
    lr = tg.tensor(0.25)
    optimizer = make(name, [p], lr=lr)
    run(optimizer, p, GRADS)
    run(make(name, [q], lr=0.25), q, GRADS)
    assert p.tolist() == pytest.approx(q.tolist(), rel=1e-6)
    assert "    lr: 0.25\n" in repr(optimizer)


# ---- torch itself ----------------------------------------------------------------------------------------------------


def pair(torch, name, shapes, **options):
    """The same optimizer with the same float32 parameters, ours and torch's."""
    generator = torch.Generator().manual_seed(0)
    values = [torch.randn(shape, generator=generator) for shape in shapes]
    theirs = [value.clone().requires_grad_() for value in values]
    ours = [tg.tensor(value.tolist(), requires_grad=True) for value in values]
    return ours, make(name, ours, **options), theirs, getattr(torch.optim, name)(theirs, **{"lr": 0.1, **options})


def train(torch, ours, our_optimizer, theirs, their_optimizer, steps=20):
    generator = torch.Generator().manual_seed(1)
    for _ in range(steps):
        for p, q in zip(ours, theirs):
            q.grad = torch.randn(q.shape, generator=generator)
            p.grad = tg.tensor(q.grad.tolist())
        our_optimizer.step()
        their_optimizer.step()


@pytest.mark.parametrize(("name", "reference", "options"), CASES, ids=CASE_IDS)
def test_numbers_are_torchs(torch, name, reference, options):
    ours, mine, theirs, other = pair(torch, name, [(7, 5), (3,), ()], **options)
    train(torch, ours, mine, theirs, other)
    for p, q in zip(ours, theirs):
        if name == "SGD":
            assert p.tolist() == q.tolist()
        else:  # torch's square root is not correctly rounded, ours is
            torch.testing.assert_close(torch.tensor(p.tolist()), q.detach(), rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wide", [False, True], ids=["float32", "float64"])
def test_numbers_are_torchs_with_a_tensor_lr(torch, name, wide):
    ours, mine, theirs, other = pair(torch, name, [(7, 5)], weight_decay=0.1)
    mine.param_groups[0]["lr"] = tg.tensor(0.1, dtype=tg.float64 if wide else tg.float32)
    other.param_groups[0]["lr"] = torch.tensor(0.1, dtype=torch.float64 if wide else torch.float32)
    train(torch, ours, mine, theirs, other)
    torch.testing.assert_close(torch.tensor(ours[0].tolist()), theirs[0].detach(), rtol=2e-6, atol=1e-7)
