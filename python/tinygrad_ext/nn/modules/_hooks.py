"""Hooks around the forward and backward of modules: of one module, or of all modules.

``Module.__call__`` goes straight to ``forward`` unless the module's flag ``_hooked`` is set or some
global hook stands. Registering sets the flags; the first hooked call that finds no hook clears them.
So the invariant is one-sided: whenever a hook stands, a flag is set.
"""

from collections import OrderedDict

from ..._C import _set_global_module_hooks
from ...utils.hooks import RemovableHandle

_global_forward_pre_hooks = OrderedDict()
_global_forward_hooks = OrderedDict()
_global_forward_hooks_with_kwargs = OrderedDict()
_global_forward_hooks_always_called = OrderedDict()
_global_backward_pre_hooks = OrderedDict()
_global_backward_hooks = OrderedDict()
_global_parameter_registration_hooks = OrderedDict()
_global_buffer_registration_hooks = OrderedDict()
_global_module_registration_hooks = OrderedDict()


def register(hooks, hook, *settings, prepend=False):
    """Adds `hook` to `hooks`; a setting is whether it is on, and the dict of the hooks it is on for."""
    chosen = [table for on, table in settings if on]
    handle = RemovableHandle(hooks, extra_dict=chosen)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    for table in chosen:
        table[handle.id] = True
    return handle


def registered(hooks, module, name, value):
    """What the global registration `hooks` make of a value about to be registered."""
    for hook in hooks.values():
        replacement = hook(module, name, value)
        if replacement is not None:
            value = replacement
    return value


class Hooks:
    """The part of :class:`Module` that registers hooks and runs them."""

    __slots__ = ()

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        r"""Registers `hook` to be called as ``hook(module, args)`` before every forward.

        Args:
            hook: may return None, or new arguments: a tuple, or one value that is not a tuple.
            prepend: whether it runs before the module's other pre-hooks. Default: False.
            with_kwargs: whether it is called as ``hook(module, args, kwargs)`` and returns None or
                a pair ``(args, kwargs)``. Default: False.

        Example::

            >>> import tinygrad_ext as torch
            >>> from tinygrad_ext import nn
            >>> layer = nn.Identity()
            >>> handle = layer.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
            >>> layer(torch.ones(2))
            tensor([2., 2.])
            >>> handle.remove()
        """
        self._hooked = True
        return register(
            self._forward_pre_hooks,
            hook,
            (with_kwargs, self._forward_pre_hooks_with_kwargs),
            prepend=prepend,
        )

    def register_forward_hook(
        self, hook, *, prepend=False, with_kwargs=False, always_call=False
    ):
        r"""Registers `hook` to be called as ``hook(module, args, output)`` after every forward.

        Args:
            hook: may return None, or what replaces the output.
            prepend: whether it runs before the module's other forward hooks. Default: False.
            with_kwargs: whether it is called as ``hook(module, args, kwargs, output)``.
                Default: False.
            always_call: whether it runs, with output None, even when the forward raises.
                Default: False.

        Example::

            >>> import tinygrad_ext as torch
            >>> from tinygrad_ext import nn
            >>> layer = nn.Identity()
            >>> handle = layer.register_forward_hook(lambda module, args, output: output + 1)
            >>> layer(torch.ones(2))
            tensor([2., 2.])
            >>> handle.remove()
        """
        self._hooked = True
        return register(
            self._forward_hooks,
            hook,
            (with_kwargs, self._forward_hooks_with_kwargs),
            (always_call, self._forward_hooks_always_called),
            prepend=prepend,
        )

    def register_full_backward_pre_hook(self, hook, prepend=False):
        r"""Registers ``hook(module, grad_output)``, called before the module's backward.

        Args:
            hook: gets a tuple with the gradients of the outputs; may return None or new ones.
            prepend: whether it runs before the module's other such hooks. Default: False.

        Example::

            >>> import tinygrad_ext as torch
            >>> from tinygrad_ext import nn
            >>> layer = nn.Identity()
            >>> handle = layer.register_full_backward_pre_hook(lambda m, grads: (grads[0] * 5,))
            >>> x = torch.ones(2, requires_grad=True)
            >>> layer(x).sum().backward()
            >>> x.grad
            tensor([5., 5.])
        """
        self._hooked = True
        return register(self._backward_pre_hooks, hook, prepend=prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        r"""Registers ``hook(module, grad_input, grad_output)``, called after the module's backward.

        Args:
            hook: gets tuples with the gradients of the inputs and of the outputs (None for what is
                no tensor); may return None or new gradients of the inputs.
            prepend: whether it runs before the module's other such hooks. Default: False.

        Example::

            >>> import tinygrad_ext as torch
            >>> from tinygrad_ext import nn
            >>> layer = nn.Hardtanh()
            >>> handle = layer.register_full_backward_hook(lambda m, gin, gout: print(gin, gout))
            >>> layer(torch.tensor([0.5, 3.], requires_grad=True)).sum().backward()
            (tensor([1., 0.]),) (tensor([1., 1.]),)
        """
        self._hooked = True
        return register(self._backward_hooks, hook, prepend=prepend)

    def _call_hooked(self, *args, **kwargs):
        """The forward with its hooks: global ones first, then this module's."""
        backward_hooks = [*_global_backward_hooks.values(), *self._backward_hooks.values()]
        backward_pre_hooks = [
            *_global_backward_pre_hooks.values(),
            *self._backward_pre_hooks.values(),
        ]
        forward_hooks = _collect_forward_hooks(self)
        if not (
            forward_hooks
            or backward_hooks
            or backward_pre_hooks
            or _global_forward_pre_hooks
            or self._forward_pre_hooks
        ):
            self._hooked = False
            _set_global_module_hooks(_any_global_hook())
            return self.forward(*args, **kwargs)

        result = None
        pending = dict(forward_hooks)  # what still has to run, should the forward raise
        try:
            args, kwargs = _run_forward_pre_hooks(self, args, kwargs)
            if backward_hooks or backward_pre_hooks:
                from ._backward_hook import BackwardHook

                backward = BackwardHook(self, backward_hooks, backward_pre_hooks)
                args = backward.wrap_inputs(args)
            else:
                backward = None
            result = self.forward(*args, **kwargs)
            for key, (hook, with_kwargs, _) in forward_hooks.items():
                del pending[key]
                result = _run_forward_hook(self, hook, with_kwargs, args, kwargs, result)
            return result if backward is None else backward.wrap_outputs(result)
        except Exception:
            for hook, with_kwargs, always in pending.values():
                if always:
                    try:
                        result = _run_forward_hook(self, hook, with_kwargs, args, kwargs, result)
                    except Exception as error:
                        from warnings import warn

                        warn(
                            "module forward hook with ``always_call=True`` raised an exception "
                            f"that was silenced as another error was raised in forward: {error}",
                            stacklevel=2,
                        )
            raise


def _collect_forward_hooks(module):
    """Forward hooks in the order they run: key to ``(hook, with_kwargs, always_call)``."""
    hooks = {
        key: (
            hook,
            key in _global_forward_hooks_with_kwargs,
            key in _global_forward_hooks_always_called,
        )
        for key, hook in _global_forward_hooks.items()
    }
    for key, hook in module._forward_hooks.items():
        with_kwargs = key in module._forward_hooks_with_kwargs
        hooks[key] = (hook, with_kwargs, key in module._forward_hooks_always_called)
    return hooks


def _run_forward_pre_hooks(module, args, kwargs):
    hooks = {**_global_forward_pre_hooks, **module._forward_pre_hooks}
    for key, hook in hooks.items():
        if key in module._forward_pre_hooks_with_kwargs:
            returned = hook(module, args, kwargs)
            if returned is not None:
                if not (isinstance(returned, tuple) and len(returned) == 2):
                    raise RuntimeError(
                        "forward pre-hook must return None or a tuple of "
                        f"(new_args, new_kwargs), but got {returned}."
                    )
                args, kwargs = returned
        else:
            returned = hook(module, args)
            if returned is not None:
                args = returned if isinstance(returned, tuple) else (returned,)
    return args, kwargs


def _run_forward_hook(module, hook, with_kwargs, args, kwargs, result):
    returned = hook(module, args, kwargs, result) if with_kwargs else hook(module, args, result)
    return result if returned is None else returned


def _any_global_hook():
    return bool(
        _global_forward_pre_hooks
        or _global_forward_hooks
        or _global_backward_pre_hooks
        or _global_backward_hooks
    )


def register_module_forward_pre_hook(hook):
    r"""Registers ``hook(module, args)``, called before the forward of every module.

    Args:
        hook: may return None or new arguments, see :meth:`Module.register_forward_pre_hook`.
    """
    _set_global_module_hooks(True)
    return register(_global_forward_pre_hooks, hook)


def register_module_forward_hook(hook, *, with_kwargs=False, always_call=False):
    r"""Registers ``hook(module, args, output)``, called after the forward of every module.

    Args:
        hook: may return None or a new output, see :meth:`Module.register_forward_hook`.
        with_kwargs: whether the hook also gets the keyword arguments. Default: False.
        always_call: whether the hook runs even when the forward raises. Default: False.
    """
    _set_global_module_hooks(True)
    return register(
        _global_forward_hooks,
        hook,
        (with_kwargs, _global_forward_hooks_with_kwargs),
        (always_call, _global_forward_hooks_always_called),
    )


def register_module_full_backward_pre_hook(hook):
    r"""Registers ``hook(module, grad_output)``, called before the backward of every module.

    Args:
        hook: see :meth:`Module.register_full_backward_pre_hook`.
    """
    _set_global_module_hooks(True)
    return register(_global_backward_pre_hooks, hook)


def register_module_full_backward_hook(hook):
    r"""Registers ``hook(module, grad_input, grad_output)``, called after every module's backward.

    Args:
        hook: see :meth:`Module.register_full_backward_hook`.
    """
    _set_global_module_hooks(True)
    return register(_global_backward_hooks, hook)


def register_module_parameter_registration_hook(hook):
    r"""Registers ``hook(module, name, param)``, called when a module gets a parameter.

    Args:
        hook: may return None, or the parameter to register instead.
    """
    return register(_global_parameter_registration_hooks, hook)


def register_module_buffer_registration_hook(hook):
    r"""Registers ``hook(module, name, buffer)``, called when a module gets a buffer.

    Args:
        hook: may return None, or the buffer to register instead.
    """
    return register(_global_buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook):
    r"""Registers ``hook(module, name, submodule)``, called when a module gets a child.

    Args:
        hook: may return None, or the module to register instead.
    """
    return register(_global_module_registration_hooks, hook)
