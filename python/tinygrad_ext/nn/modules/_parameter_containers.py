"""ParameterList and ParameterDict: parameters (and other values) held as attributes of a module.

A tensor that is no parameter becomes one; any other value is kept as it is.
"""

from collections import OrderedDict
from collections.abc import Mapping

from ..._C import Tensor
from ..parameter import Parameter
from ._container_args import iterable, pairs, position
from .module import Module, _addindent


def _as_parameter(value):
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        return Parameter(value)
    return value


class ParameterList(Module):
    r"""A list of parameters, all of them the module's.

    Args:
        values: an iterable of tensors, or of any values. Default: none.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> nn.ParameterList(nn.Parameter(torch.zeros(i)) for i in (2, 3))
        ParameterList(
            (0): Parameter containing: [torch.float32 of size 2]
            (1): Parameter containing: [torch.float32 of size 3]
        )
    """

    def __init__(self, values=None):
        super().__init__()
        self._size = 0
        if values is not None:
            self += values

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, str(position(self, index)))

    def __setitem__(self, index, value):
        setattr(self, str(position(self, index)), _as_parameter(value))

    def __len__(self):
        return self._size

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __iadd__(self, values):
        return self.extend(values)

    def append(self, value):
        r"""Adds a value at the end and returns the list."""
        setattr(self, str(self._size), _as_parameter(value))
        self._size += 1
        return self

    def extend(self, values):
        r"""Adds all values of an iterable at the end and returns the list."""
        for value in iterable("ParameterList.extend", values):
            self.append(value)
        return self

    def extra_repr(self):
        return _described(enumerate(self), lambda p: p.dtype)

    def __call__(self, *args, **kwargs):
        raise RuntimeError("ParameterList should not be called.")


class ParameterDict(Module):
    r"""A dict of parameters, all of them the module's, in the order of insertion.

    Args:
        parameters: a mapping from strings to tensors, or an iterable of such pairs; a plain dict
            is taken in the order of its sorted keys. Default: none.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> nn.ParameterDict({"left": torch.zeros(5), "right": torch.zeros(5)})
        ParameterDict(
            (left): Parameter containing: [torch.FloatTensor of size 5]
            (right): Parameter containing: [torch.FloatTensor of size 5]
        )
    """

    def __init__(self, parameters=None):
        super().__init__()
        self._keys = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key):
        return getattr(self, _checked_key(key))

    def __setitem__(self, key, value):
        setattr(self, _checked_key(key), _as_parameter(value))
        self._keys[key] = None

    def __delitem__(self, key):
        del self._keys[_checked_key(key)]
        delattr(self, key)

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)

    def __reversed__(self):
        return reversed(list(self._keys))

    def __contains__(self, key):
        return key in self._keys

    def __or__(self, other):
        union = self.copy()
        union.update(other)
        return union

    def __ror__(self, other):
        union = other.copy()
        union.update(self)
        return union

    def __ior__(self, other):
        self.update(other)
        return self

    def copy(self):
        r"""A ParameterDict of the same values."""
        return ParameterDict(OrderedDict((key, self[key]) for key in self._keys))

    def setdefault(self, key, default=None):
        r"""The value under `key`, which is `default` if there was none."""
        if key not in self._keys:
            self[key] = default
        return self[key]

    def clear(self):
        r"""Removes all values."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key):
        r"""Removes the value under `key` and returns it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self):
        r"""Removes the newest pair and returns it."""
        key, _ = self._keys.popitem()
        self._keys[key] = None
        return key, self.pop(key)

    def get(self, key, default=None):
        r"""The value under `key`, or `default`."""
        return self[key] if key in self else default

    def fromkeys(self, keys, default=None):
        r"""A ParameterDict with `default` under each of `keys`."""
        return ParameterDict((key, default) for key in keys)

    def keys(self):
        r"""The keys, in order."""
        return self._keys.keys()

    def items(self):
        r"""Pairs of key and value, in order."""
        return ((key, self[key]) for key in self._keys)

    def values(self):
        r"""The values, in order."""
        return (self[key] for key in self._keys)

    def update(self, parameters):
        r"""Adds the values of a mapping or of an iterable of pairs; existing keys are replaced."""
        if isinstance(parameters, (OrderedDict, ParameterDict)):
            parameters = parameters.items()
        elif isinstance(parameters, Mapping):
            parameters = sorted(parameters.items())
        for key, value in pairs("ParametersDict.update", "ParameterDict", parameters):
            self[key] = value

    def extra_repr(self):
        return _described(self.items(), lambda p: p.type())

    def __call__(self, input):
        raise RuntimeError("ParameterDict should not be called.")


def _checked_key(key):
    if not isinstance(key, str):
        raise TypeError(
            "Index given to ParameterDict cannot be used as a key as it is not a string "
            f"(type is '{type(key).__name__}'). Open an issue on github if you need "
            "non-string keys."
        )
    return key


def _described(values, kind_of):
    """A line for every value: what kind of tensor of what size, or what other object."""
    lines = []
    for key, value in values:
        if isinstance(value, Tensor):
            kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
            size = "x".join(map(str, value.shape))
            text = f"{kind} containing: [{kind_of(value)} of size {size}]"
        else:
            text = f"Object of type: {type(value).__name__}"
        lines.append(_addindent(f"  ({key}): {text}", 4))
    return "\n".join(lines)
