// Running values along one dim: cumulative sums, products and extremes; and products, whose gradients are made of them.
#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/reduce.h"

namespace tg {

static Tensor reversed(const Tensor& x, int dim) {
  if (x.dim() == 0) return x;
  return index_select(x, dim, rsub(arange(0, x.size(dim), 1, DType::Int64), x.size(dim) - 1));
}
static Tensor reversed_cumsum(const Tensor& x, int dim) { return reversed(cumsum(reversed(x, dim), dim), dim); }

static void scan_into(const Tensor& out, ScanOp op, const Tensor& x, int dim) {
  launch(2 * x.numel(), [&](const View& o, const View& v) { backend(x.device()).scan(op, o, nullptr, v, dim); }, out, x);
}

// An op that is a scan of x, cast to dtype, whose rule record_on records; into a fresh tensor, or into x.
template <class Record> static Tensor scanned(ScanOp op, const Tensor& input, int dim, OptDType dtype, Record record_on) {
  const Tensor x = cast_unrecorded(input, sum_dtype(input, dtype));
  const Tensor out = empty(x.sizes(), x.dtype(), x.device());
  scan_into(out, op, x, dim);
  return record_on(out, input);
}
template <class Record> static const Tensor& scanned_in_place(ScanOp op, const Tensor& self, int dim, OptDType dtype, bool reads_self, Record record_on) {
  TG_CHECK(!dtype || *dtype == self.dtype(), "provided dtype must match dtype of self tensor in ", op == ScanOp::sum ? "cumsum" : "cumprod",
           ". Got ", info(self.dtype()).name, " and ", info(dtype.value_or(self.dtype())).name, ".");
  return inplace(self, {}, reads_self, [&](const Tensor& out) { scan_into(out, op, out, dim); }, record_on);
}

// ---- Sums

static Tensor record_cumsum(const Tensor& out, const Tensor& x, int64_t dim) {
  return record<"dim">("CumsumBackward0", out, {x}, save(), args(dim),
                [](Saved, const Tensor& g, Needs, int64_t d) -> Grads<1> { return {{reversed_cumsum(g, wrap_dim(d, g.dim()))}}; });
}

Tensor cumsum(const Tensor& x, int64_t dim_arg, OptDType dtype) {
  const int dim = wrap_dim(dim_arg, x.dim());
  return scanned(ScanOp::sum, x, dim, dtype, [&](const Tensor& out, const Tensor& in) { return record_cumsum(out, in, dim_arg); });
}
const Tensor& cumsum_(const Tensor& self, int64_t dim_arg, OptDType dtype) {
  const int dim = wrap_dim(dim_arg, self.dim());
  return scanned_in_place(ScanOp::sum, self, dim, dtype, false, [&](const Tensor& out, const Tensor& before) { record_cumsum(out, before, dim_arg); });
}

// ---- Products

static bool has_zeros(const Tensor& x) {
  GradModeGuard no_grad(false);
  return !item(all(x)).to_bool();
}

static Tensor ones_before(const Tensor& x, int dim) {  // one position of ones, then x
  Dims sizes = x.sizes();
  sizes[dim] = 1;
  const Tensor parts[] = {full(sizes, 1, x.dtype(), x.device()), x};
  return cat(parts, dim);
}

// d x_k = sum over j >= k of g_j * (product of x_i, i <= j, i != k).
static Tensor cumprod_grad(const Tensor& g, const Tensor& x, const Tensor& y, int dim) {
  if (x.numel() <= 1) return g;
  if (!has_zeros(x)) return div(reversed_cumsum(mul(g, y), dim), x);
  const int64_t n = x.size(dim);
  std::vector<Tensor> grads;
  for (int64_t k = 0; k < n; ++k) {
    const Tensor after = cumprod(ones_before(slice(x, dim, k + 1, n, 1), dim), dim);
    const Tensor total = sum(mul(slice(g, dim, k, n, 1), after), Dims{dim}, true);
    grads.push_back(k == 0 ? total : mul(total, slice(y, dim, k - 1, k, 1)));
  }
  return cat(grads, dim);
}

static Tensor record_cumprod(const Tensor& out, const Tensor& x, int64_t dim) {
  return record<"self result dim">("CumprodBackward0", out, {x}, save(x, out), args(dim), [](Saved s, const Tensor& g, Needs, int64_t d) -> Grads<1> {
    return {{cumprod_grad(g, to(s[0], g.dtype()), s[1], wrap_dim(d, g.dim()))}};
  });
}

Tensor cumprod(const Tensor& x, int64_t dim_arg, OptDType dtype) {
  const int dim = wrap_dim(dim_arg, x.dim());
  return scanned(ScanOp::prod, x, dim, dtype, [&](const Tensor& out, const Tensor& in) { return record_cumprod(out, in, dim_arg); });
}
const Tensor& cumprod_(const Tensor& self, int64_t dim_arg, OptDType dtype) {
  const int dim = wrap_dim(dim_arg, self.dim());
  return scanned_in_place(ScanOp::prod, self, dim, dtype, true, [&](const Tensor& out, const Tensor& before) { record_cumprod(out, before, dim_arg); });
}

// The product of all the other elements along dim.
static Tensor product_of_others(const Tensor& x, int dim) {
  const int64_t n = x.size(dim);
  const auto before = [&](const Tensor& t) { return cumprod(ones_before(slice(t, dim, 0, n - 1, 1), dim), dim); };
  return mul(before(x), reversed(before(reversed(x, dim)), dim));
}

Tensor prod(const Tensor& input, std::optional<int64_t> dim_arg, bool keepdim, OptDType dtype) {
  const Tensor x = cast_unrecorded(input, sum_dtype(input, dtype));
  const Dims reduced = reduced_dims(dim_arg ? OptDims(Dims{*dim_arg}) : OptDims(), x.dim());
  const Tensor out = reduce_out(ReduceOp::prod, x, reduced, keepdim, x.dtype());
  if (!dim_arg)
    return record<"self result">("ProdBackward0", out, {input}, save(input, out), args(), [](Saved s, const Tensor& g, Needs) -> Grads<1> {
      const Tensor in = to(s[0], g.dtype());
      if (in.dim() == 0) return {{g}};
      if (!has_zeros(in)) return {{mul(g, div(s[1], in))}};
      return {{mul(g, reshape(product_of_others(reshape(in, {-1}), 0), in.sizes()))}};
    });
  return record<"self result dim keepdim">("ProdBackward1", out, {input}, save(input, out), args(*dim_arg, keepdim),
                [](Saved s, const Tensor& g, Needs, int64_t d, bool kept) -> Grads<1> {
                  const Tensor in = to(s[0], g.dtype());
                  if (in.dim() == 0) return {{g}};
                  const Dims gone = reduced_dims(Dims{d}, in.dim());
                  const Tensor spread = restore_reduced(g, in.sizes(), gone, kept);
                  if (!has_zeros(in)) return {{mul(spread, div(restore_reduced(s[1], in.sizes(), gone, kept), in))}};
                  return {{mul(spread, product_of_others(in, wrap_dim(d, in.dim())))}};
                });
}

// ---- Extremes

static std::array<Tensor, 2> running_extreme(ScanOp op, const char* node, const Tensor& x, int64_t dim_arg) {
  const int dim = wrap_dim(dim_arg, x.dim());
  Tensor values = empty(x.sizes(), x.dtype(), x.device());
  const Tensor indices = empty(x.sizes(), DType::Int64, x.device());
  launch(2 * x.numel(), [&](const View& o, const View& i, const View& v) { backend(x.device()).scan(op, o, &i, v, dim); }, values, indices, x);
  values = record<"indices dim">(node, values, {x}, save(indices), args(dim_arg),
                  [](Saved s, const Tensor& g, Needs, int64_t d) -> Grads<1> { return {{put_along(g, s[0], g.sizes(), wrap_dim(d, g.dim()))}}; });
  return {values, indices};
}

std::array<Tensor, 2> cummax(const Tensor& x, int64_t dim) { return running_extreme(ScanOp::max, "CummaxBackward0", x, dim); }
std::array<Tensor, 2> cummin(const Tensor& x, int64_t dim) { return running_extreme(ScanOp::min, "CumminBackward0", x, dim); }

}  // namespace tg
