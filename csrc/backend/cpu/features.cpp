// Which instruction set's kernels run.
#include <cstdlib>
#include <cstring>

#include "backend/cpu/kernels.h"

namespace tg {
namespace {

const Kernels& choose() {
  const Kernels* best = &baseline::table;
#if defined(__x86_64__)
  // A name that the CPU cannot run, or that nobody knows, falls back to the best below it: a kernel never traps. torch's names
  // for what get_cpu_capability() tells will do.
  const auto wanted = [](const char* name, const char* of_torch) {
    const char* s = std::getenv("TINYGRAD_EXT_ISA");
    return s && (std::strcmp(s, name) == 0 || std::strcmp(s, of_torch) == 0);
  };
  if (wanted("baseline", "DEFAULT")) return *best;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = &avx2::table;
  if (wanted("avx2", "AVX2")) return *best;
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
