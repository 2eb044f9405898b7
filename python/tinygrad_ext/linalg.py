"""Linear algebra."""

from ._C import linalg_vector_norm as vector_norm

__all__ = ["vector_norm"]
