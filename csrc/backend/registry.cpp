#include "backend/backend.h"
#include "core/check.h"

namespace tg {

Backend& backend(Device d) {
  TG_CHECK_KIND(Assertion, d.type != DeviceType::CUDA, "Torch not compiled with CUDA enabled");
  TG_CHECK_KIND(Assertion, d.type != DeviceType::XPU, "Torch not compiled with XPU enabled");
  TG_CHECK(d.type == DeviceType::CPU, "PyTorch is not linked with support for ", d.name(), " devices");
  return *g_cpu_backend;
}

}  // namespace tg
