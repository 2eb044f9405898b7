// Elements in another order along whole dims: flip, roll, rot90.
#include "core/shape.h"
#include "ops/index.h"

namespace tg {

static Dims named_dims(const Dims& dims, int ndim) {
  Dims r, seen(std::max(ndim, 1), 0);
  for (int64_t d : dims) {
    const int w = wrap_dim(d, ndim);
    TG_CHECK(!seen[w], "dim ", w, " appears multiple times in the list of dims");
    seen[w] = 1;
    r.push_back(w);
  }
  return r;
}

// A fresh tensor with x's elements, the given dims reversed; recorded by nobody.
static Tensor flipped(const Tensor& x, const Dims& dims) {
  GradModeGuard no_grad(false);
  Tensor r = clone(detach(x));
  for (int64_t d : dims) {
    if (x.dim() == 0) break;
    const int64_t n = x.size(static_cast<int>(d));
    const Tensor out = empty_like(r), back = sub(n - 1, arange(0, n, 1, DType::Int64));
    read_values(out, r, {back, Dims(), static_cast<int>(d), 1});
    r = out;
  }
  return r;
}

Tensor flip(const Tensor& x, const Dims& dims_arg) {
  const Dims dims = named_dims(dims_arg, x.dim());
  return record<"dims">("FlipBackward0", flipped(x, dims), {x}, save(), args(dims_arg),
                [](Saved, const Tensor& g, Needs, const Dims& d) -> Grads<1> { return {{flip(g, d)}}; });
}

// ---- roll

// out[(i + shift) % n] = x[i] along one dim; |shift| < n.
static Tensor rolled(const Tensor& x, int64_t shift, int64_t dim_arg) {
  const Tensor out = empty(x.sizes(), x.dtype(), x.device());
  if (x.numel() == 0) return out;
  const int dim = wrap_dim(dim_arg, x.dim(), false);
  const int64_t n = x.size(dim), split = shift < 0 ? shift + n : shift;
  copy_(slice(out, dim, split, n, 1), slice(x, dim, 0, n - split, 1));
  copy_(slice(out, dim, 0, split, 1), slice(x, dim, n - split, n, 1));
  return out;
}

Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims) {
  TG_CHECK(!shifts.empty(), "`shifts` required");
  TG_CHECK(shifts.size() == dims.size() || (dims.empty() && shifts.size() == 1), "shifts and dimensions must align. shifts: ", shifts.size(),
           ", dims:", dims.size());
  Dims by = shifts;  // within a turn, so that going back is the negative
  for (int i = 0; i < by.size(); ++i) {
    const int64_t n = dims.empty() ? x.numel() : x.size(wrap_dim(dims[i], x.dim(), false));
    by[i] = n > 0 ? by[i] % n : 0;
  }
  Tensor out;
  {
    GradModeGuard no_grad(false);
    if (dims.empty()) {
      out = rolled(reshape(x, {-1}), by[0], 0);
      out = make_dense(out->storage, out.dtype(), x.sizes(), x.numel());
    } else {
      out = x;
      for (int i = 0; i < dims.size(); ++i) out = rolled(out, by[i], dims[i]);
    }
    out->storage->version = 0;
  }
  return record<"- dims">("RollBackward0", out, {x}, save(), args(by, dims), [](Saved, const Tensor& g, Needs, const Dims& turned, const Dims& along) -> Grads<1> {
    Dims back = turned;
    for (int64_t& s : back) s = -s;
    return {{roll(g, back, along)}};
  });
}

// ---- rot90

Tensor rot90(const Tensor& x, int64_t k, const Dims& dims) {
  TG_CHECK(dims.size() == 2, "expected total rotation dims == 2, but got dims = ", dims.size());
  TG_CHECK(x.dim() >= 2, "expected total dims >= 2, but got total dims = ", x.dim());
  const int a = wrap_dim(dims[0], x.dim()), b = wrap_dim(dims[1], x.dim());
  TG_CHECK(a != b, "expected rotation dims to be different, but got dim0 = ", dims[0], " and dim1 = ", dims[1]);
  const int64_t turns = ((k % 4) + 4) % 4;
  Tensor out = turns == 0 ? row_major_copy(detach(x)) : turns == 1 ? flipped(x, {b}) : turns == 2 ? flipped(x, {a, b}) : flipped(x, {a});
  if (turns % 2) {
    Dims sizes = out.sizes(), strides = out.strides();
    std::swap(sizes[a], sizes[b]);
    std::swap(strides[a], strides[b]);
    out = make_tensor(out->storage, out.dtype(), sizes, strides, 0);
  }
  return record("Rot90Backward0", out, {x}, save(), args(turns, Dims{a, b}),
                [](Saved, const Tensor& g, Needs, int64_t by, const Dims& plane) -> Grads<1> { return {{rot90(g, -by, plane)}}; });
}

}  // namespace tg
