"""Writes pickles of tensors, plain values and containers, and of nothing else.

The opcodes are those of protocol 2, as torch.save writes them; the names are torch's, so that torch reads the result with
``weights_only=True``. What :func:`load` could not read back is refused here, before a file is touched.
"""

from collections import Counter, OrderedDict
from pickle import PicklingError
from struct import pack

from . import _C
from ._allowed_globals import is_key
from ._utils import dtype_name
from .storage import STORAGE_NAMES, whole

_BATCH = 1000  # elements between two marks, so that no reader's stack grows without bound


class Pickler:
    """One archive's ``data.pkl``; `storages` then holds a tensor over each storage that it refers to."""

    def __init__(self):
        self._out = bytearray(b"\x80\x02")
        self._memo = {}  # id or name -> index; _alive keeps ids from being used again
        self._alive = []
        self._keys = {}  # (address, nbytes) -> number in storages
        self.storages = []

    def dump(self, obj):
        """The pickle of `obj`."""
        self._save(obj)
        return bytes(self._out + b".")

    def _save(self, obj):
        if id(obj) in self._memo:
            return self._get(id(obj))
        write = _WRITERS.get(type(obj))
        if write is None:
            if not isinstance(obj, _C.Tensor):
                raise PicklingError(_refusal(obj))
            write = Pickler._save_subclass
        write(self, obj)

    def _put(self, key):
        index = self._memo[key] = len(self._memo)
        self._out += b"q" + pack("<B", index) if index < 256 else b"r" + pack("<I", index)

    def _get(self, key):
        index = self._memo[key]
        self._out += b"h" + pack("<B", index) if index < 256 else b"j" + pack("<I", index)

    def _remember(self, obj):
        self._alive.append(obj)
        self._put(id(obj))

    def _global(self, name):
        """A name with its module, as ``'torch.nn Parameter'``."""
        if name in self._memo:
            return self._get(name)
        module, attribute = name.split(" ")
        self._out += f"c{module}\n{attribute}\n".encode()
        self._put(name)

    def _call(self, name, *args):
        self._global(name)
        self._tuple_of(args)
        self._out += b"R"

    # ---- plain values

    def _none(self, obj):
        self._out += b"N"

    def _bool(self, obj):
        self._out += b"\x88" if obj else b"\x89"

    def _int(self, obj):
        if 0 <= obj < 256:
            self._out += b"K" + pack("<B", obj)
        elif 0 <= obj < 65536:
            self._out += b"M" + pack("<H", obj)
        elif -(2**31) <= obj < 2**31:
            self._out += b"J" + pack("<i", obj)
        else:
            data = obj.to_bytes(obj.bit_length() // 8 + 1, "little", signed=True)
            if len(data) > 255:
                raise PicklingError("save(): cannot save an int of more than 2039 bits")
            self._out += b"\x8a" + pack("<B", len(data)) + data

    def _float(self, obj):
        self._out += b"G" + pack(">d", obj)

    def _str(self, obj):
        data = obj.encode("utf-8", "surrogatepass")
        self._out += b"X" + pack("<I", len(data)) + data
        self._remember(obj)

    def _bytes(self, obj):
        # Protocol 2 has no bytes: they travel as the text of their code points.
        self._call("_codecs encode", obj.decode("latin1"), "latin1")
        self._remember(obj)

    def _bytearray(self, obj):
        self._call("__builtin__ bytearray", bytes(obj))
        self._remember(obj)

    def _complex(self, obj):
        self._call("__builtin__ complex", obj.real, obj.imag)

    # ---- containers

    def _tuple_of(self, items):
        """A tuple that nothing else refers to."""
        if not items:
            self._out += b")"
        elif len(items) <= 3:
            for item in items:
                self._save(item)
            self._out += b"\x85\x86\x87"[len(items) - 1 : len(items)]
        else:
            self._out += b"("
            for item in items:
                self._save(item)
            self._out += b"t"

    def _tuple(self, obj):
        self._tuple_of(obj)
        if obj:
            self._remember(obj)

    def _list(self, obj):
        self._out += b"]"
        self._remember(obj)
        self._items(list(obj), self._save, b"e")

    def _dict(self, obj):
        self._out += b"}"
        self._remember(obj)
        self._pairs(obj)

    def _items(self, items, save, opcode):
        for start in range(0, len(items), _BATCH):
            self._out += b"("
            for item in items[start : start + _BATCH]:
                save(item)
            self._out += opcode

    def _pairs(self, mapping):
        def save(item):
            self._key(item[0])
            self._save(item[1])

        self._items(list(mapping.items()), save, b"u")

    def _key(self, obj):
        if not is_key(obj):
            raise PicklingError(f"save(): a {type(obj).__name__} cannot be a key of a dict or a member of a set")
        self._save(obj)

    def _ordered_dict(self, obj):
        self._call("collections OrderedDict")
        self._remember(obj)
        self._pairs(obj)
        if obj.__dict__:  # a state_dict's _metadata
            self._save(obj.__dict__)
            self._out += b"b"

    def _counter(self, obj):
        self._call("collections Counter", dict(obj))
        self._remember(obj)

    def _set(self, obj):
        self._global("__builtin__ set")
        self._out += b"]"
        self._items(list(obj), self._key, b"e")
        self._out += b"\x85R"
        self._remember(obj)

    # ---- torch's own

    def _size(self, obj):
        self._call("torch Size", tuple(obj))

    def _device(self, obj):
        index = () if obj.index is None else (obj.index,)
        self._call("torch device", obj.type, *index)

    def _dtype(self, obj):
        self._global(f"torch {dtype_name(obj)}")

    def _tensor(self, obj):
        if obj.__dict__:
            self._global("torch._tensor _rebuild_from_type_v2")
            self._out += b"("
            self._global("torch._utils _rebuild_tensor_v2")
            self._global("torch Tensor")
            self._tensor_args(obj)
            self._save(obj.__dict__)
            self._out += b"t"
        else:
            self._global("torch._utils _rebuild_tensor_v2")
            self._tensor_args(obj)
        self._out += b"R"
        self._remember(obj)

    def _tensor_args(self, t):
        self._out += b"("
        self._storage(t)
        for value in (t.storage_offset(), tuple(t.shape), tuple(t.stride()), t.requires_grad):
            self._save(value)
        self._call("collections OrderedDict")  # hooks
        self._out += b"t"

    def _storage(self, t):
        address, nbytes, _ = _C._storage_info(t)
        # Empty storages may all be at address 0: each is its own.
        key = self._keys.setdefault((address, nbytes) if nbytes else id(t), len(self.storages))
        if key == len(self.storages):
            self.storages.append(whole(t))
        storage = self.storages[key]
        if storage.dtype != t.dtype:
            raise RuntimeError(
                "Cannot save multiple tensors or storages that view the same data as different types"
            )
        self._out += b"("
        self._save("storage")
        self._global(f"torch {STORAGE_NAMES[dtype_name(t.dtype)]}")
        self._save(str(key))
        self._save("cpu")
        self._save(storage.numel())
        self._out += b"tQ"

    def _save_subclass(self, obj):
        from .nn.parameter import Parameter

        if type(obj) is not Parameter:
            raise PicklingError(_refusal(obj))
        with_state = "_with_state" if obj.__dict__ else ""
        self._global(f"torch._utils _rebuild_parameter{with_state}")
        self._out += b"("
        self._global("torch._utils _rebuild_tensor_v2")
        self._tensor_args(obj.detach())
        self._out += b"R"
        self._save(obj.requires_grad)
        self._call("collections OrderedDict")  # hooks
        if with_state:
            self._save(obj.__dict__)
        self._out += b"tR"
        self._remember(obj)


_WRITERS = {
    type(None): Pickler._none,
    bool: Pickler._bool,
    int: Pickler._int,
    float: Pickler._float,
    complex: Pickler._complex,
    str: Pickler._str,
    bytes: Pickler._bytes,
    bytearray: Pickler._bytearray,
    tuple: Pickler._tuple,
    list: Pickler._list,
    dict: Pickler._dict,
    set: Pickler._set,
    OrderedDict: Pickler._ordered_dict,
    Counter: Pickler._counter,
    _C.Size: Pickler._size,
    _C.device: Pickler._device,
    _C.dtype: Pickler._dtype,
    _C.Tensor: Pickler._tensor,
}


def _refusal(obj):
    kind = type(obj)
    advice = "convert it to tensors, numbers, strings and containers of them"
    if hasattr(obj, "state_dict"):
        advice = "save obj.state_dict() instead, and give it to load_state_dict() of a new object"
    elif kind.__module__ == "numpy":
        advice = "use .item() of a numpy number, torch.from_numpy() of an array"
    return (
        f"save(): cannot save an object of type {kind.__module__}.{kind.__qualname__}, because "
        f"load() runs no code from a file and could not rebuild it: {advice}"
    )
