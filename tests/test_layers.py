"""The layer rule of csrc/, read from its #include lines: every layer knows only those below it.

    python -> engine -> ops -> autograd -> core -> op_tables
                        ops -> backend/backend.h -> core
"""

import re
from pathlib import Path

import pytest

CSRC = Path(__file__).parent.parent / "csrc"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.MULTILINE)

# A layer is a folder of csrc/; what it may include beside itself. A name with a dot is one header.
MAY_INCLUDE = {
    "op_tables": set(),
    "core": {"op_tables"},
    "autograd": {"core", "op_tables"},
    "backend": {"core", "op_tables"},
    "ops": {"autograd", "core", "op_tables", "backend/backend.h"},
    "engine": {"ops", "autograd", "core", "op_tables"},
    "python": {"engine", "ops", "autograd", "core", "op_tables"},
}
# Kernels are plain loops: what defines inline functions or allocates has no place in a file compiled per instruction set.
ISA_MAY_INCLUDE = {"cmath", "cstddef", "cstdint", "cstring", "immintrin.h", "arm_neon.h", "limits", "type_traits"}

SOURCES = sorted(path for path in CSRC.rglob("*") if path.suffix in (".h", ".cpp", ".def", ".cu"))


def name_of(path):
    return path.relative_to(CSRC).as_posix()


def includes(path, kind):
    return [target for mark, target in INCLUDE.findall(path.read_text(encoding="utf-8")) if mark == kind]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_includes_point_downward(path):
    layer = name_of(path).split("/")[0]
    for target in includes(path, '"'):
        other = target.split("/")[0]
        if target == "build_info.h":
            assert layer == "python", "the build facts are for Python's eyes"
            continue
        assert (CSRC / target).is_file(), f"{target}: includes are written from csrc/"
        allowed = MAY_INCLUDE[layer]
        assert other == layer or other in allowed or target in allowed, f"{layer}/ must not know {target}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_device_keeps_to_itself(path):
    name = name_of(path)
    for target in includes(path, '"'):
        for device in ("backend/cpu/", "backend/cuda/"):
            if target.startswith(device):
                assert name.startswith(device), f"only {device} may include {target}"
        if target.startswith("backend/cpu/isa/"):
            assert name.startswith("backend/cpu/isa/"), f"{target} is compiled per instruction set and stays in isa/"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_libraries_stay_where_they_belong(path):
    name, system = name_of(path), includes(path, "<")
    text = path.read_text(encoding="utf-8")
    if not name.startswith("python/"):
        assert not [target for target in system if target.startswith("pybind11/") or target == "Python.h"]
    if name.startswith("backend/cpu/isa/"):
        assert set(system) <= ISA_MAY_INCLUDE
        assert "#pragma omp" not in text
    elif not name.startswith("backend/cpu/"):
        assert "omp.h" not in system and "#pragma omp" not in text


def test_only_ops_ask_for_a_backend():
    call = re.compile(r"\bbackend\((?!\))")
    callers = {name_of(path).split("/")[0] for path in SOURCES if call.search(path.read_text(encoding="utf-8"))}
    assert callers <= {"ops", "backend"}


def test_there_is_no_drawer_for_odds_and_ends():
    assert not [path for path in SOURCES if path.stem in ("utils", "util", "common", "helpers", "misc")]
