"""state_dict and load_state_dict: a module's tensors by dotted name, out and in again."""

from collections import OrderedDict, namedtuple

from ..._C import Tensor
from ...autograd import no_grad
from ..parameter import Parameter
from ._hooks import register

_EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What load_state_dict found to differ."""

    __slots__ = ()

    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class StateDict:
    """The part of :class:`Module` that stores and restores its tensors."""

    __slots__ = ()

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        r"""Returns an OrderedDict with every parameter and persistent buffer by its dotted name.

        Args:
            destination: a dict to fill instead of a new one.
            prefix: put before every name. Default: ``''``.
            keep_vars: whether to give the parameters themselves and not detached tensors that
                share their storage. Default: False.

        Example::

            >>> from tinygrad_ext import nn
            >>> list(nn.Sequential(nn.Linear(2, 3), nn.PReLU()).state_dict())
            ['0.weight', '0.bias', '1.weight']
        """
        if args:
            from warnings import warn

            warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html"
                "#torch.nn.Module.state_dict for details.",
                FutureWarning,
                stacklevel=2,
            )
            given = dict(zip(("destination", "prefix", "keep_vars"), args))
            destination = given.get("destination", destination)
            prefix = given.get("prefix", prefix)
            keep_vars = given.get("keep_vars", keep_vars)
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()

        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(
                    destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars
                )
        for hook in self._state_dict_hooks.values():
            returned = hook(self, destination, prefix, metadata)
            if getattr(hook, "_from_public_api", False):
                if returned is not None:
                    raise RuntimeError("state_dict post-hook must return None")
            elif returned is not None:
                destination = returned
        return destination

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        """Adds what this module itself holds, its children excepted, to `destination`."""
        for name, tensor in _persistent_members(self):
            if tensor is not None:
                destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if _overrides(self, "get_extra_state"):
            destination[prefix + _EXTRA_STATE_KEY_SUFFIX] = self.get_extra_state()

    def get_extra_state(self):
        """What else the state_dict holds for this module; override it together with set_extra_state."""
        raise RuntimeError(_extra_state_text("get_extra_state"))

    def set_extra_state(self, state):
        """Takes back from a state_dict what get_extra_state put there."""
        raise RuntimeError(_extra_state_text("set_extra_state"))

    def load_state_dict(self, state_dict, strict=True, assign=False):
        r"""Copies the tensors of `state_dict` into the parameters and buffers of the same name.

        Args:
            state_dict: what :meth:`state_dict` gave.
            strict: whether the names must be exactly this module's. Default: True.
            assign: whether to put the given tensors in place of the module's, instead of copying
                their values. Default: False.

        Returns:
            A named tuple of two lists, ``missing_keys`` and ``unexpected_keys``.

        Raises:
            RuntimeError: a shape differs; with `strict`, a name is missing or unexpected.
            TypeError: `state_dict` is not a mapping.

        Example::

            >>> from tinygrad_ext import nn
            >>> a, b = nn.Linear(2, 3), nn.Linear(2, 3)
            >>> a.load_state_dict(b.state_dict())
            <All keys matched successfully>
            >>> bool((a.weight == b.weight).all())
            True
        """
        from collections.abc import Mapping

        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        state_dict = OrderedDict(state_dict)
        if metadata is not None:
            state_dict._metadata = metadata

        missing_keys, unexpected_keys, errors = [], [], []

        def load(module, state, prefix):
            local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
            if assign:
                local_metadata["assign_to_params_buffers"] = True
            module._load_from_state_dict(
                state, prefix, local_metadata, True, missing_keys, unexpected_keys, errors
            )
            for name, child in module._modules.items():
                if child is not None:
                    inner = f"{prefix}{name}."
                    load(child, {k: v for k, v in state.items() if k.startswith(inner)}, inner)
            incompatible = _IncompatibleKeys(missing_keys, unexpected_keys)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, incompatible) is not None:
                    raise AssertionError(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not "
                        "expected to return new values, if incompatible_keys need to be modified, "
                        "it should be done inplace."
                    )

        load(self, state_dict, "")
        if strict:
            if missing_keys:
                errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing_keys)}. ")
            if unexpected_keys:
                position = 1 if missing_keys else 0
                errors.insert(
                    position, f"Unexpected key(s) in state_dict: {_quoted(unexpected_keys)}. "
                )
        if errors:
            lines = "\n\t".join(errors)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{lines}"
            )
        return _IncompatibleKeys(missing_keys, unexpected_keys)

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):
        """Loads what this module itself holds; adds to the three lists what does not fit."""
        lists = missing_keys, unexpected_keys, error_msgs
        for key, hook in self._load_state_dict_pre_hooks.items():
            module = (self,) if key in self._load_state_dict_pre_hooks_with_module else ()
            hook(*module, state_dict, prefix, local_metadata, strict, *lists)
        assign = local_metadata.get("assign_to_params_buffers", False)
        own = {name: tensor for name, tensor in _persistent_members(self) if tensor is not None}
        for name, tensor in own.items():
            key = prefix + name
            if key in state_dict:
                error = _load_tensor(self, name, key, tensor, state_dict[key], assign)
                if error:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)

        extra_key = prefix + _EXTRA_STATE_KEY_SUFFIX
        if _overrides(self, "set_extra_state"):
            if extra_key in state_dict:
                self.set_extra_state(state_dict[extra_key])
            elif strict:
                missing_keys.append(extra_key)
        elif strict and extra_key in state_dict:
            unexpected_keys.append(extra_key)

        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra_key:
                    name, dot, _ = key[len(prefix) :].partition(".")
                    if name not in (self._modules if dot else own):
                        unexpected_keys.append(key)

    def register_state_dict_pre_hook(self, hook):
        r"""Registers ``hook(module, prefix, keep_vars)``, called before :meth:`state_dict`."""
        return register(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        r"""Registers ``hook(module, state_dict, prefix, local_metadata)``, called after :meth:`state_dict`.

        The hook may change ``state_dict`` in place; it must return None.
        """
        hook._from_public_api = True
        return register(self._state_dict_hooks, hook)

    def _register_state_dict_hook(self, hook):
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was "
                "previously registered via register_state_dict_post_hook"
            )
        return register(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook):
        r"""Registers a hook that is called before the module's tensors are loaded, as
        ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)``.
        """
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return register(
            self._load_state_dict_pre_hooks,
            hook,
            (with_module, self._load_state_dict_pre_hooks_with_module),
        )

    def register_load_state_dict_post_hook(self, hook):
        r"""Registers ``hook(module, incompatible_keys)``, called after the module and its children
        are loaded. The hook may change the two lists in place; it must return None.
        """
        return register(self._load_state_dict_post_hooks, hook)


def _persistent_members(module):
    yield from module._parameters.items()
    for name, buffer in module._buffers.items():
        if name not in module._non_persistent_buffers_set:
            yield name, buffer


def _overrides(module, method):
    return getattr(type(module), method) is not getattr(StateDict, method)


def _load_tensor(module, name, key, tensor, source, assign):
    """Loads one tensor; returns what is wrong with `source`, or None."""
    if not isinstance(source, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like '
            f"object from checkpoint but received {type(source)}"
        )
    if tensor.dim() == 0 and source.dim() == 1 and len(source) == 1:
        source = source[0]
    if source.shape != tensor.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {source.shape} from "
            f"checkpoint, the shape in current model is {tensor.shape}."
        )
    try:
        with no_grad():
            if not assign:
                tensor.copy_(source)
                return None
            if isinstance(tensor, Parameter) and not isinstance(source, Parameter):
                source = Parameter(source, requires_grad=tensor.requires_grad)
            elif isinstance(tensor, Parameter):
                source.requires_grad_(tensor.requires_grad)
            setattr(module, name, source)
    except Exception as error:
        return (
            f'While copying the parameter named "{key}", whose dimensions in the model are '
            f"{tensor.size()} and whose dimensions in the checkpoint are {source.size()}, "
            f"an exception occurred : {error.args}."
        )
    return None


def _quoted(keys):
    return ", ".join(f'"{key}"' for key in keys)


def _extra_state_text(method):
    return (
        f"Reached a code path in Module.{method}() that should never be called. Please file an "
        "issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report "
        "this bug."
    )
