"""The loader: batches, the stream of random numbers, workers, and torch where it is installed."""

import random
import warnings

import numpy as np
import pytest
from test_data import Count, SizedCount, Squares, features, lists

import tinygrad_ext as tg
from tinygrad_ext.utils import data
from tinygrad_ext.utils.data import DataLoader, TensorDataset

# ---- the loader ------------------------------------------------------------------------------------------------------


def test_batches():
    assert lists(DataLoader(Squares(5), batch_size=2)) == [[0, 1], [4, 9], [16]]
    assert lists(DataLoader(Squares(5), batch_size=2, drop_last=True)) == [[0, 1], [4, 9]]
    assert list(DataLoader(Squares(3), batch_size=None)) == [0, 1, 4]
    assert lists(DataLoader(Squares(9), batch_sampler=[[1, 2], [8]])) == [[1, 4], [64]]
    assert lists(DataLoader(Squares(9), sampler=[5, 3])) == [[25], [9]]
    assert list(DataLoader(Squares(4), batch_size=3, collate_fn=sum)) == [5, 9]
    assert list(DataLoader([])) == []


def test_iterable_datasets():
    assert lists(DataLoader(Count(), batch_size=2)) == [[0, 1], [2, 3], [4]]
    assert lists(DataLoader(Count(), batch_size=2, drop_last=True)) == [[0, 1], [2, 3]]
    assert list(DataLoader(Count(), batch_size=None)) == [0, 1, 2, 3, 4]
    assert len(DataLoader(SizedCount(), batch_size=2)) == 2
    assert len(DataLoader(SizedCount(), batch_size=2, drop_last=True)) == 1
    with pytest.raises(TypeError, match=r"object of type 'Count' has no len\(\)"):
        len(DataLoader(Count()))
    loader = DataLoader(SizedCount())
    assert len(loader) == 3
    samples = iter(loader)
    for _ in range(3):
        next(samples)
    with pytest.warns(UserWarning, match="was reported to be 3.*but 4 samples have been fetched"):
        next(samples)


def test_length_and_iterators():
    loader = DataLoader(Squares(10), batch_size=4)
    assert len(loader) == 3 and len(DataLoader(Squares(10), batch_size=4, drop_last=True)) == 2
    batches = iter(loader)
    assert iter(batches) is batches and len(batches) == 3
    assert next(batches).tolist() == [0, 1, 4, 9]
    list(batches)
    with pytest.raises(StopIteration):
        next(batches)
    assert loader.sampler.data_source is loader.dataset and loader.batch_sampler.batch_size == 4
    assert loader.collate_fn is data.default_collate and loader.prefetch_factor is None


def test_shuffling_follows_the_fact_sheet():
    tg.manual_seed(0)
    loader = DataLoader(range(10), batch_size=4, shuffle=True)
    assert lists(loader) == [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]
    assert lists(loader) == [[2, 4, 7, 0], [8, 9, 5, 3], [6, 1]]
    generator = tg.Generator()
    generator.manual_seed(0)
    loader = DataLoader(range(6), batch_size=6, shuffle=True, generator=generator)
    assert lists(loader) + lists(loader) == [[5, 1, 0, 3, 2, 4], [4, 2, 1, 3, 0, 5]]


def test_every_pass_draws_a_seed():
    tg.manual_seed(0)
    list(DataLoader(range(3)))
    assert tg.rand(1).item() == pytest.approx(0.0884774, abs=1e-6)  # behind the 64 bits


@pytest.mark.parametrize(
    "options", [{}, {"shuffle": True}, {"drop_last": True}, {"sampler": [-1, 3, -4]}, {"batch_size": None}], ids=str
)
def test_tensors_are_collected_as_collation_would(options):
    x = tg.arange(40.0).reshape(4, 10).t()  # not contiguous
    y = tg.arange(10)

    class Slow(TensorDataset):
        pass

    for kind in (lambda T: T(x, y), lambda T: data.Subset(data.Subset(T(x, y), range(9, -1, -1)), [7, 1, 2, 5, 0])):
        if options.get("sampler") and len(kind(TensorDataset)) == 5:
            continue
        results = []
        for T in (TensorDataset, Slow):
            tg.manual_seed(0)
            results.append(list(DataLoader(kind(T), **{"batch_size": 3, **options})))
        fast, slow = results
        assert len(fast) == len(slow)
        for one, other in zip(fast, slow):
            assert type(one) is type(other) and len(one) == len(other) == 2
            for a, b in zip(one, other):
                assert a.tolist() == b.tolist() and a.dtype == b.dtype and a.stride() == b.stride() and a.is_leaf


def test_batches_do_not_share_the_dataset():
    x = tg.zeros(4, 2)
    (batch,) = next(iter(DataLoader(TensorDataset(x), batch_size=4)))
    batch += 1
    assert x.tolist() == [[0.0, 0.0]] * 4


def test_gradients_flow_into_the_dataset():
    x = tg.ones(4, requires_grad=True)
    (batch,) = next(iter(DataLoader(TensorDataset(x), batch_size=4)))
    assert "StackBackward0" in repr(batch.grad_fn)


def test_bad_indices_are_reported_as_by_the_dataset():
    with pytest.raises(IndexError, match="index 50 is out of bounds for dimension 0 with size 10"):
        list(DataLoader(TensorDataset(features()), sampler=[50]))


def test_fixed_attributes():
    loader = DataLoader(Squares())
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
        with pytest.raises(ValueError, match=f"{name} attribute should not be set after DataLoader is initialized"):
            setattr(loader, name, None)
    loader.collate_fn = list
    assert next(iter(loader)) == [0]


EXCLUSIVE = "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
LOADER_ERRORS = [
    ({"batch_size": 0}, ValueError, "batch_size should be a positive integer value, but got batch_size=0"),
    (
        {"batch_size": None, "drop_last": True},
        ValueError,
        "batch_size=None option disables auto-batching and is mutually exclusive with drop_last",
    ),
    ({"shuffle": True, "sampler": [1]}, ValueError, "sampler option is mutually exclusive with shuffle"),
    ({"batch_sampler": [[1]], "batch_size": 2}, ValueError, EXCLUSIVE),
    ({"batch_sampler": [[1]], "shuffle": True}, ValueError, EXCLUSIVE),
    ({"batch_sampler": [[1]], "sampler": [1]}, ValueError, EXCLUSIVE),
    ({"batch_sampler": [[1]], "drop_last": True}, ValueError, EXCLUSIVE),
    (
        {"num_workers": -1},
        ValueError,
        "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.",
    ),
    ({"timeout": -1}, ValueError, "timeout option should be non-negative"),
    (
        {"prefetch_factor": 2},
        ValueError,
        "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
        "multiprocessing, otherwise set prefetch_factor to None.",
    ),
    ({"num_workers": 1, "prefetch_factor": -1}, ValueError, "prefetch_factor option should be non-negative"),
    ({"persistent_workers": True}, ValueError, "persistent_workers option needs num_workers > 0"),
    (
        {"multiprocessing_context": "fork"},
        ValueError,
        "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0",
    ),
    (
        {"num_workers": 1, "multiprocessing_context": 3},
        TypeError,
        "multiprocessing_context option should be a valid context object or a string specifying the start method, "
        "but got multiprocessing_context=3",
    ),
    ({"timeout": 5}, AssertionError, "_SingleProcessDataLoaderIter requires timeout == 0"),
]


@pytest.mark.parametrize(("options", "error", "text"), LOADER_ERRORS)
def test_loader_errors(options, error, text):
    with pytest.raises(error) as caught:
        iter(DataLoader(range(3), **options))
    assert str(caught.value) == text


@pytest.mark.parametrize(("options", "error", "text"), LOADER_ERRORS)
def test_loader_errors_are_torchs(torch, options, error, text):
    with pytest.raises(error) as caught:
        iter(torch.utils.data.DataLoader(range(3), **options))
    assert str(caught.value) == text


def test_iterable_datasets_have_their_own_order():
    for name, value in (("shuffle", True), ("sampler", [1]), ("batch_sampler", [[1]])):
        with pytest.raises(ValueError) as caught:
            DataLoader(Count(), **{name: value})
        assert str(caught.value) == (
            f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
        )


def test_pinning_warns():
    with pytest.warns(UserWarning, match="'pin_memory' argument is set as true but no accelerator is found") as caught:
        iter(DataLoader(range(3), pin_memory=True))
    assert caught[0].filename == __file__


# ---- workers ---------------------------------------------------------------------------------------------------------


class Noise(data.Dataset):
    """Samples made of every random stream that a script may use."""

    get_worker_info = staticmethod(data.get_worker_info)
    rand = staticmethod(tg.rand)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        info = self.get_worker_info()
        return self.rand(1).item(), random.random(), np.random.rand(), info.id, info.num_workers, info.seed


def test_workers_have_their_own_streams():
    tg.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    assert data.get_worker_info() is None
    first = [sample for batch in DataLoader(Noise(), batch_size=2, num_workers=2, collate_fn=list) for sample in batch]
    assert [sample[3:] for sample in first] == [(w, 2, 900450186894289455 + w) for w in (0, 0, 1, 1, 0, 0)]
    assert [round(sample[0], 4) for sample in first] == [0.7821, 0.0536, 0.6938, 0.298, 0.9888, 0.1949]
    assert [round(sample[1], 4) for sample in first] == [0.2132, 0.2764, 0.7734, 0.1634, 0.9257, 0.6404]
    assert [round(sample[2], 4) for sample in first] == [0.8372, 0.3876, 0.6703, 0.0759, 0.3733, 0.8135]
    # The script's own streams stand where a pass without workers leaves them.
    assert tg.rand(1).item() == pytest.approx(0.0884774, abs=1e-6)
    assert random.random() == random.Random(0).random()
    assert np.random.rand() == np.random.RandomState(0).rand()
    assert data.get_worker_info() is None


def test_workers_share_an_iterable_dataset():
    class Shared(data.IterableDataset):
        def __iter__(self):
            info = data.get_worker_info()
            return iter([(info.id, i) for i in range(5 - 2 * info.id)])

    batches = list(DataLoader(Shared(), batch_size=2, num_workers=2, collate_fn=list))
    assert batches == [[(0, 0), (0, 1)], [(1, 0), (1, 1)], [(0, 2), (0, 3)], [(1, 2)], [(0, 4)]]
    batches = list(DataLoader(Shared(), batch_size=None, num_workers=2, collate_fn=lambda sample: sample))
    assert batches == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (0, 3), (0, 4)]


def test_worker_init_fn_and_copies():
    class Range(data.IterableDataset):
        start, passes = 0, 0

        def __iter__(self):
            self.passes += 1
            return iter([self.start, self.passes])

    def share(worker):
        data.get_worker_info().dataset.start = 10 * worker + 10
        random.seed(0)

    dataset = Range()
    random.seed(1)
    state = random.getstate()
    loader = DataLoader(dataset, batch_size=None, num_workers=2, worker_init_fn=share)
    assert list(loader) == list(loader) == [10, 20, 1, 1]
    assert dataset.start == dataset.passes == 0 and random.getstate() == state
    loader = DataLoader(dataset, batch_size=None, num_workers=2, worker_init_fn=share, persistent_workers=True)
    assert list(loader) == [10, 20, 1, 1] and list(loader) == [10, 20, 2, 2]


def test_worker_errors_and_info():
    class Broken(Squares):
        def __getitem__(self, index):
            raise KeyError("broken")

    state = random.getstate()
    with pytest.raises(KeyError, match="broken"):
        list(DataLoader(Broken(), num_workers=1))
    assert random.getstate() == state and data.get_worker_info() is None
    with pytest.raises(AssertionError, match="prefetch_factor must be greater than 0"):
        iter(DataLoader(range(3), num_workers=1, prefetch_factor=0))

    class Info(Squares):
        def __getitem__(self, index):
            return data.get_worker_info()

    tg.manual_seed(0)
    info = next(iter(DataLoader(Info(), num_workers=1, collate_fn=lambda batch: batch[0])))
    assert repr(info) == (
        f"WorkerInfo(id=0, num_workers=1, seed=900450186894289455, dataset={info.dataset!r}, rng=None, "
        "worker_method='multiprocessing')"
    )
    with pytest.raises(AttributeError, match="cannot assign to field 'id'"):
        info.id = 3


# ---- torch itself ----------------------------------------------------------------------------------------------------


def samplers(T):
    """Samplers that draw when they are asked to begin, and when they are asked for each number."""

    class Eager(T.utils.data.Sampler):
        def __iter__(self):
            return iter(T.randperm(10).tolist())

        def __len__(self):
            return 10

    class Lazy(Eager):
        def __iter__(self):
            for _ in range(10):
                yield T.randint(10, (1,)).item()

    class Batches(Eager):
        def __iter__(self):
            return iter(T.randperm(10).reshape(5, 2).tolist())

    weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    return {
        "plain": {"batch_size": 3},
        "shuffled": {"batch_size": 4, "shuffle": True, "drop_last": True},
        "generator": {"batch_size": 4, "shuffle": True, "generator": T.Generator().manual_seed(5)},
        "eager": {"batch_size": 3, "sampler": Eager()},
        "eager single": {"batch_size": None, "sampler": Eager()},
        "eager batches": {"batch_sampler": Batches()},
        "lazy": {"batch_size": 3, "sampler": Lazy()},
        "subset": {"sampler": T.utils.data.SubsetRandomSampler([3, 1, 4])},
        "weighted": {"batch_size": 4, "sampler": T.utils.data.WeightedRandomSampler(weights, 15)},
        "weighted once": {"sampler": T.utils.data.WeightedRandomSampler(weights, 5, replacement=False)},
        "drawn": {"batch_size": 20, "sampler": T.utils.data.RandomSampler(range(10), True, 70)},
        "more": {"batch_size": 5, "sampler": T.utils.data.RandomSampler(range(10), num_samples=23)},
    }


def trace(T, name, workers):
    """Two passes of a loader, with draws of the script's own between its calls."""
    T.manual_seed(0)
    loader = T.utils.data.DataLoader(range(10), **samplers(T)[name], **workers)
    seen = []
    for _ in range(2):
        batches = iter(loader)
        seen.append(T.rand(1).item())
        seen += [batch.tolist() if hasattr(batch, "tolist") else batch for batch in batches]
    return [*seen, T.rand(1).item()]


@pytest.mark.parametrize("name", list(samplers(tg)))
def test_draws_are_torchs(torch, name):
    assert trace(tg, name, {}) == trace(torch, name, {})


@pytest.mark.parametrize("name", ["shuffled", "eager", "eager single", "lazy"])
@pytest.mark.parametrize(
    "workers",
    [{"num_workers": 2}, {"num_workers": 1, "prefetch_factor": 1}, {"num_workers": 2, "persistent_workers": True}],
    ids=str,
)
def test_draws_with_workers_are_torchs(torch, name, workers):
    assert trace(tg, name, workers) == trace(torch, name, workers)


@pytest.mark.parametrize("persistent", [False, True])
def test_workers_see_torchs_random_numbers(torch, persistent):
    class TheirNoise(torch.utils.data.Dataset):
        __len__, __getitem__ = Noise.__len__, Noise.__getitem__
        get_worker_info = staticmethod(torch.utils.data.get_worker_info)
        rand = staticmethod(torch.rand)

    results = []
    for T, dataset in ((tg, Noise()), (torch, TheirNoise())):
        T.manual_seed(7)
        loader = T.utils.data.DataLoader(dataset, 2, num_workers=2, collate_fn=list, persistent_workers=persistent)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's, of forking with threads
            results.append([list(loader), list(loader), T.rand(1).item()])
    assert results[0] == results[1]
