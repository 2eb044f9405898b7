// Is the graph being recorded? One flag per thread, as torch.
#pragma once

namespace tg {

inline constinit thread_local bool g_grad_enabled = true;
inline constinit thread_local bool g_inference_mode = false;

// Anomaly mode: a gradient that is NaN is an error where it arises.
inline constinit thread_local bool g_anomaly = false;
inline constinit thread_local bool g_anomaly_nan = true;

class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled) : before_(g_grad_enabled) { g_grad_enabled = enabled; }
  ~GradModeGuard() { g_grad_enabled = before_; }
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool before_;
};

}  // namespace tg
