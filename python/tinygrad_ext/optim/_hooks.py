"""Hooks of optimizers: before and after a step, and around checkpoints."""

from collections import OrderedDict

from ..utils.hooks import RemovableHandle

_HOOKS = (
    "_optimizer_step_pre_hooks",
    "_optimizer_step_post_hooks",
    "_optimizer_state_dict_pre_hooks",
    "_optimizer_state_dict_post_hooks",
    "_optimizer_load_state_dict_pre_hooks",
    "_optimizer_load_state_dict_post_hooks",
)


class Hooked:
    """The part of an optimizer that keeps its hooks; they are neither copied nor pickled."""

    def _init_hooks(self):
        for name in _HOOKS:
            if name not in self.__dict__:
                setattr(self, name, OrderedDict())

    def register_step_pre_hook(self, hook):
        """Calls ``hook(optimizer, args, kwargs)`` before each `step`; it may return new ``(args, kwargs)``.

        `args` begins with the optimizer itself, as the method receives it.
        """
        return self._register_step_hook("_optimizer_step_pre_hooks", hook)

    def register_step_post_hook(self, hook):
        """Calls ``hook(optimizer, args, kwargs)`` after each `step`."""
        return self._register_step_hook("_optimizer_step_post_hooks", hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """Calls ``hook(optimizer)`` before `state_dict` collects the state."""
        return self._register("_optimizer_state_dict_pre_hooks", hook, prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """Calls ``hook(optimizer, state_dict)`` after `state_dict`; it may return another dict."""
        return self._register("_optimizer_state_dict_post_hooks", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """Calls ``hook(optimizer, state_dict)`` before `load_state_dict`; it may return another dict."""
        return self._register("_optimizer_load_state_dict_pre_hooks", hook, prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """Calls ``hook(optimizer)`` after `load_state_dict`."""
        return self._register("_optimizer_load_state_dict_post_hooks", hook, prepend)

    def _register(self, kind, hook, prepend=False):
        hooks = getattr(self, kind)
        handle = RemovableHandle(hooks)
        hooks[handle.id] = hook
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def _register_step_hook(self, kind, hook):
        if not hasattr(self.step, "_runs_hooks"):
            shadow_step(self, _step_with_hooks)
            self.step._runs_hooks = True
        return self._register(kind, hook)


def shadow_step(optimizer, around):
    """Makes ``optimizer.step(...)`` call ``around(optimizer, step, args, kwargs)``, `step` being what it called before.

    An attribute of the instance shadows the method, so that an optimizer without hooks and schedulers pays nothing.
    It holds the optimizer weakly: in a cycle, parameters and gradients would outlive their last user.
    """
    from functools import wraps
    from weakref import ref

    inner = optimizer.step
    step = getattr(inner, "__func__", None)
    if step is None:  # shadowed before

        def step(_, *args, **kwargs):
            return inner(*args, **kwargs)

    reference = ref(optimizer)

    @wraps(inner)
    def shadow(*args, **kwargs):
        return around(reference(), step, args, kwargs)

    # wraps() notes the bound method, which owns the optimizer.
    shadow.__wrapped__ = step
    optimizer.step = shadow


def _step_with_hooks(optimizer, step, args, kwargs):
    args = (optimizer, *args)
    for hook in list(optimizer._optimizer_step_pre_hooks.values()):
        result = hook(optimizer, args, kwargs)
        if result is not None:
            if not (isinstance(result, tuple) and len(result) == 2):
                raise RuntimeError(f"{step} must return None or a tuple of (new_args, new_kwargs), but got {result}.")
            args, kwargs = result
    out = step(*args, **kwargs)
    for hook in list(optimizer._optimizer_step_post_hooks.values()):
        hook(optimizer, args, kwargs)
    return out
