// Windows that slide along a dim, as a view.
#include "core/shape.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// Each element's gradient is the sum over the windows that it stands in.
static Tensor unfold_adjoint(const Tensor& g, const Dims& sizes, int dim, int64_t size, int64_t step) {
  const int64_t windows = sizes.empty() ? 1 : g.size(dim);
  const Tensor start = arange(0, windows * step, step, DType::Int64), within = arange(0, size, 1, DType::Int64);
  const Tensor positions = reshape(add(unsqueeze(start, 1), within), {-1});
  const Tensor zero = zeros(sizes, g.dtype(), g.device());
  if (sizes.empty()) return index_add(zero, 0, positions, reshape(g, {}));
  Dims flat = sizes;
  flat[dim] = windows * size;
  return index_add(zero, dim, positions, reshape(movedim(g, {-1}, {dim + 1}), flat));
}

Tensor unfold(const Tensor& x, int64_t dim_arg, int64_t size, int64_t step) {
  const int dim = wrap_dim(dim_arg, x.dim());
  const int64_t n = x.dim() > 0 ? x.size(dim) : 1;
  TG_CHECK(size >= 0, "size is ", size, " but must be >= 0");
  TG_CHECK(size <= n, "maximum size for tensor at dimension ", dim, " is ", n, " but size is ", size);
  TG_CHECK(step > 0, "step is ", step, " but must be > 0");
  Dims sizes = x.sizes(), strides = x.strides();
  sizes.push_back(size);
  strides.push_back(x.dim() > 0 ? strides[dim] : 1);
  if (x.dim() > 0) {
    sizes[dim] = (n - size) / step + 1;
    TG_CHECK(!__builtin_mul_overflow(strides[dim], step, &strides[dim]) || sizes[dim] <= 1, "unfold: the step ", step, " is too large");
  }
  return record<"self_sym_sizes dimension size step">("UnfoldBackward0", make_view(x, std::move(sizes), std::move(strides), x->offset), {x}, save(), args(Dims(x.sizes()), dim_arg, size, step),
                [](Saved, const Tensor& g, Needs, const Dims& in, int64_t at, int64_t length, int64_t by) -> Grads<1> {
                  return {{unfold_adjoint(g, in, wrap_dim(at, in.size()), length, by)}};
                });
}

}  // namespace tg
