"""Workers: who fetches a batch, and from which random numbers.

Workers are not processes here. They take turns in the calling process, in the order in which torch yields the batches
of its worker processes, and each has random streams of its own, seeded as torch seeds the process: the default
generator and `random` with ``base_seed + id``, numpy with both numbers. So the samples are those that torch's workers
make, and the script's own streams do not move while one works. What a worker process would not share is shared: a
change that a map-style dataset makes to itself is seen by all, an exception arrives as it was raised, and a timeout
never strikes. An IterableDataset is copied for each worker, so that each may take its own share.
"""

import sys

from ...._C import default_generator

_worker_info = None


class WorkerInfo:
    """What a dataset can know about the worker that it runs in; it cannot be changed.

    Args:
        id (int): the number of the worker, from 0.
        num_workers (int): the number of workers.
        seed (int): the worker's seed.
        dataset: the worker's copy of the dataset.
        rng: unused, None.
        worker_method (str): what torch calls the kind of worker.
    """

    __slots__ = ("id", "num_workers", "seed", "dataset", "rng", "worker_method")

    def __init__(self, id, num_workers, seed, dataset, rng=None, worker_method="multiprocessing"):
        for name, value in zip(self.__slots__, (id, num_workers, seed, dataset, rng, worker_method)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name, value):
        raise AttributeError(f"cannot assign to field {name!r}")

    def __repr__(self):
        return f"WorkerInfo({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"


def get_worker_info():
    """The :class:`WorkerInfo` of the worker that runs, None outside of a worker.

    Example::

        >>> from tinygrad_ext.utils.data import DataLoader, Dataset, get_worker_info
        >>> class Who(Dataset):
        ...     def __len__(self):
        ...         return 4
        ...     def __getitem__(self, index):
        ...         return get_worker_info().id
        >>> list(DataLoader(Who(), num_workers=2))
        [tensor([0]), tensor([1]), tensor([0]), tensor([1])]
    """
    return _worker_info


class Worker:
    """Fetches batches under its own WorkerInfo and its own random streams.

    Args:
        info (WorkerInfo): what `get_worker_info` answers.
        base_seed (int): the seed that the workers of a loader share.
        init_fn (callable, optional): called with the worker's id before anything else.
        make_fetcher (callable): makes the fetcher of the worker's dataset.
        draws (bool): False promises that no code runs that draws random numbers or asks for the WorkerInfo.
    """

    def __init__(self, info, base_seed, init_fn, make_fetcher, draws):
        self._info = info
        self._base_seed = base_seed
        self._draws = draws
        self._streams = None
        self._run(self._start, init_fn, make_fetcher)

    def _start(self, init_fn, make_fetcher):
        if init_fn is not None:
            init_fn(self._info.id)
        self._make_fetcher = make_fetcher
        self._fetcher = make_fetcher(self._info.dataset)

    def restart(self):
        """Begins another pass over the dataset; the random streams go on."""
        self._run(self._new_fetcher)

    def _new_fetcher(self):
        self._fetcher = self._make_fetcher(self._info.dataset)

    def fetch(self, index):
        """The batch with the given numbers; StopIteration when the dataset has ended."""
        return self._run(self._fetcher.fetch, index)

    def _run(self, function, *args):
        global _worker_info
        if not self._draws:
            return function(*args)
        outer_info, outer_streams = _worker_info, _Streams()
        _worker_info = self._info
        if self._streams is None:
            _seed_streams(self._info.seed, self._base_seed, self._info.id)
        else:
            self._streams.restore()
        try:
            return function(*args)
        finally:
            self._streams = _Streams()
            outer_streams.restore()
            _worker_info = outer_info


class _Streams:
    """Where the random streams of this process stand."""

    def __init__(self):
        import random

        self.ours = default_generator.get_state()
        self.python = random.getstate()
        numpy = sys.modules.get("numpy")
        self.numpy = None if numpy is None else numpy.random.get_state()

    def restore(self):
        import random

        default_generator.set_state(self.ours)
        random.setstate(self.python)
        if self.numpy is not None:
            sys.modules["numpy"].random.set_state(self.numpy)


def _seed_streams(seed, base_seed, worker_id):
    import random

    default_generator.manual_seed(seed)
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(numpy.random.SeedSequence([worker_id, base_seed]).generate_state(4))
