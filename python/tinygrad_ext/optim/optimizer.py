"""The base class of all optimizers: parameter groups, state, checkpoints and hooks."""

from collections import defaultdict

from .._C import Tensor, _zero_grad
from ._hooks import Hooked

__all__ = ["Optimizer"]


class _RequiredParameter:
    """The default of an option that every parameter group has to bring."""

    def __repr__(self):
        return "<required parameter>"


required = _RequiredParameter()


class Optimizer(Hooked):
    r"""Base class of all optimizers: it keeps the parameter groups and the state, a subclass brings `step`.

    Args:
        params: an iterable of tensors, of ``(name, tensor)`` pairs, or of dicts that describe one parameter group
            each: ``params`` and the options that differ from `defaults`. All groups are named, or none is.
        defaults (dict): the options of a group that does not bring its own.

    Raises:
        TypeError: `params` is one tensor, or holds something that is not a tensor.
        ValueError: there are no parameters, one is not a leaf, or one stands in two groups.

    Example::

        >>> import tinygrad_ext as torch
        >>> class SignDescent(torch.optim.Optimizer):
        ...     def __init__(self, params, lr):
        ...         super().__init__(params, {"lr": lr})
        ...     @torch.no_grad()
        ...     def step(self):
        ...         for group in self.param_groups:
        ...             for p in group["params"]:
        ...                 p.add_(p.grad.sign(), alpha=-group["lr"])
        >>> w = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> (w**2).sum().backward()
        >>> SignDescent([w], lr=0.5).step()
        >>> w
        tensor([ 0.5000, -1.5000], requires_grad=True)
    """

    # Options that the step of a subclass cannot honour, and why: a group that sets one of them is refused.
    _refused = {}
    # Options that checkpoints of older torch releases lack, with the values that they stood for.
    _added_options = {}

    def __init__(self, params, defaults):
        self.defaults = defaults
        self._init_hooks()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + params.type()
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        for group in state["param_groups"]:
            for key, value in self._added_options.items():
                group.setdefault(key, value)
            self._check_honoured(group)
        self.__dict__.update(state)
        self._init_hooks()

    def __repr__(self):
        text = ""
        for i, group in enumerate(self.param_groups):
            options = "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            text += f"\nParameter Group {i}\n{options}"
        return f"{type(self).__name__} ({text})"

    def step(self, closure=None):
        """Performs one optimization step; a subclass defines it.

        Args:
            closure (callable, optional): evaluates the model again and returns the loss.
        """
        raise NotImplementedError

    def zero_grad(self, set_to_none=True):
        r"""Resets the gradients of all parameters.

        Args:
            set_to_none: ``.grad`` becomes None; otherwise it stays and is filled with zeros. Default: True.

        Example::

            >>> import tinygrad_ext as torch
            >>> w = torch.ones(2, requires_grad=True)
            >>> optimizer = torch.optim.SGD([w], lr=0.1)
            >>> w.sum().backward()
            >>> optimizer.zero_grad(set_to_none=False)
            >>> w.grad
            tensor([0., 0.])
            >>> optimizer.zero_grad()
            >>> w.grad is None
            True
        """
        for group in self.param_groups:
            _zero_grad(group["params"], set_to_none)

    def add_param_group(self, param_group):
        r"""Adds a group of parameters, such as layers that are unfrozen while training goes on.

        Args:
            param_group (dict): ``params`` (a tensor or an ordered iterable) and the options of the group; what is
                missing is taken from `defaults`. The dict itself becomes the group.

        Raises:
            TypeError: `param_group` is not a dict, its parameters are a set or not tensors.
            ValueError: a parameter is not a leaf, is in another group already, or lacks a name that others have.

        Example::

            >>> import tinygrad_ext as torch
            >>> a, b = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
            >>> optimizer = torch.optim.SGD([a], lr=0.1)
            >>> optimizer.add_param_group({"params": b, "lr": 0.01})
            >>> [group["lr"] for group in optimizer.param_groups]
            [0.1, 0.01]
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in "
                "sets will change between runs. Please use a list instead."
            )
        params = list(params)
        names = [entry[0] for entry in params if isinstance(entry, tuple)]
        if names:
            if len(names) != len(params):
                raise ValueError(
                    "all optimizer params should be with/without names. Some param names are missing"
                )
            params = [entry[1] for entry in params]
            param_group["param_names"] = names
        for param in params:
            self._check_param(param)
        param_group["params"] = params
        for key, value in self.defaults.items():
            if value is required and key not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {key}")
            param_group.setdefault(key, value)
        self._check_honoured(param_group)

        ids = {id(p) for p in params}
        if len(ids) != len(params):
            from warnings import warn

            warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=3,
            )
        for group in self.param_groups:
            if not ids.isdisjoint(id(p) for p in group["params"]):
                raise ValueError("some parameters appear in more than one parameter group")
            if ("param_names" in param_group) != ("param_names" in group):
                which = "with" if "param_names" in param_group else "without"
                raise ValueError(
                    "all optimizer param groups should be with/without names. "
                    f"cannot add param group {which} names to the optimizer"
                )
        self.param_groups.append(param_group)

    def state_dict(self):
        r"""What a checkpoint needs: the state by the parameters' numbers, and the options of the groups.

        The tensors are those that the optimizer goes on to change; copy them to keep them.

        Example::

            >>> import tinygrad_ext as torch
            >>> w = torch.ones(2, requires_grad=True)
            >>> optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
            >>> w.sum().backward()
            >>> optimizer.step()
            >>> optimizer.state_dict()["state"]
            {0: {'momentum_buffer': tensor([1., 1.])}}
            >>> optimizer.state_dict()["param_groups"][0]["params"]
            [0]
        """
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        number = {}
        groups = []
        for group in self.param_groups:
            for p in group["params"]:
                number.setdefault(id(p), len(number))
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [number[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {number[id(key)] if isinstance(key, Tensor) else key: value for key, value in self.state.items()}
        result = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            changed = hook(self, result)
            if changed is not None:
                result = changed
        return result

    def load_state_dict(self, state_dict):
        r"""Takes over a state that `state_dict` returned, matching parameters by their order.

        Floating point state is cast to the dtype of its parameter, ``step`` stays as it is.

        Args:
            state_dict (dict): the state; its tensors are used, not copied, where no cast is needed.

        Raises:
            ValueError: the number of groups, or of parameters in a group, differs.

        Example::

            >>> import tinygrad_ext as torch
            >>> w = torch.ones(2, requires_grad=True)
            >>> saved = torch.optim.SGD([w], lr=0.5).state_dict()
            >>> optimizer = torch.optim.SGD([w], lr=0.1)
            >>> optimizer.load_state_dict(saved)
            >>> optimizer.param_groups[0]["lr"]
            0.5
        """
        from copy import deepcopy

        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            changed = hook(self, state_dict)
            if changed is not None:
                state_dict = changed
        groups = self.param_groups
        saved = deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(old["params"]) != len(new["params"]) for old, new in zip(groups, saved)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        param_of = {}
        for old, new in zip(groups, saved):
            param_of.update(zip(new["params"], old["params"]))
            new["params"] = old["params"]
            if "param_names" in old:
                new.setdefault("param_names", old["param_names"])
        state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            param = param_of.get(key)
            if param is None:
                state[key] = value
            else:
                state[param] = _cast(param, value)
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def _check_param(self, param):
        if not isinstance(param, Tensor):
            from .._settings import typename

            raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {typename(param)}")
        if not self.defaults.get("differentiable") and not (param.is_leaf or param.retains_grad):
            raise ValueError("can't optimize a non-leaf Tensor")

    def _check_honoured(self, group):
        for option, reason in self._refused.items():
            if group.get(option):
                raise RuntimeError(f"`{option}=True` is not available in tinygrad_ext: {reason}")


def _cast(param, value, key=None):
    """State of a parameter, in the parameter's dtype and on its device; `key` is its name there."""
    if isinstance(value, Tensor):
        if key == "step":
            return value
        return value.to(dtype=param.dtype, device=param.device) if param.is_floating_point() else value.to(param.device)
    if isinstance(value, dict):
        return {k: _cast(param, v, k) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_cast(param, v) for v in value])
    return value
