"""DLPack: tensors from and to other array libraries, without copying."""

from .. import _C

__all__ = ["from_dlpack", "to_dlpack"]


class _Producer:
    """Gives a capsule that is already there to a consumer that asks for one."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **options):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


def from_dlpack(ext_tensor, *, device=None, copy=None):
    """Returns a tensor over the memory of another library's array.

    Args:
        ext_tensor: an object with ``__dlpack__``, or a capsule that it returned.
        device: where the tensor must be: the CPU.
        copy: True copies; False or None shares the memory. Memory that may not be written is always copied.

    Raises:
        BufferError: the array cannot be exported, or is read-only and `copy` is False.
        RuntimeError: a capsule was used before, or is none.

    Example::

        >>> import numpy, tinygrad_ext as torch
        >>> a = numpy.zeros(2)
        >>> t = torch.from_dlpack(a)
        >>> t[0] = 1.
        >>> a
        array([1., 0.])
    """
    import numpy

    if device is not None:
        _C.empty(0, device=device)  # raises for a device that is not there
    if hasattr(ext_tensor, "__dlpack__"):
        array = numpy.from_dlpack(ext_tensor)
    else:
        try:
            array = numpy.from_dlpack(_Producer(ext_tensor))
        except ValueError as error:
            raise RuntimeError(
                "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
                "might have already constructed a tensor from it once."
            ) from error
    if not array.flags.writeable and copy is False:
        raise BufferError("from_dlpack(): the array is read-only and copy is False")
    if copy or not array.flags.writeable:
        array = array.copy()
    return _C.from_numpy(array)


def to_dlpack(tensor):
    """Returns a capsule that another library's ``from_dlpack`` takes, once.

    Raises:
        BufferError: the tensor requires grad.

    Example::

        >>> import tinygrad_ext as torch
        >>> from tinygrad_ext.utils.dlpack import from_dlpack, to_dlpack
        >>> from_dlpack(to_dlpack(torch.ones(2)))
        tensor([1., 1.])
    """
    return tensor.__dlpack__()
