"""Fetchers: from the numbers that a sampler gives to a batch."""

from ...._C import is_grad_enabled, tensor
from ..dataset import Subset, TensorDataset
from .collate import default_collate


class MapFetcher:
    """Fetches samples by number.

    Args:
        dataset: the dataset.
        auto_collation (bool): a fetch is for the list of a batch's numbers, not for one number.
        collate_fn (callable): makes the batch.
    """

    def __init__(self, dataset, auto_collation, collate_fn):
        self.dataset = dataset
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn

    def fetch(self, index):
        """The batch, or the sample, with the given numbers."""
        dataset = self.dataset
        if not self.auto_collation:
            return self.collate_fn(dataset[index])
        if self.collate_fn is default_collate:
            batch = _rows_of_tensors(dataset, index)
            if batch is not None:
                return batch
        if getattr(dataset, "__getitems__", None):
            return self.collate_fn(dataset.__getitems__(index))
        return self.collate_fn([dataset[i] for i in index])


class IterableFetcher:
    """Fetches the next samples; raises StopIteration when there are no more.

    Args:
        dataset: the dataset.
        auto_collation (bool): a fetch is for a batch of as many samples as there are numbers.
        collate_fn (callable): makes the batch.
        drop_last (bool): leave out a last batch that is shorter.
    """

    def __init__(self, dataset, auto_collation, collate_fn, drop_last):
        self.samples = iter(dataset)
        self.auto_collation = auto_collation
        self.collate_fn = collate_fn
        self.drop_last = drop_last
        self.ended = False

    def fetch(self, index):
        """The next batch or sample; only the length of `index` counts."""
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate_fn(next(self.samples))
        batch = []
        for _ in index:
            try:
                batch.append(next(self.samples))
            except StopIteration:
                self.ended = True
                break
        if not batch or (self.drop_last and len(batch) < len(index)):
            raise StopIteration
        return self.collate_fn(batch)


def _rows_of_tensors(dataset, index):
    """What stacking a TensorDataset's samples gives, taken as rows; None where that might not be the same.

    A batch of 64 takes a tenth of the time. Subclasses are left alone, and indices that are not plain are for the
    long way to report; so are gradients, whose graph shows how the batch was made.
    """
    if type(index) is not list:
        return None
    while type(dataset) is Subset:
        if any(type(i) is not int for i in index):
            return None
        indices, dataset = dataset.indices, dataset.dataset
        index = [indices[i] for i in index]
    if type(dataset) is not TensorDataset or not dataset.tensors:
        return None
    if any(type(i) is not int for i in index) or not index or min(index) < 0 or max(index) >= len(dataset):
        return None
    if is_grad_enabled() and any(t.requires_grad for t in dataset.tensors):
        return None
    rows = tensor(index)
    return [t.index_select(0, rows) for t in dataset.tensors]
