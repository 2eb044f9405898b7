"""Results of 16 MB and more are stored past the caches: the same values, to the last element, by any number of threads."""

import numpy as np
import pytest

import tinygrad_ext as torch

LENGTH = (1 << 22) + 77  # floats: just over 16 MB, and no whole number of lines


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def numbers(*shape, dtype=np.float32):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("offset", [0, 1, 16])
def test_elementwise(threads, offset):
    x, y = numbers(LENGTH), numbers(LENGTH)[::-1].copy()
    a, b = torch.from_numpy(x)[offset:], torch.from_numpy(y)[offset:]
    np.testing.assert_array_equal((a + b).numpy(), x[offset:] + y[offset:])
    np.testing.assert_array_equal((a * 2).numpy(), x[offset:] * 2)
    np.testing.assert_array_equal(a.clone().numpy(), x[offset:])
    np.testing.assert_array_equal(torch.where(a > 0, a, b).numpy(), np.where(x[offset:] > 0, x[offset:], y[offset:]))


def test_results_into_a_view(threads):
    x = numbers(LENGTH)
    out = torch.zeros(LENGTH + 40)
    for offset in (16, 3):
        out[offset : offset + LENGTH] = torch.from_numpy(x)
        np.testing.assert_array_equal(out.numpy()[offset : offset + LENGTH], x)
        assert not out[:offset].any() and not out[offset + LENGTH :].any()
        out.zero_()


def test_in_place(threads):
    x, y = numbers(LENGTH), numbers(LENGTH)[::-1].copy()
    a = torch.from_numpy(x.copy())
    a.add_(torch.from_numpy(y)).mul_(a)
    np.testing.assert_array_equal(a.numpy(), (x + y) * (x + y))


def test_bytes(threads):
    x = np.random.default_rng(0).integers(0, 100, (1 << 24) + 77, dtype=np.uint8)
    a = torch.from_numpy(x)
    np.testing.assert_array_equal((a > 50).numpy(), x > 50)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int16])
@pytest.mark.parametrize("shape", [(2048, 2048), (2051, 2176), (2048, 2083), (33, 131072)])
def test_transposed_copy(threads, dtype, shape):
    x = (numbers(*shape) * 100).astype(dtype)
    np.testing.assert_array_equal(torch.from_numpy(x).t().contiguous().numpy(), x.T)
