"""Each file of isa/ leaves one external symbol per instruction set.

A second one, say an inline function of a header, would be a weak symbol compiled for AVX-512, which the linker may hand to
every caller in the process. The files are compiled without optimisation, where nothing that would become one is inlined.
"""

import platform
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "csrc/backend/cpu/isa").glob("*.cpp"))
COMPILER = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)


def flags_per_isa():
    """From CMakeLists.txt, so that there is one list."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    flags = {isa: flags.replace('"', "").split() for isa, flags in re.findall(r"set\((baseline|avx\w+)_flags (.*)\)", text)}
    assert set(flags) == {"baseline", "avx2", "avx512"}
    return flags if platform.machine() in ("x86_64", "AMD64") else {"baseline": flags["baseline"]}


def external_symbols(source, isa, flags, folder):
    """The names that the object file defines for the linker."""
    target = folder / f"{source.stem}.{isa}.o"
    command = [COMPILER, "-std=c++20", "-O0", "-fPIC", "-w", f"-I{ROOT / 'csrc'}", f"-DTG_ISA={isa}", *flags]
    subprocess.run([*command, "-c", str(source), "-o", str(target)], check=True)
    lines = subprocess.run(["nm", "-C", "--defined-only", "--extern-only", str(target)], check=True, capture_output=True, text=True)
    return {line.split(maxsplit=2)[2] for line in lines.stdout.splitlines()}


@pytest.mark.skipif(COMPILER is None or shutil.which("nm") is None, reason="needs a C++ compiler and nm")
def test_one_external_symbol_per_file_and_instruction_set(tmp_path):
    assert SOURCES
    jobs = [(source, isa, flags) for source in SOURCES for isa, flags in flags_per_isa().items()]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda job: external_symbols(*job, tmp_path), jobs))
    for (source, isa, _), symbols in zip(jobs, found):
        table = "table" if source.stem == "table" else f"{source.stem}_kernels"
        assert symbols == {f"tg::{isa}::{table}"}, f"{source.name} for {isa}"
