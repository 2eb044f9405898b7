"""Subscripts against numpy where the two agree, and by hand where torch goes its own way."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_ext as torch

SHAPE = (4, 3, 5)


def pair():
    array = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    return array, torch.from_numpy(array.copy())


def both(key):
    """The key for numpy and the key for us: index arrays become tensors."""
    to_tensor = lambda k: torch.from_numpy(k) if isinstance(k, np.ndarray) else k
    return tuple(map(to_tensor, key)) if isinstance(key, tuple) else to_tensor(key)


integers = st.integers(-4, 3)
slices = st.builds(slice, *[st.none() | st.integers(-6, 6)] * 2, st.none() | st.integers(1, 3))


@st.composite
def basic_keys(draw):
    """Integers, slices and None in any order, at most one ellipsis."""
    parts = [draw(st.integers(-size, size - 1) | slices) for size in SHAPE[: draw(st.integers(0, 3))]]
    for _ in range(draw(st.integers(0, 2))):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.booleans()):
        parts.append(...)
    return tuple(parts)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(basic_keys())
def test_basic_keys_read_as_numpy(key):
    array, x = pair()
    y = x[key]
    assert y.shape == array[key].shape and np.array_equal(y.numpy(), array[key])
    assert y.numel() == 0 or y.data_ptr() - x.data_ptr() == y.storage_offset() * 4


@settings(derandomize=True, deadline=None, max_examples=200)
@given(basic_keys(), st.booleans())
def test_basic_keys_write_as_numpy(key, tensor):
    array, x = pair()
    value = -np.arange(array[key].size, dtype=np.float32).reshape(array[key].shape)
    array[key] = value if tensor else -1
    x[key] = torch.from_numpy(np.asarray(value)) if tensor else -1
    assert np.array_equal(x.numpy(), array)


ADVANCED = [
    np.array([0, 3, -1]),
    np.array([[0, 1], [2, 3]]),
    (slice(None), np.array([2, 0])),
    (np.array([0, 1]), np.array([1, 2])),
    (np.array([0, 1]), np.array([1, 2]), np.array([4, -5])),
    (slice(None), np.array([0, 1]), np.array([0, 1])),
    (np.array([0, 1]), slice(None), np.array([0, 1])),
    (np.array([[0], [1]]), np.array([1, 2])),
    (..., np.array([1, 1, 1])),
    (slice(1, 3), np.array([0, 2]), slice(None, None, 2)),
    np.arange(60).reshape(SHAPE) % 2 == 0,
    np.array([True, False, True, False]),
    (slice(None), np.array([True, False, True])),
    (slice(None), np.arange(15).reshape(3, 5) > 7),
    np.zeros(SHAPE, bool),
    np.zeros(0, np.int64),
]


@pytest.mark.parametrize("key", ADVANCED, ids=str)
def test_advanced_keys_read_as_numpy(key):
    array, x = pair()
    assert np.array_equal(x[both(key)].numpy(), array[key])
    turned = torch.from_numpy(array.transpose(2, 1, 0).copy()).permute(2, 1, 0)
    assert np.array_equal(turned[both(key)].numpy(), array[key])


@pytest.mark.parametrize("key", ADVANCED, ids=str)
def test_advanced_keys_write_as_numpy(key):
    array, x = pair()
    value = -np.arange(array[key].size, dtype=np.float32).reshape(array[key].shape)
    array[key] = value
    x[both(key)] = torch.from_numpy(value)
    assert np.array_equal(x.numpy(), array)
    array[key] = 7
    x[both(key)] = 7
    assert np.array_equal(x.numpy(), array)


@pytest.mark.parametrize(
    "key, shape",
    [
        ((0, slice(None), [0, 1]), (3, 2)),
        (([0], [0], 0), (1,)),
        ((slice(None), 0, [0, 1]), (2, 2)),
        (([0, 1], None, 0), (2, 1, 4)),
        ((0, [0, 1]), (2, 4)),
        (([0, 1], slice(None), [0, 1]), (2, 3)),
        ((slice(None), [0, 1], [0, 1]), (2, 2)),
    ],
    ids=str,
)
def test_integers_and_none_are_applied_first(key, shape):
    """Unlike numpy: they are views, and only then come the lists."""
    assert tuple(torch.arange(24).reshape(2, 3, 4)[key].shape) == shape


def test_duplicate_indices():
    x = torch.zeros(3)
    x[[0, 0, 0]] = torch.tensor([1.0, 2.0, 3.0])
    assert x[0].item() == 3.0
    x[[1, 1]] += 1
    assert x[1].item() == 1.0
    x.index_put_((torch.tensor([2, 2]),), torch.tensor(1.0), accumulate=True)
    assert x[2].item() == 2.0


def test_gradient_of_duplicate_indices_adds_up():
    x = torch.zeros(3, requires_grad=True)
    x[[0, 0, 2]].sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 1.0]


@pytest.mark.parametrize("kind", ["int32", "int16", "int8", "int64"])
def test_integer_dtypes_as_indices(kind):
    index = torch.tensor([2, 0], dtype=getattr(torch, kind))
    if kind in ("int16", "int8"):
        with pytest.raises(IndexError, match="^tensors used as indices must be long, int, byte or bool tensors$"):
            torch.arange(3)[index]
    else:
        assert torch.arange(3)[index].tolist() == [2, 0]


def test_true_false_and_none():
    x = torch.arange(3)
    assert x[True].shape == (1, 3) and x[False].shape == (0, 3) and x[None].shape == (1, 3)
    assert x[[True, False, True]].tolist() == [0, 2]
    zero = torch.tensor(5)
    assert zero[True].tolist() == [5] and zero[None].shape == (1,) and zero[...].item() == 5 and zero[()].item() == 5


def test_values_are_cast_to_the_target():
    x = torch.zeros(3, dtype=torch.int64)
    x[0], x[1:] = 2.9, torch.tensor([1.5, -1.5])
    assert x.tolist() == [2, 1, -1]
    flags = torch.zeros(2, dtype=torch.bool)
    flags[0] = 5
    assert flags.tolist() == [True, False]


def test_assignment_broadcasts_and_drops_leading_ones():
    x = torch.zeros(2, 3)
    x[0] = torch.tensor([1.0, 2.0, 3.0])
    x[:, 0] = torch.tensor(9.0)
    x[1] = torch.ones(1, 1, 3)
    assert x.tolist() == [[9.0, 2.0, 3.0], [1.0, 1.0, 1.0]]


def test_assignment_from_overlapping_memory():
    x = torch.arange(5.0)
    x[1:] = x[:-1].clone()
    assert x.tolist() == [0.0, 0.0, 1.0, 2.0, 3.0]
    y = torch.arange(5.0)
    y[[1, 2, 3, 4]] = y[[0, 1, 2, 3]]
    assert y.tolist() == [0.0, 0.0, 1.0, 2.0, 3.0]


def test_index_that_aliases_the_target():
    x = torch.tensor([1, 2, 0])
    with pytest.raises(
        RuntimeError, match="^unsupported operation: some elements of the input tensor and the written-to"
    ):
        x[x] = torch.tensor([10, 20, 30])
    assert x.tolist() == [1, 2, 0]


def test_numpy_scalars_and_index_objects():
    class Two:
        def __index__(self):
            return 2

    x = torch.arange(5)
    assert x[np.int64(1)].item() == 1 and x[Two()].item() == 2 and x[np.int32(1) : Two()].tolist() == [1]
    assert x[torch.tensor(1) : torch.tensor(3)].tolist() == [1, 2]
    assert x[range(2)].tolist() == [0, 1]


def test_every_pair_of_axes():
    array, x = pair()
    for a, b in itertools.permutations(range(3), 2):
        key = [slice(None)] * 3
        key[a], key[b] = np.array([0, 1, 2]), np.array([2, 1, 0])
        assert np.array_equal(x[both(tuple(key))].numpy(), array[tuple(key)])
