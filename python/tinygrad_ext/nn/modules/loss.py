"""Losses: what training makes small."""

from ._loss_base import _Loss, _WeightedLoss  # noqa: F401
from ._margin_losses import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    SoftMarginLoss,
    TripletMarginLoss,
)
from ._probability_losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    KLDivLoss,
    NLLLoss,
    PoissonNLLLoss,
)
from ._regression_losses import HuberLoss, L1Loss, MSELoss, SmoothL1Loss

__all__ = [
    "L1Loss",
    "MSELoss",
    "SmoothL1Loss",
    "HuberLoss",
    "CrossEntropyLoss",
    "NLLLoss",
    "BCELoss",
    "BCEWithLogitsLoss",
    "KLDivLoss",
    "PoissonNLLLoss",
    "GaussianNLLLoss",
    "MarginRankingLoss",
    "HingeEmbeddingLoss",
    "CosineEmbeddingLoss",
    "TripletMarginLoss",
    "SoftMarginLoss",
]

# torch keeps them in one file: this is the module that they print and are pickled with.
for _name in __all__:
    globals()[_name].__module__ = __name__
