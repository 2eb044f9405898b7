#include "backend/backend.h"
#include "core/check.h"

namespace tg {

void no_backend(Device d) {
  TG_CHECK_KIND(Assertion, d.type != DeviceType::CUDA, "Torch not compiled with CUDA enabled");
  TG_CHECK_KIND(Assertion, d.type != DeviceType::XPU, "Torch not compiled with XPU enabled");
  fail(ErrorKind::Runtime, "PyTorch is not linked with support for ", d.name(), " devices");
}

}  // namespace tg
