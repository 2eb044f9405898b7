"""The zip file around a saved object: ``data.pkl``, the bytes of each storage, and notes on the format.

Members are stored, not compressed, and begin at multiples of 64 bytes.
"""

import sys
import zipfile
from pickle import UnpicklingError

_ALIGNMENT = 64
_MAX_PICKLE = 256 << 20
_LEGACY = (
    "the file was written by torch before 1.6 (or with _use_new_zipfile_serialization=False), in a "
    "format that is not supported: load it in torch and save it again"
)


class ArchiveWriter:
    """Writes the members of an archive to a path or a file object."""

    def __init__(self, file, prefix):
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._prefix = prefix

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._zip.close()

    def write(self, name, data):
        """Adds a member; padding in its header brings the data to a multiple of 64 bytes."""
        info = zipfile.ZipInfo(f"{self._prefix}/{name}")
        at = self._zip.fp.tell() + 30 + len(info.filename.encode("utf-8")) + 4
        padding = -at % _ALIGNMENT
        info.extra = b"FB" + padding.to_bytes(2, "little") + b"Z" * padding
        self._zip.writestr(info, data)


class ArchiveReader:
    """Reads the members of an archive; a file that is not as torch.save writes it is refused at once."""

    def __init__(self, file):
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise _refusal(file, error) from error
        self._members = {}
        members = sorted(self._zip.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in members[1:]] + [self._zip.start_dir]
        for info, end in zip(members, ends):
            self._check(info, end)
        prefix, slash, _ = members[0].filename.partition("/") if members else ("", "", "")
        if not slash or any(not name.startswith(prefix + slash) for name in self._members):
            raise UnpicklingError("load(): not a file that save() wrote: its members have no common folder")
        self._prefix = prefix + slash
        self._check_notes()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._zip.close()

    def _check(self, info, end):
        """`end` is where the next member (or the directory) begins: a member must fit in what lies before it."""
        name = info.filename
        if name in self._members:
            raise UnpicklingError(f"load(): the file has two members named {name!r}")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
            raise UnpicklingError(f"load(): member {name!r} is compressed or encrypted")
        if info.file_size != info.compress_size:
            raise UnpicklingError(f"load(): member {name!r} gives two different sizes")
        if info.header_offset < 0 or info.header_offset + 30 + info.file_size > end:
            raise UnpicklingError(f"load(): member {name!r} overlaps another or reaches outside the file")
        self._members[name] = info

    def _check_notes(self):
        if self.size("data.pkl") is None:
            raise missing_member("data.pkl")
        if self.size("data.pkl") > _MAX_PICKLE:
            raise UnpicklingError("load(): data.pkl is larger than 256 MiB")
        if self.size("byteorder") is not None:
            order = self.read("byteorder", 16).decode("ascii", "replace")
            if order != sys.byteorder:
                raise UnpicklingError(f"load(): the file's byte order is {order}, this machine's {sys.byteorder}")

    def size(self, name):
        """Size of a member in bytes, None if there is none of that name."""
        info = self._members.get(self._prefix + name)
        return None if info is None else info.file_size

    def read(self, name, limit=None):
        """The bytes of a member."""
        if limit is not None and self.size(name) > limit:
            raise UnpicklingError(f"load(): {name} is too large")
        try:
            return self._zip.read(self._prefix + name)
        except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            raise UnpicklingError(f"load(): member {name!r} is damaged: {error}") from error


def missing_member(name):
    """torch's error for an archive without the member `name`."""
    return _reader_error(f"locating file {name}: file not found")


def _reader_error(what):
    return RuntimeError(
        f"PytorchStreamReader failed {what}. This is an internal miniz error. If you are seeing this error, there is a "
        "high likelihood that your checkpoint file is corrupted. This can happen if the checkpoint was not saved properly, "
        "was transferred incorrectly, or the file was modified after saving."
    )


def _refusal(file, error):
    """The error for a file that zipfile refused: torch's for an empty one and for one that was cut short."""
    file.seek(0)
    head = file.read(512)
    if not head:
        return EOFError("Ran out of input")
    if head[:4] == b"PK\3\4":
        whole = len(head) >= 22  # the least that an archive ends with
        return _reader_error(f"reading zip archive: {'failed finding central directory' if whole else 'not a ZIP archive'}")
    legacy = head[2:14] == b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19" or head[257:262] == b"ustar"
    return UnpicklingError(f"load(): not a file that save() wrote: {_LEGACY if legacy else error}")
