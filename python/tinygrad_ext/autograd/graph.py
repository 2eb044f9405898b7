"""The graph that backward walks, as objects: ``tensor.grad_fn`` and what it leads to."""

from .._C import Node

__all__ = ["Node"]
