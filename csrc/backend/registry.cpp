#include "backend/backend.h"
#include "core/check.h"

namespace tg {

Backend& backend(Device d) {
  TG_CHECK_KIND(Assertion, d.type == DeviceType::CPU,
                "Torch not compiled with CUDA enabled (this build of tinygrad_ext has kernels for the CPU alone; "
                "a CUDA backend is a second implementation of csrc/backend/backend.h)");
  return *g_cpu_backend;
}

}  // namespace tg
