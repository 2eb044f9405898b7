"""A module's members: all of them in order, or one by its dotted name."""

from ..parameter import Parameter


class Tree:
    """The part of :class:`Module` that walks the tree of its descendants."""

    __slots__ = ()

    def _named_members(self, get_members, prefix="", recurse=True, remove_duplicate=True):
        """Yields dotted name and member for ``get_members(module)`` of this module and its descendants."""
        seen = set()
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in modules:
            for name, member in get_members(module):
                if member is None or member in seen:
                    continue
                if remove_duplicate:
                    seen.add(member)
                yield (f"{path}.{name}" if path else name), member

    def parameters(self, recurse=True):
        r"""Yields the parameters, each once, in the order of registration.

        Args:
            recurse: whether to include those of all descendants. Default: True.

        Example::

            >>> from tinygrad_ext import nn
            >>> [tuple(p.shape) for p in nn.Sequential(nn.Linear(2, 3), nn.PReLU()).parameters()]
            [(3, 2), (3,), (1,)]
        """
        seen = set()
        for module in self.modules() if recurse else (self,):
            for param in module._parameters.values():
                if param is not None and param not in seen:
                    seen.add(param)
                    yield param

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        r"""Yields pairs of dotted name and parameter.

        Args:
            prefix: put before every name. Default: ``''``.
            recurse: whether to include those of all descendants. Default: True.
            remove_duplicate: whether a shared parameter appears once only. Default: True.
        """
        yield from self._named_members(
            lambda module: module._parameters.items(), prefix, recurse, remove_duplicate
        )

    def buffers(self, recurse=True):
        r"""Yields the buffers, each once.

        Args:
            recurse: whether to include those of all descendants. Default: True.
        """
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        r"""Yields pairs of dotted name and buffer; arguments as in :meth:`named_parameters`."""
        yield from self._named_members(
            lambda module: module._buffers.items(), prefix, recurse, remove_duplicate
        )

    def children(self):
        r"""Yields the immediate child modules, each once."""
        seen = set()
        for module in self._modules.values():
            if module is not None and module not in seen:
                seen.add(module)
                yield module

    def named_children(self):
        r"""Yields pairs of name and module for the immediate children."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate=True):
        r"""Yields this module and all its descendants.

        Args:
            remove_duplicate: whether a shared module appears once only. Default: True.
        """
        # Without the names: this stands behind parameters() and zero_grad(), called at every step.
        seen = set()
        waiting = [self]
        while waiting:
            module = waiting.pop()
            if module is None or module in seen:
                continue
            if remove_duplicate:
                seen.add(module)
            yield module
            waiting.extend(reversed(module._modules.values()))

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        r"""Yields pairs of dotted name and module for this module and all its descendants.

        Args:
            memo: a set of modules to leave out; it takes up those that were yielded.
            prefix: put before every name. Default: ``''``.
            remove_duplicate: whether a shared module appears once only. Default: True.

        Example::

            >>> from tinygrad_ext import nn
            >>> [name for name, _ in nn.Sequential(nn.Sequential(nn.ReLU())).named_modules()]
            ['', '0', '0.0']
        """
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def get_submodule(self, target):
        r"""Returns the descendant with the dotted name `target`.

        Raises:
            AttributeError: there is none.
        """
        module = self
        for name in target.split(".") if target else ():
            module = _member(module, name)
            if not isinstance(module, Tree):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target, module, strict=False):
        r"""Puts `module` where the dotted name `target` says.

        Args:
            target: the name of a descendant.
            module: the new module.
            strict: whether something must stand there already. Default: False.

        Raises:
            ValueError: `target` is empty or `module` no module.
            AttributeError: the parent does not exist, or what stands there is no module.
        """
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Tree):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if (strict or hasattr(parent, name)) and not isinstance(_member(parent, name), Tree):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target):
        r"""Returns the parameter with the dotted name `target`.

        Raises:
            AttributeError: there is none.
        """
        path, _, name = target.rpartition(".")
        param = _member(self.get_submodule(path), name)
        if not isinstance(param, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return param

    def get_buffer(self, target):
        r"""Returns the buffer with the dotted name `target`.

        Raises:
            AttributeError: there is none.
        """
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer = _member(module, name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return buffer


def _member(module, name):
    if not hasattr(module, name):
        raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
    return getattr(module, name)
