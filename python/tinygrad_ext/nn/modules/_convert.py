"""Moving a module's parameters and buffers to another dtype or device."""

from ..._C import Tensor, device as Device, dtype as Dtype, empty_like
from ...autograd import no_grad

_TO_OVERLOADS = """\
 * (torch.device device = None, torch.dtype dtype = None, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)
 * (torch.dtype dtype, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)
 * (Tensor tensor, bool non_blocking = False, bool copy = False, *, torch.memory_format memory_format = None)
"""


def _parse_to(*args, **kwargs):
    """``(device, dtype, non_blocking, memory_format)`` from the arguments of :meth:`Module.to`."""
    first = args[0] if args else None
    if isinstance(first, Dtype):
        names = ("dtype", "non_blocking", "copy")
    elif isinstance(first, Tensor) or "tensor" in kwargs:
        names = ("tensor", "non_blocking", "copy")
    else:
        names = ("device", "dtype", "non_blocking", "copy")
    given = dict(zip(names, args))
    types = {
        "device": (Device, str, int, type(None)),
        "dtype": (Dtype, type(None)),
        "tensor": Tensor,
        "non_blocking": bool,
        "copy": bool,
    }
    known = all(name in (*names, "memory_format") and name not in given for name in kwargs)
    given.update(kwargs)
    if (
        not known
        or len(args) > len(names)
        or not all(isinstance(v, types.get(name, object)) for name, v in given.items())
    ):
        raise TypeError(
            f"to() received an invalid combination of arguments - got ({_described(args, kwargs)}), "
            f"but expected one of:\n{_TO_OVERLOADS}"
        )
    if given.get("copy"):
        raise RuntimeError(".to() does not accept copy argument")
    tensor = given.get("tensor")
    if tensor is not None:
        return tensor.device, tensor.dtype, given.get("non_blocking", False), None
    device = given.get("device")
    if device is not None and not isinstance(device, Device):
        device = Device(device)
    return (
        device,
        given.get("dtype"),
        given.get("non_blocking", False),
        given.get("memory_format"),
    )


def _described(args, kwargs):
    names = [_type_of(value) for value in args]
    names += [f"{name}={_type_of(value)}" for name, value in kwargs.items()]
    return ", ".join(names) + (", " if kwargs and not args else "")


def _type_of(value):
    from ..._settings import typename

    return "Tensor" if isinstance(value, Tensor) else typename(type(value))


class Convert:
    """The part of :class:`Module` that converts its tensors."""

    __slots__ = ()

    def _apply(self, fn, recurse=True):
        """Puts ``fn(t)`` in place of every parameter, gradient and buffer.

        A parameter stays the same object, so that an optimizer that holds it goes on working.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        with no_grad():
            for param in self._parameters.values():
                if param is not None:
                    param.data = fn(param)
                    if param.grad is not None:
                        param.grad.data = fn(param.grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args, **kwargs):
        r"""Moves parameters and buffers; those of a floating point dtype change to the given dtype.

        Called as ``to(device=None, dtype=None, non_blocking=False)``, ``to(dtype)`` or
        ``to(tensor)``; keyword `memory_format` applies to 4-D parameters and buffers.

        Raises:
            TypeError: the dtype is not a floating point one.

        Example::

            >>> import tinygrad_ext as torch
            >>> from tinygrad_ext import nn
            >>> nn.Linear(2, 3).to(torch.float64).weight.dtype
            torch.float64
        """
        device, dtype, non_blocking, memory_format = _parse_to(*args, **kwargs)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, "
                f"but got desired dtype={dtype}"
            )

        def convert(t):
            target = dtype if t.is_floating_point() else None
            if memory_format is not None and t.dim() in (4, 5):
                return t.to(device, target, non_blocking, memory_format=memory_format)
            return t.to(device, target, non_blocking)

        return self._apply(convert)

    def float(self):
        """Changes all floating point parameters and buffers to float32."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self):
        """Changes all floating point parameters and buffers to float64."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def type(self, dst_type):
        """Changes all parameters and buffers to `dst_type`, a dtype or its tensor type's name."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        """Moves all parameters and buffers to the CPU."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None):
        """Moves all parameters and buffers to a CUDA device."""
        return self._apply(lambda t: t.cuda(device))

    def to_empty(self, *, device, recurse=True):
        """Moves parameters and buffers to `device` without keeping their values."""
        return self._apply(lambda t: empty_like(t, device=device), recurse=recurse)
