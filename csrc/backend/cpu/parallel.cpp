#include "backend/cpu/parallel.h"

#include <cstdio>
#include <cstdlib>

#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef __linux__
#include <sched.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace tg {
namespace {

int threads = 0;                   // 0: not asked for yet
[[maybe_unused]] bool started = false;  // a parallel region has run in this process
[[maybe_unused]] bool serial = false;   // this process was forked from one whose threads could not be put to rest

#ifdef _OPENMP

// CPUs that the cgroup's quota amounts to, rounded up; 0 where there is no limit.
int cgroup_cpus() {
  long quota = 0, period = 0;
  if (std::FILE* f = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {  // v2; "max" does not scan
    if (std::fscanf(f, "%ld %ld", &quota, &period) != 2) quota = 0;
    std::fclose(f);
  } else {
    const auto number = [](const char* path, long& value) {
      if (std::FILE* g = std::fopen(path, "r")) {
        if (std::fscanf(g, "%ld", &value) != 1) value = 0;
        std::fclose(g);
      }
    };
    number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota);
    number("/sys/fs/cgroup/cpu/cpu.cfs_period_us", period);
  }
  return quota > 0 && period > 0 ? static_cast<int>((quota + period - 1) / period) : 0;
}

int default_threads() {
  int n = omp_get_num_procs();
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) n = CPU_COUNT(&set);
#endif
  if (const int quota = cgroup_cpus(); quota > 0 && quota < n) n = quota;
  if (const char* s = std::getenv("OMP_NUM_THREADS")) {
    const long wanted = std::strtol(s, nullptr, 10);
    if (wanted > 0 && wanted < n) n = static_cast<int>(wanted);
  }
  return n > 0 ? n : 1;
}

// A child of a process that ran a parallel region would wait for ever for threads that were not forked with it. Putting the
// runtime to rest before the fork lets both sides start threads anew.
void before_fork() {
  if (started) serial = omp_pause_resource_all(omp_pause_hard) != 0;
}
void after_fork_in_parent() { serial = false; }

#endif

}  // namespace

int cpu_threads() {
#ifdef _OPENMP
  if (threads == 0) threads = default_threads();
  return threads;
#else
  return 1;
#endif
}

void set_cpu_threads(int n) { threads = n; }

bool detail::in_parallel() {
#ifdef _OPENMP
  return serial || omp_in_parallel();
#else
  return true;
#endif
}

void detail::run_parallel(int n, void (*f)(void*, int), void* context) {
#ifdef _OPENMP
  if (!started) {
    pthread_atfork(before_fork, after_fork_in_parent, nullptr);
    started = true;
  }
#pragma omp parallel num_threads(n)
  {
    const int have = omp_get_num_threads();  // the runtime may give fewer
    for (int i = omp_get_thread_num(); i < n; i += have) f(context, i);
  }
#else
  for (int i = 0; i < n; ++i) f(context, i);
#endif
}

}  // namespace tg
