"""Every layer and loss as a function of tensors, without parameters of its own.

Where the core's function has this signature it stands here itself, with no Python call around it.
"""

from .._C import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    celu_,
    cross_entropy,
    dropout,
    elu_,
    gelu,
    glu,
    hardshrink,
    hardtanh_,
    l1_loss,
    layer_norm,
    leaky_relu_,
    linear,
    mse_loss,
    nll_loss,
    one_hot,
    pad,
    prelu,
    relu,
    relu_,
    selu_,
    sigmoid,
    softplus,
    softshrink,
    tanh,
    threshold_,
)
from .._C import log_sigmoid as logsigmoid
from ._functional.activation import (
    celu,
    elu,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    log_softmax,
    mish,
    relu6,
    selu,
    silu,
    softmax,
    softmin,
    softsign,
    tanhshrink,
    threshold,
)
from ._functional.distance import bilinear, cosine_similarity, normalize, pairwise_distance
from ._functional.dropout import (
    alpha_dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from ._functional.loss import (
    cosine_embedding_loss,
    gaussian_nll_loss,
    hinge_embedding_loss,
    huber_loss,
    kl_div,
    margin_ranking_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    triplet_margin_loss,
)
from ._functional.sparse import embedding

from .. import _NOT_HERE

__all__ = [name for name in globals() if not name.startswith("_")]

# Where pickles look for them.
for _name in _NOT_HERE.intersection(__all__):
    globals()[_name].__module__ = __name__
logsigmoid.__module__ = "tinygrad_ext._C"  # which calls it log_sigmoid


def __getattr__(name):
    import sys

    from .._missing import missing

    missing(__name__, name, sys._getframe(1))
