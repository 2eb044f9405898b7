"""How a batch is made: fetched, collated, and by which worker."""

from . import collate, fetch, passes, worker
