// Order along a dim: sort, topk, median, kthvalue. Values carry gradients, to the places that the indices name.
#include "core/shape.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/record.h"
#include "ops/reduce.h"

namespace tg {

// kept: the reduced dim is still there.
static Tensor chosen_adjoint(const Tensor& g, const Tensor& indices, const Dims& sizes, int dim, bool kept) {
  const Tensor zero = zeros(sizes, g.dtype(), g.device());
  return kept || sizes.empty() ? scatter(zero, dim, indices, g) : scatter(zero, dim, unsqueeze(indices, dim), unsqueeze(g, dim));
}

template <SavedNames names>
static std::array<Tensor, 2> record_chosen(const char* node, const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim, bool kept) {
  return {record<names>(node, values, {x}, save(indices), args(Dims(x.sizes()), dim, kept),
                 [](Saved s, const Tensor& g, Needs, const Dims& sizes, int64_t d, bool keeps) -> Grads<1> {
                   return {{chosen_adjoint(g, s[0], sizes, wrap_dim(d, sizes.size()), keeps)}};
                 }),
          indices};
}

std::array<Tensor, 2> sort(const Tensor& x, int64_t dim_arg, bool descending) {
  const int dim = wrap_dim(dim_arg, x.dim());
  const Tensor values = empty_like(x), indices = empty_like(x, DType::Int64);
  launch(x.numel() * 16, [&](const View& v, const View& i, const View& a) { backend(x.device()).sort(v, i, a, dim, descending); }, values, indices, x);
  return record_chosen<"indices self_sym_sizes dim">("SortBackward0", values, indices, x, dim_arg, true);
}

std::array<Tensor, 2> topk(const Tensor& x, int64_t k, int64_t dim_arg, bool largest, bool sorted) {
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK(k >= 0 && k <= (x.dim() > 0 ? x.size(dim) : 1), "selected index k out of range");
  TG_CHECK(x.dtype() != DType::Bool, "topk does not support bool dtypes on CPU");
  Dims sizes = x.sizes();
  if (x.dim() > 0) sizes[dim] = k;
  const Tensor values = empty(sizes, x.dtype(), x.device()), indices = empty(sizes, DType::Int64, x.device());
  if (values.numel() > 0)
    launch(x.numel() * 4, [&](const View& v, const View& i, const View& a) { backend(x.device()).topk(v, i, a, dim, largest, sorted); }, values,
           indices, x);
  return record_chosen<"indices self_sym_sizes dim">("TopkBackward0", values, indices, x, dim_arg, true);
}

// ---- Medians: the lower one of two

// NaN is the median where there is one, unless it is ignored.
std::array<Tensor, 2> median(const Tensor& x, int64_t dim_arg, bool keepdim, bool ignore_nan) {
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK_INDEX(x.dim() == 0 || x.size(dim) > 0, "median(): Expected reduction dim ", dim, " to have non-zero size.");
  TG_CHECK_KIND(NotImplemented, x.dtype() != DType::Bool, "\"median_out\" not implemented for 'Bool'");
  Tensor values, indices;
  {
    GradModeGuard no_grad(false);
    const Tensor lines = x.dim() > 0 ? x : reshape(x, {1});
    const auto [sorted, order] = sort(lines, dim);
    const Tensor numbers = sum(eq(lines, lines), Dims{dim}, true);  // NaN stands behind them
    const Tensor middle = div_floor(sub(numbers, 1), 2);
    const Tensor place = ignore_nan ? clamp_min(middle, 0) : where(lt(numbers, lines.size(dim)), numbers, middle);
    values = take_along_dim(sorted, place, dim);
    indices = take_along_dim(order, place, dim);
    if (!keepdim || x.dim() == 0) {
      values = squeeze(values, Dims{dim});
      indices = squeeze(indices, Dims{dim});
    }
  }
  return record_chosen<"indices self_sym_sizes dim keepdim">(ignore_nan ? "NanmedianBackward1" : "MedianBackward1", detach(values), detach(indices), x,
                                                              dim_arg, keepdim);
}

Tensor median(const Tensor& x, bool ignore_nan) {
  TG_CHECK_KIND(NotImplemented, x.dtype() != DType::Bool, "\"median_cpu\" not implemented for 'Bool'");
  Tensor out;
  {
    GradModeGuard no_grad(false);
    if (x.numel() == 0) out = full({}, is_floating(x.dtype()) ? Scalar(NAN) : Scalar(INT64_MIN), x.dtype(), x.device());
    else out = detach(median(reshape(x, {-1}), 0, false, ignore_nan)[0]);
  }
  return record<"self result">(ignore_nan ? "NanmedianBackward0" : "MedianBackward0", out, {x}, save(x, out), args(),
                [](Saved s, const Tensor& g, Needs) -> Grads<1> {
                  const Tensor in = s[0];
                  return {{share_among_equals(g, in, s[1], Dims(in.dim(), 1), true)}};
                });
}

// ---- kthvalue

std::array<Tensor, 2> kthvalue(const Tensor& x, int64_t k, int64_t dim_arg, bool keepdim) {
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK_INDEX(x.dim() == 0 || x.size(dim) > 0, "kthvalue(): Expected reduction dim ", dim, " to have non-zero size.");
  TG_CHECK(k >= 1 && k <= (x.dim() > 0 ? x.size(dim) : 1), "kthvalue(): selected number k out of range for dimension ", dim);
  TG_CHECK_KIND(NotImplemented, x.dtype() != DType::Bool, "\"kthvalue_cpu\" not implemented for 'Bool'");
  Dims sizes = x.sizes();
  if (x.dim() > 0) sizes[dim] = 1;
  Tensor values = empty(sizes, x.dtype(), x.device()), indices = empty(sizes, DType::Int64, x.device());
  if (values.numel() > 0)
    launch(x.numel() * 4, [&](const View& v, const View& i, const View& a) { backend(x.device()).kth_value(v, i, a, dim, k); }, values, indices, x);
  const bool drop = !keepdim && x.dim() > 0;
  if (drop) {
    sizes.erase(dim);
    values = make_dense(values->storage, values.dtype(), sizes, values.numel());
    indices = make_dense(indices->storage, indices.dtype(), sizes, indices.numel());
  }
  return record_chosen<"indices self_sym_sizes dim keepdim">("KthvalueBackward0", values, indices, x, dim_arg, keepdim);
}

}  // namespace tg
