"""repr of tensors: a transcript of torch's, and random tensors next to torch."""

import math
import random
import time

import numpy as np
import pytest

import tinygrad_ext as T
import transcripts

DTYPES = "float32 float64 int64 int32 int16 int8 uint8 bool".split()


def test_transcript():
    transcripts.check(transcripts.FOLDER / "printing.txt", T)


def test_transcript_is_torchs(torch):
    transcripts.check(transcripts.FOLDER / "printing.txt", torch)


@pytest.fixture(autouse=True)
def plain_options():
    yield
    T.set_printoptions(profile="default")
    T.set_default_dtype(T.float32)


def random_array(rng, dtype):
    numpy_rng = np.random.default_rng(rng.randrange(2**32))
    if rng.random() < 0.3:
        shape = [rng.choice([1, 7, 30, 200, 1001, 2000]) for _ in range(rng.randint(1, 2))]
    else:
        sizes = [0, 1, 2, 5, 7, 12] if rng.random() < 0.1 else [1, 2, 3, 5, 6, 7, 8]
        shape = [rng.choice(sizes) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))]
    if dtype == "bool":
        return np.asarray(numpy_rng.random(shape) > rng.random())
    if not dtype.startswith("float"):
        low = 0 if dtype == "uint8" else -100
        a = np.asarray(numpy_rng.integers(low, rng.choice([2, 100]), shape)).astype(dtype)
        return np.asarray(a * np.array(10**15 if dtype == "int64" and rng.random() < 0.3 else 1, dtype))
    a = numpy_rng.standard_normal(shape)
    kind = rng.randrange(7)
    if kind == 1:
        a = a * 10.0 ** rng.randint(-12, 12)
    elif kind == 2:
        a = np.round(a * 10.0 ** rng.randint(0, 10))
    elif kind == 3:
        a = np.exp(a * rng.randint(1, 20))
    elif kind == 4:
        a = np.round(a) * 0
    elif kind == 5:
        a = np.sign(a) * rng.choice([1000.0, 1000.5, 1e8, 1e8 + 8, 1e-4, 9.9e-5, 0.5, 0.1, 3.0])
    a = np.array(a, dtype)
    if a.size and rng.random() < 0.3:
        for _ in range(rng.randint(1, 4)):
            a.flat[rng.randrange(a.size)] = rng.choice([math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-45, 1e38])
    return a


def random_options(rng):
    if rng.random() < 0.5:
        return {"profile": "default"}
    return {
        "precision": rng.choice([None, 0, 1, 2, 4, 6, 10]),
        "threshold": rng.choice([None, 0, 5, 20, 1000, math.inf]),
        "edgeitems": rng.choice([None, 0, 1, 2, 3, 5]),
        "linewidth": rng.choice([None, 10, 20, 60, 80, 81, 120, 300]),
        "profile": rng.choice([None, "default", "short"]),
        "sci_mode": rng.choice([None, None, True, False]),
    }


@pytest.mark.parametrize("seed", range(8))
def test_random_tensors_next_to_torch(torch, seed):
    rng = random.Random(seed)
    try:
        for _ in range(40):
            options, default = random_options(rng), rng.choice(["float32", "float32", "float64"])
            for lib in (T, torch):
                lib.set_printoptions(**options)
                lib.set_default_dtype(getattr(lib, default))
            for _ in range(6):
                dtype = rng.choice(DTYPES)
                a, grad, turned = random_array(rng, dtype), rng.randrange(4), rng.random() < 0.2
                texts = []
                for lib in (T, torch):
                    t = lib.from_numpy(a)
                    if turned and t.dim() > 1:
                        t = t.transpose(0, -1)
                    if grad == 1 and dtype.startswith("float"):
                        t = t.clone().requires_grad_()
                    if grad == 2 and dtype.startswith("float"):
                        t = t.clone().requires_grad_() * 1
                    texts.append(repr(t))
                assert texts[0] == texts[1], (options, default, dtype, a.shape)
    finally:
        torch.set_printoptions(profile="default")
        torch.set_default_dtype(torch.float32)


def test_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="profile must be one of default, short, full"):
        T.set_printoptions(profile="long")


def test_printoptions_context():
    from tinygrad_ext._tensor_str import get_printoptions, printoptions

    T.set_printoptions(precision=3, sci_mode=True)
    before = get_printoptions()
    with printoptions(precision=1, sci_mode=False):
        assert repr(T.tensor([0.25])) == "tensor([0.2])"
    assert get_printoptions() == before
    assert before == {"precision": 3, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": True}


def test_subclasses_print_their_name():
    class Mine(T.Tensor):
        pass

    mine = T._C._make_subclass(Mine, T.ones(2))
    assert repr(mine) == "Mine([1., 1.])"
    with pytest.raises(TypeError, match="unsupported format string passed to Mine.__format__"):
        format(T._C._make_subclass(Mine, T.tensor(1.0)), ".2f")


def test_printing_records_nothing():
    x = T.ones(2, requires_grad=True)
    y = x * 2
    before = y._version
    repr(y)
    with T.no_grad():
        repr(y)
        assert not T.is_grad_enabled()
    assert y._version == before and T.is_grad_enabled() and x.grad is None


def test_a_huge_tensor_prints_at_once():
    t = T.zeros(1).expand(10**6, 10**5)
    start = time.perf_counter()
    assert repr(t).count("\n") == 6
    assert time.perf_counter() - start < 1
