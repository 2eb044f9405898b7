"""``save`` and ``load``: tensors, and containers of them, in torch's file format.

Both directions work: torch loads what is saved here with ``weights_only=True``, and files that torch saved load here.
Loading runs no code from the file, whatever is in it.
"""

import os

__all__ = ["save", "load"]


def save(
    obj,
    f,
    pickle_module=None,
    pickle_protocol=2,
    _use_new_zipfile_serialization=True,
    _disable_byteorder_record=False,
):
    """Saves an object to a file.

    What can be saved is what :func:`load` can rebuild without running code: tensors and parameters, None, bools,
    numbers, strings, bytes, dtypes, devices, sizes, and lists, tuples, dicts, OrderedDicts, Counters and sets of these.
    Tensors that share a storage still share it after loading, and views keep their strides. Of a module or an optimizer,
    save the ``state_dict()``.

    Args:
        obj: what to save.
        f: a path, or a file object open for writing bytes.
        pickle_module: the standard one, or None.
        pickle_protocol: 2.

    Raises:
        pickle.PicklingError: `obj` holds something else; no file is touched.
        RuntimeError: the folder of `f` does not exist, or the file cannot be written.

    Example::

        >>> import io, tinygrad_ext as torch
        >>> file = io.BytesIO()
        >>> torch.save({'weight': torch.tensor([1., 2.]), 'epoch': 3}, file)
        >>> _ = file.seek(0)
        >>> torch.load(file)
        {'weight': tensor([1., 2.]), 'epoch': 3}
    """
    _check_pickle_module(pickle_module)
    if pickle_protocol != 2:
        raise ValueError(f"save(): pickle_protocol must be 2, got {pickle_protocol}")
    if not _use_new_zipfile_serialization:
        raise ValueError("save(): the format of torch before 1.6 is not supported")
    if isinstance(f, (str, os.PathLike)):
        f = os.fspath(f)
        folder = os.path.dirname(f)
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        name = os.path.basename(f)
        if not name:
            raise RuntimeError(f"[enforce fail at inline_container.cc:720] . invalid file name: {f}")
        prefix = os.path.splitext(name)[0]
    elif hasattr(f, "write"):
        prefix = "archive"
    else:
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")

    from . import _C
    from ._archive import ArchiveWriter
    from ._weights_only_pickler import Pickler

    pickler = Pickler()
    data = pickler.dump(obj)
    try:
        writer = ArchiveWriter(f, prefix)
    except OSError as error:
        if not isinstance(f, (str, bytes)):
            raise
        reason = f"open file failed with strerror: {error.strerror}"
        raise RuntimeError(f"[enforce fail at inline_container.cc:747] . {reason}") from None
    with writer as archive:
        archive.write("data.pkl", data)
        archive.write(".format_version", b"1")
        archive.write(".storage_alignment", b"64")
        if not _disable_byteorder_record:
            import sys

            archive.write("byteorder", sys.byteorder.encode())
        for key, storage in enumerate(pickler.storages):
            used = storage.numel() * storage.element_size()
            archive.write(f"data/{key}", _C._storage_bytes(storage)[:used])
        archive.write("version", b"3\n")


def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """Loads what :func:`save`, or torch.save, wrote.

    A file cannot run code: names in it are looked up in a list of what may be rebuilt, and nothing is imported. So
    ``weights_only=False``, which in torch allows whole modules, allows nothing more here.

    Args:
        f: a path, or a file object open for reading bytes that can seek.
        map_location: where storages go: a device, a dict from device to device, or a function of a storage and its
            device that returns a storage. There is one device, so this matters for files from others: ``'cpu'`` brings
            them here.
        pickle_module: None, or the standard one with ``weights_only=False``.
        weights_only: of no consequence.
        mmap: None or False.

    Raises:
        pickle.UnpicklingError: the file is damaged, is not of this format, or holds something that cannot be rebuilt.
        RuntimeError: the file was cut short or lacks a part, or a storage belongs on a device that is not there.
        EOFError: the file is empty.

    Example::

        >>> import io, tinygrad_ext as torch
        >>> file = io.BytesIO()
        >>> torch.save(torch.nn.Linear(2, 1).state_dict(), file)
        >>> _ = file.seek(0)
        >>> list(torch.load(file))
        ['weight', 'bias']
    """
    if pickle_module is not None and weights_only is not False:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    _check_pickle_module(pickle_module)
    if mmap:
        raise ValueError("load(): mmap=True is not available; files are read into memory")
    unknown = pickle_load_args.keys() - {"encoding"}
    if unknown:
        raise TypeError(f"load() got an unexpected keyword argument {min(unknown)!r}")
    if pickle_load_args.get("encoding", "utf-8") not in ("utf-8", "ascii", "ASCII", "bytes", "latin1"):
        raise ValueError("load(): encoding must be 'utf-8', 'ascii', 'latin1' or 'bytes'")
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as opened:
            return load(opened, map_location)
    if not (hasattr(f, "seek") and hasattr(f, "read")):
        raise AttributeError(
            f"{type(f).__name__!r} object has no attribute 'seek'. You can only torch.load from a file that is "
            "seekable. Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
        )
    return _load(f, map_location)


def _check_pickle_module(pickle_module):
    if pickle_module is not None:
        import pickle

        if pickle_module is not pickle:
            raise ValueError("pickle_module must be the standard library's: the format is written and read by hand")


def _load(file, map_location):
    from pickle import UnpicklingError

    from ._allowed_globals import ALLOWED, Name
    from ._archive import ArchiveReader
    from ._weights_only_unpickler import Unpickler

    def find_global(module, name):
        try:
            return ALLOWED[f"{module}.{name}"]
        except KeyError:
            raise UnpicklingError(
                f"Weights only load failed. The file names {module}.{name}, which is not among the names that may be "
                "loaded: loading runs no code from a file. Save a state_dict() instead of a whole object, and tensors, "
                "numbers, strings and containers of them."
            ) from None

    def call(name, args):
        if not isinstance(name, Name):
            raise UnpicklingError(f"load(): the file calls a {type(name).__name__}")
        try:
            return name.function(*args)
        except (TypeError, ValueError, OverflowError, RuntimeError) as error:
            raise UnpicklingError(f"load(): the file is damaged: {error}") from error

    with ArchiveReader(file) as archive:
        storages = _Storages(archive, map_location)
        return Unpickler(archive.read("data.pkl"), find_global, storages.persistent_load, call).load()


class _Storages:
    """The storages of an archive, each read when it is first named."""

    def __init__(self, archive, map_location):
        self._archive = archive
        self._restore = _restorer(map_location)
        self._loaded = {}  # key -> (dtype, location, numel, storage)

    def persistent_load(self, pid):
        from pickle import UnpicklingError

        from ._allowed_globals import StorageType

        types = tuple(map(type, pid)) if type(pid) is tuple else ()
        if types != (str, StorageType, str, str, int) or pid[0] != "storage":
            raise UnpicklingError("load(): the file refers to something that is not a storage")
        _, kind, key, location, numel = pid
        if not (key.isascii() and key.isdigit()):
            raise UnpicklingError(f"load(): {key!r} is not the name of a storage")
        described = (kind.dtype, location, numel)
        if key not in self._loaded:
            self._loaded[key] = (*described, self._read(key, *described))
        *earlier, storage = self._loaded[key]
        if tuple(earlier) != described:
            raise UnpicklingError(f"load(): the file describes storage {key} in two ways")
        return storage

    def _read(self, key, dtype, location, numel):
        from pickle import UnpicklingError

        from . import _C
        from ._archive import missing_member
        from .storage import TypedStorage

        size = self._archive.size(f"data/{key}")
        itemsize = _C.empty(0, dtype=dtype).element_size()
        if size is None:
            raise missing_member(f"data/{key}")
        if numel < 0 or size != numel * itemsize:
            raise UnpicklingError(f"load(): storage {key} should hold {numel} elements of {dtype}, but has {size} bytes")
        flat = _C._storage_from_bytes(self._archive.read(f"data/{key}"), dtype)
        return self._restore(TypedStorage(flat), location)


def _restorer(map_location):
    """The function of a storage and its location that puts it where `map_location` says."""
    from ._C import device

    if map_location is None:
        return _to_location
    if isinstance(map_location, dict):
        return lambda storage, location: _to_location(storage, map_location.get(location, location))
    if callable(map_location):
        return lambda storage, location: _by_function(map_location, storage, location)
    if not isinstance(map_location, (str, device)):
        raise TypeError(f"map_location must be a device, a dict or a function, got {type(map_location).__name__}")
    return lambda storage, location: _to_location(storage, map_location)


def _to_location(storage, location):
    location = str(location)
    kind = location.partition(":")[0]
    if kind == "cpu":
        return storage
    if kind in ("cuda", "xpu"):
        raise RuntimeError(
            f"Attempting to deserialize object on a {kind.upper()} device but torch.{kind}.is_available() is False. If "
            "you are running on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map "
            "your storages to the CPU."
        )
    raise RuntimeError(f"don't know how to restore data location of torch.storage.UntypedStorage (tagged with {location})")


def _by_function(function, storage, location):
    from .storage import UntypedStorage

    result = function(storage.untyped(), location)
    if result is None:
        return _to_location(storage, location)
    if not isinstance(result, UntypedStorage) or result.data_ptr() != storage.data_ptr():
        raise TypeError(f"map_location must return the storage that it was given, or None; got {type(result).__name__}")
    return storage
