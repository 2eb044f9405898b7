// Variance, standard deviation and vector norms.
#include <cmath>

#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduce.h"

namespace tg {

static void check_floating(const Tensor& x) {
  TG_CHECK(is_floating(x.dtype()), "std and var only support floating point and complex dtypes");
}

// d var / d x = 2 (x - mean) / (n - correction)
static Tensor var_gradient(const Tensor& g, const Tensor& x, const Dims& reduced, double correction, bool keepdim) {
  const Tensor centered = sub(x, mean(x, marked_dims(reduced), true));
  return mul(mul(restore_reduced(g, x.sizes(), reduced, keepdim), centered), 2 / (reduced_numel(x.sizes(), reduced) - correction));
}

// sum((x - mean)^2) / max(n - correction, 0), in two passes.
static Tensor variance(const Tensor& x, const Dims& reduced, double correction, bool keepdim) {
  GradModeGuard no_grad(false);
  const Tensor centered = sub(to(x, DType::Float64), mean(to(x, DType::Float64), marked_dims(reduced), true));
  const Tensor total = sum(mul(centered, centered), marked_dims(reduced), keepdim);
  return to(div(total, std::max(reduced_numel(x.sizes(), reduced) - correction, 0.0)), x.dtype());
}

Tensor var(const Tensor& x, const OptDims& dim, double correction, bool keepdim) {
  check_floating(x);
  const Dims reduced = reduced_dims(dim, x.dim());
  return record("VarBackward0", variance(x, reduced, correction, keepdim), {x}, save(x), args(reduced, correction, keepdim),
                [](Saved s, const Tensor& g, Needs, const Dims& gone, double by, bool kept) -> Grads<1> {
                  return {{var_gradient(g, s[0], gone, by, kept)}};
                });
}

// d std / d x = d var / d x / (2 std), and 0 where std is 0
Tensor std_deviation(const Tensor& x, const OptDims& dim, double correction, bool keepdim) {
  check_floating(x);
  const Dims reduced = reduced_dims(dim, x.dim());
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = sqrt(variance(x, reduced, correction, keepdim));
  }
  return record("StdBackward0", out, {x}, save(x, out), args(reduced, correction, keepdim),
                [](Saved s, const Tensor& g, Needs, const Dims& gone, double by, bool kept) -> Grads<1> {
                  const Tensor y = s[1], zero = scalar_tensor(0, g.dtype());
                  return {{var_gradient(where(eq(y, 0), zero, div(g, mul(y, 2))), s[0], gone, by, kept)}};
                });
}

// ---- Norms: (sum |x|^p)^(1/p), with the limits of p

static Tensor norm_forward(const Tensor& x, double p, const Dims& reduced, bool keepdim) {
  GradModeGuard no_grad(false);
  const Dims dims = marked_dims(reduced);
  const Tensor a = abs(x);
  if (p == 0) return to(sum(ne(x, 0), dims, keepdim), x.dtype());
  if (p == 1) return sum(a, dims, keepdim);
  if (p == 2) return sqrt(sum(mul(x, x), dims, keepdim));
  if (std::isinf(p)) {
    if (x.numel() == 0 && p > 0) return sum(a, dims, keepdim);
    return p > 0 ? amax(a, dims, keepdim) : amin(a, dims, keepdim);
  }
  return pow(sum(pow(a, p), dims, keepdim), 1 / p);
}

static Tensor norm_gradient(const Tensor& g_, const Tensor& x, const Tensor& y_, double p, const Dims& reduced, bool keepdim) {
  const Tensor g = restore_reduced(g_, x.sizes(), reduced, keepdim), y = restore_reduced(y_, x.sizes(), reduced, keepdim);
  const Tensor zero = scalar_tensor(0, x.dtype());
  if (p == 0) return zeros_like(x);
  if (p == 1) return mul(g, sign(x));
  if (p == 2) return mul(x, where(eq(y, 0), zero, div(g, y)));
  if (std::isinf(p)) return mul(sign(x), share_among_equals(g, abs(x), y, reduced, true));
  const Tensor scaled = where(eq(y, 0), zero, div(g, pow(y, p - 1)));
  return mul(where(eq(x, 0), zero, mul(sign(x), pow(abs(x), p - 1))), scaled);
}

Tensor vector_norm(const Tensor& x, double p, const OptDims& dim, bool keepdim) {
  TG_CHECK(is_floating(x.dtype()), "linalg.vector_norm: Expected a floating point or complex tensor as input. Got ", info(x.dtype()).legacy);
  const Dims reduced = reduced_dims(dim, x.dim());
  const Tensor out = norm_forward(x, p, reduced, keepdim);
  return record("LinalgVectorNormBackward0", out, {x}, save(x, out), args(p, reduced, keepdim),
                [](Saved s, const Tensor& g, Needs, double order, const Dims& gone, bool kept) -> Grads<1> {
                  return {{norm_gradient(g, s[0], s[1], order, gone, kept)}};
                });
}

}  // namespace tg
