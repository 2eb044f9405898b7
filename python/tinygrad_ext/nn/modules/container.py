"""Modules that hold modules, and modules that hold parameters."""

from collections import OrderedDict
from collections.abc import Mapping
from itertools import chain

from ._container_args import iterable, pairs, position
from ._parameter_containers import ParameterDict, ParameterList
from .module import Module

__all__ = ["Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"]


class _Listed(Module):
    """What Sequential and ModuleList share: children that are reached by their position."""

    def __setitem__(self, index, module):
        setattr(self, _key(self, index), module)

    def __delitem__(self, index):
        doomed = list(self._modules)[index] if isinstance(index, slice) else [_key(self, index)]
        for key in doomed:
            delattr(self, key)
        _renumber(self, self._modules.values())

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def append(self, module):
        r"""Adds a module at the end and returns the container."""
        self.add_module(str(len(self)), module)
        return self

    def pop(self, key):
        r"""Removes the module at position `key` and returns it."""
        module = self[key]
        del self[key]
        return module


def _key(container, index):
    return list(container._modules)[position(container, index)]


def _renumber(container, modules):
    container._modules = {str(i): module for i, module in enumerate(modules)}


class Sequential(_Listed):
    r"""Calls its modules one after the other, each on what the one before it returned.

    Args:
        args: the modules, or one OrderedDict of them with their names.

    Raises:
        TypeError: an argument is no module.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> model = nn.Sequential(nn.Linear(1, 20), nn.ReLU(), nn.Linear(20, 1))
        >>> model(torch.zeros(5, 1)).shape
        torch.Size([5, 1])
        >>> model[:2]
        Sequential(
          (0): Linear(in_features=1, out_features=20, bias=True)
          (1): ReLU()
        )
    """

    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return self._modules[_key(self, index)]

    def insert(self, index, module):
        r"""Puts a module before position `index` and returns the container.

        Raises:
            IndexError: there is no such position.
        """
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        n = len(self)
        if not -n <= index <= n:
            raise IndexError(f"Index out of range: {index}")
        modules = list(self)
        modules.insert(index, module)
        _renumber(self, modules)
        return self

    def extend(self, sequential):
        r"""Adds all modules of an iterable at the end and returns the container."""
        for module in sequential:
            self.append(module)
        return self

    def __add__(self, other):
        _check_sequential(other)
        return Sequential(*self, *other)

    def __iadd__(self, other):
        _check_sequential(other)
        return self.extend(list(other))

    def __mul__(self, times):
        _check_factor(self, times)
        return Sequential(*list(self) * times)

    def __rmul__(self, times):
        return self * times

    def __imul__(self, times):
        _check_factor(self, times)
        return self.extend(list(self) * (times - 1))


def _check_sequential(other):
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add operator supports only objects of Sequential class, but {type(other)} is given."
        )


def _check_factor(sequential, times):
    if not isinstance(times, int):
        raise TypeError(
            f"unsupported operand type(s) for *: {type(sequential)} and {type(times)}"
        )
    if times <= 0:
        raise ValueError(f"Non-positive multiplication factor {times} for {type(sequential)}")


class ModuleList(_Listed):
    r"""A list of modules, all of them children.

    Args:
        modules: an iterable of modules. Default: none.

    Raises:
        TypeError: an element is no module.

    Example::

        >>> from tinygrad_ext import nn
        >>> layers = nn.ModuleList(nn.Linear(10, 10) for _ in range(3))
        >>> layers.append(nn.ReLU())
        ModuleList(
          (0-2): 3 x Linear(in_features=10, out_features=10, bias=True)
          (3): ReLU()
        )
    """

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self += modules

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return self._modules[_key(self, index)]

    def __add__(self, other):
        return type(self)(list(chain(self, other)))

    def __iadd__(self, modules):
        return self.extend(modules)

    def insert(self, index, module):
        r"""Puts a module before position `index`, as ``list.insert`` does."""
        modules = list(self)
        modules.insert(index, module)
        _renumber(self, modules)

    def extend(self, modules):
        r"""Adds all modules of an iterable at the end and returns the list."""
        for module in iterable("ModuleList.extend", modules):
            self.append(module)
        return self

    def __repr__(self):
        if not self:
            return f"{self._get_name()}()"
        runs = []  # [first, last, repr] of neighbours that look the same
        for i, text in enumerate(map(repr, self)):
            if runs and runs[-1][2] == text:
                runs[-1][1] = i
            else:
                runs.append([i, i, text])
        lines = []
        for first, last, text in runs:
            label = f"({first}): " if first == last else f"({first}-{last}): {last - first + 1} x "
            lines.append("\n  " + (label + text).replace("\n", "\n  "))
        return f"{self._get_name()}({''.join(lines)}\n)"


class ModuleDict(Module):
    r"""A dict of modules, all of them children, in the order of insertion.

    Args:
        modules: a mapping from strings to modules, or an iterable of such pairs. Default: none.

    Raises:
        TypeError: a key is no string, or a value no module.

    Example::

        >>> from tinygrad_ext import nn
        >>> nn.ModuleDict({"fc": nn.Linear(3, 4), "act": nn.ReLU()})
        ModuleDict(
          (fc): Linear(in_features=3, out_features=4, bias=True)
          (act): ReLU()
        )
    """

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def clear(self):
        r"""Removes all modules."""
        self._modules.clear()

    def pop(self, key):
        r"""Removes the module under `key` and returns it."""
        return self._modules.pop(key)

    def keys(self):
        r"""The keys, in order."""
        return self._modules.keys()

    def items(self):
        r"""Pairs of key and module, in order."""
        return self._modules.items()

    def values(self):
        r"""The modules, in order."""
        return self._modules.values()

    def update(self, modules):
        r"""Adds the modules of a mapping or of an iterable of pairs; existing keys are replaced."""
        if isinstance(modules, (Mapping, ModuleDict)):
            modules = modules.items()
        for key, module in pairs("ModuleDict.update", "ModuleDict", modules):
            self[key] = module


for _kind in (ParameterList, ParameterDict):
    _kind.__module__ = __name__  # torch keeps them in this file: what they print and are pickled as
