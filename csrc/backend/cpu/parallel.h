// Threads. One function, on OpenMP where it was compiled in and serial where not.
#pragma once

#include <cstdint>

namespace tg {

int cpu_threads();           // default: the least of CPU affinity, cgroup quota and OMP_NUM_THREADS
void set_cpu_threads(int n);

namespace detail {
bool in_parallel();
// Calls f(context, i) for i in [0, n), each on a thread of its own.
void run_parallel(int n, void (*f)(void*, int), void* context);
}  // namespace detail

// Calls f(b, e) for pieces that cover [begin, end), at most one a thread and none shorter than `grain` but for the last;
// inner ends are multiples of `align` from begin. f must not throw. The count is passed to OpenMP explicitly: its runtime may
// be shared with other libraries in the process, whose settings are not ours.
template <class F> void parallel_for(int64_t begin, int64_t end, int64_t grain, const F& f, int64_t align = 1) {
  const int64_t n = end - begin;
  if (n <= 0) return;
  int64_t pieces = n <= grain ? 1 : (n + grain - 1) / grain;
  if (pieces > 1) {
    const int threads = cpu_threads();
    if (pieces > threads) pieces = threads;
    if (pieces > 1 && detail::in_parallel()) pieces = 1;
  }
  if (pieces <= 1) return f(begin, end);
  struct Context { const F& f; int64_t begin, end, size; };
  int64_t size = (n + pieces - 1) / pieces;
  size = (size + align - 1) / align * align;
  Context c{f, begin, end, size};
  detail::run_parallel(static_cast<int>((n + size - 1) / size), [](void* p, int i) {
    const Context& x = *static_cast<Context*>(p);
    const int64_t b = x.begin + i * x.size, e = b + x.size < x.end ? b + x.size : x.end;
    x.f(b, e);
  }, &c);
}

}  // namespace tg
