// Which instruction set's kernels run.
#include <cstdlib>
#include <cstring>

#include "backend/cpu/kernels.h"

namespace tg {
namespace {

const Kernels& choose() {
  const Kernels* best = &baseline::table;
#if defined(__x86_64__)
  // A name that the CPU cannot run, or that nobody knows, falls back to the best below it: a kernel never traps.
  const char* wanted = std::getenv("TINYGRAD_EXT_ISA");
  if (wanted && std::strcmp(wanted, "baseline") == 0) return *best;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = &avx2::table;
  if (wanted && std::strcmp(wanted, "avx2") == 0) return *best;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    best = &avx512::table;
#endif
  return *best;
}

}  // namespace

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace tg
