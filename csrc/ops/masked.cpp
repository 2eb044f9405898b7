// Masks: where elements are true, and ops on those places.
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

Tensor nonzero(const Tensor& x) {
  Backend& be = backend(x.device());
  int64_t n = 0;
  launch(x.numel(), [&](const View& v) { n = be.count_nonzero(v); }, x);
  Tensor out = empty({n, x.dim()}, DType::Int64);
  launch(x.numel(), [&](const View& o, const View& v) { be.nonzero(o, v); }, out, x);
  return out;
}

}  // namespace tg
