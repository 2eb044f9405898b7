"""Tensors, autograd and neural networks in C++, under torch's names: the same script prints the same numbers.

Importing the package loads the C++ module and nothing else. Every other name is looked up when it is first used and
then kept: functions and classes of the C++ module, the names of `_HOMES` in their modules, submodules as attributes.
"""

import sys
from math import e, inf, nan, pi

from . import _C, _tensor  # noqa: F401  the second gives Tensor the methods that are written in Python

__version__ = _C.__version__  # under the alias (see _alias.py) this becomes the version of torch that is followed

newaxis = None

_SUBMODULES = frozenset(
    "__config__ accelerator autograd backends cuda functional linalg nn optim random serialization storage testing torch_version"
    " types utils version".split()
)

# Where the names live that are neither the C++ module's nor submodules.
_HOMES = {
    name: home
    for home, names in {
        "_alias": "as_torch",
        "_settings": (
            "are_deterministic_algorithms_enabled compile get_default_device get_deterministic_debug_mode"
            " get_float32_matmul_precision get_num_interop_threads is_deterministic_algorithms_warn_only_enabled is_tensor"
            " is_warn_always_enabled set_default_device set_default_tensor_type set_deterministic_debug_mode"
            " set_float32_matmul_precision set_num_interop_threads set_num_threads set_warn_always typename"
            " use_deterministic_algorithms"
        ),
        "_tensor_str": "set_printoptions",
        "_tensor_types": "BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor IntTensor LongTensor ShortTensor",
        "_type_info": "finfo iinfo",
        "autograd.grad_mode": "enable_grad inference_mode no_grad set_grad_enabled",
        "functional": (
            "atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist einsum"
            " meshgrid tensordot unravel_index"
        ),
        "random": "get_rng_state initial_seed seed set_rng_state",
        "serialization": "load save",
        "storage": "TypedStorage UntypedStorage",
        "utils.dlpack": "from_dlpack to_dlpack",
    }.items()
    for name in names.split()
}

# What the C++ module has and torch does not show at its top: functions of torch.nn.functional, inner parts of others.
_NOT_HERE = frozenset(
    "absolute_ binary_cross_entropy bitwise_not_ cross_entropy elu elu_ erfinv_ gelu glu hardshrink_ hardsigmoid "
    "hardsigmoid_ hardswish hardswish_ hardtanh hardtanh_ huber_loss isfinite_ isinf_ isnan_ isneginf_ isposinf_ "
    "l1_loss leaky_relu leaky_relu_ linalg_vector_norm linear log_sigmoid logical_not_ mish mish_ ModuleBase mse_loss "
    "nll_loss one_hot pad sgn_ sign_ signbit_ silu silu_ smooth_l1_loss softplus softshrink".split()
)


def __getattr__(name):
    if name in _HOMES:
        value = getattr(_import(_HOMES[name]), name)
    elif name in _SUBMODULES:
        return _import(name)
    elif name == "__all__":
        return [public for public in __dir__() if public[0] != "_" and public not in _SUBMODULES]
    elif name[:1] != "_" and name not in _NOT_HERE and hasattr(_C, name):
        value = getattr(_C, name)
    else:
        from ._missing import missing

        missing(__name__, name, sys._getframe(1))
    globals()[name] = value
    return value


def __dir__():
    of_the_core = (name for name in dir(_C) if name[0] != "_" and name not in _NOT_HERE)
    return sorted({*globals(), *_SUBMODULES, *_HOMES, *of_the_core})


def _import(path):
    from importlib import import_module

    return import_module(f"{__name__}.{path}")
