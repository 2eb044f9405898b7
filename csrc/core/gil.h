// Letting other Python threads run during long kernels, without core or ops knowing Python: the module sets the hooks.
#pragma once

namespace tg {

inline void* (*g_gil_release)() = nullptr;
inline void (*g_gil_acquire)(void*) = nullptr;

class GilRelease {
 public:
  GilRelease() : state_(g_gil_release ? g_gil_release() : nullptr) {}
  ~GilRelease() {
    if (state_) g_gil_acquire(state_);
  }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  void* state_;
};

}  // namespace tg
