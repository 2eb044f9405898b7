// Activations and layers of torch.nn.functional that take more than a row of op_tables says.
#include <limits>

#include "python/bind.h"

namespace tg::python {

namespace {

Tensor gelu_as(const Tensor& x, std::string_view approximate) {
  TG_CHECK(approximate == "none" || approximate == "tanh", "approximate argument must be either none or tanh.");
  return approximate == "none" ? gelu(x) : _gelu_tanh(x);
}

void check_hardtanh(const Tensor& x, double lo, double hi) {
  TG_CHECK(x.dtype() != DType::Bool, "Bool inputs not supported for hardtanh");
  TG_CHECK(x.dtype() != DType::UInt8 || (lo >= 0 && hi >= 0), "cannot do hardtanh on an unsigned type with negative limits");
}
Tensor checked_hardtanh(const Tensor& x, double lo, double hi) {
  check_hardtanh(x, lo, hi);
  return hardtanh(x, lo, hi);
}
Tensor checked_hardtanh_(const Tensor& x, double lo, double hi) {
  check_hardtanh(x, lo, hi);
  return hardtanh_(x, lo, hi);
}

Tensor checked_softshrink(const Tensor& x, double lambd) {
  TG_CHECK(lambd >= 0, "lambda must be in range [0, ", x.dtype() == DType::Float64 ? std::numeric_limits<double>::max() : std::numeric_limits<float>::max(),
           "] for input dtype ", info(x.dtype()).legacy, ", but found ", lambd);
  return softshrink(x, lambd);
}

}  // namespace

void bind_nn(OpTable& t) {
  t.def<&softmax, "softmax">(Both, "input, dim, dtype=None", "Positive numbers with sum 1 along dim: exp(x_i) / sum_j exp(x_j).");
  t.def<&log_softmax, "log_softmax">(Both, "input, dim, dtype=None", "Logarithm of softmax: x_i - log(sum_j exp(x_j)).");
  t.def<[](const Tensor& x, bool inplace) { return inplace ? relu_(x) : relu(x); }, "relu">(
      Both, "input, inplace=False", "Rectified linear unit of each element, max(x, 0).");
  t.def<&gelu_as, "gelu">(Function, "input, *, approximate='none'", "x * Phi(x), Phi being the normal distribution function, or its approximation by tanh.");
  t.def<&checked_hardtanh, "hardtanh">(Function, "input, min_val=-1.0, max_val=1.0", "x limited to [min_val, max_val].");
  t.def<&checked_hardtanh_, "hardtanh_">(Function, "input, min_val=-1.0, max_val=1.0", "x limited to [min_val, max_val]. In place.");
  t.def<&checked_softshrink, "softshrink">(Function, "input, lambd=0.5", "x moved towards zero by lambd; zero within [-lambd, lambd].");
  t.def<&prelu, "prelu">(Both, "input, weight", "max(x, 0) + weight * min(x, 0), with one weight or one for each channel (dim 1).");
  t.def<&glu, "glu">(PythonFunction, "input, dim=-1", "a * sigmoid(b), a and b being the halves of input along dim.");
  t.def<&layer_norm, "layer_norm">(PythonFunction, "input, normalized_shape: tuple, weight=None, bias=None, eps=1e-05",
                                   "(x - mean) / sqrt(variance + eps) * weight + bias, with mean and variance over the last dims, of normalized_shape.");
}

}  // namespace tg::python
