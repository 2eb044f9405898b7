"""What "prints the same" means: equal characters, addresses blanked, long floats to 1e-5 relative."""
import re

ADDRESS = re.compile(r"0x[0-9a-f]{4,}")
FLOAT = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?|-?\d+e[+-]?\d+")
SHORT = 4                  # a float with at most this many decimals is compared as characters
RELATIVE, ABSOLUTE = 1e-5, 1e-7


def decimals(token):
    return len(token.split("e")[0].partition(".")[2])


def same_number(a, b):
    if a == b:
        return True
    if max(decimals(a), decimals(b)) <= SHORT:
        return False
    x, y = float(a), float(b)
    return abs(x - y) <= RELATIVE * max(abs(x), abs(y)) + ABSOLUTE


def compare(expected, got):
    """(exact, long floats) when both texts say the same, AssertionError with the first differing line otherwise."""
    exact = total = 0
    want_lines, got_lines = (ADDRESS.sub("0x", t).splitlines() for t in (expected, got))
    for number, (want, have) in enumerate(zip(want_lines, got_lines), 1):
        a, b = FLOAT.findall(want), FLOAT.findall(have)
        same = FLOAT.split(want) == FLOAT.split(have) and all(map(same_number, a, b))
        assert same, f"line {number}\n  torch: {want}\n  ours:  {have}"
        for x, y in zip(a, b):
            if max(decimals(x), decimals(y)) > SHORT:
                total += 1
                exact += x == y
    lines = len(want_lines), len(got_lines)
    assert lines[0] == lines[1], f"torch printed {lines[0]} lines, ours {lines[1]}"
    return exact, total


def as_in_python_312(text):
    """`OrderedDict([('a', 1)])` of Python 3.11 as `OrderedDict({'a': 1})` of 3.12."""
    head = "OrderedDict(["
    while head in text:
        before, rest = text.split(head, 1)
        depth, start, items, i = 0, 0, [], 0
        while depth >= 0:
            depth += rest[i] in "([{"
            depth -= rest[i] in ")]}"
            if depth == 0 and rest[i] == ")":
                items.append(rest[start:i].strip(", \n")[1:].replace(", ", ": ", 1))
                start = i + 1
            i += 1
        text = before + "OrderedDict({" + ", ".join(items) + "}" + rest[i:]
    return text
