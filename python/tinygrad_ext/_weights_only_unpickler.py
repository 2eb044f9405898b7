"""Reads pickles without running anything that they name.

A pickle is a program for a small stack machine. This one knows the opcodes that torch.save writes and no others; a name
in the file is looked up in a table (`_allowed_globals.py`) and never imported; only entries of that table are called,
and only dicts, lists and OrderedDicts made here are filled. Every read is checked against what is left.
"""

from collections import OrderedDict
from pickle import UnpicklingError
from struct import unpack

from ._allowed_globals import is_key

_MAX_MARKS = 1000  # how deep tuples, lists and dicts may be nested


def _decoded(data):
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise UnpicklingError(f"the pickle holds text that is not UTF-8: {error}") from error


class Unpickler:
    """Args: the pickle; `find_global(module, name)`; `persistent_load(id)`; `call(callable, args)`."""

    def __init__(self, data, find_global, persistent_load, call):
        self._data = data
        self._at = 0
        self._find_global = find_global
        self._persistent_load = persistent_load
        self._call = call
        self._stack = []
        self._marks = []  # the stacks that stood when MARK was read
        self._memo = {}

    def load(self):
        """The object that the pickle describes."""
        while True:
            opcode = self._read(1)
            if opcode == b".":
                break
            step = _STEPS.get(opcode)
            if step is None:
                raise UnpicklingError(f"opcode 0x{opcode.hex()} is not one that torch.save writes")
            step(self)
        result = self._pop()
        if self._stack or self._marks:
            raise UnpicklingError("the pickle ends with values left over")
        return result

    # ---- reading and the stack

    def _read(self, n):
        end = self._at + n
        if end > len(self._data):
            raise UnpicklingError("the pickle ends early")
        part = self._data[self._at : end]
        self._at = end
        return part

    def _number(self, format, n):
        return unpack(format, self._read(n))[0]

    def _line(self):
        end = self._data.find(b"\n", self._at)
        if end < 0:
            raise UnpicklingError("the pickle ends early")
        return _decoded(self._read(end - self._at + 1)[:-1])

    def _pop(self):
        if not self._stack:
            raise UnpicklingError("the pickle takes a value that is not there")
        return self._stack.pop()

    def _top(self):
        if not self._stack:
            raise UnpicklingError("the pickle takes a value that is not there")
        return self._stack[-1]

    def _push(self, value):
        self._stack.append(value)

    def _pop_mark(self):
        if not self._marks:
            raise UnpicklingError("the pickle ends a group that it did not begin")
        items, self._stack = self._stack, self._marks.pop()
        return items

    # ---- opcodes

    def _proto(self):
        version = self._read(1)[0]
        if version != 2:
            raise UnpicklingError(f"pickle protocol 2 expected, got {version}")

    def _mark(self):
        if len(self._marks) == _MAX_MARKS:
            raise UnpicklingError(f"the pickle is nested more than {_MAX_MARKS} deep")
        self._marks.append(self._stack)
        self._stack = []

    def _text(self):
        self._push(_decoded(self._read(self._number("<I", 4))))

    def _short_text(self):
        self._push(_decoded(self._read(self._read(1)[0])))

    def _long(self):
        self._push(int.from_bytes(self._read(self._read(1)[0]), "little", signed=True))

    def _tuple_of(self, n):
        if len(self._stack) < n:
            raise UnpicklingError("the pickle takes a value that is not there")
        items = tuple(self._stack[-n:])
        del self._stack[-n:]
        self._push(items)

    def _append(self, items):
        target = self._top()
        if type(target) is not list:
            raise UnpicklingError(f"the pickle appends to a {type(target).__name__}")
        target.extend(items)

    def _append_one(self):
        item = self._pop()
        self._append((item,))

    def _set_items(self, items):
        target = self._top()
        if type(target) not in (dict, OrderedDict):
            raise UnpicklingError(f"the pickle sets an item of a {type(target).__name__}")
        if len(items) % 2:
            raise UnpicklingError("the pickle has a key without a value")
        for key, value in zip(items[::2], items[1::2]):
            if not is_key(key):
                raise UnpicklingError(f"the pickle uses a {type(key).__name__} as a key")
            target[key] = value

    def _set_one(self):
        value, key = self._pop(), self._pop()
        self._set_items((key, value))

    def _get(self, index):
        if index not in self._memo:
            raise UnpicklingError(f"the pickle refers to value {index}, which it did not store")
        self._push(self._memo[index])

    def _put(self, index):
        self._memo[index] = self._top()

    def _global(self):
        module, name = self._line(), self._line()
        self._push(self._find_global(module, name))

    def _reduce(self):
        args, function = self._pop(), self._pop()
        if type(args) is not tuple:
            raise UnpicklingError("the pickle calls a function with something other than a tuple")
        self._push(self._call(function, args))

    def _build(self):
        state, target = self._pop(), self._top()
        if type(target) is not OrderedDict or type(state) is not dict or set(state) != {"_metadata"}:
            raise UnpicklingError(f"the pickle sets the state of a {type(target).__name__}")
        target._metadata = state["_metadata"]

    def _persistent(self):
        self._push(self._persistent_load(self._pop()))


_STEPS = {
    b"\x80": Unpickler._proto,
    b"(": Unpickler._mark,
    b"N": lambda self: self._push(None),
    b"\x88": lambda self: self._push(True),
    b"\x89": lambda self: self._push(False),
    b"K": lambda self: self._push(self._number("<B", 1)),
    b"M": lambda self: self._push(self._number("<H", 2)),
    b"J": lambda self: self._push(self._number("<i", 4)),
    b"\x8a": Unpickler._long,
    b"G": lambda self: self._push(self._number(">d", 8)),
    b"X": Unpickler._text,
    b"U": Unpickler._short_text,
    b")": lambda self: self._push(()),
    b"t": lambda self: self._push(tuple(self._pop_mark())),
    b"\x85": lambda self: self._tuple_of(1),
    b"\x86": lambda self: self._tuple_of(2),
    b"\x87": lambda self: self._tuple_of(3),
    b"]": lambda self: self._push([]),
    b"a": Unpickler._append_one,
    b"e": lambda self: self._append(self._pop_mark()),
    b"}": lambda self: self._push({}),
    b"s": Unpickler._set_one,
    b"u": lambda self: self._set_items(self._pop_mark()),
    b"q": lambda self: self._put(self._number("<B", 1)),
    b"r": lambda self: self._put(self._number("<I", 4)),
    b"h": lambda self: self._get(self._number("<B", 1)),
    b"j": lambda self: self._get(self._number("<I", 4)),
    b"c": Unpickler._global,
    b"R": Unpickler._reduce,
    b"\x81": Unpickler._reduce,  # NEWOBJ: the same for the classes in the table
    b"b": Unpickler._build,
    b"Q": Unpickler._persistent,
}
