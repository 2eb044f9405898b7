// Letting other Python threads run during long kernels, without core or ops knowing Python: the module sets the hooks.
#pragma once

namespace tg {

inline void* (*g_gil_release)() = nullptr;
inline void (*g_gil_acquire)(void*) = nullptr;

inline constinit thread_local int g_gil_keepers = 0;

// While one lives, its thread keeps the GIL through long kernels too: for what is read and written as one step.
class KeepGil {
 public:
  KeepGil() { ++g_gil_keepers; }
  ~KeepGil() { --g_gil_keepers; }
  KeepGil(const KeepGil&) = delete;
  KeepGil& operator=(const KeepGil&) = delete;
};

class GilRelease {
 public:
  GilRelease() : state_(g_gil_release && g_gil_keepers == 0 ? g_gil_release() : nullptr) {}
  ~GilRelease() {
    if (state_) g_gil_acquire(state_);
  }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  void* state_;
};

}  // namespace tg
