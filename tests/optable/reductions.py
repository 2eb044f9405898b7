"""Rows for functions that fold dimensions or run along one."""

import numpy as np

from optable.core import CLOSE, EXACT, Name, Op, S, Tolerance, rough
from optable.layouts import stretched

# Sums in float64 follow the same cascade, so a sum is exact in both dtypes or in neither.
SUM = EXACT
NAN = np.float32([[1, np.nan, 3], [np.nan, np.nan, np.nan], [2, 0, -1]])


def shapes(make, stretch=True):
    """One array of every shape and layout that a reduction may meet, with the dimensions to fold."""
    return [
        (make(3, 4), 0),
        (make(3, 4), 1),
        (make(3, 4), -2),
        (make(4, 3).T, 0),
        (make(4, 3).T, 1),
        (make(2, 3, 4), 1),
        (make(2, 3, 4).transpose(2, 0, 1), 1),
        (make(5, 8)[1:4, ::2], -1),
        *([(stretched(make(3, 1), (3, 4)), 1)] if stretch else []),
        (make(1, 5), 0),
        (make(), 0),
        (make(), -1),
        (make(1), 0),
        (make(3, 0), 0),
    ]


def out_of_range(rng):
    return [S(rng.normal(3, 4), 2), S(rng.normal(3, 4), -3), S(rng.normal(3), 1, True), S(rng.normal(), 1)]


def along(path, draw="normal", *, options=(), whole=True, many=True, large=True, empty=True, stretch=True, low=None, **fields):
    """A reduction: of everything if `whole`, along one dimension, along several if `many`."""

    def samples(rng):
        make = (lambda *shape: rng.uniform(low, 2.0, *shape)) if low is not None else getattr(rng, draw)
        rows = [S(make(3, 4))] if whole else []
        rows += [S(array, dim) for array, dim in shapes(make, stretch) if empty or array.size]
        rows += [S(make(3, 4), dim=1, keepdim=True), S(make(2, 3, 4), dim=-1, keepdim=True)]
        if whole:
            rows += [S(make(2, 3, 4).transpose(2, 0, 1)), S(make(5, 8)[1:4, ::2]), S(make()), S(make(1))]
            rows += [S(make(0)), S(make(0, 3))] if empty else []
        if many:
            rows += [S(make(2, 3, 4), (0, 2)), S(make(2, 3, 4), [1, 2], True), S(make(2, 3, 4), dim=(-1, 0, 1))]
        if large:
            rows += [S(make(1000))] if whole else []
            rows += [S(make(70, 41), 0), S(make(41, 70), 1), S(make(3, 50, 17), 1)]
        return rows + [S(make(3, 4), **kwargs) for kwargs in options]

    fields.setdefault("errors", out_of_range)
    return Op(path, samples, **fields)


def without_elements(rng):
    return [S(rng.normal(0)), S(rng.normal(0, 3), 0), *out_of_range(rng)]


def ties(path, **fields):
    """Subgradients where several elements share the extreme value, and nan, which wins."""
    return Op(
        path,
        lambda rng: [
            rough(np.float32([1, 2, 2, 0, 2])),
            rough(np.float32([[1, 2, 2], [0, 0, 0]]), 1),
            rough(NAN, 1),
            rough(NAN),
            rough(np.float32([np.inf, -np.inf, 1])),
        ],
        variant="ties",
        **fields,
    )


def scans(path, low=None, **fields):
    """Running sums and the like: the result has the operand's shape."""

    def samples(rng):
        make = (lambda *shape: rng.uniform(low, 2.0, *shape)) if low is not None else rng.normal
        return [S(array, dim) for array, dim in shapes(make)] + [S(make(200), 0)]

    fields.setdefault("inplace", True)
    return Op(path, samples, errors=lambda rng: [S(rng.normal(3, 4), 2)], **fields)


def softmaxes(path, value=Tolerance(0, 4), **fields):
    """Two rows: along the last dimension, and along others, where torch takes another exp for the last columns."""

    def samples(rng):
        last = [S(array, dim) for array, dim in shapes(rng.normal) if dim % max(array.ndim, 1) == array.ndim - 1]
        extreme = np.float32([[1000, 0, -1000], [50, 50, -np.inf]])
        return last + [
            S(rng.normal(5, 10), 1),
            S(rng.normal(3, 37), -1),
            S(rng.normal(), 0),
            S(rng.normal(3, 4), 1, dtype=Name("float64")),
            rough(extreme, 1),
        ]

    def other_samples(rng):
        other = [S(array, dim) for array, dim in shapes(rng.normal) if dim % max(array.ndim, 1) < array.ndim - 1]
        return other + [S(rng.normal(10, 21), 0), S(rng.normal(2, 3, 4), 1), S(rng.normal(2, 30, 3), -2)]

    def errors(rng):
        return [S(rng.normal(3, 4), 2), S(rng.ints(0, 5, 3), 0)]

    return [
        Op(path, samples, errors=errors, value=value, **fields),
        Op(path, other_samples, variant="columns", value=CLOSE, **fields),
    ]


OPS = [
    along("sum", options=({"dtype": Name("float64")}, {"dim": None}, {"dim": ()}), value=SUM, grad=EXACT),
    along(
        "mean",
        options=({"dtype": Name("float64")}, {"dim": None, "keepdim": True}),
        value=SUM,
        errors=lambda rng: [S(rng.ints(0, 5, 3)), *out_of_range(rng)],
    ),
    along("prod", low=0.5, many=False, large=False, options=({"dtype": Name("float64")},), value=CLOSE),
    Op(
        "prod",
        lambda rng: [
            rough(np.float32([1, 0, 3])),
            rough(np.float32([0, 0, 3])),
            rough(np.float32([[1, 0], [2, 3]]), 1),
            S(rng.ints(-3, 4, 3, 4)),
            S(rng.bools(4)),
        ],
        variant="zeros",
        twice=False,
    ),
    along(
        "var",
        empty=False,
        options=({"correction": 0}, {"dim": 0, "unbiased": False}, {"dim": 1, "correction": 2}),
        value=CLOSE,
        errors=lambda rng: [S(rng.ints(0, 5, 3)), *out_of_range(rng)],
    ),
    along(
        "std",
        empty=False,
        options=({"correction": 0}, {"dim": 0, "unbiased": False}),
        value=CLOSE,
        errors=lambda rng: [S(rng.ints(0, 5, 3)), *out_of_range(rng)],
    ),
    along("var_mean", empty=False, options=({"correction": 0},), value=CLOSE, method=False),
    along("std_mean", empty=False, options=({"correction": 0},), value=CLOSE, method=False),
    along("max", "distinct", many=False, empty=False, errors=without_elements),
    along("min", "distinct", many=False, empty=False, errors=without_elements),
    Op("max", lambda rng: [S(rng.normal(3, 4), rng.normal(4)), S(rng.normal(3), rng.normal(3))], variant="two"),
    Op("min", lambda rng: [S(rng.normal(3, 4), rng.normal(4)), S(rng.normal(3), rng.normal(3))], variant="two"),
    along("amax", "distinct", empty=False, errors=without_elements),
    along("amin", "distinct", empty=False, errors=without_elements),
    along(
        "aminmax",
        "distinct",
        many=False,
        empty=False,
        whole=False,
        large=False,
        errors=None,
        call=lambda T, x, dim=None, keepdim=False: T.aminmax(x, dim=dim, keepdim=keepdim),
        method=False,
    ),
    ties("max", twice=False),
    ties("min", twice=False),
    ties("amax", twice=False),
    ties("amin", twice=False),
    ties("argmax", differentiable=False),
    ties("argmin", differentiable=False),
    along("argmax", "distinct", many=False, empty=False, differentiable=False, errors=without_elements),
    along("argmin", "distinct", many=False, empty=False, differentiable=False, errors=without_elements),
    along("any", "bools", differentiable=False),
    along("all", "bools", differentiable=False),
    Op(
        "count_nonzero",
        lambda rng: [
            S(rng.bools(3, 4)),
            S(rng.ints(-1, 2, 3, 4).T, 0),
            S(rng.bools(2, 3, 4), (0, 2)),
            S(NAN, 1),
            S(rng.bools(0)),
            S(rng.bools()),
        ],
        differentiable=False,
        errors=lambda rng: [S(rng.normal(3), 1)],
    ),
    Op(
        "norm",
        lambda rng: (
            [S(rng.normal(3, 4)), S(rng.normal(3, 4), 2, 1), S(rng.normal(4, 3).T, 1), S(rng.normal(3, 4), 1, 0, True)]
            + [
                S(rng.normal(3, 4), 3.0, 1),
                S(rng.distinct(3, 4) + 5, float("inf")),
                S(rng.distinct(3, 4) + 5, -float("inf"), 1),
            ]
            + [
                S(rng.normal(3, 4), 0),
                S(rng.normal(2, 3, 4), 2, (0, 2)),
                S(rng.normal(3, 4), "fro"),
                S(rng.normal(500)),
                rough(np.zeros(3, np.float32)),
            ]
        ),
        value=CLOSE,
    ),
    Op(
        "linalg.vector_norm",
        lambda rng: [
            S(rng.normal(3, 4)),
            S(rng.normal(3, 4), 2, 1),
            S(rng.normal(3, 4), 1),
            S(rng.normal(3, 4), ord=2, dim=(0, 1), keepdim=True),
        ],
        value=CLOSE,
        method=False,
    ),
    along("logsumexp", whole=False, value=CLOSE, options=({"dim": (0, 1)},)),
    along("nansum", value=CLOSE),
    along("nanmean", value=CLOSE),
    Op("nansum", lambda rng: [rough(NAN), rough(NAN, 0), rough(NAN, 1, True)], variant="nan", twice=False),
    Op("nanmean", lambda rng: [rough(NAN), rough(NAN, 0), rough(NAN, 1, True)], variant="nan", twice=False),
    *(
        along(
            path,
            "distinct",
            many=False,
            empty=False,
            stretch=False,  # of equal elements in one place torch reads what lies behind them
            errors=lambda rng: [S(rng.normal(0, 3), 0), *out_of_range(rng)],
        )
        for path in ("median", "nanmedian")
    ),
    *(
        Op(
            path,
            lambda rng: [S(np.float32([3, 1, 2, 4])), rough(NAN), rough(NAN, 1), rough(NAN, 0), S(np.zeros(0, np.float32))],
            variant="even",
        )
        for path in ("median", "nanmedian")
    ),
    scans("cumsum", value=SUM),
    scans("cumprod", low=0.5, value=CLOSE),
    scans("cummax", inplace=False),
    scans("cummin", inplace=False),
    Op(
        "cumsum",
        lambda rng: [S(rng.normal(3, 4), 0, dtype=Name("float64")), S(rng.ints(0, 5, 6), 0), S(rng.bools(6), 0)],
        variant="dtype",
    ),
    *softmaxes("softmax"),
    *softmaxes("log_softmax", value=Tolerance(1, 4)),
    *softmaxes("nn.functional.softmin", method=False),
]
