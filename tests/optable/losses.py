"""Rows for nn.functional's losses, normalisation and dropout."""

import numpy as np

from optable.core import CLOSE, EXACT, Const, Op, S, rough

REDUCTIONS = ("mean", "sum", "none")


def loss(path, pair, *, options=({},), **fields):
    """`pair(rng, shape)` draws input and target; every reduction with every set of options."""

    def samples(rng):
        first = [S(*pair(rng, (3, 4)), reduction=r, **kw) for kw in options for r in REDUCTIONS]
        turned = [S(*(np.swapaxes(array, 0, 1) for array in pair(rng, (4, 3))), **kw) for kw in options]
        shapes = [S(*pair(rng, shape)) for shape in ((), (5,), (0,), (2, 3, 4), (20, 30))]
        return first + turned + shapes

    def bad(rng):
        return [S(pair(rng, (3,))[0], pair(rng, (4,))[1]), S(*pair(rng, (3,)), reduction="x")]

    fields.setdefault("errors", bad)
    return Op("nn.functional." + path, samples, method=False, **fields)


def two(low=-2.0, high=2.0):
    return lambda rng, shape: (rng.uniform(low, high, *shape), rng.uniform(low, high, *shape))


def probability(rng, shape):
    return rng.uniform(0.05, 0.95, *shape), rng.uniform(0.0, 1.0, *shape)


def logit(rng, shape):
    return rng.normal(*shape), rng.uniform(0.0, 1.0, *shape)


def log_probability(rng, shape):
    return rng.uniform(-3.0, -0.1, *shape), rng.uniform(0.1, 1.0, *shape)


def weighted(rng):
    """BCE's weights: per element, per column."""
    return [{"weight": Const(rng.uniform(0.5, 2, 3, 4))}, {"weight": Const(rng.uniform(0.5, 2, 4))}]


def classes(rng, input_shape, target_shape):
    return rng.normal(*input_shape), Const(rng.ints(0, input_shape[-1 if len(input_shape) == 1 else 1], *target_shape))


def class_samples(rng, probabilities: bool):
    """Class indices with every option; `probabilities` adds what only cross_entropy takes."""
    weight = Const(rng.uniform(0.5, 2, 4))
    draw = lambda *shapes: classes(rng, *shapes)
    rows = [
        S(*draw((3, 4), (3,)), reduction=r, **kw)
        for kw in ({}, {"weight": weight}, {"ignore_index": 1})
        for r in REDUCTIONS
    ]
    rows += [
        S(*draw((4,), ())),
        S(rng.normal(3, 4), Const(np.int64([1, -100, 2])), weight=weight),
        S(rng.normal(4, 3).T, Const(np.int64([3, 0, 0]))),
    ]
    rows += [S(*draw((64, 10), (64,))), S(*draw((300, 5), (300,)), weight=Const(rng.uniform(0.5, 2, 5)))]
    if not probabilities:
        return rows
    smooth = {"label_smoothing": 0.1}
    rows += [
        S(*draw((3, 4), (3,)), reduction=r, **smooth, **kw)
        for kw in ({}, {"weight": weight}, {"ignore_index": 1})
        for r in REDUCTIONS
    ]
    share = lambda *shape: (lambda p: p / p.sum(-1, keepdims=True))(rng.uniform(0.1, 1, *shape))
    rows += [
        S(rng.normal(3, 4), share(3, 4), reduction=r, **kw)
        for kw in ({}, {"weight": weight}, smooth)
        for r in REDUCTIONS
    ]
    return rows + [S(rng.normal(4), share(4))]


def class_errors(rng):
    x = rng.normal(3, 4)
    targets = [
        np.int64([0, 1, 4]),
        np.int64([0, 1, -1]),
        np.int64([0, 1]),
        np.float32([0, 1, 2]),
        np.int32([0, 1, 2]),
        np.int64([[0], [1], [2]]),
    ]
    return [S(x, Const(t)) for t in targets] + [
        S(x, Const(np.int64([0, 1, 2])), reduction="x"),
        S(x, Const(np.int64([0, 1, 2])), weight=Const(np.float32([1, 2]))),
        S(rng.normal(4), Const(np.int64([0, 1]))),
        S(x, Const(np.int64(1))),
    ]


def norm_samples(rng):
    rows = [
        S(rng.normal(3, 4), (4,)),
        S(rng.normal(2, 3, 4), (3, 4)),
        S(rng.normal(4, 3).T, (4,)),
        S(rng.normal(0, 4), (4,)),
    ]
    rows += [S(rng.normal(3, 4), (4,), rng.normal(4), rng.normal(4)), S(rng.normal(3, 4), (4,), rng.normal(4), eps=0.1)]
    return rows + [
        S(rng.normal(16, 40), (40,), rng.normal(40), rng.normal(40)),
        S(rng.normal(3, 4), [4], bias=rng.normal(4)),
    ]


def then_draw(path):
    """A draw, then one more number: the stream must stand at the same place afterwards."""

    def call(T, *args, **kwargs):
        return getattr(T.nn.functional, path)(*args, **kwargs), T.rand(1)

    return call


OPS = [
    loss("mse_loss", two(), value=EXACT, grad=EXACT),
    loss("l1_loss", two(), value=EXACT),
    loss("smooth_l1_loss", two(), options=({}, {"beta": 0.5}, {"beta": 0.0}), value=CLOSE),
    loss("huber_loss", two(), options=({}, {"delta": 0.5}), value=CLOSE),
    loss(
        "binary_cross_entropy",
        probability,
        value=CLOSE,
        errors=lambda rng: [
            S(rng.uniform(0.1, 0.9, 3), rng.uniform(0, 1, 4)),
            S(np.float32([1.5]), np.float32([1])),
            S(np.float32([0.5]), np.int64([1])),
            S(np.float32([0.5]), np.float32([1]), reduction="x"),
        ],
    ),
    Op(
        "nn.functional.binary_cross_entropy",
        lambda rng: (
            [S(*probability(rng, (3, 4)), reduction=r, **kw) for kw in weighted(rng) for r in REDUCTIONS]
            + [rough(np.float32([0, 1, 0, 1]), Const(np.float32([0, 0, 1, 1])))]
        ),
        variant="weight",
        value=CLOSE,
        method=False,
    ),
    loss("binary_cross_entropy_with_logits", logit, value=CLOSE),
    Op(
        "nn.functional.binary_cross_entropy_with_logits",
        lambda rng: (
            [
                S(*logit(rng, (3, 4)), reduction=r, **kw)
                for kw in (*weighted(rng), {"pos_weight": Const(rng.uniform(0.5, 2, 4))})
                for r in REDUCTIONS
            ]
            + [S(np.float32([100, -100]), Const(np.float32([0, 1])))]
        ),
        variant="weight",
        value=CLOSE,
        method=False,
    ),
    loss("kl_div", log_probability, options=({}, {"log_target": True}), value=CLOSE),
    Op(
        "nn.functional.kl_div",
        lambda rng: [S(*log_probability(rng, (3, 4)), reduction="batchmean")],
        variant="batchmean",
        value=CLOSE,
        method=False,
    ),
    Op(
        "nn.functional.nll_loss",
        lambda rng: class_samples(rng, False),
        errors=class_errors,
        value=EXACT,
        grad=EXACT,
        method=False,
    ),
    Op(
        "nn.functional.cross_entropy",
        lambda rng: class_samples(rng, True),
        errors=class_errors,
        value=CLOSE,
        method=False,
    ),
    Op(
        "nn.functional.layer_norm",
        norm_samples,
        errors=lambda rng: [
            S(rng.normal(3, 4), (3,)),
            S(rng.normal(3, 4), (4,), rng.normal(3)),
            S(rng.normal(3, 4), ()),
            S(rng.normal(4), (3, 4)),
        ],
        value=CLOSE,
        method=False,
    ),
    Op(
        "nn.functional.dropout",
        lambda rng: (
            [
                S(rng.normal(*shape), p, training)
                for shape in ((5,), (3, 4))
                for p in (0.0, 0.3, 0.5, 1.0)
                for training in (True, False)
            ]
            + [S(rng.normal(8, 5).T, 0.5), S(rng.normal(4, 12)[:, ::2]), S(rng.normal(0))]
        ),
        errors=lambda rng: [S(rng.normal(3), 1.5), S(rng.normal(3), -0.1)],
        call=then_draw("dropout"),
        method=False,
    ),
    Op(
        "nn.functional.normalize",
        lambda rng: [S(rng.normal(3, 4)), S(rng.normal(3, 4), dim=0), S(rng.normal(5), p=1.0, dim=0)],
        value=CLOSE,
        method=False,
    ),
    Op(
        "nn.functional.cosine_similarity",
        lambda rng: [S(rng.normal(3, 4), rng.normal(3, 4)), S(rng.normal(3, 4), rng.normal(4), dim=-1)],
        value=CLOSE,
        method=False,
        graph=False,
    ),
]
