"""Checks for tests that work with tensors."""

from ._comparison import assert_close

__all__ = ["assert_close"]
