"""Module: the base class of everything that holds parameters."""

from collections import OrderedDict

from ..._C import ModuleBase, Tensor, _zero_grad
from ..parameter import Buffer, Parameter
from ._convert import Convert
from ._hooks import (
    Hooks,
    _global_buffer_registration_hooks,
    _global_module_registration_hooks,
    _global_parameter_registration_hooks,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
    registered,
)
from ._members import Members
from ._state_dict import StateDict, _IncompatibleKeys  # noqa: F401
from ._tree import Tree

__all__ = [
    "Module",
    "register_module_forward_pre_hook",
    "register_module_forward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_buffer_registration_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

_HOOK_TABLES = (
    "_backward_pre_hooks",
    "_backward_hooks",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks_with_module",
    "_load_state_dict_post_hooks",
)
_MEMBER_TABLES = ("_parameters", "_buffers", "_modules")


def _addindent(text, spaces):
    """`text` with every line but the first moved right; empty lines stay empty."""
    first, *others = text.split("\n")
    return "\n".join([first, *(" " * spaces + line if line else line for line in others)])


class Module(ModuleBase, Tree, Convert, StateDict, Hooks):
    r"""Base class of all layers, losses and models.

    A subclass calls ``super().__init__()``, assigns parameters, buffers and other modules as
    attributes, and defines ``forward``. Calling the module runs ``forward`` between its hooks.

    Attributes:
        training: True in training mode, False in evaluation mode, see :meth:`train`.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext import nn
        >>> class Model(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.fc1 = nn.Linear(4, 8)
        ...         self.fc2 = nn.Linear(8, 2)
        ...
        ...     def forward(self, x):
        ...         return self.fc2(self.fc1(x).relu())
        >>> model = Model()
        >>> model
        Model(
          (fc1): Linear(in_features=4, out_features=8, bias=True)
          (fc2): Linear(in_features=8, out_features=2, bias=True)
        )
        >>> model(torch.zeros(3, 4)).shape
        torch.Size([3, 2])
    """

    dump_patches = False
    call_super_init = False
    _version = 1

    def __init__(self, *args, **kwargs):
        if not self.call_super_init:
            if kwargs:
                raise TypeError(
                    f"{type(self).__name__}.__init__() got an unexpected keyword argument "
                    f"'{next(iter(kwargs))}'"
                )
            if args:
                raise TypeError(
                    f"{type(self).__name__}.__init__() takes 1 positional argument "
                    f"but {len(args) + 1} were given"
                )
        self.__dict__.update(
            training=True,
            _parameters=Members(self),
            _buffers=Members(self),
            _non_persistent_buffers_set=set(),
            _modules=Members(self),
            _hooked=False,
        )
        self.__dict__.update((name, OrderedDict()) for name in _HOOK_TABLES)
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input):
        """Computes the output; every subclass defines its own."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    # ---- members: registration and attributes

    def register_parameter(self, name, param):
        r"""Adds a parameter, to be reached as attribute `name`.

        Args:
            name: a string that is no attribute yet.
            param: a :class:`Parameter`, or None for one that is left out.

        Raises:
            KeyError: `name` is empty, holds a dot or is taken.
            TypeError: `param` is no parameter.
        """
        parameters = _table(self, "_parameters", "parameter")
        _check_name(self, "parameter", name, parameters)
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{typename(param)}' object to parameter '{name}' "
                    "(torch.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must "
                    f"be created explicitly. To express '{name}' as a function of another Tensor, "
                    "compute the value in the forward() method."
                )
            param = registered(_global_parameter_registration_hooks, self, name, param)
        parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        r"""Adds a buffer: a tensor that belongs to the module's state and is not trained.

        Args:
            name: a string that is no attribute yet.
            tensor: a Tensor, or None for one that is left out.
            persistent: whether it is part of the ``state_dict``. Default: True.

        Raises:
            KeyError: `name` is empty, holds a dot or is taken.
            TypeError: `tensor` is no tensor.
        """
        buffers = _table(self, "_buffers", "buffer")
        _check_name(self, "buffer", name, buffers)
        if not (tensor is None or isinstance(tensor, Tensor)):
            raise TypeError(
                f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        buffers[name] = registered(_global_buffer_registration_hooks, self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_module(self, name, module):
        r"""Adds a child module, to be reached as attribute `name`.

        Args:
            name: a string that is no attribute yet.
            module: a Module, or None for one that is left out.

        Raises:
            KeyError: `name` is empty, holds a dot or is taken.
            TypeError: `module` is no module.
        """
        if not (module is None or isinstance(module, Module)):
            raise TypeError(f"{typename(module)} is not a Module subclass")
        modules = self._modules
        if not isinstance(name, str):
            raise TypeError(f"module name should be a string. Got {typename(name)}")
        if hasattr(self, name) and name not in modules:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError('module name can\'t be empty string ""')
        modules[name] = registered(_global_module_registration_hooks, self, name, module)

    def add_module(self, name, module):
        """Adds a child module: the older name of :meth:`register_module`."""
        self.register_module(name, module)

    def __setattr__(self, name, value):
        tables = self.__dict__
        if isinstance(value, Parameter):
            _table(self, "_parameters", "parameters")
            _make_room(self, name, "_buffers", "_modules")
            self.register_parameter(name, value)
        elif name in tables.get("_parameters", ()):
            if value is not None:
                _refuse(value, "parameter", name, "torch.nn.Parameter or None")
            self.register_parameter(name, None)
        elif isinstance(value, Module):
            modules = _table(self, "_modules", "module")
            _make_room(self, name, "_parameters", "_buffers")
            modules[name] = registered(_global_module_registration_hooks, self, name, value)
        elif name in tables.get("_modules", ()):
            if value is not None:
                _refuse(value, "child module", name, "torch.nn.Module or None")
            tables["_modules"][name] = None
        elif name in tables.get("_buffers", ()) or (
            isinstance(value, Tensor) and isinstance(value, Buffer)  # the first test is a fast one
        ):
            if not (value is None or isinstance(value, Tensor)):
                _refuse(value, "buffer", name, "torch.nn.Buffer, torch.Tensor or None")
            transient = name in tables.get("_non_persistent_buffers_set", ())
            persistent = value.persistent if isinstance(value, Buffer) else not transient
            self.register_buffer(name, value, persistent)
        elif name in _MEMBER_TABLES:
            for member in list(tables.get(name, ())):
                del tables[name][member]
            super().__setattr__(name, Members(self, value))
        else:
            super().__setattr__(name, value)

    def __getattr__(self, name):
        # Members are ordinary attributes; only one that the class shadows, or that a foreign
        # __setstate__ put into the tables alone, is looked for here.
        for table in _MEMBER_TABLES:
            members = self.__dict__.get(table, ())
            if name in members:
                return members[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        for table in _MEMBER_TABLES:
            members = self.__dict__.get(table, ())
            if name in members:
                del members[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def __dir__(self):
        names = {*dir(type(self)), *self.__dict__}
        for table in _MEMBER_TABLES:
            names.update(self.__dict__.get(table, ()))
        return sorted(name for name in names if not name[:1].isdigit())

    # ---- copies and pickles

    def __getstate__(self):
        """The attributes, with every member in its table only: torch's layout."""
        state = self.__dict__.copy()
        for table in _MEMBER_TABLES:
            for name, member in state.get(table, {}).items():
                if state.get(name) is member:
                    state.pop(name, None)
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        for name in _HOOK_TABLES:
            self.__dict__.setdefault(name, OrderedDict())
        self.__dict__.setdefault("_non_persistent_buffers_set", set())
        for table in _MEMBER_TABLES:
            self.__dict__[table] = Members(self, self.__dict__.get(table, ()))
        self._hooked = True  # the first call finds out

    # ---- the whole module

    def apply(self, fn):
        r"""Calls ``fn(module)`` on every descendant and then on this module, and returns it.

        Example::

            >>> from tinygrad_ext import nn
            >>> def zero(module):
            ...     if isinstance(module, nn.Linear):
            ...         nn.init.zeros_(module.weight)
            >>> nn.Sequential(nn.Linear(2, 1)).apply(zero)[0].weight
            Parameter containing:
            tensor([[0., 0.]], requires_grad=True)
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        r"""Sets this module and its descendants to training mode, or evaluation mode if `mode` is False."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        r"""Sets evaluation mode: the same as ``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        r"""Says for all parameters whether gradients are recorded."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        r"""Resets the gradients of all parameters.

        Args:
            set_to_none: whether to drop them instead of filling them with zeros. Default: True.
        """
        _zero_grad(list(self.parameters()), set_to_none)

    # ---- printing

    def _get_name(self):
        return type(self).__name__

    def extra_repr(self):
        """The part of the repr that tells this module's settings; a subclass defines its own."""
        return ""

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [
            f"({name}): {_addindent(repr(module), 2)}" for name, module in self._modules.items()
        ]
        return _block(self._get_name(), lines, children)


def _block(name, lines, children):
    """``name(...)``: one line for a single line of settings, else one indented line each."""
    if not children and len(lines) <= 1:
        return f"{name}({''.join(lines)})"
    body = "\n  ".join([*lines, *children])
    return f"{name}(\n  {body}\n)"


def _table(module, table, what):
    try:
        return module.__dict__[table]
    except KeyError:
        raise AttributeError(f"cannot assign {what} before Module.__init__() call") from None


def _check_name(module, what, name, table):
    if not isinstance(name, str):
        raise TypeError(f"{what} name should be a string. Got {typename(name)}")
    if "." in name:
        raise KeyError(f'{what} name can\'t contain "."')
    if name == "":
        raise KeyError(f'{what} name can\'t be empty string ""')
    if hasattr(module, name) and name not in table:
        raise KeyError(f"attribute '{name}' already exists")


def _make_room(module, name, *tables):
    """Removes the attribute, or the member of another kind, that stands where a member goes."""
    module.__dict__.pop(name, None)
    for table in tables:
        module.__dict__[table].pop(name, None)
    module._non_persistent_buffers_set.discard(name)


def typename(value):
    """What error texts call `value`: a tensor by its type string, everything else by its class."""
    from ..._settings import typename

    return typename(value)


def _refuse(value, what, name, expected):
    raise TypeError(f"cannot assign '{typename(value)}' as {what} '{name}' ({expected} expected)")


# The parts' methods are Module's methods: TypeErrors about their arguments say so.
for _part in (Tree, Convert, StateDict, Hooks):
    for _name, _method in vars(_part).items():
        if hasattr(_method, "__qualname__"):
            _method.__qualname__ = f"Module.{_name}"
