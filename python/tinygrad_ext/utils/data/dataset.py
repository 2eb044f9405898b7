"""Datasets: what has samples, by number or in order."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from types import GenericAlias

from ..._C import default_generator, randperm

__all__ = [
    "ChainDataset",
    "ConcatDataset",
    "Dataset",
    "IterableDataset",
    "StackDataset",
    "Subset",
    "TensorDataset",
    "random_split",
]


class Dataset:
    """Base class of datasets whose samples have numbers: a subclass brings ``__getitem__`` and ``__len__``.

    A subclass may add ``__getitems__(indices)``, which returns the samples of a batch as a list.

    Example::

        >>> from tinygrad_ext.utils.data import Dataset
        >>> class Squares(Dataset):
        ...     def __len__(self):
        ...         return 4
        ...     def __getitem__(self, index):
        ...         return index**2
        >>> Squares()[3]
        9
    """

    __class_getitem__ = classmethod(GenericAlias)

    def __getitem__(self, index):
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset, Iterable):
    """Base class of datasets that are read in order: a subclass brings ``__iter__``.

    With several workers each of them reads the whole dataset, unless ``__iter__`` asks `get_worker_info` for its share.

    Example::

        >>> from tinygrad_ext.utils.data import DataLoader, IterableDataset
        >>> class Countdown(IterableDataset):
        ...     def __iter__(self):
        ...         return iter([3, 2, 1])
        >>> list(DataLoader(Countdown(), batch_size=2))
        [tensor([3, 2]), tensor([1])]
    """

    def __add__(self, other):
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """Samples that are slices of tensors: sample `i` is ``(tensors[0][i], tensors[1][i], ...)``.

    Args:
        *tensors: tensors whose first dimension has the same size.

    Raises:
        AssertionError: the first dimensions differ.

    Example::

        >>> import tinygrad_ext as torch
        >>> dataset = torch.utils.data.TensorDataset(torch.tensor([[1.0], [2.0]]), torch.tensor([0, 1]))
        >>> dataset[1]
        (tensor([2.]), tensor(1))
    """

    def __init__(self, *tensors):
        if any(tensor.size(0) != tensors[0].size(0) for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple([tensor[index] for tensor in self.tensors])

    def __len__(self):
        return self.tensors[0].size(0)


class StackDataset(Dataset):
    """Samples of several datasets side by side, as a tuple or, for keyword arguments, as a dict.

    Args:
        *args: datasets of the same length.
        **kwargs: datasets of the same length, under their names.

    Raises:
        ValueError: the lengths differ, no dataset is given, or both kinds are.

    Example::

        >>> from tinygrad_ext.utils.data import StackDataset
        >>> StackDataset(image=[10, 11], label=[0, 1])[1]
        {'image': 11, 'label': 1}
    """

    def __init__(self, *args, **kwargs):
        if args and kwargs:
            raise ValueError(
                "Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, "
                "but both types are given."
            )
        if not args and not kwargs:
            raise ValueError("At least one dataset should be passed")
        datasets = args or tuple(kwargs.values())
        self._length = len(datasets[0])
        if any(len(dataset) != self._length for dataset in datasets):
            raise ValueError("Size mismatch between datasets")
        self.datasets = args or kwargs

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {key: dataset[index] for key, dataset in self.datasets.items()}
        return tuple([dataset[index] for dataset in self.datasets])

    def __getitems__(self, indices):
        if isinstance(self.datasets, dict):
            columns = [_samples(dataset, indices) for dataset in self.datasets.values()]
            return [dict(zip(self.datasets, row)) for row in zip(*columns)]
        return list(zip(*[_samples(dataset, indices) for dataset in self.datasets]))

    def __len__(self):
        return self._length


def _samples(dataset, indices):
    if not callable(getattr(dataset, "__getitems__", None)):
        return [dataset[index] for index in indices]
    samples = dataset.__getitems__(indices)
    if len(samples) != len(indices):
        raise ValueError(f"Nested dataset's output size mismatch. Expected {len(indices)}, got {len(samples)}")
    return samples


class ConcatDataset(Dataset):
    """One dataset after the other.

    Args:
        datasets (iterable): the datasets.

    Raises:
        AssertionError: there are none, or one is an IterableDataset.
        ValueError: a negative index goes past the beginning.

    Example::

        >>> from tinygrad_ext.utils.data import ConcatDataset
        >>> dataset = ConcatDataset([["a", "b"], ["c"]])
        >>> dataset[2], len(dataset)
        ('c', 3)
    """

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset")
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx):
        if idx < 0:
            if -idx > len(self):
                raise ValueError("absolute value of index should not exceed dataset length")
            idx += len(self)
        which = bisect_right(self.cumulative_sizes, idx)
        return self.datasets[which][idx - self.cumulative_sizes[which - 1] if which else idx]


class ChainDataset(IterableDataset):
    """One IterableDataset after the other.

    Args:
        datasets (iterable): the datasets.

    Raises:
        AssertionError: one is not an IterableDataset; it is noticed when its turn comes.

    Example::

        >>> from tinygrad_ext.utils.data import ChainDataset, IterableDataset
        >>> class Count(IterableDataset):
        ...     def __iter__(self):
        ...         return iter(range(2))
        >>> list(ChainDataset([Count(), Count()]))
        [0, 1, 0, 1]
    """

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self._checked():
            yield from dataset

    def __len__(self):
        return sum(len(dataset) for dataset in self._checked())

    def _checked(self):
        for dataset in self.datasets:
            if not isinstance(dataset, IterableDataset):
                raise AssertionError("ChainDataset only supports IterableDataset")
            yield dataset


class Subset(Dataset):
    """The samples of a dataset that have the given numbers.

    Args:
        dataset: the dataset.
        indices (sequence): the numbers.

    Example::

        >>> from tinygrad_ext.utils.data import Subset
        >>> list(Subset("abcdef", [4, 1]))
        ['e', 'b']
    """

    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, idx):
        if isinstance(idx, list):
            return self.dataset[[self.indices[i] for i in idx]]
        return self.dataset[self.indices[idx]]

    def __getitems__(self, indices):
        if callable(getattr(self.dataset, "__getitems__", None)):
            return self.dataset.__getitems__([self.indices[i] for i in indices])
        return [self.dataset[self.indices[i]] for i in indices]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=default_generator):
    r"""Splits a dataset at random into parts of the given lengths, which do not overlap.

    Fractions are rounded down, and what is left over goes one by one to the first parts.

    Args:
        dataset: the dataset.
        lengths (sequence): the lengths of the parts, or fractions that sum up to 1.
        generator (Generator): where the permutation is drawn from. Default: the default generator.

    Raises:
        ValueError: the lengths do not sum up to that of the dataset, or a fraction is not between 0 and 1.

    Example::

        >>> import tinygrad_ext as torch
        >>> _ = torch.manual_seed(0)
        >>> train, test = torch.utils.data.random_split(range(10), [0.7, 0.3])
        >>> train.indices, test.indices
        ([4, 1, 7, 5, 3, 9, 0], [8, 6, 2])
    """
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _lengths_of_fractions(lengths, len(dataset))
    if sum(lengths) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    indices = randperm(sum(lengths), generator=generator).tolist()
    return [Subset(dataset, indices[end - length : end]) for end, length in zip(accumulate(lengths), lengths)]


def _lengths_of_fractions(fractions, total):
    lengths = []
    for i, fraction in enumerate(fractions):
        if fraction < 0 or fraction > 1:
            raise ValueError(f"Fraction at index {i} is not between 0 and 1")
        lengths.append(math.floor(total * fraction))
    for i in range(total - sum(lengths)):
        lengths[i % len(lengths)] += 1
    for i, length in enumerate(lengths):
        if length == 0:
            from warnings import warn

            warn(f"Length of split at index {i} is 0. This might result in an empty dataset.", stacklevel=3)
    return lengths
