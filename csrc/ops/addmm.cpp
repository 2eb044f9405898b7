// beta * input + alpha * (a b) for matrices, for a matrix and a vector, and for batches of matrices.
#include "core/shape.h"
#include "ops/gemm.h"
#include "ops/inplace.h"

namespace tg {

namespace {

// A factor in the dtype of what it multiplies: torch truncates those of integers.
Scalar factor(Scalar f, DType d) { return is_floating(d) ? f : Scalar(f.to_int()); }

// All three may be aliases of the operands in the shape of matrices. beta 0 ignores input, alpha 0 the product, NaN and all.
void add_product(const Tensor& out, const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta_arg, Scalar alpha_arg) {
  const Scalar beta = factor(beta_arg, out.dtype()), alpha = factor(alpha_arg, out.dtype());
  if (beta.to_double() == 1 && alpha.to_double() == 1) return gemm_into(out, a, b, &input);
  GradModeGuard no_grad(false);
  if (alpha.to_double() == 0) {
    zero_(out);
  } else {
    gemm_into(out, a, b);
    if (alpha.to_double() != 1) mul_(out, alpha);
  }
  if (beta.to_double() != 0) add_(out, input, beta.to_double());
  out->storage->version = 0;
}

Tensor scaled(const Tensor& x, double f) { return f == 1 ? x : mul(x, f); }

void check_expands(const Tensor& input, const Dims& sizes) {
  if (input.dim() > sizes.size()) expand(input, sizes);  // which throws
  expand_strides(input.sizes(), input.strides(), sizes);
}

// ---- Matrix times matrix

Tensor addmm_value(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  TG_CHECK(a.dim() == 2, "mat1 must be a matrix, got ", a.dim(), "-D tensor");
  TG_CHECK(b.dim() == 2, "mat2 must be a matrix, got ", b.dim(), "-D tensor");
  const Dims sizes{a.size(0), b.size(1)};
  check_mm_shapes(a, b);
  TG_CHECK(input.dtype() == b.dtype(), "self and mat2 must have the same dtype, but got ", info(input.dtype()).legacy, " and ",
           info(b.dtype()).legacy);
  TG_CHECK(a.dtype() == b.dtype(), "mat1 and mat2 must have the same dtype, but got ", info(a.dtype()).legacy, " and ", info(b.dtype()).legacy);
  check_not_bool("addmm_impl_cpu_", a);
  check_expands(input, sizes);
  const Tensor out = empty(sizes, a.dtype(), a.device());
  add_product(out, input, a, b, beta, alpha);
  return out;
}

void record_addmm(const Tensor& out, const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  record<"mat1 mat2 mat1_sym_sizes mat1_sym_strides mat2_sym_sizes mat2_sym_strides beta alpha">(
      "AddmmBackward0", out, {input, a, b}, save(when(wants(b), a), when(wants(a), b)),
      args(sizes_of(a), strides_of(a), sizes_of(b), strides_of(b), Number{beta.to_double()}, Number{alpha.to_double()}),
      [](Saved s, const Tensor& g, Needs n, Pair a_sizes, Pair a_strides, Pair b_sizes, Pair b_strides, double by_input,
         double by_product) -> Grads<3> {
        return {{n[0] ? scaled(g, by_input) : Tensor(),  // the engine sums it to input's shape
                 n[1] ? scaled(mm_grad_a(g, s[1], is_column_major(a_sizes, a_strides)), by_product) : Tensor(),
                 n[2] ? scaled(mm_grad_b(g, s[0], is_column_major(b_sizes, b_strides)), by_product) : Tensor()}};
      });
}

// ---- Matrix times vector

Tensor addmv_value(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  check_mv(input.dim(), input.numel(), input.dtype(), a, b);
  const int64_t m = a.size(0), k = a.size(1);
  const Tensor out = empty({m}, a.dtype(), a.device());
  add_product(reshaped_alias(out, {m, 1}, {1, 1}), reshaped_alias(input, {input.numel(), 1}, {input.dim() > 0 ? input.strides()[0] : 1, 1}), a,
              reshaped_alias(b, {k, 1}, {b.strides()[0], 1}), beta, alpha);
  return out;
}

void record_addmv(const Tensor& out, const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  record<"mat vec beta alpha">("AddmvBackward0", out, {input, a, b}, save(when(wants(b), a), when(wants(a), b)), args(Number{beta.to_double()}, Number{alpha.to_double()}),
         [](Saved s, const Tensor& g, Needs n, double by_input, double by_product) -> Grads<3> {
           return {{n[0] ? scaled(g, by_input) : Tensor(),
                    n[1] ? scaled(mul(unsqueeze(g, 1), unsqueeze(s[1], 0)), by_product) : Tensor(),  // (M,1)(1,K) -> (M,K)
                    n[2] ? scaled(mv(t(s[0]), g), by_product) : Tensor()}};                          // (K,M)(M) -> (K)
         });
}

// ---- Batches

Tensor baddbmm_value(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  wrap_dim(2, b.dim());  // what torch looks at first
  TG_CHECK(a.dim() >= 2, "batch1 must be a 3D tensor");
  const Dims sizes{a.size(0), a.size(1), b.size(2)};
  check_expands(input, sizes);
  TG_CHECK(input.dtype() == a.dtype(), "Input dtypes must be the same, got: input ", info(input.dtype()).c_type, ", batch1: ",
           info(a.dtype()).c_type, ", batch2: ", info(b.dtype()).c_type);
  check_bmm_shapes(a, b);
  check_bmm_dtypes(a, b);
  check_not_bool("baddbmm", a);
  const Tensor out = empty(sizes, a.dtype(), a.device());
  add_product(out, input, a, b, beta, alpha);
  return out;
}

void record_baddbmm(const Tensor& out, const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  record<"batch1 batch2 beta alpha">("BaddbmmBackward0", out, {input, a, b}, save(when(wants(b), a), when(wants(a), b)), args(Number{beta.to_double()}, Number{alpha.to_double()}),
         [](Saved s, const Tensor& g, Needs n, double by_input, double by_product) -> Grads<3> {
           return {{n[0] ? scaled(g, by_input) : Tensor(),
                    n[1] ? scaled(bmm(g, transpose(s[1], 1, 2)), by_product) : Tensor(),    // (B,M,N)(B,N,K) -> (B,M,K)
                    n[2] ? scaled(bmm(transpose(s[0], 1, 2), g), by_product) : Tensor()}};  // (B,K,M)(B,M,N) -> (B,K,N)
         });
}

}  // namespace

// ---- The six functions: each value with its record

namespace {

template <auto value, auto record_on> Tensor out_of_place(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  const Tensor out = value(input, a, b, beta, alpha);
  record_on(out, input, a, b, beta, alpha);
  return out;
}

template <auto value, auto record_on> const Tensor& in_place(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  const auto checked = [&](const Tensor& input) {
    Tensor out = value(input, a, b, beta, alpha);
    TG_CHECK(input.sizes() == out.sizes(), "Bad in-place call: input tensor size ", input.sizes(), " and output tensor size ", out.sizes(),
             " should match");
    return out;
  };
  return inplace_by_copy(self, {a, b}, checked,
                         [&](const Tensor& written, const Tensor& before) { record_on(written, before, a, b, beta, alpha); });
}

}  // namespace

Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return out_of_place<addmm_value, record_addmm>(input, a, b, beta, alpha);
}
const Tensor& addmm_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return in_place<addmm_value, record_addmm>(self, a, b, beta, alpha);
}
Tensor addmv(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return out_of_place<addmv_value, record_addmv>(input, a, b, beta, alpha);
}
const Tensor& addmv_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return in_place<addmv_value, record_addmv>(self, a, b, beta, alpha);
}
Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return out_of_place<baddbmm_value, record_baddbmm>(input, a, b, beta, alpha);
}
const Tensor& baddbmm_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return in_place<baddbmm_value, record_baddbmm>(self, a, b, beta, alpha);
}

}  // namespace tg
