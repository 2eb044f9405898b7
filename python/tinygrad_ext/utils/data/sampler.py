"""Samplers: in which order the samples of a dataset are taken."""

from itertools import islice
from types import GenericAlias

from ..._C import Generator, as_tensor, empty, float64, int64, multinomial, randint, randperm

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]


class Sampler:
    """Base class of samplers: a subclass brings ``__iter__``, and ``__len__`` if it knows it.

    Example::

        >>> from tinygrad_ext.utils.data import Sampler
        >>> class Backwards(Sampler):
        ...     def __init__(self, data):
        ...         self.data = data
        ...     def __iter__(self):
        ...         return iter(range(len(self.data) - 1, -1, -1))
        >>> list(Backwards("abc"))
        [2, 1, 0]
    """

    __class_getitem__ = classmethod(GenericAlias)

    def __iter__(self):
        raise NotImplementedError


class SequentialSampler(Sampler):
    """Takes the samples in order.

    Args:
        data_source: the dataset.

    Example::

        >>> from tinygrad_ext.utils.data import SequentialSampler
        >>> list(SequentialSampler("abc"))
        [0, 1, 2]
    """

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """Takes the samples in random order, or draws them with replacement.

    Args:
        data_source: the dataset.
        replacement (bool): a sample may be drawn again. Default: False.
        num_samples (int, optional): the number of samples to draw. Default: the length of the dataset.
        generator (Generator, optional): where to draw from. Default: one of its own for each pass, seeded from the
            default generator.

    Raises:
        TypeError: `replacement` is not a bool.
        ValueError: `num_samples` is not a positive integer.

    Example::

        >>> import tinygrad_ext as torch
        >>> generator = torch.Generator().manual_seed(0)
        >>> list(torch.utils.data.RandomSampler("abcde", generator=generator))
        [4, 0, 1, 3, 2]
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(
                f"num_samples should be a positive integer value, but got num_samples={self.num_samples}"
            )

    @property
    def num_samples(self):
        """The number of samples in a pass; without one given it follows the length of the dataset."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        n = len(self.data_source)
        generator = self.generator
        if generator is None:
            generator = Generator()
            generator.manual_seed(random_seed(None))
        if self.replacement:
            # In draws of 32 and a last one of what is left, be it nothing: the stream of whoever shares the generator.
            for _ in range(self.num_samples // 32):
                yield from randint(n, (32,), dtype=int64, generator=generator).tolist()
            yield from randint(n, (self.num_samples % 32,), dtype=int64, generator=generator).tolist()
            return
        for _ in range(self.num_samples // n):
            yield from randperm(n, generator=generator).tolist()
        rest = self.num_samples % n
        # A generator that is shared has to move on by a permutation even if none of it is used.
        if rest or self.generator is not None:
            yield from randperm(n, generator=generator).tolist()[:rest]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """Takes the given numbers in random order.

    Args:
        indices (sequence): the numbers.
        generator (Generator, optional): where to draw from. Default: the default generator.

    Example::

        >>> import tinygrad_ext as torch
        >>> generator = torch.Generator().manual_seed(0)
        >>> list(torch.utils.data.SubsetRandomSampler([10, 20, 30], generator=generator))
        [30, 10, 20]
    """

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Draws numbers from 0 to ``len(weights) - 1``, each as often as its weight says.

    Args:
        weights (sequence): the weights; they need not sum up to 1.
        num_samples (int): the number of samples to draw.
        replacement (bool): a number may be drawn again. Default: True.
        generator (Generator, optional): where to draw from. Default: the default generator.

    Raises:
        ValueError: an option is out of its range.

    Example::

        >>> from tinygrad_ext.utils.data import WeightedRandomSampler
        >>> list(WeightedRandomSampler([0.0, 1.0], num_samples=3))
        [1, 1, 1]
    """

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        if not isinstance(num_samples, int) or isinstance(num_samples, bool) or num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={num_samples}")
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        weights = as_tensor(weights, dtype=float64)
        if weights.dim() != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(weights.shape)}"
            )
        self.weights = weights
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        yield from multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """Gathers the numbers of another sampler into lists.

    Args:
        sampler (iterable): the sampler.
        batch_size (int): the length of a list.
        drop_last (bool): leave out a last list that is shorter.

    Raises:
        ValueError: an option is out of its range.

    Example::

        >>> from tinygrad_ext.utils.data import BatchSampler
        >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler, batch_size, drop_last):
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size}")
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self):
        extra = 0 if self.drop_last else self.batch_size - 1
        return (len(self.sampler) + extra) // self.batch_size


def random_seed(generator):
    """A seed drawn from a generator, None being the default one."""
    return empty((), dtype=int64).random_(generator=generator).item()
