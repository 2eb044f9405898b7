"""The type of `torch.__version__`: a string that compares as a version."""

from operator import eq, ge, gt, le, lt, ne

_FORM = r"v?(\d+(?:\.\d+)*)(?:[-_.]?(dev|a|b|rc|post)[-_.]?(\d*))?(\+.*)?"
_PHASES = ("dev", "a", "b", "rc", None, "post")  # in the order in which releases appear


class TorchVersion(str):
    """A version string that compares by number, with strings and tuples; with a string that is no version, as a string.

    Example::

        >>> from tinygrad_ext.torch_version import TorchVersion
        >>> TorchVersion("2.13.0") > "2.9", TorchVersion("2.13.0") >= (2, 14), TorchVersion("2.13.0") == "2.13"
        (True, False, True)
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __lt__(self, other):
        return _compare(lt, self, other)

    def __le__(self, other):
        return _compare(le, self, other)

    def __eq__(self, other):
        return _compare(eq, self, other)

    def __ne__(self, other):
        return _compare(ne, self, other)

    def __ge__(self, other):
        return _compare(ge, self, other)

    def __gt__(self, other):
        return _compare(gt, self, other)


def _compare(relation, version, other):
    if isinstance(other, tuple):
        other = ".".join(map(str, other))
    if not isinstance(other, str):
        return NotImplemented
    a, b = _key(version), _key(other)
    return relation(str(version), str(other)) if b is None else relation(a, b)


def _key(version):
    """What versions are ordered by: release numbers, phase, number in the phase, local part. None if it is no version."""
    import re

    match = re.fullmatch(_FORM, version)
    if match is None:
        return None
    release, phase, number, local = match.groups()
    numbers = [int(part) for part in release.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers, _PHASES.index(phase), int(number or 0), local or ""
