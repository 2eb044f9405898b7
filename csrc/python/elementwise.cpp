// The rows of op_tables as Python functions, methods and in-place methods; matmul's few.
#include "python/bind.h"

namespace tg::python {

namespace {

// A row whose node is "-" is for gradients alone.
constexpr bool is_public(const char* node) { return node[0] != '-'; }

// torch has no methods for the activations of torch.nn.functional, and no in-place methods for some rows.
constexpr std::string_view kFunctions[] = {"leaky_relu", "elu", "selu", "celu", "gelu", "_gelu_tanh", "silu", "mish", "softplus", "log_sigmoid",
                                           "hardtanh", "hardsigmoid", "hardswish", "threshold", "softshrink", "_prelu_kernel"};
constexpr std::string_view kNeverInplace[] = {"hardshrink", "isnan", "isinf", "isposinf", "isneginf", "isfinite", "signbit", "maximum", "minimum",
                                              "fmax", "fmin", "gelu", "log_sigmoid", "softplus", "softshrink", "logaddexp", "logaddexp2", "_gelu_tanh", "_prelu_kernel"};
// Where torch takes a number for neither operand, and where not for the first.
constexpr std::string_view kTensors[] = {"atan2", "fmax", "fmin", "heaviside", "hypot", "logaddexp", "logaddexp2", "logical_and",
                                         "logical_or", "logical_xor", "maximum", "minimum", "_prelu_kernel"};
constexpr std::string_view kTensorFirst[] = {"copysign", "eq", "fmod", "ge", "gt", "le", "lt", "ne"};
template <bool T> using OperandOf = std::conditional_t<T, const Tensor&, const Operand&>;
constexpr bool only_tensors(std::string_view name) { return std::ranges::find(kTensors, name) != std::end(kTensors); }
constexpr bool tensor_first(std::string_view name) {
  return only_tensors(name) || std::ranges::find(kTensorFirst, name) != std::end(kTensorFirst);
}
constexpr bool second_is_values(std::string_view name) { return name == "heaviside"; }
constexpr int where_of(std::string_view name) { return std::ranges::find(kFunctions, name) == std::end(kFunctions) ? Both : Function; }
constexpr bool has_inplace(std::string_view name) { return std::ranges::find(kNeverInplace, name) == std::end(kNeverInplace); }

// alpha of add and sub must be of a kind that the result can hold.
double checked_alpha(const Tensor& a, const Tensor& b, Scalar alpha) {
  if (alpha.dtype() == DType::Bool)
    TG_CHECK(result_type(a, b) == DType::Bool, "Boolean alpha only supported for Boolean results.");
  if (alpha.is_floating())
    TG_CHECK(is_floating(result_type(a, b)), "For integral input tensors, argument alpha must not be a floating point number.");
  return alpha.to_double();
}

}  // namespace

void bind_elementwise(OpTable& t) {
#define UNARY(name, node, kind, saves, value, gradient, params, doc)                      \
  if constexpr (is_public(#node)) {                                                       \
    constexpr bool has_params = sizeof(params) > 1;                                       \
    constexpr int n = has_params ? 1 + (std::string_view(params).find(',') != std::string_view::npos) : 0; \
    constexpr const char* text = has_params ? "input, " params : "input";                 \
    if constexpr (n == 0) {                                                               \
      t.def<[](const Tensor& x) { return tg::name(x); }, #name>(where_of(#name), text, doc);         \
      if constexpr (has_inplace(#name)) t.def<[](const Tensor& x) { return tg::name##_(x); }, #name "_">(where_of(#name), text, doc " In place."); \
    } else if constexpr (n == 1) {                                                        \
      t.def<[](const Tensor& x, double p) { return tg::name(x, p); }, #name>(where_of(#name), text, doc); \
      if constexpr (has_inplace(#name)) t.def<[](const Tensor& x, double p) { return tg::name##_(x, p); }, #name "_">(where_of(#name), text, doc " In place."); \
    } else {                                                                              \
      t.def<[](const Tensor& x, double p, double q) { return tg::name(x, p, q); }, #name>(where_of(#name), text, doc); \
      if constexpr (has_inplace(#name)) t.def<[](const Tensor& x, double p, double q) { return tg::name##_(x, p, q); }, #name "_">(where_of(#name), text, doc " In place."); \
    }                                                                                     \
  }
#include "op_tables/unary.def"

#define BINARY(name, node, kind, value, ga, ra, gb, rb, params, doc)                      \
  if constexpr (is_public(#node)) {                                                       \
    if constexpr (sizeof(params) == 1) {                                                  \
      using First = OperandOf<tensor_first(#name)>;                                       \
      using Other = OperandOf<only_tensors(#name)>;                                       \
      constexpr const char* text = second_is_values(#name) ? "input, values" : "input, other"; \
      t.def<[](First a, Other b) { return tg::name(a, b); }, #name>(where_of(#name), text, doc); \
      if constexpr (has_inplace(#name)) t.def<[](const Tensor& a, Other b) { return tg::name##_(a, b); }, #name "_">(Method, text, doc " In place."); \
    } else {                                                                              \
      t.def<[](const Operand& a, const Operand& b, Scalar alpha) { return tg::name(a, b, checked_alpha(a, b, alpha)); }, #name>(Both, "input, other, *, " params, doc); \
      t.def<[](const Tensor& a, const Operand& b, Scalar alpha) { return tg::name##_(a, b, checked_alpha(a, b, alpha)); }, #name "_">(Method, "input, other, *, " params, doc " In place."); \
    }                                                                                     \
  }
#include "op_tables/binary.def"
}

void bind_matmul(OpTable& t) {
  t.def<&mm, "mm">(Both, "input, mat2", "Product of two matrices.");
  t.def<&bmm, "bmm">(Both, "input, mat2", "Products of two batches of matrices.");
  t.def<&mv, "mv">(Both, "input, vec", "Product of a matrix and a vector.");
  t.def<&dot, "dot">(Both, "input, tensor", "Inner product of two vectors.");
  t.def<&matmul, "matmul">(Both, "input, other", "Product of vectors, matrices or batches of matrices.");
  t.def<&addmm, "addmm">(Both, "input, mat1, mat2, *, beta=1, alpha=1", "beta * input + alpha * (mat1 @ mat2).");
  t.def<&addmm_, "addmm_">(Method, "input, mat1, mat2, *, beta=1, alpha=1", "beta * input + alpha * (mat1 @ mat2). In place.");
  t.def<&addmv, "addmv">(Both, "input, mat, vec, *, beta=1, alpha=1", "beta * input + alpha * (mat @ vec).");
  t.def<&addmv_, "addmv_">(Method, "input, mat, vec, *, beta=1, alpha=1", "beta * input + alpha * (mat @ vec). In place.");
  t.def<&baddbmm, "baddbmm">(Both, "input, batch1, batch2, *, beta=1, alpha=1", "beta * input + alpha * (batch1 @ batch2), for batches of matrices.");
  t.def<&baddbmm_, "baddbmm_">(Method, "input, batch1, batch2, *, beta=1, alpha=1", "beta * input + alpha * (batch1 @ batch2). In place.");
  t.def<&linear, "linear">(Function, "input, weight, bias=None", "input @ weight.T + bias.");
}

}  // namespace tg::python
