// Reductions. The backend sees keepdim shapes: a dim is reduced where the output has size 1.
#include "core/shape.h"
#include "ops/launch.h"
#include "ops/promote.h"
#include "ops/record.h"
#include "ops/ops.h"

namespace tg {

// ---- Which dims

Dims reduced_dims(const OptDims& dim, int ndim) {
  Dims r(ndim, 0);  // 1 where reduced
  if (!dim || dim->empty()) return Dims(ndim, 1);
  for (int64_t d : *dim) {
    const int w = wrap_dim(d, ndim);
    if (ndim == 0) continue;
    TG_CHECK(!r[w], "dim ", w, " appears multiple times in the list of dims");
    r[w] = 1;
  }
  return r;
}

Dims kept_sizes(const Dims& sizes, const Dims& reduced) {
  Dims r = sizes;
  for (int i = 0; i < r.size(); ++i)
    if (reduced[i]) r[i] = 1;
  return r;
}

Dims dropped_sizes(const Dims& sizes, const Dims& reduced) {
  Dims r;
  for (int i = 0; i < sizes.size(); ++i)
    if (!reduced[i]) r.push_back(sizes[i]);
  return r;
}

// The same memory as out, whose reduced dims are gone, with them back as size 1.
static Tensor with_kept_dims(const Tensor& out, const Dims& kept) {
  if (out.dim() == kept.size()) return out;
  return make_dense(out->storage, out.dtype(), kept, out.numel());
}

Tensor reduce_out(ReduceOp op, const Tensor& x, const Dims& reduced, bool keepdim, DType dtype) {
  const Dims kept = kept_sizes(x.sizes(), reduced);
  Tensor out = empty(keepdim ? kept : dropped_sizes(x.sizes(), reduced), dtype, x.device());
  launch(x.numel(), [&](const View& o, const View& v) { backend(x.device()).reduce(op, o, v); }, with_kept_dims(out, kept), x);
  return out;
}

// A gradient of a reduction spread over the input: reduced dims come back as size 1, then expand.
Tensor expand_reduced(const Tensor& g, const Dims& sizes, const Dims& reduced, bool keepdim) {
  if (keepdim || g.dim() == sizes.size()) return expand(g, sizes);
  return expand(reshape(g, kept_sizes(sizes, reduced)), sizes);
}

// ---- sum, mean

Tensor sum(const Tensor& input, const OptDims& dim, bool keepdim, OptDType dtype) {
  const DType d = dtype.value_or(is_floating(input.dtype()) ? input.dtype() : DType::Int64);
  const Tensor x = to(input, d);
  const Dims reduced = reduced_dims(dim, x.dim());
  return record(dim ? "SumBackward1" : "SumBackward0", reduce_out(ReduceOp::sum, x, reduced, keepdim, d), {x}, save(),
                args(Dims(x.sizes()), reduced, keepdim),
                [](Saved, const Tensor& g, Needs, const Dims& sizes, const Dims& gone, bool kept) -> Grads<1> {
                  return {{expand_reduced(g, sizes, gone, kept)}};
                });
}

Tensor mean(const Tensor& input, const OptDims& dim, bool keepdim, OptDType dtype) {
  const DType d = dtype.value_or(input.dtype());
  TG_CHECK(is_floating(d), "mean(): could not infer output dtype. ", dtype ? "Optional" : "Input", " dtype must be either a "
           "floating point or complex dtype. Got: ", info(d).legacy);
  const Tensor x = to(input, d);
  const Dims reduced = reduced_dims(dim, x.dim());
  Tensor out = reduce_out(ReduceOp::sum, x, reduced, keepdim, d);
  double n = 1;
  for (int i = 0; i < x.dim(); ++i)
    if (reduced[i]) n *= static_cast<double>(x.size(i));
  {
    GradModeGuard no_grad(false);
    div_(out, n);
  }
  return record(dim ? "MeanBackward1" : "MeanBackward0", out, {x}, save(), args(Dims(x.sizes()), reduced, keepdim, n),
                [](Saved, const Tensor& g, Needs, const Dims& sizes, const Dims& gone, bool kept, double count) -> Grads<1> {
                  return {{div(expand_reduced(g, sizes, gone, kept), count)}};
                });
}

Tensor sum_to(const Tensor& x, const Dims& sizes) {
  if (x.sizes() == sizes) return x;
  const int lead = x.dim() - sizes.size();
  Dims dims;
  for (int i = 0; i < x.dim(); ++i)
    if (i < lead || (sizes[i - lead] == 1 && x.size(i) != 1)) dims.push_back(i);
  Tensor r = dims.empty() ? x : sum(x, dims, true);
  return lead > 0 ? view(r, sizes) : r;
}

}  // namespace tg
