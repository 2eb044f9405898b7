#!/usr/bin/env bash
# Builds with AddressSanitizer and UndefinedBehaviorSanitizer into build/sanitize and runs the op table and the tests of exact bits under them.
# Usage: tests/sanitize.sh [pytest arguments]; PYTHON and CXX choose the interpreter (with pytest and NumPy) and g++.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
compiler=${CXX:-g++}
library=$PWD/build/sanitize

# -O0: at -O1 the tests take three minutes less and the compiler five minutes more.
rm -rf "$library"
"$python" -m pip install --quiet --no-deps --target "$library" . \
  -Ccmake.define.TINYGRAD_EXT_SANITIZE=address,undefined \
  -Ccmake.build-type=Debug "-Ccmake.define.CMAKE_CXX_FLAGS_DEBUG=-O0 -g1" -Cinstall.strip=false

[ $# -gt 0 ] || set -- tests/test_ops_*.py tests/test_numerics.py
# libstdc++ beside libasan: without it the first C++ exception aborts the interpreter. CPython itself leaks by design.
LD_PRELOAD="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libstdc++.so)" \
ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 PYTHONMALLOC=malloc \
OMP_NUM_THREADS=2 PYTHONPATH=$library \
  exec "$python" -m pytest -p no:cacheprovider "$@"
