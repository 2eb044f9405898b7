"""torch.nn on random numbers: values and gradients next to torch's, in double precision."""

import numpy as np
import pytest

import tinygrad_ext

REDUCTIONS = ("none", "mean", "sum")


def normal(*shape):
    return lambda rng: rng.standard_normal(shape)


def positive(*shape):
    return lambda rng: rng.random(shape) + 0.1


def probability(*shape):
    return lambda rng: rng.random(shape) * 0.98 + 0.01


def sign(*shape):
    return lambda rng: np.sign(rng.standard_normal(shape)).astype(np.int64)


def index(high, *shape):
    return lambda rng: rng.integers(0, high, shape)


def losses():
    """Name, keywords and makers of the arguments, for every loss with every reduction."""
    a, b = normal(4, 5), normal(4, 5)
    rows = [
        ("L1Loss", {}, a, b),
        ("MSELoss", {}, a, b),
        ("SmoothL1Loss", {"beta": 0.5}, a, b),
        ("SmoothL1Loss", {"beta": 0}, a, b),
        ("HuberLoss", {"delta": 0.7}, a, b),
        ("CrossEntropyLoss", {}, a, index(5, 4)),
        ("CrossEntropyLoss", {"label_smoothing": 0.2, "ignore_index": 1}, a, index(5, 4)),
        ("CrossEntropyLoss", {"label_smoothing": 0.2}, a, probability(4, 5)),
        ("CrossEntropyLoss", {}, normal(4, 5, 3), index(5, 4, 3)),
        ("NLLLoss", {"ignore_index": 0}, a, index(5, 4)),
        ("BCELoss", {}, probability(4, 5), probability(4, 5)),
        ("BCEWithLogitsLoss", {}, a, probability(4, 5)),
        ("KLDivLoss", {}, a, probability(4, 5)),
        ("KLDivLoss", {"log_target": True}, a, b),
        ("PoissonNLLLoss", {"full": True}, a, positive(4, 5)),
        ("PoissonNLLLoss", {"log_input": False}, positive(4, 5), positive(4, 5)),
        ("GaussianNLLLoss", {"full": True}, a, b, positive(4, 5)),
        ("GaussianNLLLoss", {"eps": 0.5}, a, b, positive(4, 1)),
        ("GaussianNLLLoss", {}, a, b, positive(4)),
        ("MarginRankingLoss", {"margin": 0.3}, a, b, sign(4, 5)),
        ("HingeEmbeddingLoss", {"margin": 0.3}, a, sign(4, 5)),
        ("CosineEmbeddingLoss", {"margin": 0.1}, a, b, sign(4)),
        ("CosineEmbeddingLoss", {}, normal(5), normal(5), sign()),
        ("TripletMarginLoss", {}, a, b, normal(4, 5)),
        ("TripletMarginLoss", {"p": 1, "swap": True, "margin": 2.0}, a, b, normal(4, 5)),
        ("SoftMarginLoss", {}, a, sign(4, 5)),
    ]
    for name, settings, *makers in rows:
        for reduction in REDUCTIONS:
            yield name, {**settings, "reduction": reduction}, makers
    yield "KLDivLoss", {"reduction": "batchmean"}, [a, probability(4, 5)]


def layers():
    shapes = [normal(3, 4), normal(4), normal(2, 3, 4), normal(0, 4)]
    for name, *args in (
        ("Linear", 4, 3),
        ("Linear", 4, 3, False),
        ("LayerNorm", 4),
        ("Identity",),
        ("Flatten", 0),
        ("PReLU",),
        ("Softmax", -1),
        ("LogSoftmax", -1),
        ("Softmin", -1),
        *((name,) for name in "ReLU ReLU6 LeakyReLU ELU SELU CELU GELU SiLU Mish Softplus".split()),
        *((name,) for name in "Softsign Sigmoid LogSigmoid Tanh Hardtanh Hardsigmoid".split()),
        *((name,) for name in "Hardswish Tanhshrink Softshrink Hardshrink".split()),
        ("Threshold", 0.3, -1.0),
        ("GELU", "tanh"),
    ):
        for maker in shapes:
            yield name, args, [maker]
    yield "Bilinear", (4, 3, 2), [normal(5, 4), normal(5, 3)]
    yield "Bilinear", (4, 3, 2, False), [normal(2, 5, 4), normal(2, 5, 3)]
    yield "Embedding", (6, 3, 2), [index(6, 4, 2)]
    yield "CosineSimilarity", (1,), [normal(4, 5), normal(4, 5)]
    yield "CosineSimilarity", (-1,), [normal(2, 1, 5), normal(4, 5)]
    yield "PairwiseDistance", (2,), [normal(4, 5), normal(4, 5)]
    yield "PairwiseDistance", (1.5, 1e-3, True), [normal(4, 5), normal(5)]
    yield "Unflatten", (1, (2, -1)), [normal(3, 4)]


def run(T, build, arrays):
    """Output and all gradients of ``build(T)(*arrays)``, as arrays."""
    T.manual_seed(0)
    module = build(T).double()
    inputs = [T.from_numpy(array.copy()) for array in arrays]
    for tensor in inputs:
        if tensor.is_floating_point():
            tensor.requires_grad_()
    output = module(*inputs)
    weights = T.arange(output.numel(), dtype=T.float64).reshape(output.shape) + 1
    (output * weights).sum().backward()
    tensors = [output.detach(), *(t.grad for t in [*inputs, *module.parameters()])]
    return [None if tensor is None else tensor.numpy() for tensor in tensors]


def check_same(torch, build, makers):
    rng = np.random.default_rng(0)
    arrays = [np.asarray(maker(rng)) for maker in makers]
    ours, theirs = run(tinygrad_ext, build, arrays), run(torch, build, arrays)
    for our, their in zip(ours, theirs, strict=True):
        if their is None:
            assert our is None
        else:
            assert our.shape == their.shape
            np.testing.assert_allclose(our, their, rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore:reduction. 'mean'")
@pytest.mark.parametrize(("name", "settings", "makers"), list(losses()))
def test_loss(name, settings, makers, torch):
    check_same(torch, lambda T: getattr(T.nn, name)(**settings), makers)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss"])
def test_loss_with_weights(name, reduction, torch):
    def build(T):
        weight = T.tensor([0.5, 1.0, 2.0, 0.0, 1.5])
        return getattr(T.nn, name)(weight, reduction=reduction)

    classes = name in ("CrossEntropyLoss", "NLLLoss")
    check_same(torch, build, [probability(4, 5), index(5, 4) if classes else probability(4, 5)])


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weighted_elements(name, reduction, torch):
    def build(T):
        class Weighted(T.nn.Module):
            def forward(self, input, target, weight):
                return getattr(T.nn.functional, name)(
                    input, target, weight=weight, reduction=reduction
                )

        return Weighted()

    check_same(torch, build, [normal(4, 5), normal(4, 5), positive(4, 5)])


@pytest.mark.parametrize(("name", "args", "makers"), list(layers()))
def test_layer(name, args, makers, torch):
    check_same(torch, lambda T: getattr(T.nn, name)(*args), makers)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("dropout", (7, 5)),
        ("dropout1d", (4, 3, 5)),
        ("dropout1d", (4, 5)),
        ("dropout2d", (2, 3, 2, 2)),
        ("dropout3d", (2, 3, 2, 1, 2)),
        ("dropout3d", (3, 2, 1, 2)),
        ("alpha_dropout", (7, 5)),
        ("feature_alpha_dropout", (4, 3, 5)),
    ],
)
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_dropout(name, shape, p, torch):
    def build(T):
        class Drop(T.nn.Module):
            def forward(self, input):
                return getattr(T.nn.functional, name)(input, p, True)

        return Drop()

    check_same(torch, build, [normal(*shape)])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("uniform_", {"a": -2.0, "b": 3.0}),
        ("normal_", {"mean": 1.0, "std": 0.1}),
        ("trunc_normal_", {}),
        ("trunc_normal_", {"mean": 1.0, "std": 2.0, "a": 2.0, "b": 3.0}),
        ("trunc_normal_", {"a": 1.0, "b": 4.0}),
        ("xavier_uniform_", {"gain": 0.5}),
        ("xavier_normal_", {}),
        ("kaiming_uniform_", {"a": 0.3, "mode": "fan_out"}),
        ("kaiming_normal_", {"nonlinearity": "selu"}),
        ("eye_", {}),
    ],
)
@pytest.mark.parametrize("shape", [(3, 4), (40, 7)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_init(name, settings, shape, dtype, torch):
    results = []
    for T in (tinygrad_ext, torch):
        T.manual_seed(3)
        values = getattr(T.nn.init, name)(T.empty(shape, dtype=getattr(T, dtype)), **settings)
        results.append((values.numpy(), T.rand(2).numpy()))
    for ours, theirs in zip(*results):
        np.testing.assert_array_equal(ours, theirs)


def test_training_gives_the_same_losses(torch):
    """A small classifier by hand: initial weights, forward, loss, gradients, clipping."""

    def losses(T):
        T.manual_seed(0)
        model = T.nn.Sequential(T.nn.Linear(6, 16), T.nn.ReLU(), T.nn.Linear(16, 3))
        criterion = T.nn.CrossEntropyLoss()
        x, y = T.randn(12, 6), T.randint(0, 3, (12,))
        values = []
        for _ in range(30):
            model.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            T.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            with T.no_grad():
                for p in model.parameters():
                    p -= 0.5 * p.grad
            values.append(loss.item())
        return values

    np.testing.assert_allclose(losses(tinygrad_ext), losses(torch), rtol=1e-5)
