"""Schedules: closed forms, bookkeeping, warnings, and every number next to torch's where it is installed."""

import copy
import math
import pickle
import random
import warnings

import pytest

import tinygrad_ext as tg
from tinygrad_ext import optim
from tinygrad_ext.optim import lr_scheduler


def optimizer_of(T, lr=0.1, groups=1):
    params = [{"params": T.zeros(1, requires_grad=True), "lr": lr * (i + 1)} for i in range(groups)]
    return T.optim.SGD(params, lr=lr, momentum=0.9)


def rates(scheduler, epochs):
    """The learning rate of every epoch, the first included."""
    seen = []
    for _ in range(epochs):
        seen += scheduler.get_last_lr()
        scheduler.optimizer.step()
        scheduler.step()
    return seen


# ---- closed forms ----------------------------------------------------------------------------------------------------

CLOSED_FORMS = [
    ("StepLR", (3,), {"gamma": 0.5}, lambda t: 0.5 ** (t // 3)),
    ("MultiStepLR", ([2, 2, 5],), {"gamma": 0.5}, lambda t: 0.5 ** (2 * (t >= 2) + (t >= 5))),
    ("ConstantLR", (), {"factor": 0.25, "total_iters": 3}, lambda t: 0.25 if t < 3 else 1.0),
    ("LinearLR", (), {"start_factor": 0.5, "total_iters": 4}, lambda t: 0.5 + 0.5 * min(t, 4) / 4),
    ("ExponentialLR", (0.9,), {}, lambda t: 0.9**t),
    ("LambdaLR", (lambda t: 1 / (1 + t),), {}, lambda t: 1 / (1 + t)),
    ("MultiplicativeLR", (lambda t: 0.5,), {}, lambda t: 0.5**t),
    ("PolynomialLR", (), {"total_iters": 4, "power": 2.0}, lambda t: (1 - min(t, 4) / 4) ** 2),
    ("CosineAnnealingLR", (4,), {"eta_min": 0.01}, lambda t: 0.1 + 0.9 * (1 + math.cos(math.pi * t / 4)) / 2),
    ("CosineAnnealingWarmRestarts", (3,), {}, lambda t: (1 + math.cos(math.pi * (t % 3) / 3)) / 2),
]


@pytest.mark.parametrize(("name", "args", "options", "factor"), CLOSED_FORMS, ids=[case[0] for case in CLOSED_FORMS])
def test_closed_form(name, args, options, factor):
    scheduler = getattr(lr_scheduler, name)(optimizer_of(tg), *args, **options)
    assert rates(scheduler, 10) == pytest.approx([0.1 * factor(t) for t in range(10)], rel=1e-12, abs=1e-12)
    assert scheduler.last_epoch == 10
    assert scheduler.base_lrs == [0.1] == [group["initial_lr"] for group in scheduler.optimizer.param_groups]


def test_plateau():
    optimizer = optimizer_of(tg)
    scheduler = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.5, patience=1, cooldown=1, threshold=0.1, min_lr=0.03
    )
    lrs = []
    for metric in (10.0, 9.5, 9.5, 9.5, 9.5, 9.5, tg.tensor(1.0), 9.0, 9.0, 9.0):
        optimizer.step()
        scheduler.step(metric)
        lrs += scheduler.get_last_lr()
    # Two bad epochs, one of cooldown, two bad ones again; then the floor of 0.03.
    assert lrs == [0.1, 0.1, 0.05, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03]
    assert scheduler.best == 1.0 and scheduler.mode_worse == math.inf


def test_one_cycle():
    optimizer = optimizer_of(tg)
    scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10, anneal_strategy="linear", div_factor=4)
    group = optimizer.param_groups[0]
    momenta = []
    lrs = []
    for _ in range(9):
        lrs += scheduler.get_last_lr()
        momenta.append(group["momentum"])
        optimizer.step()
        scheduler.step()
    assert lrs == pytest.approx([0.25, 0.625, 1.0] + [1 - (1 - 0.25e-4) * t / 7 for t in range(1, 7)])
    assert momenta == pytest.approx([0.95, 0.9, 0.85] + [0.85 + 0.1 * t / 7 for t in range(1, 7)])
    optimizer.step()
    scheduler.step()
    with pytest.raises(ValueError, match="Tried to step 11 times. The specified number of total steps is 10"):
        optimizer.step()
        scheduler.step()


def test_one_cycle_moves_the_first_beta():
    optimizer = optim.Adam([tg.zeros(1, requires_grad=True)])
    lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.999)


def test_sequential():
    optimizer = optimizer_of(tg)
    parts = [lr_scheduler.ConstantLR(optimizer, 0.5, 2), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    scheduler = lr_scheduler.SequentialLR(optimizer, parts, milestones=[2])
    assert rates(scheduler, 5) == pytest.approx([0.05, 0.05, 0.1, 0.09, 0.081])


def test_chained():
    optimizer = optimizer_of(tg)
    parts = [lr_scheduler.ConstantLR(optimizer, 0.5, 2), lr_scheduler.ExponentialLR(optimizer, 0.9)]
    assert rates(lr_scheduler.ChainedScheduler(parts), 4) == pytest.approx([0.05, 0.045, 0.081, 0.0729])


def test_warm_restarts_at_fractions_of_an_epoch():
    optimizer = optimizer_of(tg)
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    for epoch, position, period in ((0.5, 0.5, 2), (2, 0, 4), (5.5, 3.5, 4), (7, 1, 8)):
        scheduler.step(epoch)
        assert scheduler.T_cur == position and scheduler.T_i == period
        assert scheduler.get_last_lr() == pytest.approx([0.05 * (1 + math.cos(math.pi * position / period))])


# ---- bookkeeping -----------------------------------------------------------------------------------------------------


def test_the_optimizer_uses_the_rate():
    p = tg.zeros(1, requires_grad=True)
    optimizer = optim.SGD([p], lr=1.0)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    for _ in range(3):
        p.grad = tg.ones(1)
        optimizer.step()
        scheduler.step()
    assert p.tolist() == [-1.75]


def test_state_dict():
    scheduler = lr_scheduler.StepLR(optimizer_of(tg), step_size=10)
    assert list(scheduler.state_dict().items()) == [
        ("step_size", 10),
        ("gamma", 0.1),
        ("base_lrs", [0.1]),
        ("last_epoch", 0),
        ("_step_count", 1),
        ("_is_initial", False),
        ("_get_lr_called_within_step", False),
        ("_last_lr", [0.1]),
    ]


class Decay:
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, epoch):
        return self.rate**epoch


def test_state_of_callables_but_not_of_functions():
    scheduler = lr_scheduler.LambdaLR(optimizer_of(tg, groups=2), [Decay(0.5), lambda epoch: 1.0])
    saved = scheduler.state_dict()
    assert saved["lr_lambdas"] == [{"rate": 0.5}, None]
    other = lr_scheduler.LambdaLR(optimizer_of(tg, groups=2), [Decay(0.9), lambda epoch: 1.0])
    other.load_state_dict(saved)
    assert other.lr_lambdas[0].rate == 0.5 and saved["lr_lambdas"] == [{"rate": 0.5}, None]


def pickled(value):
    return pickle.loads(pickle.dumps(value))


@pytest.mark.filterwarnings("ignore:Seems like")  # a copied optimizer has not been told of the copied scheduler
@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled], ids=["deepcopy", "pickle"])
def test_copies_are_independent(duplicate):
    scheduler = lr_scheduler.StepLR(optimizer_of(tg), step_size=1)
    twin = duplicate(scheduler)
    assert type(twin) is lr_scheduler.StepLR and twin.state_dict() == scheduler.state_dict()
    twin.step()
    assert scheduler.get_last_lr() == [0.1] == [scheduler.optimizer.param_groups[0]["lr"]]


def test_training_goes_on_from_a_checkpoint():
    first = lr_scheduler.CosineAnnealingLR(optimizer_of(tg), 7)
    rates(first, 3)
    second = lr_scheduler.CosineAnnealingLR(optimizer_of(tg), 7)
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    assert rates(first, 5) == rates(second, 5)
    resumed = optimizer_of(tg)
    resumed.load_state_dict(first.optimizer.state_dict())
    assert lr_scheduler.CosineAnnealingLR(resumed, 7, last_epoch=7).get_last_lr() == first.get_last_lr()


def test_a_tensor_is_changed_in_place():
    optimizer = optimizer_of(tg)
    lr = optimizer.param_groups[0]["lr"] = tg.tensor(0.5)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is lr and lr.item() == 0.25
    assert scheduler.get_last_lr()[0] is not lr and optimizer.param_groups[0]["initial_lr"].item() == 0.5


def test_classes_say_where_torch_has_them():
    assert lr_scheduler.StepLR.__module__ == lr_scheduler.__name__
    assert issubclass(lr_scheduler._LRScheduler, lr_scheduler.LRScheduler)
    assert isinstance(lr_scheduler.ReduceLROnPlateau(optimizer_of(tg)), lr_scheduler.LRScheduler)


# ---- warnings and errors ---------------------------------------------------------------------------------------------


def test_order_of_calls():
    scheduler = lr_scheduler.StepLR(optimizer_of(tg), step_size=1)
    with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler.step\(\)` before") as caught:
        scheduler.step()
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()  # said once
        rates(lr_scheduler.StepLR(optimizer_of(tg), step_size=1), 3)
    scheduler = lr_scheduler.StepLR(optimizer_of(tg), step_size=1)
    scheduler.optimizer.step = lambda: None
    with pytest.warns(UserWarning, match=r"Seems like `optimizer.step\(\)` has been overridden"):
        scheduler.step()


def test_other_warnings():
    scheduler = lr_scheduler.StepLR(optimizer_of(tg), step_size=1, gamma=0.5)
    scheduler.optimizer.step()
    with pytest.warns(UserWarning, match="The epoch parameter in `scheduler.step"):
        scheduler.step(3)
    assert scheduler.get_last_lr() == [0.0125]
    with pytest.warns(UserWarning, match=r"please use `get_last_lr\(\)`"):
        scheduler.get_lr()


ERRORS = [
    ("StepLR", lambda o: (3, 2), {}, TypeError, "int is not an Optimizer"),
    ("LambdaLR", lambda o: (o, [abs, abs]), {}, ValueError, "Expected 1 lr_lambdas, but got 2"),
    (
        "ConstantLR",
        lambda o: (o, 2.0),
        {},
        ValueError,
        "Constant multiplicative factor expected to be between 0 and 1.",
    ),
    (
        "LinearLR",
        lambda o: (o, 0),
        {},
        ValueError,
        "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.",
    ),
    ("LinearLR", lambda o: (o, 1, 2), {}, ValueError, "Ending multiplicative factor expected to be between 0 and 1."),
    ("CosineAnnealingWarmRestarts", lambda o: (o, 0), {}, ValueError, "Expected positive integer T_0, but got 0"),
    ("CosineAnnealingWarmRestarts", lambda o: (o, 1, 0), {}, ValueError, "Expected integer T_mult >= 1, but got 0"),
    ("ReduceLROnPlateau", lambda o: (o, "min", 1), {}, ValueError, "Factor should be < 1.0."),
    ("ReduceLROnPlateau", lambda o: (o, "up"), {}, ValueError, "mode up is unknown!"),
    ("ReduceLROnPlateau", lambda o: (o,), {"threshold_mode": "up"}, ValueError, "threshold mode up is unknown!"),
    ("ReduceLROnPlateau", lambda o: (o,), {"min_lr": [1, 2]}, ValueError, "expected 1 min_lrs, got 2"),
    (
        "OneCycleLR",
        lambda o: (o, 1.0),
        {},
        ValueError,
        "You must define either total_steps OR (epochs AND steps_per_epoch)",
    ),
    ("OneCycleLR", lambda o: (o, 1.0, 0), {}, ValueError, "Expected positive integer total_steps, but got 0"),
    (
        "OneCycleLR",
        lambda o: (o, 1.0, 5),
        {"pct_start": 2.0},
        ValueError,
        "Expected float between 0 and 1 pct_start, but got 2.0",
    ),
    (
        "OneCycleLR",
        lambda o: (o, 1.0, 5),
        {"anneal_strategy": "up"},
        ValueError,
        "anneal_strategy must be one of 'cos' or 'linear', instead got up",
    ),
    (
        "OneCycleLR",
        lambda o: (o, [1.0, 2.0], 5),
        {},
        ValueError,
        "max_lr must have the same length as optimizer.param_groups. max_lr has 2 values, param_groups has 1.",
    ),
    (
        "ChainedScheduler",
        lambda o: ([],),
        {},
        ValueError,
        "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.",
    ),
    (
        "SequentialLR",
        lambda o: (o, [], []),
        {},
        ValueError,
        "SequentialLR expects at least one scheduler, but got no scheduler.",
    ),
    (
        "SequentialLR",
        lambda o: (o, [3], []),
        {},
        TypeError,
        "SequentialLR at index 0 should have `optimizer` as its attribute.",
    ),
]


@pytest.mark.parametrize(("name", "args", "options", "error", "text"), ERRORS)
def test_errors(name, args, options, error, text):
    with pytest.raises(error) as caught:
        getattr(lr_scheduler, name)(*args(optimizer_of(tg)), **options)
    assert str(caught.value) == text


@pytest.mark.parametrize(("name", "args", "options", "error", "text"), ERRORS)
def test_errors_are_torchs(torch, name, args, options, error, text):
    with pytest.raises(error) as caught:
        getattr(torch.optim.lr_scheduler, name)(*args(optimizer_of(torch)), **options)
    assert str(caught.value) == text


def test_errors_of_composition():
    one, other = optimizer_of(tg), optimizer_of(tg)
    with pytest.raises(ValueError, match="expects all schedulers to belong to the same .* StepLR at index 1"):
        lr_scheduler.ChainedScheduler([lr_scheduler.StepLR(one, 1), lr_scheduler.StepLR(other, 1)])
    with pytest.raises(ValueError, match="does not support `ReduceLROnPlateau` scheduler"):
        lr_scheduler.SequentialLR(one, [lr_scheduler.ReduceLROnPlateau(one)], [])
    with pytest.raises(ValueError, match="got number of schedulers 1 and the number of milestones to be equal to 1"):
        lr_scheduler.SequentialLR(one, [lr_scheduler.StepLR(one, 1)], [1])


def test_resuming_needs_the_initial_rate():
    with pytest.raises(KeyError, match=r"param 'initial_lr' is not specified in param_groups\[0\] when resuming"):
        lr_scheduler.StepLR(optimizer_of(tg), 1, last_epoch=3)


# ---- torch itself ----------------------------------------------------------------------------------------------------


def draw(rng, name):
    """Arguments of a scheduler, at random."""
    real, some = rng.random, rng.randint
    return {
        "StepLR": lambda: ((some(1, 4),), {"gamma": real()}),
        "MultiStepLR": lambda: (([some(0, 9) for _ in range(4)],), {"gamma": real()}),
        "ConstantLR": lambda: ((), {"factor": real(), "total_iters": some(1, 8)}),
        "LinearLR": lambda: ((0.01 + 0.99 * real(), real()), {"total_iters": some(1, 8)}),
        "ExponentialLR": lambda: ((real(),), {}),
        "LambdaLR": lambda: ((Decay(real()),), {}),
        "MultiplicativeLR": lambda: ((Decay(real()),), {}),
        "PolynomialLR": lambda: ((), {"total_iters": some(1, 8), "power": 3 * real()}),
        "CosineAnnealingLR": lambda: ((some(1, 7),), {"eta_min": real() / 10}),
        "CosineAnnealingWarmRestarts": lambda: ((some(1, 5), some(1, 3)), {"eta_min": real() / 10}),
        "OneCycleLR": lambda: (
            (real(), some(12, 30)),
            {
                "pct_start": 0.2 + 0.3 * real(),
                "three_phase": real() < 0.3,
                "anneal_strategy": rng.choice(["cos", "linear"]),
                "cycle_momentum": real() < 0.5,
            },
        ),
        "ReduceLROnPlateau": lambda: (
            (rng.choice(["min", "max"]), real(), some(0, 3), real() / 5, rng.choice(["rel", "abs"]), some(0, 2)),
            {"min_lr": real() / 100},
        ),
    }[name]()


SINGLE = [name for name, *_ in CLOSED_FORMS]


def outcome(function):
    """What a call returns or raises, with tensors as numbers."""
    try:
        return plain(function())
    except Exception as error:
        return type(error), str(error)


def plain(value):
    if isinstance(value, dict):
        return [(key, plain(entry)) for key, entry in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value.item() if hasattr(value, "item") else value


def snapshot(scheduler):
    groups = [{key: value for key, value in g.items() if key != "params"} for g in scheduler.optimizer.param_groups]
    return plain([scheduler.state_dict(), scheduler.get_last_lr(), groups])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*SINGLE, "OneCycleLR", "ReduceLROnPlateau"])
def test_numbers_are_torchs(torch, name):
    rng = random.Random(name)
    for _ in range(25):
        args, options = draw(rng, name)
        lr, groups, tensor_lr = rng.random(), rng.randint(1, 2), rng.random() < 0.2
        sides = []
        for T in (tg, torch):
            optimizer = optimizer_of(T, lr, groups)
            if tensor_lr:
                for group in optimizer.param_groups:
                    group["lr"] = T.tensor(group["lr"])
            sides.append(getattr(T.optim.lr_scheduler, name)(optimizer, *args, **options))
        for _ in range(14):
            action, metric = rng.random(), rng.random()
            epoch = rng.randint(0, 12) + (rng.random() if name == "CosineAnnealingWarmRestarts" else 0)

            def act(scheduler):
                if name == "ReduceLROnPlateau":
                    return scheduler.step(metric)
                if action < 0.1:
                    return scheduler.step(epoch)
                if action < 0.15:
                    return scheduler.get_lr()
                scheduler.optimizer.step()
                return scheduler.step()

            ours, theirs = [outcome(lambda: act(scheduler)) for scheduler in sides]
            assert ours == theirs
            assert snapshot(sides[0]) == snapshot(sides[1])
        if name != "ReduceLROnPlateau":
            last_epoch = rng.randint(0, 9)

            def resumed(T, scheduler):
                optimizer = optimizer_of(T, lr, groups)
                optimizer.load_state_dict(scheduler.optimizer.state_dict())
                scheduler = type(scheduler)(optimizer, *args, **options, last_epoch=last_epoch)
                for _ in range(3):
                    scheduler.step()
                return snapshot(scheduler)

            assert outcome(lambda: resumed(tg, sides[0])) == outcome(lambda: resumed(torch, sides[1]))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["SequentialLR", "ChainedScheduler"])
def test_compositions_are_torchs(torch, kind):
    rng = random.Random(kind)
    for _ in range(100):
        parts = [(name, *draw(rng, name)) for name in rng.choices(SINGLE, k=rng.randint(1, 3))]
        milestones = sorted(rng.sample(range(1, 9), len(parts) - 1))
        lr = rng.random()

        def trained(T):
            optimizer = optimizer_of(T, lr)
            made = [getattr(T.optim.lr_scheduler, name)(optimizer, *args, **options) for name, args, options in parts]
            args = (optimizer, made, milestones) if kind == "SequentialLR" else (made,)
            scheduler = getattr(T.optim.lr_scheduler, kind)(*args)
            seen = [snapshot(scheduler)]
            for _ in range(14):
                optimizer.step()
                scheduler.step()
                seen.append(snapshot(scheduler))
            return seen

        assert outcome(lambda: trained(tg)) == outcome(lambda: trained(torch))
