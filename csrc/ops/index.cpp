// Picking and placing elements by index tensors.
#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

const Tensor& index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Scalar alpha) {
  const int d = wrap_dim(dim, self.dim());
  return inplace(self, {src}, false,
      [&](const Tensor& out) {
        Dims shape(out.dim(), 1);
        shape[d] = index.numel();
        GradModeGuard no_grad(false);
        const Tensor scaled = alpha.to_double() == 1 ? src : mul(src, alpha);
        const Tensor full = expand(reshape(index, shape), scaled.sizes());
        launch(src.numel(), [&](const View& o, const View& i, const View& s) { backend(out.device()).scatter(ScatterOp::add, o, i, s, d); },
               out, full, scaled);
      },
      [&](const Tensor&, const Tensor&) {});
}

}  // namespace tg
