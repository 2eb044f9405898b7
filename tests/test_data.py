"""Datasets, samplers and collation, next to torch's where it is installed."""

from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest

import tinygrad_ext as tg
from tinygrad_ext.utils import data
from tinygrad_ext.utils.data import DataLoader, TensorDataset

Pair = namedtuple("Pair", "a b")


class Squares(data.Dataset):
    def __init__(self, n=10):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        return index**2


class Count(data.IterableDataset):
    def __init__(self, n=5):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


class SizedCount(Count):
    def __len__(self):
        return 3


def lists(loader):
    """What a loader yields, as Python values."""
    return [[t.tolist() for t in batch] if isinstance(batch, list) else batch.tolist() for batch in loader]


def features(n=10):
    return tg.arange(float(2 * n)).reshape(n, 2)


# ---- datasets --------------------------------------------------------------------------------------------------------


def test_tensor_dataset():
    dataset = TensorDataset(features(3), tg.tensor([0, 1, 2]))
    assert len(dataset) == 3
    x, y = dataset[1]
    assert isinstance(dataset[1], tuple) and x.tolist() == [2.0, 3.0] and y.item() == 1
    assert dataset[0:2][0].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    with pytest.raises(AssertionError, match="Size mismatch between tensors"):
        TensorDataset(features(3), tg.zeros(4))
    with pytest.raises(IndexError, match="index 3 is out of bounds for dimension 0 with size 3"):
        dataset[3]


def test_abstract_datasets():
    with pytest.raises(NotImplementedError, match="Subclasses of Dataset should implement __getitem__."):
        data.Dataset()[0]
    with pytest.raises(TypeError, match="Can't instantiate abstract class IterableDataset"):
        data.IterableDataset()
    with pytest.raises(TypeError, match=r"object of type 'Dataset' has no len\(\)"):
        len(data.Dataset())


def test_datasets_are_generic():
    class Typed(data.Dataset[int]):
        pass

    assert issubclass(Typed, data.Dataset) and data.DataLoader[int] and data.Sampler[int]
    assert data.IterableDataset[int]


def test_concat_and_chain():
    both = Squares(3) + Squares(4)
    assert type(both) is data.ConcatDataset and both.cumulative_sizes == [3, 7]
    assert [both[i] for i in range(7)] == [0, 1, 4, 0, 1, 4, 9] and both[-1] == 9
    with pytest.raises(ValueError, match="absolute value of index should not exceed dataset length"):
        both[-8]
    with pytest.raises(AssertionError, match="datasets should not be an empty iterable"):
        data.ConcatDataset([])
    with pytest.raises(AssertionError, match="ConcatDataset does not support IterableDataset"):
        data.ConcatDataset([Count()])
    chain = Count(2) + SizedCount(3)
    assert type(chain) is data.ChainDataset and list(chain) == [0, 1, 0, 1, 2]
    assert len(data.ChainDataset([SizedCount(), SizedCount()])) == 6
    with pytest.raises(AssertionError, match="ChainDataset only supports IterableDataset"):
        list(data.ChainDataset([range(3)]))


def test_stack():
    assert data.StackDataset(range(3), "abc")[1] == (1, "b")
    named = data.StackDataset(n=range(3), c="abc")
    assert named[1] == {"n": 1, "c": "b"} and len(named) == 3
    assert named.__getitems__([2, 0]) == [{"n": 2, "c": "c"}, {"n": 0, "c": "a"}]
    for args, kwargs, text in (
        ((), {}, "At least one dataset should be passed"),
        ((range(3), range(4)), {}, "Size mismatch between datasets"),
        ((range(3),), {"a": range(3)}, "Supported either ``tuple``- .* but both types are given."),
    ):
        with pytest.raises(ValueError, match=text):
            data.StackDataset(*args, **kwargs)


class Batched(Squares):
    """A dataset that fetches many samples at once."""

    def __getitems__(self, indices):
        return [-index for index in indices]


def test_getitems():
    assert lists(DataLoader(Batched(4), batch_size=2)) == [[0, -1], [-2, -3]]
    assert lists(DataLoader(data.Subset(Batched(), [5, 7]), batch_size=2)) == [[-5, -7]]
    assert data.StackDataset(Batched(), range(10)).__getitems__([1, 2]) == [(-1, 1), (-2, 2)]

    class Short(Squares):
        def __getitems__(self, indices):
            return [0]

    with pytest.raises(ValueError, match="Nested dataset's output size mismatch. Expected 2, got 1"):
        data.StackDataset(Short()).__getitems__([1, 2])


def test_random_split():
    tg.manual_seed(0)
    parts = data.random_split(range(10), [7, 3])
    assert [part.indices for part in parts] == [[4, 1, 7, 5, 3, 9, 0], [8, 6, 2]]
    generator = tg.Generator()
    generator.manual_seed(0)
    fractions = data.random_split(range(10), [0.7, 0.3], generator)
    assert [part.indices for part in fractions] == [part.indices for part in parts]
    assert [len(part) for part in data.random_split(range(10), [0.33, 0.33, 0.34])] == [4, 3, 3]
    with pytest.raises(ValueError, match="Sum of input lengths does not equal the length of the input dataset!"):
        data.random_split(range(10), [3, 3])
    with pytest.raises(ValueError, match="Fraction at index 0 is not between 0 and 1"):
        data.random_split(range(10), [-0.5, 1.5])
    with pytest.warns(UserWarning, match="Length of split at index 1 is 0. This might result") as caught:
        data.random_split(range(1), [0.5, 0.5])
    assert caught[0].filename == __file__


# ---- samplers --------------------------------------------------------------------------------------------------------


def test_order_of_random_samplers():
    tg.manual_seed(0)
    assert list(data.RandomSampler(range(6), num_samples=8)) == [0, 1, 2, 3, 5, 4, 5, 3]
    tg.manual_seed(0)
    assert list(data.RandomSampler(range(6), replacement=True)) == [0, 2, 2, 3, 3, 5]
    tg.manual_seed(0)
    assert list(data.SubsetRandomSampler([10, 20, 30, 40])) == [10, 20, 40, 30]
    tg.manual_seed(0)
    assert list(data.WeightedRandomSampler([1, 5, 2], 8)) == [2, 1, 1, 2, 1, 2, 1, 1]


def test_a_shared_generator_moves_on_by_the_unused_permutation():
    first, second = tg.Generator(), tg.Generator()
    first.manual_seed(3)
    second.manual_seed(3)
    list(data.RandomSampler(range(6), generator=first))
    tg.randperm(6, generator=second)
    tg.randperm(6, generator=second)
    assert tg.rand(1, generator=first).item() == tg.rand(1, generator=second).item()


def test_batch_sampler():
    assert list(data.BatchSampler(range(5), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(data.BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    assert len(data.BatchSampler(range(5), 2, False)) == 3 and len(data.BatchSampler(range(5), 2, True)) == 2


SAMPLER_ERRORS = [
    (
        lambda d: d.RandomSampler([]),
        ValueError,
        "num_samples should be a positive integer value, but got num_samples=0",
    ),
    (
        lambda d: d.RandomSampler("a", num_samples=1.5),
        ValueError,
        "num_samples should be a positive integer value, but got num_samples=1.5",
    ),
    (lambda d: d.RandomSampler("a", 1), TypeError, "replacement should be a boolean value, but got replacement=1"),
    (
        lambda d: d.WeightedRandomSampler([1], True),
        ValueError,
        "num_samples should be a positive integer value, but got num_samples=True",
    ),
    (
        lambda d: d.WeightedRandomSampler([1], 1, 3),
        ValueError,
        "replacement should be a boolean value, but got replacement=3",
    ),
    (
        lambda d: d.WeightedRandomSampler([[1, 2]], 1),
        ValueError,
        "weights should be a 1d sequence but given weights have shape (1, 2)",
    ),
    (
        lambda d: d.BatchSampler("a", 0, False),
        ValueError,
        "batch_size should be a positive integer value, but got batch_size=0",
    ),
    (lambda d: d.BatchSampler("a", 1, 1), ValueError, "drop_last should be a boolean value, but got drop_last=1"),
    (lambda d: d.Sampler("a"), TypeError, "Sampler() takes no arguments"),
]


@pytest.mark.parametrize(("call", "error", "text"), SAMPLER_ERRORS)
def test_sampler_errors(call, error, text):
    with pytest.raises(error) as caught:
        call(data)
    assert str(caught.value) == text


@pytest.mark.parametrize(("call", "error", "text"), SAMPLER_ERRORS)
def test_sampler_errors_are_torchs(torch, call, error, text):
    with pytest.raises(error) as caught:
        call(torch.utils.data)
    assert str(caught.value) == text


# ---- collation -------------------------------------------------------------------------------------------------------


class Fixed(list):
    """A sequence that cannot be made of its values."""

    def __init__(self, a, b):
        super().__init__((a, b))


COLLATED = [
    [1, 2],
    [1.0, 2.0],
    [True, False],
    ["a", "b"],
    [b"a", b"b"],
    [(1, 2.0), (3, 4.0)],
    [[1, 2], [3, 4]],
    [{"a": 1}, {"a": 2, "b": 3}],
    [OrderedDict(b=1, a=2), OrderedDict(b=3, a=4)],
    [defaultdict(list, a=1)],
    [Pair(1, "x"), Pair(2, "y")],
    [(1, (2, "x")), (3, (4, "y"))],
    [deque([1, 2]), deque([3, 4])],
    [range(2), range(2)],
    [Fixed(1, 2), Fixed(3, 4)],
    [(), ()],
    [{}],
    [np.float32(1), np.float32(2)],
    [np.float64(1), np.float64(2)],
    [np.int32(1)],
    [np.zeros(2), np.ones(2)],
    [np.array(1.0)],
    [1, 2.0],
    [None],
    [object],
    [(1, 2), (3,)],
    [np.array(["a"])],
    [np.array([None])],
    [{1, 2}],
    [1j],
    [{"a": 1}, {"b": 1}],
    [],
]


def shape_of(value):
    """A collated value in which equal means equal, types included."""
    if hasattr(value, "tolist"):
        return str(value.dtype).rpartition(".")[2], value.tolist()
    if isinstance(value, dict):
        return type(value), [(key, shape_of(entry)) for key, entry in value.items()]
    if isinstance(value, (list, tuple, deque)):
        return type(value), [shape_of(entry) for entry in value]
    return value


def outcome(function, *args):
    try:
        return shape_of(function(*args))
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("batch", COLLATED, ids=repr)
def test_collation_is_torchs(torch, batch):
    assert outcome(data.default_collate, batch) == outcome(torch.utils.data.default_collate, batch)
    assert outcome(data.default_convert, batch) == outcome(torch.utils.data.default_convert, batch)


def test_collation():
    x, y = data.default_collate([(tg.tensor([1.0]), 3), (tg.tensor([2.0]), 4)])
    assert x.tolist() == [[1.0], [2.0]] and y.tolist() == [3, 4] and y.dtype == tg.int64
    assert data.default_collate([0.5]).dtype == tg.float64
    assert data.default_collate([{"a": np.float32(1)}])["a"].dtype == tg.float32
    with pytest.raises(TypeError, match="default_collate: batch must contain .* or lists; found <class 'NoneType'>"):
        data.default_collate([None])
    with pytest.raises(RuntimeError, match="each element in list of batch should be of equal size"):
        data.default_collate([[1], [1, 2]])
    with pytest.raises(RuntimeError, match=r"stack expects each tensor to be equal size, but got \[1\] at entry 0"):
        data.default_collate([tg.zeros(1), tg.zeros(2)])


def test_conversion():
    converted = data.default_convert({"x": np.zeros(1), "y": [np.float32(1)], "z": (1, "a")})
    assert converted["x"].dtype == tg.float64 and converted["y"][0].item() == 1.0 and converted["z"] == [1, "a"]


def test_collation_of_own_types():
    from tinygrad_ext.utils.data._utils.collate import collate, default_collate_fn_map

    class Text(str):
        pass

    table = {Text: lambda batch, *, collate_fn_map: "+".join(batch), **default_collate_fn_map}
    assert collate([(Text("a"), 1), (Text("b"), 2)], collate_fn_map=table)[0] == "a+b"


def test_splits_are_torchs(torch):
    for lengths in ([3, 7], [0.5, 0.5], [0.33, 0.33, 0.34], [10], [1.0], [0.15, 0.85]):
        results = []
        for T in (tg, torch):
            T.manual_seed(1)
            results.append([part.indices for part in T.utils.data.random_split(range(10), lengths)])
        assert results[0] == results[1]
