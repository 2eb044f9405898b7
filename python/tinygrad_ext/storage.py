"""The memory behind a tensor as an object: what ``t.untyped_storage()`` and ``t.storage()`` return."""

from . import _C
from ._utils import dtype_name

__all__ = ["TypedStorage", "UntypedStorage"]

# dtype name -> the name that files and ``storage.type()`` have for a storage of it.
STORAGE_NAMES = {
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "int16": "ShortStorage",
    "int8": "CharStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
}


def whole(tensor):
    """A 1-D tensor over all of `tensor`'s storage, without history."""
    nbytes = _C._storage_info(tensor)[1]
    return tensor.detach().as_strided((nbytes // tensor.element_size(),), (1,), 0)


class _Storage:
    __slots__ = ("_tensor",)

    def data_ptr(self):
        """Address of the first byte; 0 if there is none."""
        address, nbytes, _ = _C._storage_info(self._tensor)
        return address if nbytes else 0

    def nbytes(self):
        """Size in bytes."""
        return _C._storage_info(self._tensor)[1]

    def size(self):
        """Number of elements."""
        return len(self)

    def __iter__(self):
        return iter(self.tolist())

    def __getitem__(self, index):
        if not isinstance(index, int):
            raise TypeError(f"can't index a {type(self).__name__} with {type(index).__name__}")
        n = len(self)
        if not -n <= index < n:
            raise IndexError(f"index {index} out of range for storage of size {n}")
        return self._element(index % n)

    @property
    def device(self):
        """Where the memory is."""
        return self._tensor.device

    def is_shared(self):
        """Whether other processes see the memory: never."""
        return False

    def _text(self, kind):
        lines = "\n ".join(map(str, self.tolist()))
        return f" {lines}\n[torch.storage.{kind} of size {len(self)}]"


class UntypedStorage(_Storage):
    """The bytes that a tensor and its views share.

    Example::

        >>> import tinygrad_ext as torch
        >>> t = torch.zeros(2, 3)
        >>> t.untyped_storage().nbytes()
        24
        >>> t.untyped_storage().data_ptr() == t.t().untyped_storage().data_ptr()
        True
    """

    __slots__ = ()

    def __init__(self, tensor):
        self._tensor = whole(tensor)

    def __len__(self):
        return self.nbytes()

    def _element(self, index):
        return _C._storage_bytes(self._tensor)[index]

    def element_size(self):
        """Bytes per element: 1."""
        return 1

    def tolist(self):
        """The bytes as a list of ints."""
        return list(_C._storage_bytes(self._tensor))

    def __repr__(self):
        return self._text(f"UntypedStorage(device={self.device})")

    def __reduce__(self):
        typed = TypedStorage(self._tensor)
        return _untyped, (typed,)


class TypedStorage(_Storage):
    """A tensor's storage read as elements of its dtype.

    Example::

        >>> import tinygrad_ext as torch
        >>> torch.tensor([[1, 2], [3, 4]]).storage().tolist()
        [1, 2, 3, 4]
    """

    __slots__ = ()

    def __init__(self, tensor):
        self._tensor = whole(tensor)

    def __len__(self):
        return self._tensor.numel()

    def _element(self, index):
        return self._tensor[index].item()

    def __setitem__(self, index, value):
        self._tensor[index] = value

    @property
    def dtype(self):
        """How the elements are read."""
        return self._tensor.dtype

    def element_size(self):
        """Bytes per element."""
        return self._tensor.element_size()

    def type(self):
        """The name of the type, such as ``'torch.FloatStorage'``."""
        return "torch." + STORAGE_NAMES[dtype_name(self.dtype)]

    def untyped(self):
        """The same memory as bytes."""
        return UntypedStorage(self._tensor)

    def tolist(self):
        """The elements as a list of numbers."""
        return self._tensor.tolist()

    def __repr__(self):
        return self._text(f"TypedStorage(dtype={self.dtype}, device={self.device})")

    def __reduce__(self):
        return _load_from_bytes, (dtype_name(self.dtype), _C._storage_bytes(self._tensor))


def _load_from_bytes(name, data):
    return TypedStorage(_C._storage_from_bytes(data, getattr(_C, name)))


def _untyped(storage):
    return storage.untyped()
