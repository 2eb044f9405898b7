// Normalisation.
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

static void check_affine(const char* name, const Tensor& t, const Tensor& x, const Dims& shape) {
  if (!t.defined()) return;
  TG_CHECK(t.sizes() == shape, "Expected ", name, " to be of same shape as normalized_shape, but got ", name, " of shape ", t.sizes(),
           " and normalized_shape = ", shape);
  TG_CHECK(t.dtype() == x.dtype(), "mixed dtype (CPU): all inputs must share same datatype.");
}

// x with mean 0 and variance 1 over dims, and 1 / the standard deviation that it had.
static std::array<Tensor, 2> standardized(const Tensor& x, const Dims& dims, double eps) {
  const Tensor centered = sub(x, mean(x, dims, true));
  const Tensor inverse = rsqrt(add(mean(mul(centered, centered), dims, true), eps));
  return {mul(centered, inverse), inverse};
}

static Dims last_dims(int n) {
  Dims dims(n);
  for (int i = 0; i < n; ++i) dims[i] = i - n;
  return dims;
}

Tensor layer_norm(const Tensor& x, const Dims& shape, const Tensor& weight, const Tensor& bias, double eps) {
  const int n = shape.size(), lead = x.dim() - n;
  TG_CHECK(n > 0, "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []");
  check_affine("weight", weight, x, shape);
  check_affine("bias", bias, x, shape);
  if (lead < 0 || Dims(x.sizes().data() + lead, n) != shape) {
    std::string expected = str(shape);
    fail(ErrorKind::Runtime, "Given normalized_shape=", shape, ", expected input with shape [*, ", expected.substr(1), ", but got input of size",
         x.sizes());
  }
  TG_CHECK_KIND(NotImplemented, is_floating(x.dtype()), "\"LayerNormKernelImpl\" not implemented for '", info(x.dtype()).legacy, "'");
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = standardized(contiguous(x), last_dims(n), eps)[0];
    if (weight.defined()) mul_(out, weight);
    if (bias.defined()) add_(out, bias);
    out->storage->version = 0;
  }
  return record<"input weight">("NativeLayerNormBackward0", out, {x, weight, bias}, save(x, weight), args(n, eps),
                [](Saved s, const Tensor& g, Needs need, int dims_n, double e) -> Grads<3> {
                  const Dims dims = last_dims(dims_n);
                  const Tensor w = s[1];
                  const auto [y, inverse] = standardized(s[0], dims, e);
                  Tensor by_input;
                  if (need[0]) {
                    const Tensor h = w.defined() ? mul(g, w) : g;
                    by_input = mul(sub(sub(h, mean(h, dims, true)), mul(y, mean(mul(h, y), dims, true))), inverse);
                  }
                  return {{by_input, need[1] ? mul(g, y) : Tensor(), need[2] ? g : Tensor()}};  // the engine sums to the weights' shape
                });
}

}  // namespace tg
