"""One pass of a loader over its dataset."""

from ..dataset import Subset, TensorDataset
from ..sampler import random_seed
from .collate import default_collate, default_convert
from .fetch import IterableFetcher, MapFetcher
from .worker import Worker, WorkerInfo


class SingleProcessPass:
    """One pass over the loader's dataset."""

    def __init__(self, loader):
        _warn_about_pinning(loader)
        self._loader = loader
        self._reported_length = loader._reported_length
        self._num_yielded = 0
        self._indices = iter(loader._index_sampler)
        # Drawn in every pass, used by workers only: the stream of whoever shares the generator.
        self._base_seed = random_seed(loader.generator)
        self._start()

    def _start(self):
        if self._loader.timeout != 0:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._fetch = _make_fetcher(self._loader)(self._loader.dataset).fetch

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._loader._index_sampler)

    def __next__(self):
        batch = self._next_batch()
        self._num_yielded += 1
        if self._reported_length is not None and self._num_yielded > self._reported_length:
            _warn_about_length(self._loader, self._reported_length, self._num_yielded)
        return batch

    def _next_batch(self):
        return self._fetch(next(self._indices))


class WorkersPass(SingleProcessPass):
    """One pass by several workers in turn; for persistent workers, all passes."""

    def _start(self):
        loader = self._loader
        if loader.prefetch_factor == 0:
            raise AssertionError("prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter")
        make_fetcher = _make_fetcher(loader)
        draws = loader.worker_init_fn is not None or not _is_plain(loader)
        self._workers = []
        for i in range(loader.num_workers):
            dataset = loader.dataset
            if loader._iterable:
                from copy import copy

                dataset = copy(dataset)
            info = WorkerInfo(i, loader.num_workers, self._base_seed + i, dataset)
            self._workers.append(Worker(info, self._base_seed, loader.worker_init_fn, make_fetcher, draws))
        self._begin_pass()

    def reset(self, loader):
        """Begins another pass with the same workers."""
        self._reported_length = loader._reported_length
        self._num_yielded = 0
        for worker in self._workers:
            worker.restart()
        self._begin_pass()

    def _begin_pass(self):
        self._indices = iter(self._loader._index_sampler)
        self._turns = list(self._workers)
        self._queue = []
        for _ in range(self._loader.prefetch_factor * len(self._workers)):
            self._ask_sampler()

    def _ask_sampler(self):
        for index in self._indices:
            self._queue.append(index)
            return

    def _next_batch(self):
        while self._queue:
            worker = self._turns.pop(0)
            index = self._queue.pop(0)
            try:
                batch = worker.fetch(index)
            except StopIteration:
                # This worker's share of an IterableDataset has ended; the others go on.
                if not self._turns:
                    break
                self._ask_sampler()
                continue
            self._turns.append(worker)
            self._ask_sampler()
            return batch
        self._queue = []
        raise StopIteration


def _make_fetcher(loader):
    auto_collation = loader.batch_sampler is not None

    def make(dataset):
        if loader._iterable:
            return IterableFetcher(dataset, auto_collation, loader.collate_fn, loader.drop_last)
        return MapFetcher(dataset, auto_collation, loader.collate_fn)

    return make


def _is_plain(loader):
    """Whether fetching runs nothing but code of ours that draws no random numbers."""
    dataset = loader.dataset
    while type(dataset) is Subset:
        dataset = dataset.dataset
    return type(dataset) in (TensorDataset, list, tuple, range) and loader.collate_fn in (
        default_collate,
        default_convert,
    )


def _warn_about_pinning(loader):
    if not loader.pin_memory:
        return
    from warnings import warn

    if loader.pin_memory_device:
        warn(
            "pin_memory_device is deprecated, the current accelerator will be used as the device,"
            f"ignore pin_memory_device='{loader.pin_memory_device}'.",
            stacklevel=5,
        )
    warn(
        "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
        stacklevel=5,
    )


def _warn_about_length(loader, reported, fetched):
    from warnings import warn

    text = (
        f"Length of IterableDataset {loader.dataset} was reported to be {reported}"
        f"(when accessing len(dataloader)), but {fetched} samples have been fetched. "
    )
    if loader.num_workers > 0:
        text += (
            "For multiprocessing data-loading, this could be caused by not properly configuring the IterableDataset "
            "replica at each worker. Please see "
            "https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for examples."
        )
    warn(text, stacklevel=3)
