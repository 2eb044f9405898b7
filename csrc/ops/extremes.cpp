// Largest and smallest elements: of all, along one dim together with their indices, over several dims.
#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"
#include "ops/reduce.h"

namespace tg {

// ---- Gradients

Tensor share_among_equals(const Tensor& g, const Tensor& x, const Tensor& y, const Dims& reduced, bool nan_equal) {
  Tensor equal = eq(x, y);
  if (nan_equal) equal = logical_or(equal, logical_and(isnan(x), isnan(y)));
  return div(mul(g, equal), sum(equal, marked_dims(reduced), true));
}

Tensor take_along(const Tensor& x, const Tensor& index, int dim) {
  Tensor out = empty(index.sizes(), x.dtype(), x.device());
  gather_into(out, x, index, dim);
  return record<"index">("GatherBackward0", out, {x}, save(index), args(Dims(x.sizes()), dim),
                [](Saved s, const Tensor& g, Needs, const Dims& sizes, int d) -> Grads<1> { return {{put_along(g, s[0], sizes, d)}}; });
}

Tensor put_along(const Tensor& g, const Tensor& index, const Dims& sizes, int dim) {
  Tensor out = zeros(sizes, g.dtype(), g.device());
  scatter_into(ScatterOp::add, out, index, g, dim);
  return record<"index dim">("ScatterAddBackward0", out, {g}, save(index), args(dim),
                [](Saved s, const Tensor& gg, Needs, int d) -> Grads<1> { return {{take_along(gg, s[0], d)}}; });
}

// ---- Over all elements, or over several dims

template <SavedNames names>
static Tensor extreme(ReduceOp op, const char* node, const Tensor& x, const Dims& dim, bool keepdim, bool nan_equal) {
  const Dims reduced = reduced_dims(dim, x.dim());
  const Tensor out = reduce_out(op, x, reduced, keepdim, x.dtype());
  return record<names>(node, out, {x}, save(x, out), args(dim, keepdim, nan_equal),
                [](Saved s, const Tensor& g, Needs, const Dims& dims, bool kept, bool with_nan) -> Grads<1> {
                  const Tensor in = s[0];
                  const Dims gone = reduced_dims(dims, in.dim());
                  const auto restore = [&](const Tensor& t) { return restore_reduced(t, in.sizes(), gone, kept); };
                  return {{share_among_equals(restore(g), in, restore(s[1]), gone, with_nan)}};
                });
}

Tensor max(const Tensor& x) {
  check_not_empty("max", x, {});
  return extreme<"self result">(ReduceOp::max, "MaxBackward1", x, {}, false, true);
}
Tensor min(const Tensor& x) {
  check_not_empty("min", x, {});
  return extreme<"self result">(ReduceOp::min, "MinBackward1", x, {}, false, true);
}

Tensor amax(const Tensor& x, const Dims& dim, bool keepdim) {
  reduced_dims(dim, x.dim());  // throws torch's texts
  check_not_empty("amax", x, dim);
  return extreme<"self result dim keepdim">(ReduceOp::max, "AmaxBackward0", x, dim, keepdim, false);
}
Tensor amin(const Tensor& x, const Dims& dim, bool keepdim) {
  reduced_dims(dim, x.dim());
  check_not_empty("amin", x, dim);
  return extreme<"self result dim keepdim">(ReduceOp::min, "AminBackward0", x, dim, keepdim, false);
}

std::array<Tensor, 2> aminmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  const Dims reduced = reduced_dims(dim ? OptDims(Dims{*dim}) : OptDims(), x.dim());
  TG_CHECK(dim || x.numel() > 0, "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.");
  if (dim && x.dim() > 0) {
    const int d = wrap_dim(*dim, x.dim());
    TG_CHECK_INDEX(x.size(d) > 0, "aminmax: Expected reduction dim ", d, " to have non-zero size.");
  }
  std::array<Tensor, 2> out = {reduce_out(ReduceOp::min, x, reduced, keepdim, x.dtype()),
                               reduce_out(ReduceOp::max, x, reduced, keepdim, x.dtype())};
  const Tensor smallest = out[0], largest = out[1];
  return record<"self min max dim keepdim">("AminmaxBackward0", std::move(out), {x}, save(x, smallest, largest), args(dim, keepdim),
                [](Saved s, std::span<const Tensor> g, Needs, std::optional<int64_t> d, bool kept) -> Grads<1> {
                  const Tensor in = s[0];
                  const Dims gone = reduced_dims(d ? OptDims(Dims{*d}) : OptDims(), in.dim());
                  const auto restore = [&](const Tensor& t) { return restore_reduced(t, in.sizes(), gone, kept); };
                  const auto share = [&](int i) {
                    return g[static_cast<size_t>(i)].defined()
                               ? share_among_equals(restore(g[static_cast<size_t>(i)]), in, restore(s[i + 1]), gone, false)
                               : Tensor();
                  };
                  const Tensor to_min = share(0), to_max = share(1);
                  return {{!to_min.defined() ? to_max : !to_max.defined() ? to_min : add(to_min, to_max)}};
                });
}

// ---- Along one dim

// The extreme of each line along dim, and where it stands: the first one of equals.
static std::array<Tensor, 2> arg_extreme(ArgReduceOp op, const Tensor& x, int dim, bool keepdim) {
  Dims reduced(x.dim(), 0);
  if (x.dim() > 0) reduced[dim] = 1;
  const Dims kept = kept_sizes(x.sizes(), reduced), sizes = keepdim ? kept : dropped_sizes(x.sizes(), reduced);
  std::array<Tensor, 2> out = {empty(sizes, x.dtype(), x.device()), empty(sizes, DType::Int64, x.device())};
  launch(x.numel(), [&](const View& v, const View& i, const View& a) { backend(x.device()).arg_reduce(op, v, i, a, dim); },
         with_sizes(out[0], kept), with_sizes(out[1], kept), x);
  return out;
}

Tensor pick_gradient(const Tensor& g, const Tensor& index, const Dims& sizes, int dim, bool keepdim) {
  if (keepdim || sizes.empty()) return put_along(g, index, sizes, dim);
  return put_along(unsqueeze(g, dim), unsqueeze(index, dim), sizes, dim);
}

static std::array<Tensor, 2> extreme_along(ArgReduceOp op, const char* name, const char* node, const Tensor& x, int64_t dim_arg, bool keepdim) {
  const int dim = wrap_dim(dim_arg, x.dim());
  check_not_empty(name, x, Dims{dim});
  auto [values, indices] = arg_extreme(op, x, dim, keepdim);
  values = record<"indices self_sym_sizes dim keepdim">(node, values, {x}, save(indices), args(Dims(x.sizes()), dim_arg, keepdim),
                  [](Saved s, const Tensor& g, Needs, const Dims& sizes, int64_t d, bool kept) -> Grads<1> {
                    return {{pick_gradient(g, s[0], sizes, wrap_dim(d, sizes.size()), kept)}};
                  });
  return {values, indices};
}

std::array<Tensor, 2> max(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_along(ArgReduceOp::max, "max", "MaxBackward0", x, dim, keepdim);
}
std::array<Tensor, 2> min(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_along(ArgReduceOp::min, "min", "MinBackward0", x, dim, keepdim);
}

static Tensor arg_of(ArgReduceOp op, const char* name, const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  TG_CHECK(x.dtype() != DType::Bool, name, "(): does not support bool input");
  const int d = dim ? wrap_dim(*dim, x.dim()) : 0;
  check_not_empty(name, x, dim ? OptDims(Dims{d}) : OptDims(), ErrorKind::Index);
  GradModeGuard no_grad(false);
  if (dim) return arg_extreme(op, x, d, keepdim)[1];
  const Tensor index = arg_extreme(op, reshape(x, {-1}), 0, false)[1];
  return keepdim ? with_sizes(index, Dims(x.dim(), 1)) : index;
}

Tensor argmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) { return arg_of(ArgReduceOp::max, "argmax", x, dim, keepdim); }
Tensor argmin(const Tensor& x, std::optional<int64_t> dim, bool keepdim) { return arg_of(ArgReduceOp::min, "argmin", x, dim, keepdim); }

}  // namespace tg
