// Activations that are not rows of op_tables/unary.def.
#include "core/shape.h"
#include "ops/elementwise.h"

namespace tg {

Tensor prelu(const Tensor& x, const Tensor& weight) {
  TG_CHECK(weight.dim() <= 1, "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = ", weight.dim());
  TG_CHECK(x.dtype() == weight.dtype(), "prelu: Type promoting not supported. Got ", info(x.dtype()).legacy, " and ", info(weight.dtype()).legacy);
  if (weight.numel() != 1) {
    TG_CHECK(x.dim() > 0, "Not allow zero-dim input tensor.");
    const int64_t channels = x.dim() > 1 ? x.size(1) : 1;
    TG_CHECK(channels == weight.numel(), "Mismatch of parameter numbers and input channel size. Found parameter numbers = ", weight.numel(),
             " and channel size = ", channels, ".");
  }
  Dims sizes(x.dim(), 1);
  if (x.dim() > 1) sizes[1] = weight.numel();
  return _prelu_kernel(x, weight.sizes() == sizes ? weight : reshape(weight, sizes));
}

Tensor hardtanh_grad(const Tensor& g, const Tensor& x, double lo, double hi) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = where(logical_or(le(x, lo), ge(x, hi)), zeros_like(g), g);
  }
  return record<"self min_val max_val">("HardtanhBackwardBackward0", out, {g, x}, save(x), args(Number{lo}, Number{hi}),
                [](Saved s, const Tensor& gg, Needs n, double l, double h) -> Grads<2> {
                  return {{n[0] ? hardtanh_grad(gg, s[0], l, h) : Tensor(), n[1] ? zeros_like(gg) : Tensor()}};
                });
}

// The first half of x along dim, gated by the second: a * sigmoid(b).
Tensor glu(const Tensor& x, int64_t dim) {
  TG_CHECK(x.dim() > 0, "glu does not support scalars because halving size must be even");
  const int d = wrap_dim(dim, x.dim());
  const int64_t half = x.size(d) / 2;
  TG_CHECK(x.size(d) % 2 == 0, "Halving dimension must be even, but dimension ", d, " is size ", x.size(d));
  TG_CHECK_KIND(NotImplemented, is_floating(x.dtype()), "\"glu_cpu\" not implemented for '", info(x.dtype()).legacy, "'");
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = mul(slice(x, d, 0, half, 1), sigmoid(slice(x, d, half, 2 * half, 1)));
  }
  return record<"self dim">("GluBackward0", out, {x}, save(x), args(dim, half), [](Saved s, const Tensor& g, Needs, int64_t at, int64_t n) -> Grads<1> {
    const Tensor a = slice(s[0], at, 0, n, 1), gate = sigmoid(slice(s[0], at, n, 2 * n, 1));
    return {{cat(std::array{mul(g, gate), mul(mul(g, a), mul(gate, rsub(gate, 1)))}, at)}};
  });
}

}  // namespace tg
