// The slices of a tensor along a dim, as views of one node.
#include "core/shape.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// The slices put together again, zeros where there is none: the adjoint of unbind.
static Tensor rebind(TensorList slices, const Dims& sizes, int dim, DType dtype) {
  Tensor out = zeros(sizes, dtype);
  std::vector<In> in(slices.begin(), slices.end());
  {
    GradModeGuard no_grad(false);
    for (size_t i = 0; i < slices.size(); ++i)
      if (slices[i].defined()) copy_(select(out, dim, static_cast<int64_t>(i)), slices[i]);
    out->storage->version = 0;
  }
  return record("StackBackward0", out, in, save(), args(dim),
                [](Saved, const Tensor& g, Needs, int d) -> GradList { return unbind(g, d); });
}

std::vector<Tensor> unbind(const Tensor& x, int64_t dim_arg) {
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK_INDEX(x.dim() > 0, "Dimension specified as 0 but tensor has no dimensions");
  Dims sizes = x.sizes(), strides = x.strides();
  sizes.erase(dim);
  strides.erase(dim);
  const ViewKind kind = g_grad_enabled ? ViewKind::MultiOutput : ViewKind::NoGrad;
  std::vector<Tensor> out(static_cast<size_t>(x.size(dim)));
  for (int64_t i = 0; i < x.size(dim); ++i)
    out[static_cast<size_t>(i)] = make_view(x, sizes, strides, x->offset + i * x.strides()[dim], kind);
  if (out.empty()) return out;
  return record<"- dim">("UnbindBackward0", std::move(out), {x}, save(), args(Dims(x.sizes()), dim_arg, x.dtype()),
                [](Saved, std::span<const Tensor> g, Needs, const Dims& in, int64_t d, DType dtype) -> Grads<1> {
                  return {{rebind(g, in, wrap_dim(d, in.size()), dtype)}};
                });
}

}  // namespace tg
