"""Checks for tests that work with tensors."""

from tinygrad_ext.testing._comparison import assert_close

__all__ = ["assert_close"]
