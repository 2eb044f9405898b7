// The rows of op_tables as Python functions, methods and in-place methods; matmul's few.
#include "python/bind.h"

namespace tg::python {

namespace {

// A row whose node is "-" is for gradients alone.
constexpr bool is_public(const char* node) { return node[0] != '-'; }

}  // namespace

void bind_elementwise(OpTable& t) {
#define UNARY(name, node, kind, saves, value, gradient, params, doc)                      \
  if constexpr (is_public(#node)) {                                                       \
    constexpr bool has_params = sizeof(params) > 1;                                       \
    constexpr int n = has_params ? 1 + (std::string_view(params).find(',') != std::string_view::npos) : 0; \
    constexpr const char* text = has_params ? "input, " params : "input";                 \
    if constexpr (n == 0) {                                                               \
      t.def<[](const Tensor& x) { return tg::name(x); }, #name>(Both, text, doc);         \
      t.def<[](const Tensor& x) { return tg::name##_(x); }, #name "_">(Both, text, doc " In place."); \
    } else if constexpr (n == 1) {                                                        \
      t.def<[](const Tensor& x, double p) { return tg::name(x, p); }, #name>(Both, text, doc); \
      t.def<[](const Tensor& x, double p) { return tg::name##_(x, p); }, #name "_">(Both, text, doc " In place."); \
    } else {                                                                              \
      t.def<[](const Tensor& x, double p, double q) { return tg::name(x, p, q); }, #name>(Both, text, doc); \
      t.def<[](const Tensor& x, double p, double q) { return tg::name##_(x, p, q); }, #name "_">(Both, text, doc " In place."); \
    }                                                                                     \
  }
#include "op_tables/unary.def"

#define BINARY(name, node, kind, value, ga, ra, gb, rb, params, doc)                      \
  if constexpr (is_public(#node)) {                                                       \
    if constexpr (sizeof(params) == 1) {                                                  \
      t.def<[](const Operand& a, const Operand& b) { return tg::name(a, b); }, #name>(Both, "input, other", doc); \
      t.def<[](const Tensor& a, const Operand& b) { return tg::name##_(a, b); }, #name "_">(Method, "input, other", doc " In place."); \
    } else {                                                                              \
      t.def<[](const Operand& a, const Operand& b, double p) { return tg::name(a, b, p); }, #name>(Both, "input, other, *, " params, doc); \
      t.def<[](const Tensor& a, const Operand& b, double p) { return tg::name##_(a, b, p); }, #name "_">(Method, "input, other, *, " params, doc " In place."); \
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
  t.def<&linear, "linear">(Function, "input, weight, bias=None", "input @ weight.T + bias.");
}

}  // namespace tg::python
