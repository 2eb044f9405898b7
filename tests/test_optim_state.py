"""The optimizers' bookkeeping: groups, state, looks, checkpoints, hooks, errors."""

import copy
import gc
import pickle
import weakref

import pytest
from test_optim import CASE_IDS, CASES, GRADS, NAMES, make, pair, parameter, run

import tinygrad_ext as tg
from tinygrad_ext import optim

# ---- groups, and what scripts do to them -----------------------------------------------------------------------------


def test_groups_have_their_own_options():
    a, b = parameter(), parameter()
    optimizer = optim.SGD([{"params": a}, {"params": [b], "lr": 1.0}], lr=0.1)
    a.grad = b.grad = tg.ones(3)
    optimizer.step()
    assert a.tolist() == pytest.approx([0.9, -2.1, 0.4])
    assert b.tolist() == [0.0, -3.0, -0.5]


def test_edits_of_groups_take_effect():
    a, b = parameter(), parameter()
    optimizer = optim.SGD([a], lr=0.1)
    group = optimizer.param_groups[0]
    group["lr"] = 1.0
    group["params"].append(b)
    a.grad = b.grad = tg.ones(3)
    optimizer.step()
    assert a.tolist() == b.tolist() == [0.0, -3.0, -0.5]
    group["params"] = [b]
    optimizer.zero_grad()
    assert a.grad is not None and b.grad is None
    optimizer.param_groups.append({**group, "params": [a]})
    optimizer.zero_grad()
    assert a.grad is None


def test_edits_of_state_take_effect():
    p = parameter(values=(0.0,))
    optimizer = optim.SGD([p], lr=1.0, momentum=0.5)
    run(optimizer, p, [[1.0]])
    optimizer.state[p]["momentum_buffer"] = tg.tensor([10.0])
    run(optimizer, p, [[1.0]])
    assert p.tolist() == [-7.0]
    optimizer.state.clear()
    run(optimizer, p, [[1.0]])
    assert p.tolist() == [-8.0]


def test_add_param_group():
    a, b = parameter(), parameter()
    optimizer = optim.Adam([a], lr=0.1)
    run(optimizer, a, [[1.0, 1.0, 1.0]])
    group = {"params": (q for q in [b]), "lr": 0.5}
    optimizer.add_param_group(group)
    assert optimizer.param_groups[1] is group and group["betas"] == (0.9, 0.999) and group["params"] == [b]
    b.grad = tg.ones(3)
    optimizer.step()
    assert b.tolist() == pytest.approx([0.5, -2.5, 0.0], abs=1e-6)


def test_named_parameters():
    model = tg.nn.Linear(2, 1)
    optimizer = optim.SGD(model.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.param_groups[0]["params"][0] is model.weight
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]


def test_duplicate_parameters_warn():
    p = parameter()
    with pytest.warns(UserWarning, match="optimizer contains a parameter group with duplicate parameters"):
        optim.SGD([p, p])


def test_zero_grad():
    a, b = parameter(), parameter()
    optimizer = optim.SGD([{"params": a}, {"params": b}])
    a.grad = tg.ones(3)
    kept = a.grad
    optimizer.zero_grad(set_to_none=False)
    assert a.grad is kept and kept.tolist() == [0.0, 0.0, 0.0] and b.grad is None
    optimizer.zero_grad()
    assert a.grad is None


@pytest.mark.parametrize("name", NAMES)
def test_closure_runs_with_gradients_on(name):
    p = parameter()
    optimizer = make(name, [p])
    modes = []

    def closure():
        modes.append(tg.is_grad_enabled())
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with tg.no_grad():
        loss = optimizer.step(closure)
        assert not tg.is_grad_enabled()
    assert modes == [True] and loss.item() == 5.25
    assert p.tolist() != [1.0, -2.0, 0.5]

    def broken():
        raise KeyError("broken")

    with tg.no_grad():
        with pytest.raises(KeyError):
            optimizer.step(broken)
        assert not tg.is_grad_enabled()


def test_a_step_is_not_recorded():
    p = parameter()
    for name in NAMES:
        optimizer = make(name, [p])
        run(optimizer, p, [[1.0, 1.0, 1.0]])
        assert p.is_leaf and p.requires_grad
        assert not any(value.requires_grad for value in optimizer.state[p].values())


# ---- what an optimizer looks like ------------------------------------------------------------------------------------


def test_repr():
    a, b = parameter(), parameter()
    assert repr(optim.SGD([{"params": a}, {"params": b, "lr": 1}], lr=0.1, momentum=0.9)) == (
        "SGD (\n"
        "Parameter Group 0\n    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n"
        "    lr: 0.1\n    maximize: False\n    momentum: 0.9\n    nesterov: False\n    weight_decay: 0\n"
        "\n"
        "Parameter Group 1\n    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n"
        "    lr: 1\n    maximize: False\n    momentum: 0.9\n    nesterov: False\n    weight_decay: 0\n"
        ")"
    )


def test_state_dict():
    p, q = parameter(), parameter()
    optimizer = optim.Adam([p, q], lr=0.1)
    run(optimizer, q, [[1.0, 1.0, 1.0]])
    saved = optimizer.state_dict()
    assert list(saved) == ["state", "param_groups"]
    assert list(saved["state"]) == [1]
    assert list(saved["state"][1]) == ["step", "exp_avg", "exp_avg_sq"]
    assert saved["state"][1]["exp_avg"] is optimizer.state[q]["exp_avg"]
    assert saved["state"][1]["step"].dtype == tg.float32 and saved["state"][1]["step"].item() == 1.0
    assert list(saved["param_groups"][0]) == (
        "lr betas eps weight_decay amsgrad maximize foreach capturable differentiable fused "
        "decoupled_weight_decay params".split()
    )
    assert saved["param_groups"][0]["params"] == [0, 1]


@pytest.mark.parametrize(
    ("name", "options", "keys"),
    [
        ("SGD", {}, []),
        ("SGD", {"momentum": 0.9}, ["momentum_buffer"]),
        ("Adam", {"amsgrad": True}, ["step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"]),
        ("RMSprop", {}, ["step", "square_avg"]),
        ("RMSprop", {"momentum": 0.9, "centered": True}, ["step", "square_avg", "momentum_buffer", "grad_avg"]),
        ("Adagrad", {}, ["step", "sum"]),
    ],
)
def test_state_keys(name, options, keys):
    p = parameter()
    optimizer = make(name, [p], **options)
    run(optimizer, p, GRADS[:1])
    assert list(optimizer.state[p]) == keys
    assert (p in optimizer.state.keys()) == bool(keys) or name == "SGD"


def test_plain_sgd_has_no_state():
    p = parameter()
    optimizer = optim.SGD([p], lr=0.1)
    run(optimizer, p, GRADS)
    assert dict(optimizer.state) == {}


# ---- checkpoints -----------------------------------------------------------------------------------------------------


def pickled(value):
    return pickle.loads(pickle.dumps(value))


@pytest.mark.parametrize(("name", "reference", "options"), CASES, ids=CASE_IDS)
def test_training_goes_on_from_a_checkpoint(name, reference, options):
    p = parameter()
    optimizer = make(name, [p], **options)
    run(optimizer, p, GRADS[:2])
    resumed = p.detach().clone().requires_grad_()
    second = make(name, [resumed], lr=3.0)
    second.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    run(optimizer, p, GRADS[2:])
    run(second, resumed, GRADS[2:])
    assert resumed.tolist() == p.tolist()
    assert second.param_groups[0]["lr"] == 0.1


def test_loading_casts_state_to_the_parameter():
    p = parameter()
    optimizer = optim.Adam([p])
    run(optimizer, p, GRADS[:1])
    wide = parameter(dtype=tg.float64)
    other = optim.Adam([wide])
    other.load_state_dict(optimizer.state_dict())
    dtypes = {key: value.dtype for key, value in other.state[wide].items()}
    assert dtypes == {"step": tg.float32, "exp_avg": tg.float64, "exp_avg_sq": tg.float64}


def test_loading_shares_tensors_but_copies_groups():
    p = parameter()
    optimizer = optim.SGD([p], momentum=0.9)
    run(optimizer, p, GRADS[:1])
    other = optim.SGD([p])
    other.load_state_dict(optimizer.state_dict())
    assert other.state[p]["momentum_buffer"] is optimizer.state[p]["momentum_buffer"]
    assert other.param_groups[0] is not optimizer.param_groups[0]


def test_loading_refuses_what_does_not_fit():
    p, q = parameter(), parameter()
    saved = optim.SGD([p, q]).state_dict()
    with pytest.raises(ValueError, match="loaded state dict contains a parameter group that doesn't match the size"):
        optim.SGD([p]).load_state_dict(saved)
    with pytest.raises(ValueError, match="loaded state dict has a different number of parameter groups"):
        optim.SGD([{"params": p}, {"params": q}]).load_state_dict(saved)
    saved["param_groups"][0]["fused"] = True
    optimizer = optim.SGD([p, q])
    with pytest.raises(RuntimeError, match="fused=True"):
        optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["fused"] is None


def test_checkpoints_of_old_torch_releases():
    p = parameter()
    old = {
        "state": {0: {"step": 7, "exp_avg": tg.ones(3), "exp_avg_sq": tg.ones(3)}},
        "param_groups": [{"lr": 0.5, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "params": [140]}],
    }
    old["state"] = {140: old["state"][0], "else": 3}
    optimizer = optim.Adam([p])
    optimizer.load_state_dict(old)
    assert optimizer.state["else"] == 3
    assert optimizer.state[p]["step"].item() == 7.0
    assert optimizer.param_groups[0]["amsgrad"] is False
    run(optimizer, p, GRADS)
    momentum = optim.SGD([p])
    saved = momentum.state_dict()
    saved["state"] = {0: {"momentum_buffer": None}}
    saved["param_groups"][0]["momentum"] = 0.9
    momentum.load_state_dict(saved)
    run(momentum, p, GRADS)
    assert momentum.state[p]["momentum_buffer"] is not None


def test_adamw_stays_decoupled():
    p = parameter()
    optimizer = optim.AdamW([p])
    optimizer.load_state_dict(optim.Adam([p]).state_dict())
    assert optimizer.param_groups[0]["decoupled_weight_decay"] is True


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled], ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("name", NAMES)
def test_copies_are_independent(name, duplicate):
    p = parameter()
    optimizer = make(name, [p])
    optimizer.register_step_pre_hook(lambda *_: pytest.fail("hooks are not copied"))
    optimizer = duplicate(optimizer)
    q = optimizer.param_groups[0]["params"][0]
    assert q is not p and q.requires_grad and type(optimizer) is getattr(optim, name)
    run(optimizer, q, GRADS[:1])
    assert p.tolist() == [1.0, -2.0, 0.5] != q.tolist()
    assert repr(optimizer) == repr(make(name, [p]))


def test_model_and_optimizer_are_copied_together():
    model = tg.nn.Linear(2, 1)
    twin, optimizer = copy.deepcopy((model, optim.SGD(model.parameters())))
    assert optimizer.param_groups[0]["params"][0] is twin.weight


# ---- hooks -----------------------------------------------------------------------------------------------------------


def test_step_hooks():
    p = parameter()
    optimizer = optim.SGD([p], lr=0.1)
    seen = []
    before = optimizer.register_step_pre_hook(lambda *given: seen.append(("before", given)))
    optimizer.register_step_pre_hook(lambda *_: seen.append("second"))
    optimizer.register_step_post_hook(lambda *given: seen.append(("after", given)))
    assert optimizer.step(closure=lambda: 5) == 5
    closure = seen[0][1][2]["closure"]
    expected = (optimizer, (optimizer,), {"closure": closure})
    assert seen == [("before", expected), "second", ("after", expected)]
    before.remove()
    del seen[:]
    optimizer.step()
    assert [entry if isinstance(entry, str) else entry[0] for entry in seen] == ["second", "after"]


def test_a_step_hook_may_replace_the_arguments():
    p = parameter()
    optimizer = optim.SGD([p])
    handle = optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7), {}))
    assert optimizer.step() == 7
    handle.remove()
    optimizer.register_step_pre_hook(lambda o, args, kwargs: 3)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got 3\."):
        optimizer.step()


def test_checkpoint_hooks():
    p = parameter()
    optimizer = optim.SGD([p])
    calls = []
    optimizer.register_state_dict_pre_hook(lambda o: calls.append("save"))
    optimizer.register_state_dict_post_hook(lambda o, saved: {**saved, "more": 1})
    optimizer.register_load_state_dict_pre_hook(
        lambda o, saved: {**saved, "param_groups": [{**saved["param_groups"][0], "lr": 9}]}
    )
    optimizer.register_load_state_dict_post_hook(lambda o: calls.append("second"))
    optimizer.register_load_state_dict_post_hook(lambda o: calls.append("first"), prepend=True)
    saved = optimizer.state_dict()
    assert saved["more"] == 1
    optimizer.load_state_dict(saved)
    assert calls == ["save", "first", "second"] and optimizer.param_groups[0]["lr"] == 9


def test_no_cycle_keeps_an_optimizer_alive():
    gc.collect()
    gc.disable()
    try:
        optimizer = optim.SGD([parameter()], lr=0.1)
        optimizer.register_step_pre_hook(lambda *_: None)
        optim.lr_scheduler.StepLR(optimizer, 1)
        gone = weakref.ref(optimizer)
        del optimizer
        assert gone() is None
    finally:
        gc.enable()


# ---- errors ----------------------------------------------------------------------------------------------------------

BAD_OPTIONS = [
    ("SGD", {"lr": -1}, ValueError, "Invalid learning rate: -1"),
    ("SGD", {"momentum": -1}, ValueError, "Invalid momentum value: -1"),
    ("SGD", {"weight_decay": -1}, ValueError, "Invalid weight_decay value: -1"),
    ("SGD", {"nesterov": True}, ValueError, "Nesterov momentum requires a momentum and zero dampening"),
    ("SGD", {"lr": "a"}, TypeError, "'<' not supported between instances of 'str' and 'float'"),
    ("SGD", {"fused": True, "foreach": True}, RuntimeError, "`fused` and `foreach` cannot be `True` together."),
    ("SGD", {"fused": True, "differentiable": True}, RuntimeError, "`fused` does not support `differentiable`"),
    ("Adam", {"eps": -1}, ValueError, "Invalid epsilon value: -1"),
    ("Adam", {"betas": (1.0, 0.9)}, ValueError, "Invalid beta parameter at index 0: 1.0"),
    ("Adam", {"betas": (0.9, -1.0)}, ValueError, "Invalid beta parameter at index 1: -1.0"),
    ("AdamW", {"weight_decay": -1}, ValueError, "Invalid weight_decay value: -1"),
    (
        "AdamW",
        {"decoupled_weight_decay": False},
        TypeError,
        "AdamW.__init__() got an unexpected keyword argument 'decoupled_weight_decay'",
    ),
    ("RMSprop", {"alpha": -1}, ValueError, "Invalid alpha value: -1"),
    ("RMSprop", {"momentum": -1}, ValueError, "Invalid momentum value: -1"),
    ("Adagrad", {"lr_decay": -1}, ValueError, "Invalid lr_decay value: -1"),
    ("Adagrad", {"initial_accumulator_value": -1}, ValueError, "Invalid initial_accumulator_value value: -1"),
]


@pytest.mark.parametrize(("name", "options", "error", "text"), BAD_OPTIONS)
def test_bad_options(name, options, error, text):
    with pytest.raises(error) as caught:
        make(name, [parameter()], **options)
    assert str(caught.value) == text


def test_tensor_lr_errors():
    for name in NAMES:
        with pytest.raises(ValueError, match="Tensor lr must be 1-element"):
            make(name, [parameter()], lr=tg.tensor([0.1, 0.2]))
    with pytest.raises(ValueError, match="lr as a Tensor is not supported for capturable=False and foreach=True"):
        optim.Adam([parameter()], lr=tg.tensor(0.1), foreach=True)
    with pytest.raises(ValueError, match="betas must be either both floats or both Tensors"):
        optim.Adam([parameter()], betas=(0.9, tg.tensor(0.9)))


BAD_PARAMS = [
    (lambda: [], ValueError, "optimizer got an empty parameter list"),
    (
        parameter,
        TypeError,
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor",
    ),
    (lambda: 1, TypeError, "'int' object is not iterable"),
    (lambda: [1], TypeError, "optimizer can only optimize Tensors, but one of the params is int"),
    (lambda: [parameter() * 2], ValueError, "can't optimize a non-leaf Tensor"),
    (lambda: [{"lr": 1}], KeyError, "'params'"),
    (lambda: [{"params": []}, 1], TypeError, "param_group must be a dict, but got <class 'int'>"),
    (
        lambda: [{"params": {parameter()}}],
        TypeError,
        "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will "
        "change between runs. Please use a list instead.",
    ),
    (
        lambda: [("a", parameter()), parameter()],
        ValueError,
        "all optimizer params should be with/without names. Some param names are missing",
    ),
    (
        lambda: [{"params": [("a", parameter())]}, {"params": parameter()}],
        ValueError,
        "all optimizer param groups should be with/without names. "
        "cannot add param group without names to the optimizer",
    ),
    (
        lambda: [{"params": parameter()}, {"params": [("a", parameter())]}],
        ValueError,
        "all optimizer param groups should be with/without names. cannot add param group with names to the optimizer",
    ),
]


@pytest.mark.parametrize(("params", "error", "text"), BAD_PARAMS)
def test_bad_parameters(params, error, text):
    with pytest.raises(error) as caught:
        optim.SGD(params())
    assert str(caught.value) == text


def test_a_parameter_belongs_to_one_group():
    p = parameter()
    with pytest.raises(ValueError, match="some parameters appear in more than one parameter group"):
        optim.SGD([{"params": p}, {"params": [p]}])


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_honoured_is_refused(name):
    with pytest.raises(RuntimeError, match="`differentiable=True` is not available in tinygrad_ext"):
        make(name, [parameter()], differentiable=True)
    if name != "RMSprop":
        with pytest.raises(RuntimeError, match="`fused=True` is not available in tinygrad_ext"):
            make(name, [parameter()], fused=True)
    with pytest.raises(RuntimeError, match="`differentiable=True`"):
        make(name, [{"params": parameter(), "differentiable": True}])
    if name in ("Adam", "AdamW", "RMSprop"):
        p = parameter()
        optimizer = make(name, [p], capturable=True)
        assert "    capturable: True\n" in repr(optimizer)
        p.grad = tg.ones(3)
        with pytest.raises(AssertionError, match="If capturable=True, params and state_steps must be on"):
            optimizer.step()


def test_required_options():
    from tinygrad_ext.optim.optimizer import required

    with pytest.raises(ValueError, match="didn't specify a value of required optimization parameter lr"):
        optim.Optimizer([parameter()], {"lr": required})
    assert repr(required) == "<required parameter>"
    with pytest.raises(NotImplementedError):
        optim.Optimizer([parameter()], {}).step()


# ---- torch itself ----------------------------------------------------------------------------------------------------


def plain(value):
    """A state dict in which equal means equal: tensors become lists."""
    if isinstance(value, dict):
        return [(key, plain(entry)) for key, entry in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return (str(value.dtype), value.tolist()) if hasattr(value, "dtype") else value


@pytest.mark.parametrize(("name", "reference", "options"), CASES, ids=CASE_IDS)
def test_looks_are_torchs(torch, name, reference, options):
    ours, mine, theirs, other = pair(torch, name, [(2,), (3,)], **options)
    assert repr(mine) == repr(other)
    assert plain(mine.state_dict()) == plain(other.state_dict())
    # Powers of two, so that rounding plays no part in the state.
    for p, q in zip(ours, theirs):
        p.grad, q.grad = tg.zeros(p.shape), torch.zeros(q.shape)
    if not options.get("weight_decay"):
        mine.step()
        other.step()
        assert plain(mine.state_dict()) == plain(other.state_dict())


def test_errors_are_torchs(torch):
    for name, options, error, text in BAD_OPTIONS:
        with pytest.raises(error) as caught:
            getattr(torch.optim, name)([torch.ones(1, requires_grad=True)], **options)
        assert str(caught.value) == text
