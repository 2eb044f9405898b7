"""The Python side of autograd: transcripts of torch's, and what they cannot show."""

import doctest
import importlib
import sys
import threading

import pytest

import tinygrad_ext as T
import transcripts

NAMES = "grad_modes backward_and_grad functions autograd_functional gradcheck anomaly composed".split()


@pytest.mark.parametrize("name", NAMES)
def test_transcript(name):
    transcripts.check(transcripts.FOLDER / f"{name}.txt", T)


@pytest.mark.parametrize("name", NAMES)
def test_transcript_is_torchs(torch, name):
    transcripts.check(transcripts.FOLDER / f"{name}.txt", torch)


MODULES = """
    _einsum _tensor _tensor_str _type_info functional serialization storage autograd autograd.anomaly_mode autograd.function
    autograd.functional autograd.grad_mode autograd.gradcheck autograd.variable utils.dlpack
""".split()


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.filterwarnings("ignore")
def test_docstring_examples(name):
    module = importlib.import_module(f"tinygrad_ext.{name}")
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_every_public_name_has_an_example():
    for name in MODULES:
        module = importlib.import_module(f"tinygrad_ext.{name}")
        for public in getattr(module, "__all__", ()):
            value = getattr(module, public)
            if callable(value) and value.__module__ == module.__name__ and not issubclass_of(value, Exception):
                assert value.__doc__ and (">>>" in value.__doc__ or public == "FunctionCtx"), f"{name}.{public}"


def issubclass_of(value, kind):
    return isinstance(value, type) and issubclass(value, kind)


# ---- Grad modes


def test_modes_belong_to_a_thread():
    seen = []
    with T.no_grad():
        thread = threading.Thread(target=lambda: seen.append(T.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_classes_are_not_decorated():
    with pytest.raises(TypeError, match="no_grad decorates functions and methods, got class C"):

        @T.no_grad()
        class C:
            pass

    with pytest.raises(TypeError, match="3 is not a callable object"):
        T.no_grad()(3)


def test_an_error_inside_restores_the_mode():
    for context in (T.no_grad, T.inference_mode, lambda: T.set_grad_enabled(False)):
        with pytest.raises(ValueError), context():
            raise ValueError
        assert T.is_grad_enabled() and not T.is_inference_mode_enabled()


# ---- backward and grad


def test_lengths_must_agree():
    x = T.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="got 1 tensors and 2 gradients"):
        T.autograd.grad(x * 2, x, [T.ones(3), T.ones(3)])
    with pytest.raises(RuntimeError, match="got 1 tensors and 2 gradients"):
        T.autograd.backward([x.sum()], [None, None])
    assert x.grad is None


@pytest.mark.parametrize(
    "call, kind, text",
    [
        (lambda x: T.autograd.backward(x.sum(), grad_variables=T.tensor(1.0)), FutureWarning, "`grad_variables` is deprecated"),
        (lambda x: T.autograd.grad(x.sum(), x, only_inputs=False), FutureWarning, "only_inputs argument is deprecated"),
        (lambda x: T.autograd.Variable(x, volatile=True), UserWarning, "volatile was removed"),
        (lambda x: T.autograd.detect_anomaly(), UserWarning, "Anomaly Detection has been enabled"),
        (lambda x: T.autograd.gradcheck(lambda x: x * 0, x), UserWarning, "not a double precision floating point"),
    ],
)
def test_warnings(call, kind, text):
    with pytest.warns(kind, match=text) as caught:
        call(T.ones(2, requires_grad=True))
    assert caught[0].filename in (__file__, sys.modules["tinygrad_ext.autograd.gradcheck"].__file__)


# ---- The package


def test_lazy_names_of_the_package():
    A = T.autograd
    assert A.Function is A.function.Function and A.Variable is A.variable.Variable
    assert callable(A.gradcheck) and sys.modules["tinygrad_ext.autograd.gradcheck"].gradcheck is A.gradcheck
    assert A.functional.jacobian and isinstance((T.ones(1, requires_grad=True) * 2).grad_fn, A.graph.Node)
    assert {"Function", "Variable", "grad", "backward", "functional", "no_grad"} <= set(dir(A))
    assert not hasattr(A, "no_such_name")


# ---- Functions


def test_context_is_not_kept_alive_by_the_call():
    import gc
    import weakref

    class Keep(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            contexts.append(weakref.ref(ctx))
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    contexts = []
    y = Keep.apply(T.ones(2, requires_grad=True))
    assert contexts[0]() is not None
    del y
    gc.collect()
    assert contexts[0]() is None


def test_an_output_kept_on_the_context_is_collected():
    import gc
    import weakref

    class Cycle(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.x = x
            return x * 2

        @staticmethod
        def setup_cycle(y):
            y.grad_fn

        @staticmethod
        def backward(ctx, g):
            return g * 2

    class Mark:
        pass

    x = T.ones(2, requires_grad=True)
    x.mark = Mark()
    alive = weakref.ref(x.mark)
    y = Cycle.apply(x)
    x.y = y  # leaf -> attribute -> result -> node -> context -> leaf
    del x, y
    gc.collect()
    assert alive() is None


def test_an_error_in_backward_reaches_the_caller():
    class Fails(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise KeyError("mine")

    x = T.ones(2, requires_grad=True)
    with pytest.raises(KeyError, match="mine"):
        Fails.apply(x).sum().backward()
    (x * 2).sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_saved_tensors_only_in_backward():
    seen = []

    class Keeps(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            seen.append(ctx)
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            assert ctx.saved_tensors[0] is not None
            return g * 2

    Keeps.apply(T.ones(2, requires_grad=True)).sum().backward()
    with pytest.raises(RuntimeError, match="in backward only"):
        seen[0].saved_tensors


def test_gradcheck_of_a_function_and_double_backward():
    class Cube(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * x * x

    x = T.tensor([0.5, -2.0], dtype=T.float64, requires_grad=True)
    assert T.autograd.gradcheck(Cube.apply, x) and T.autograd.gradgradcheck(Cube.apply, x)


# ---- gradcheck


@pytest.mark.parametrize("option", ["check_forward_ad", "check_batched_grad", "fast_mode"])
def test_gradcheck_refuses_what_it_cannot_do(option):
    with pytest.raises(ValueError, match=f"{option}=True is not available"):
        T.autograd.gradcheck(lambda x: x, T.ones(1, dtype=T.float64, requires_grad=True), **{option: True})


@pytest.mark.parametrize("option", ["check_fwd_over_rev", "check_batched_grad", "fast_mode"])
def test_gradgradcheck_refuses_what_it_cannot_do(option):
    with pytest.raises(ValueError, match=f"{option}=True is not available"):
        T.autograd.gradgradcheck(lambda x: x * x, T.ones(1, dtype=T.float64, requires_grad=True), **{option: True})


def test_gradcheck_says_what_is_wrong():
    x = T.ones(2, dtype=T.float64, requires_grad=True)
    count = [0]

    class Drifts(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            count[0] += 1
            return g * (2 + 1e-7 * count[0])

    with pytest.raises(RuntimeError, match="^Backward is not reentrant.*The tolerance for nondeterminism was 0.0.$"):
        T.autograd.gradcheck(Drifts.apply, x)


def test_gradcheck_leaves_its_inputs_alone():
    x = T.tensor([1.0, 2.0], dtype=T.float64, requires_grad=True)
    T.autograd.gradcheck(lambda x: x.sin(), x)
    assert x.tolist() == [1, 2] and x.grad is None and x._version == 0


def test_forward_mode_is_refused():
    for call in (
        lambda: T.autograd.functional.jacobian(T.sin, T.ones(2), strategy="forward-mode", vectorize=True),
        lambda: T.autograd.functional.hessian(T.sum, T.ones(2), outer_jacobian_strategy="forward-mode"),
    ):
        with pytest.raises(RuntimeError, match="forward-mode differentiation is not available"):
            call()


def test_higher_derivatives_through_the_functional_ones():
    x = T.tensor([1.0, 2.0], dtype=T.float64, requires_grad=True)
    h = T.autograd.functional.hessian(lambda x: (x**4).sum(), x, create_graph=True)
    (g,) = T.autograd.grad(h.sum(), x)
    assert g.tolist() == [24.0, 48.0]
    assert T.autograd.gradcheck(lambda x: T.autograd.functional.jvp(T.exp, x, x, create_graph=True)[1], x)


# ---- einsum and tensordot next to NumPy, cdist's gradient


@pytest.mark.parametrize(
    "equation, shapes",
    [
        ("ij,jk", [(2, 3), (3, 4)]),
        ("bij,bkj->bik", [(5, 2, 3), (5, 4, 3)]),
        ("...ij,jk->...ki", [(2, 5, 3, 4), (4, 6)]),
        ("ij,jk,kl,lm->im", [(2, 3), (3, 4), (4, 5), (5, 2)]),
        ("iij,jk->ki", [(3, 3, 4), (4, 2)]),
        ("abc,cd,bde->ae", [(2, 3, 4), (4, 5), (3, 5, 6)]),
        ("ij,kl->", [(2, 3), (4, 5)]),
    ],
)
def test_einsum_next_to_numpy_and_its_gradient(equation, shapes):
    import numpy as np

    T.manual_seed(0)
    operands = [T.randn(shape, dtype=T.float64, requires_grad=True) for shape in shapes]
    expected = np.einsum(equation, *(x.detach().numpy() for x in operands))
    assert np.allclose(T.einsum(equation, *operands).detach().numpy(), expected)
    assert T.autograd.gradcheck(lambda *xs: T.einsum(equation, *xs), operands)


def test_einsum_next_to_torch(torch):
    """Whole numbers in float64: every order of summation gives the same bits."""
    import random

    letters = "abcdefg"
    for seed in range(300):
        rng = random.Random(seed)
        sizes = {c: rng.choice([1, 2, 3, 5]) for c in letters}
        subscripts = ["".join(rng.choice(letters[:4]) for _ in range(rng.randint(0, 4))) for _ in range(rng.randint(1, 4))]
        used = sorted(set("".join(subscripts)))
        rng.shuffle(used)
        equation = ",".join(subscripts) + ("->" + "".join(used[: rng.randint(0, len(used))]) if rng.random() < 0.8 else "")
        results = []
        for lib in (T, torch):
            lib.manual_seed(seed)
            operands = [lib.randint(-4, 5, [sizes[c] for c in s]).double() for s in subscripts]
            result = lib.einsum(equation, *operands)
            results.append((tuple(result.shape), result.tolist()))
        assert results[0] == results[1], equation


def test_compositions_have_right_gradients():
    T.manual_seed(0)
    a, b = (T.randn(3, 2, dtype=T.float64, requires_grad=True) for _ in range(2))
    for function in (
        lambda a, b: T.cdist(a, b),
        lambda a, b: T.cdist(a, b, p=3),
        lambda a, b: T.tensordot(a, b, ([0], [0])),
        lambda a, b: T.block_diag(a, b[0]),
        lambda a, b: T.cartesian_prod(a[0], b[:, 1]),
        lambda a, b: T.meshgrid(a[0], b[:, 0], indexing="xy"),
        lambda a, b: T.broadcast_tensors(a[:, :1], b),
        lambda a, b: T.atleast_3d(a, b[0]),
    ):
        assert T.autograd.gradcheck(function, (a, b))
    x = T.zeros(2, 2, requires_grad=True)
    T.cdist(x, x).sum().backward()
    assert x.grad.tolist() == [[0, 0], [0, 0]]


def test_very_many_saved_tensors():
    class Saves(T.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(*[x] * 65_537)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * len(ctx.saved_tensors)

    x = T.ones(1, requires_grad=True)
    Saves.apply(x).backward()
    assert x.grad.item() == 65_537.0
