"""The loader: passes over a dataset in batches."""

from itertools import repeat
from types import GenericAlias

from ._utils.collate import default_collate, default_convert
from ._utils.passes import SingleProcessPass, WorkersPass
from ._utils.worker import get_worker_info
from .dataset import IterableDataset
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]


class DataLoader:
    """Passes over a dataset in batches.

    Args:
        dataset: a map-style dataset (``__getitem__``, ``__len__``) or an :class:`IterableDataset`.
        batch_size (int, optional): the number of samples in a batch; None yields single samples. Default: 1.
        shuffle (bool, optional): take the samples in random order in each pass. Default: False.
        sampler (iterable, optional): gives the numbers of the samples; excludes `shuffle`.
        batch_sampler (iterable, optional): gives lists of numbers; excludes the options above and `drop_last`.
        num_workers (int): 0, or the number of workers. They load in this process, one after the other, but order,
            shares and random numbers are those of torch's worker processes. Default: 0.
        collate_fn (callable, optional): makes a batch of a list of samples. Default: :func:`default_collate`, or
            :func:`default_convert` without batches.
        pin_memory (bool): there is no accelerator to pin memory for: True warns. Default: False.
        drop_last (bool): leave out a last batch that is shorter. Default: False.
        timeout (float): for worker processes; loading in this process never waits. Default: 0.
        worker_init_fn (callable, optional): called with a worker's id when it starts.
        multiprocessing_context: a start method or context; checked, but there are no processes to start.
        generator (Generator, optional): where the workers' seed and the order are drawn from.
        prefetch_factor (int, optional): how many batches per worker are asked of the sampler in advance. Default: 2.
        persistent_workers (bool): keep workers, their datasets and random streams from pass to pass. Default: False.
        pin_memory_device (str): as `pin_memory`.
        in_order (bool): batches always come in order. Default: True.

    Raises:
        ValueError: options exclude each other or are out of their range.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.utils.data import DataLoader, TensorDataset
        >>> _ = torch.manual_seed(0)
        >>> loader = DataLoader(TensorDataset(torch.arange(5)), batch_size=2, shuffle=True)
        >>> for (batch,) in loader:
        ...     print(batch)
        tensor([1, 4])
        tensor([2, 3])
        tensor([0])
    """

    __class_getitem__ = classmethod(GenericAlias)

    _initialized = False
    _iterator = None
    _fixed = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        if num_workers < 0:
            raise ValueError(
                "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing."
            )
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable "
                "multiprocessing, otherwise set prefetch_factor to None."
            )
        if num_workers > 0 and prefetch_factor is None:
            prefetch_factor = 2
        elif prefetch_factor is not None and prefetch_factor < 0:
            raise ValueError("prefetch_factor option should be non-negative")
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order

        self._iterable = isinstance(dataset, IterableDataset)
        if self._iterable:
            _check_iterable_options(shuffle, sampler, batch_sampler)
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last"
                )
            batch_size = None
            drop_last = False
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
            )
        if sampler is None:
            if self._iterable:
                sampler = _InfiniteSampler()
            elif shuffle:
                sampler = RandomSampler(dataset, generator=generator)
            else:
                sampler = SequentialSampler(dataset)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self.persistent_workers = persistent_workers
        self._reported_length = None
        self._initialized = True

    def __setattr__(self, name, value):
        if self._initialized and name in self._fixed:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self):
        """The start method or context that was given; there are no processes to start."""
        return self._multiprocessing_context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context):
        if context is not None:
            context = _checked_context(context, self.num_workers)
        self._multiprocessing_context = context

    def __iter__(self):
        if not self.persistent_workers:
            return self._new_iterator()
        if self._iterator is None:
            self._iterator = self._new_iterator()
        else:
            self._iterator.reset(self)
        return self._iterator

    def _new_iterator(self):
        return WorkersPass(self) if self.num_workers > 0 else SingleProcessPass(self)

    def __len__(self):
        if not self._iterable:
            return len(self._index_sampler)
        length = self._reported_length = len(self.dataset)
        if self.batch_size is None:
            return length
        extra = 0 if self.drop_last else self.batch_size - 1
        return (length + extra) // self.batch_size

    @property
    def _index_sampler(self):
        return self.sampler if self.batch_sampler is None else self.batch_sampler


class _InfiniteSampler(Sampler):
    """For an IterableDataset, which knows its order itself."""

    def __iter__(self):
        return repeat(None)


def _check_iterable_options(shuffle, sampler, batch_sampler):
    for name, value, given in (
        ("shuffle", shuffle, shuffle not in (None, False)),
        ("sampler", sampler, sampler is not None),
        ("batch_sampler", batch_sampler, batch_sampler is not None),
    ):
        if given:
            raise ValueError(
                f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
            )


def _checked_context(context, num_workers):
    import multiprocessing
    from multiprocessing.context import BaseContext

    if num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), "
            f"but got num_workers={num_workers}"
        )
    if isinstance(context, str):
        methods = multiprocessing.get_all_start_methods()
        if context not in methods:
            raise ValueError(
                "multiprocessing_context option should specify a valid start method in "
                f"{methods!r}, but got multiprocessing_context={context!r}"
            )
        context = multiprocessing.get_context(context)
    if not isinstance(context, BaseContext):
        raise TypeError(
            "multiprocessing_context option should be a valid context object or a string specifying the start "
            f"method, but got multiprocessing_context={context}"
        )
    return context
