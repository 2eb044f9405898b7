"""The tables of a Module (parameters, buffers, children), kept in step with its attributes."""

from weakref import ref


class Members(dict):
    """Members by name, each also a plain attribute of the module that owns the table.

    So ``module.weight`` is an ordinary attribute read; a ``__getattr__`` over the tables would cost
    more than a small matmul. Invariant: the mirrored attribute is written here and nowhere else. A
    name that the class itself defines is not mirrored: as under torch, the class attribute wins.
    """

    __slots__ = ("_owner",)

    def __init__(self, owner, members=()):
        self._owner = ref(owner)  # weak: a module must be freed as soon as its last user goes
        self.update(members)

    def __setitem__(self, name, value):
        dict.__setitem__(self, name, value)
        owner = self._owner()
        if owner is not None and not hasattr(type(owner), name):
            object.__setattr__(owner, name, value)

    def _forget(self, name, value):
        owner = self._owner()
        if owner is not None and owner.__dict__.get(name) is value:
            owner.__dict__.pop(name, None)

    def __delitem__(self, name):
        self.pop(name)

    def update(self, *args, **kwargs):
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def __ior__(self, other):
        self.update(other)
        return self

    def setdefault(self, name, default=None):
        if name not in self:
            self[name] = default
        return self[name]

    def pop(self, name, *default):
        value = dict.pop(self, name, *default)
        self._forget(name, value)
        return value

    def popitem(self):
        name, value = dict.popitem(self)
        self._forget(name, value)
        return name, value

    def clear(self):
        while self:
            self.popitem()

    def __reduce__(self):
        return dict, (dict(self),)  # copies and pickles are plain; Module.__setstate__ ties them again
