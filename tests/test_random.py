"""The random stream, bit for bit: numpy's MT19937, recipes written out, and numbers that torch printed."""

import copy
import math
import pickle

import numpy as np
import pytest

import tinygrad_ext as torch
from oracle import torch as real

F32 = np.float32


class Stream:
    """torch's generator in Python: words, uniform numbers, the cached normal."""

    def __init__(self, seed):
        self.bits = np.random.MT19937()
        self.bits._legacy_seeding(seed & 0xFFFFFFFF)
        self.cache = None

    def words(self, count):
        return self.bits.random_raw(count).astype(np.uint64)

    def random64(self, count):
        words = self.words(2 * count)
        return words[0::2] << np.uint64(32) | words[1::2]

    def uniform32(self, count):
        return (self.words(count) & np.uint64(0xFFFFFF)).astype(F32) * F32(2**-24)

    def uniform64(self, count):
        return (self.random64(count) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53

    def normal(self):
        if self.cache is not None:
            value, self.cache = self.cache, None
            return value
        u, v = self.uniform64(2)
        radius, angle = math.sqrt(-2 * math.log1p(-v)), 2 * math.pi * u
        self.cache = radius * math.sin(angle)
        return radius * math.cos(angle)

    def block_normal64(self, count):
        data = self.uniform64(count)
        starts = list(range(0, count - 15, 16))
        for start in starts:
            transform64(data[start : start + 16])
        if count % 16:
            data[-16:] = self.uniform64(16)
            transform64(data[-16:])
        return data


def transform64(block):
    for j in range(8):
        radius, angle = math.sqrt(-2 * math.log(1 - block[j])), 2 * math.pi * block[j + 8]
        block[j], block[j + 8] = radius * math.cos(angle), radius * math.sin(angle)


@pytest.fixture(params=[0, 1, 42, 2**32 - 1, 123456789])
def seeded(request):
    torch.manual_seed(request.param)
    return Stream(request.param)


def same(tensor, array):
    ours, expected = tensor.numpy(), np.asarray(array).reshape(tensor.shape)
    wrong = int((ours != expected).sum())
    assert not wrong, f"{wrong} of {ours.size} differ: {ours.ravel()[:4]} for {expected.ravel()[:4]}"


def test_rand(seeded):
    same(torch.rand(1000), seeded.uniform32(1000))
    same(torch.rand(3, 7, dtype=torch.float64), seeded.uniform64(21))
    same(torch.rand(5), seeded.uniform32(5))


def test_uniform_rounds_once(seeded):
    u = seeded.uniform32(100).astype(np.float64)
    low, high = F32(-0.3), F32(1.7)
    exact = u * np.float64(high - low) + np.float64(low)  # exact in double: 24 + 24 bits, so this is the fma
    same(torch.empty(100).uniform_(-0.3, 1.7), exact.astype(F32))


def test_randint(seeded):
    same(torch.randint(-7, 93, (50,)), (seeded.words(50) % np.uint64(100)).astype(np.int64) - 7)
    same(torch.randint(2**28, (50,)), (seeded.random64(50) % np.uint64(2**28)).astype(np.int64))
    same(torch.randint(2**28 - 1, (50,)), (seeded.words(50) % np.uint64(2**28 - 1)).astype(np.int64))
    same(torch.randint(0, 10, (5,), dtype=torch.float32), (seeded.words(5) % np.uint64(10)).astype(F32))


def test_random_without_bounds(seeded):
    same(torch.empty(9, dtype=torch.int64).random_(), (seeded.random64(9) % np.uint64(2**63)).astype(np.int64))
    same(torch.empty(9, dtype=torch.float64).random_(), seeded.random64(9) % np.uint64(2**53 + 1))
    same(torch.empty(9).random_(), seeded.words(9) % np.uint64(2**24 + 1))
    same(torch.empty(9, dtype=torch.int32).random_(), seeded.words(9) % np.uint64(2**31))
    same(torch.empty(9, dtype=torch.int16).random_(), seeded.words(9) % np.uint64(2**15))
    same(torch.empty(9, dtype=torch.int8).random_(), seeded.words(9) % np.uint64(2**7))
    same(torch.empty(9, dtype=torch.uint8).random_(), seeded.words(9) % np.uint64(2**8))
    same(torch.empty(9, dtype=torch.bool).random_(), seeded.words(9) & np.uint64(1))


@pytest.mark.parametrize("n", [0, 1, 2, 17, 1000])
def test_randperm(seeded, n):
    order = np.arange(n)
    for i in range(n - 1):
        j = i + int(seeded.words(1)[0]) % (n - i)
        order[i], order[j] = order[j], order[i]
    same(torch.randperm(n), order)
    same(torch.rand(1), seeded.uniform32(1))


def test_bernoulli(seeded):
    p = np.linspace(0, 1, 64)
    same(torch.bernoulli(torch.from_numpy(p.astype(F32))), seeded.uniform32(64) < p.astype(F32))
    same(torch.bernoulli(torch.from_numpy(p)), seeded.uniform64(64) < p)
    same(torch.empty(64).bernoulli_(0.3), seeded.uniform64(64) < 0.3)
    same(torch.empty(64, dtype=torch.int64).bernoulli_(0.3), seeded.uniform64(64) < 0.3)
    same(torch.empty(64, dtype=torch.float64).bernoulli_(torch.from_numpy(p)), seeded.uniform64(64) < p)


def test_dropout(seeded):
    x = np.linspace(-3, 3, 50).astype(F32)
    keep = (seeded.uniform64(50) < 1 - 0.3).astype(F32) / F32(1 - 0.3)
    same(torch.nn.functional.dropout(torch.from_numpy(x), 0.3), x * keep)
    torch.nn.functional.dropout(torch.from_numpy(x), 0.0)
    torch.nn.functional.dropout(torch.from_numpy(x), 1.0)
    same(torch.rand(1), seeded.uniform32(1))  # neither drew anything


def test_exponential(seeded):
    u = seeded.uniform64(40)
    same(torch.empty(40, dtype=torch.float64).exponential_(2.5), [-1.0 / 2.5 * math.log1p(-v) for v in u])


def test_normal_of_few_numbers(seeded):
    """Fewer than 16 go one by one, in double, two by two: the second of a pair waits in the generator."""
    same(torch.randn(3, dtype=torch.float64), [seeded.normal() for _ in range(3)])
    same(torch.rand(2), seeded.uniform32(2))
    same(torch.randn(2), np.array([seeded.normal() for _ in range(2)]).astype(F32))
    same(torch.randn(15), np.array([seeded.normal() for _ in range(15)]).astype(F32))


def test_the_waiting_normal_survives_blocks_but_not_a_seed(seeded):
    first, waiting = seeded.normal(), seeded.normal()
    assert torch.randn((), dtype=torch.float64).item() == first
    torch.randn(32)
    assert torch.randn((), dtype=torch.float64).item() == waiting
    torch.randn(1)
    torch.manual_seed(0)
    assert torch.randn((), dtype=torch.float64).item() == Stream(0).normal()


@pytest.mark.parametrize("n", [16, 17, 31, 32, 100])
def test_normal_of_many_doubles(seeded, n):
    same(torch.randn(n, dtype=torch.float64), seeded.block_normal64(n))
    same(torch.rand(1), seeded.uniform32(1))


@pytest.mark.parametrize("n", [16, 17, 40])
def test_normal_of_many_floats_uses_as_many_words(seeded, n):
    assert torch.randn(n).abs().max().item() < 6
    seeded.uniform32(n + (16 if n % 16 else 0))
    same(torch.rand(1), seeded.uniform32(1))


def test_normal_of_many_floats_is_near_the_double_formula(seeded):
    """Its own polynomials are 3 ulp off at most; the bits are in the op table and in the printed numbers below."""
    uniform = seeded.uniform32(64).astype(np.float64)
    for start in range(0, 64, 16):
        transform64(uniform[start : start + 16])
    assert np.allclose(torch.randn(64).numpy(), uniform, rtol=2e-6, atol=1e-6)


def test_multinomial(seeded):
    p = np.array([0.1, 2.0, 3.0, 0.5])
    waiting = [-math.log1p(-u) for u in seeded.uniform64(4)]
    order = sorted(range(4), key=lambda i: -p[i] / waiting[i])
    assert torch.multinomial(torch.from_numpy(p), 3).tolist() == order[:3]
    total = np.cumsum(p) / np.cumsum(p)[-1]
    draws = [int(np.searchsorted(total, u, "left")) for u in seeded.uniform64(6)]
    assert torch.multinomial(torch.from_numpy(p), 6, replacement=True).tolist() == draws


def test_fills_walk_memory_where_it_is_dense():
    torch.manual_seed(0)
    turned = torch.empty(8, 5).t().uniform_()
    torch.manual_seed(0)
    assert torch.equal(turned, torch.rand(8, 5).t())
    torch.manual_seed(0)
    gaps = torch.zeros(4, 10)[:, ::2].uniform_()
    torch.manual_seed(0)
    assert torch.equal(gaps, torch.rand(4, 5))


def test_normal_in_blocks_is_for_contiguous_memory_alone():
    stream = Stream(0)
    one_by_one = np.array([stream.normal() for _ in range(40)]).astype(F32).reshape(8, 5).T
    torch.manual_seed(0)
    same(torch.randn_like(torch.empty(8, 5).t()), one_by_one)
    torch.manual_seed(0)
    same(torch.empty(8, 5).t().normal_(), one_by_one)


PRINTED = [
    (0, lambda: torch.rand(2, 3), [[0.4963, 0.7682, 0.0885], [0.1320, 0.3074, 0.6341]]),
    (0, lambda: torch.randn(2, 3), [[1.5410, -0.2934, -2.1788], [0.5684, -1.0845, -1.3986]]),
    (0, lambda: torch.randn(20)[:6], [-1.1258, -1.1524, -0.2506, -0.4339, 0.5988, -1.5551]),
    (0, lambda: torch.randn(20)[14:], [0.9463, -0.8437, 0.9318, 1.2590, 2.0050, 0.0537]),
    (0, lambda: torch.randint(0, 10, (5,)), [4, 9, 3, 0, 3]),
    (42, lambda: torch.rand(2), [0.8823, 0.9150]),
    (42, lambda: (torch.rand(2), torch.randn(3))[1], [0.4740, 0.1978, 1.1561]),
    (42, lambda: (torch.rand(2), torch.randn(3), torch.randperm(6))[2], [4, 5, 0, 3, 1, 2]),
    (0, lambda: torch.nn.Linear(3, 2).weight.detach(), [[-0.0043, 0.3097, -0.4752], [-0.4249, -0.2224, 0.1548]]),
    (0, lambda: torch.bernoulli(torch.full((8,), 0.5)), [1, 0, 1, 1, 1, 0, 1, 0]),
]


@pytest.mark.parametrize("seed, draw, expected", PRINTED)
def test_printed_numbers(seed, draw, expected):
    torch.manual_seed(seed)
    assert np.round(draw().numpy().astype(np.float64), 4).tolist() == expected


# The generator.


def test_seeds():
    assert torch.manual_seed(5).initial_seed() == torch.initial_seed() == 5
    low = torch.rand(3)
    torch.manual_seed(2**32 + 5)
    assert torch.equal(torch.rand(3), low) and torch.initial_seed() == 2**32 + 5
    assert torch.manual_seed(-1).initial_seed() == 2**64 - 1
    assert torch.manual_seed(1.7).initial_seed() == 1
    for bad, kind, text in [
        (2**64, ValueError, "Overflow when unpacking long long"),
        ("a", ValueError, "invalid literal for int() with base 10: 'a'"),
    ]:
        with pytest.raises(kind) as error:
            torch.manual_seed(bad)
        assert str(error.value).startswith(text)


def test_generator():
    g = torch.Generator()
    assert g.initial_seed() == 67280421310721 and str(g.device) == "cpu"
    assert repr(g).startswith("<torch._C.Generator object at 0x")
    assert g.manual_seed(3) is g
    torch.manual_seed(3)
    assert torch.equal(torch.rand(5, generator=g), torch.rand(5))
    twin = g.clone_state()
    assert torch.equal(torch.randn(20, generator=g), torch.randn(20, generator=twin))
    assert torch.equal(torch.randperm(9, generator=g), torch.randperm(9, generator=twin))
    assert g.seed() == g.initial_seed()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda g: pickle.loads(pickle.dumps(g))])
def test_a_generator_is_copied_with_its_state(duplicate):
    g = torch.Generator().manual_seed(3)
    torch.randn(3, generator=g)
    twin = duplicate(g)
    assert type(twin) is torch.Generator and twin is not g and twin.initial_seed() == 3
    drawn = torch.randn(20, generator=g)
    assert torch.equal(torch.randn(20, generator=twin), drawn)
    assert duplicate(torch.default_generator) is not torch.default_generator


def test_state_round_trips_with_the_waiting_normal():
    torch.manual_seed(9)
    torch.randn(1)
    state = torch.get_rng_state()
    assert state.dtype == torch.uint8 and state.shape == (5056,)
    expected = torch.randn(3), torch.rand(700)
    torch.set_rng_state(state)
    again = torch.randn(3), torch.rand(700)
    assert torch.equal(expected[0], again[0]) and torch.equal(expected[1], again[1])


def test_layout_of_the_state():
    torch.manual_seed(7)
    raw = torch.get_rng_state().numpy().tobytes()
    head = np.frombuffer(raw, np.int32, 6)
    assert head.tolist() == [7, 0, 1, 1, 0, 0]
    stream = Stream(7)
    words = np.frombuffer(raw, np.uint64, 624, 24)
    assert np.array_equal(words.astype(np.uint32), stream.bits.state["state"]["key"])
    torch.rand(1)
    assert np.frombuffer(torch.get_rng_state().numpy().tobytes(), np.int32, 6)[2:].tolist() == [624, 1, 1, 0]


def test_bad_states():
    with pytest.raises(TypeError, match="^RNG state must be a torch.ByteTensor$"):
        torch.set_rng_state(torch.zeros(5056))
    with pytest.raises(
        RuntimeError, match="^Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 3$"
    ):
        torch.set_rng_state(torch.zeros(3, dtype=torch.uint8))


def test_fork_rng():
    torch.manual_seed(1)
    with torch.random.fork_rng():
        torch.manual_seed(99)
        torch.rand(10)
    after = torch.rand(2)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(2))


@pytest.mark.skipif(real is None, reason="long streams are compared with torch itself")
@pytest.mark.parametrize("draw", [lambda T: T.rand(100_000), lambda T: T.randn(100_003), lambda T: T.randperm(50_000)])
def test_long_streams_are_torchs(draw):
    torch.manual_seed(11)
    ours = draw(torch).numpy()
    real.manual_seed(11)
    assert np.array_equal(ours, draw(real).numpy())


@pytest.mark.skipif(real is None, reason="states are exchanged with torch itself")
def test_state_is_torchs():
    states = []
    for T in (torch, real):
        T.manual_seed(11)
        T.randn(3), T.rand(700)
        states.append(T.get_rng_state().numpy())
    assert np.array_equal(*states)
