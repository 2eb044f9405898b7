"""The table itself: nothing that the extension exports is missing from it, and the stored answers are torch's."""

import pytest

import tinygrad_ext
from tinygrad_ext import _C
from opinfo import OPS, all_cases
from optable.compare import forward_disagreement, gradient_disagreement
from optable.core import look_up, observe
from oracle import REFERENCE, stored, torch


# Exported by `_C`, but no op: what a test of its own covers, or what computes nothing.
NOT_IN_THE_TABLE = set(
    # the state of the process
    "manual_seed get_num_threads set_num_threads is_grad_enabled is_inference_mode_enabled get_default_dtype set_default_dtype "
    "is_anomaly_enabled is_anomaly_check_nan_enabled set_anomaly_enabled "
    # questions about a tensor or a dtype
    "is_floating_point is_inference numel promote_types result_type can_cast "
    "size stride dim ndimension nelement storage_offset data_ptr element_size itemsize nbytes is_contiguous is_shared "
    "shape ndim dtype device layout is_cpu is_cuda is_mps is_sparse is_meta is_quantized storage untyped_storage "
    # autograd, in test_autograd.py and its neighbours
    "backward grad grad_fn is_leaf requires_grad requires_grad_ retain_grad retains_grad output_nr register_hook data "
    "register_post_accumulate_grad_hook detach_ "
    # under torch's name in the table; in-place activations, by their `inplace` argument in test_ops_variants.py
    "log_sigmoid linalg_vector_norm "
    "celu_ elu_ selu_ leaky_relu_ hardtanh_ hardsigmoid_ hardswish_ silu_ mish_ threshold_ "
    # to and from Python's values, devices and types, in test_views.py, test_interop.py, test_package.py and test_bad_input.py
    "item tolist numpy frombuffer asarray cpu cuda type H mH".split()
)


def test_every_row_has_its_own_name_and_cases():
    assert len({op.id for op in OPS}) == len(OPS)
    ids = [case.id for op in OPS for case in all_cases(op)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.id)
def test_the_function_exists(op):
    if op.path != "operator" and op.path != "subscript":
        assert look_up(tinygrad_ext, op.path) is not None


def exported():
    """Every op that `_C` shows: its functions, and the methods and properties of its Tensor."""
    functions = {name for name, value in vars(_C).items() if callable(value) and not isinstance(value, type)}
    return {name for name in functions | set(vars(_C.Tensor)) if not name.startswith("_")}


def test_every_exported_op_has_a_row():
    rows = {name for op in OPS for name in (op.name, *op.aliases)}
    rows |= {name + "_" for op in OPS if op.inplace for name in (op.name, *op.aliases)}
    missing = sorted(exported() - rows - NOT_IN_THE_TABLE)
    assert not missing, f"add rows to tests/optable for {', '.join(missing)}"


def test_reference_is_small():
    assert REFERENCE.stat().st_size <= 2_000_000
    assert set(stored()[0]) == {"torch", "cpu", "isa", "threads"}


@pytest.mark.skipif(torch is None, reason="compares the stored answers with a torch that is not installed")
def test_reference_is_current():
    """Loosely: the machine that stored them may have had another instruction set."""
    for op in OPS:
        for case in all_cases(op):
            live, kept = observe(torch, case), stored()[1][case.id]
            assert not forward_disagreement(op, live, kept, same_bits=False), case.id
            assert not gradient_disagreement(op, live, kept, same_bits=False), case.id
