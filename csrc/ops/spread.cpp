// Variance, standard deviation and vector norms.
#include <cmath>

#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduce.h"

namespace tg {

static void check_floating(const char* ops, const Tensor& x) {
  TG_CHECK(is_floating(x.dtype()), ops, " only support floating point and complex dtypes");
}

// d var / d x = 2 (x - mean) / (n - correction)
static Tensor var_gradient(const Tensor& g, const Tensor& x, const Dims& reduced, double correction, bool keepdim) {
  const Tensor centered = sub(x, mean(x, marked_dims(reduced), true));
  return mul(mul(restore_reduced(g, x.sizes(), reduced, keepdim), centered), 2 / (reduced_numel(x.sizes(), reduced) - correction));
}

// d std / d x = d var / d x / (2 std), and 0 where std is 0
static Tensor std_gradient(const Tensor& g, const Tensor& x, const Tensor& y, const Dims& reduced, double correction, bool keepdim) {
  return var_gradient(where(eq(y, 0), scalar_tensor(0, g.dtype()), div(g, mul(y, 2))), x, reduced, correction, keepdim);
}

// sum((x - mean)^2) / max(n - correction, 0), in two passes, and the mean.
static std::array<Tensor, 2> moments(const Tensor& x, const Dims& reduced, double correction, bool keepdim) {
  GradModeGuard no_grad(false);
  const Tensor wide = to(x, DType::Float64), center = mean(wide, marked_dims(reduced), true), centered = sub(wide, center);
  const Tensor total = sum(mul(centered, centered), marked_dims(reduced), keepdim);
  return {to(div(total, std::max(reduced_numel(x.sizes(), reduced) - correction, 0.0)), x.dtype()),
          with_sizes(to(center, x.dtype()), total.sizes())};
}

static Tensor variance(const Tensor& x, const Dims& reduced, double correction, bool keepdim) { return moments(x, reduced, correction, keepdim)[0]; }

Tensor var(const Tensor& x, const OptDims& dim, double correction, bool keepdim) {
  check_floating("std and var", x);
  const Dims reduced = reduced_dims(dim, x.dim());
  return record<"self dim - keepdim">("VarBackward0", variance(x, reduced, correction, keepdim), {x}, save(x), args(dim, correction, keepdim),
                [](Saved s, const Tensor& g, Needs, const OptDims& dims, double by, bool kept) -> Grads<1> {
                  return {{var_gradient(g, s[0], reduced_dims(dims, s[0].dim()), by, kept)}};
                });
}

Tensor std_deviation(const Tensor& x, const OptDims& dim, double correction, bool keepdim) {
  check_floating("std and var", x);
  const Dims reduced = reduced_dims(dim, x.dim());
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = sqrt(variance(x, reduced, correction, keepdim));
  }
  return record<"self result dim - keepdim">("StdBackward0", out, {x}, save(x, out), args(dim, correction, keepdim),
                [](Saved s, const Tensor& g, Needs, const OptDims& dims, double by, bool kept) -> Grads<1> {
                  return {{std_gradient(g, s[0], s[1], reduced_dims(dims, s[0].dim()), by, kept)}};
                });
}

// ---- Both, with the mean

// The gradient of a mean, added to what came through the other result; either may not be there.
static Tensor with_mean_gradient(const Tensor& other, const Tensor& g, const Tensor& x, const Dims& reduced, bool keepdim) {
  if (!g.defined()) return other;
  const Tensor own = div(expand_reduced(g, x.sizes(), reduced, keepdim), reduced_numel(x.sizes(), reduced));
  return other.defined() ? add(other, own) : own;
}

std::array<Tensor, 2> var_mean(const Tensor& x, const OptDims& dim, double correction, bool keepdim) {
  check_floating("var_mean", x);
  const Dims reduced = reduced_dims(dim, x.dim());
  return record<"self dim - keepdim">("VarMeanBackward0", moments(x, reduced, correction, keepdim), {x}, save(x), args(dim, correction, keepdim),
                [](Saved s, std::span<const Tensor> g, Needs, const OptDims& dims, double by, bool kept) -> Grads<1> {
                  const Dims gone = reduced_dims(dims, s[0].dim());
                  const Tensor in = s[0], through_var = g[0].defined() ? var_gradient(g[0], in, gone, by, kept) : Tensor();
                  return {{with_mean_gradient(through_var, g[1], in, gone, kept)}};
                });
}

std::array<Tensor, 2> std_mean(const Tensor& x, const OptDims& dim, double correction, bool keepdim) {
  check_floating("std_mean", x);
  const Dims reduced = reduced_dims(dim, x.dim());
  std::array<Tensor, 2> out = moments(x, reduced, correction, keepdim);
  {
    GradModeGuard no_grad(false);
    out[0] = sqrt(out[0]);
  }
  const Tensor deviation = out[0];
  return record<"self result0 dim - keepdim">("StdMeanBackward0", out, {x}, save(x, deviation), args(dim, correction, keepdim),
                [](Saved s, std::span<const Tensor> g, Needs, const OptDims& dims, double by, bool kept) -> Grads<1> {
                  const Dims gone = reduced_dims(dims, s[0].dim());
                  const Tensor in = s[0], through_std = g[0].defined() ? std_gradient(g[0], in, s[1], gone, by, kept) : Tensor();
                  return {{with_mean_gradient(through_std, g[1], in, gone, kept)}};
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
  if (p == 0) return Tensor();
  if (p == 1) return mul(g, sign(x));
  if (p == 2) return mul(x, where(eq(y, 0), zero, div(g, y)));
  if (std::isinf(p)) return mul(sign(x), share_among_equals(g, abs(x), y, reduced, true));
  const Tensor scaled = where(eq(y, 0), zero, div(g, pow(y, p - 1)));
  return mul(where(eq(x, 0), zero, mul(sign(x), pow(abs(x), p - 1))), scaled);
}

Tensor vector_norm(const Tensor& input, double p, const OptDims& dim, bool keepdim, OptDType dtype) {
  TG_CHECK(is_floating(input.dtype()), "linalg.vector_norm: Expected a floating point or complex tensor as input. Got ",
           info(input.dtype()).legacy);
  const Tensor x = cast_unrecorded(input, dtype.value_or(input.dtype()));
  const Dims reduced = reduced_dims(dim, x.dim());
  const Tensor out = norm_forward(x, p, reduced, keepdim);
  return record<"self result ord dim keepdim">("LinalgVectorNormBackward0", out, {input}, save(x, out), args(p, dim, keepdim),
                [](Saved s, const Tensor& g, Needs, double order, const OptDims& dims, bool kept) -> Grads<1> {
                  return {{norm_gradient(g, s[0], s[1], order, reduced_dims(dims, s[0].dim()), kept)}};
                });
}

}  // namespace tg
