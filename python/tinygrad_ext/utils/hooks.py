"""The handle that a registered hook is removed by."""

from collections import OrderedDict
from weakref import ref

__all__ = ["RemovableHandle"]


class RemovableHandle:
    """Removes one hook from the dict that holds it; as a context manager, on the way out.

    Args:
        hooks_dict: the dict to which the caller adds the hook under ``handle.id``.
        extra_dict: dict or list of dicts that hold settings of the hook under the same key.

    Example::

        >>> from tinygrad_ext import nn
        >>> layer = nn.Identity()
        >>> handle = layer.register_forward_hook(lambda module, args, output: print("hook"))
        >>> layer(1)
        hook
        1
        >>> handle.remove()
        >>> layer(1)
        1
    """

    next_id = 0

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.id = RemovableHandle.next_id
        RemovableHandle.next_id += 1
        if extra_dict is None:
            dicts = [hooks_dict]
        else:
            dicts = [hooks_dict, *(extra_dict if isinstance(extra_dict, list) else [extra_dict])]
        # Weak, so that a handle that is kept does not keep its module alive.
        self._dicts = [ref(d) for d in dicts]

    def remove(self):
        """Removes the hook; doing it twice is harmless."""
        for weak in self._dicts:
            hooks = weak()
            if hooks is not None:
                hooks.pop(self.id, None)

    def __getstate__(self):
        if hasattr(self, "_hook"):  # the core's, on a tensor or a node: a copy has nothing to remove
            return None, self.id, ()
        hooks, *extra = [weak() for weak in self._dicts]
        return hooks, self.id, tuple(extra)

    def __setstate__(self, state):
        hooks, self.id, extra = state[0], state[1], state[2] if len(state) > 2 else ()
        gone = OrderedDict()  # in place of dicts that had died
        self._dicts = [ref(gone if d is None else d) for d in (hooks, *extra)]
        RemovableHandle.next_id = max(RemovableHandle.next_id, self.id + 1)

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self.remove()
