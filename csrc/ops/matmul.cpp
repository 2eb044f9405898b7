// Products of matrices and vectors. Operands may be transposed views: the backend reads them in place.
#include "core/shape.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// ---- The kernel

static void gemm_into(const Tensor& c, const Tensor& a, const Tensor& b, const Tensor* bias) {
  const int64_t k = a.size(a.dim() - 1);
  const int64_t work = c.numel() * (k / 8 + 1);
  if (bias) {
    launch(work, [&](const View& vc, const View& va, const View& vb, const View& vbias) {
      backend(c.device()).gemm(vc, va, vb, {.bias = &vbias});
    }, c, a, b, *bias);
  } else {
    launch(work, [&](const View& vc, const View& va, const View& vb) { backend(c.device()).gemm(vc, va, vb, {}); }, c, a, b);
  }
}

static void check_same_dtype(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dtype() == b.dtype(), "expected m1 and m2 to have the same dtype, but got: ", info(a.dtype()).c_type, " != ",
           info(b.dtype()).c_type);
  TG_CHECK_KIND(NotImplemented, a.dtype() != DType::Bool, "\"addmm_impl_cpu_\" not implemented for 'Bool'");
}

static void check_mm_shapes(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.size(1) == b.size(0), "mat1 and mat2 shapes cannot be multiplied (", a.size(0), "x", a.size(1), " and ",
           b.size(0), "x", b.size(1), ")");
}

// Column-major, as the transpose of a dense matrix is: then its gradient is computed transposed, so that the gradient of
// the matrix behind the view comes out dense (and with torch's bits).
static bool is_column_major(const Tensor& x) { return x.strides()[0] == 1 && x.strides()[1] == x.size(0); }

// Gradients of C (M,N) = A (M,K) B (K,N).
static Tensor mm_grad_a(const Tensor& g, const Tensor& b, bool a_column_major) {
  if (a_column_major) return t(mm(b, t(g)));  // ((K,N)(N,M))ᵀ -> (M,K)
  return mm(g, t(b));                         // (M,N)(N,K) -> (M,K)
}
static Tensor mm_grad_b(const Tensor& g, const Tensor& a, bool b_column_major) {
  if (b_column_major) return t(mm(t(g), a));  // ((N,M)(M,K))ᵀ -> (K,N)
  return mm(t(a), g);                         // (K,M)(M,N) -> (K,N)
}

// ---- Matrix times matrix

Tensor mm(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 2, "self must be a matrix");
  TG_CHECK(b.dim() == 2, "mat2 must be a matrix");
  check_mm_shapes(a, b);
  check_same_dtype(a, b);
  Tensor out = empty({a.size(0), b.size(1)}, a.dtype(), a.device());
  gemm_into(out, a, b, nullptr);
  return record("MmBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(is_column_major(a), is_column_major(b)),
                [](Saved s, const Tensor& g, Needs n, bool a_cm, bool b_cm) -> Grads<2> {
                  return {{n[0] ? mm_grad_a(g, s[1], a_cm) : Tensor(), n[1] ? mm_grad_b(g, s[0], b_cm) : Tensor()}};
                });
}

Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  TG_CHECK(a.dim() == 2, "mat1 must be a matrix, got ", a.dim(), "-D tensor");
  TG_CHECK(b.dim() == 2, "mat2 must be a matrix, got ", b.dim(), "-D tensor");
  check_mm_shapes(a, b);
  TG_CHECK(a.dtype() == b.dtype(), "mat1 and mat2 must have the same dtype, but got ", info(a.dtype()).legacy, " and ", info(b.dtype()).legacy);
  TG_CHECK(input.dtype() == a.dtype(), "self and mat2 must have the same dtype, but got ", info(input.dtype()).legacy, " and ",
           info(b.dtype()).legacy);
  const Dims sizes{a.size(0), b.size(1)};
  expand_strides(input.sizes(), input.strides(), sizes);  // throws torch's text
  Tensor out = empty(sizes, a.dtype(), a.device());
  const bool plain = beta.to_double() == 1 && alpha.to_double() == 1;
  if (plain) {
    gemm_into(out, a, b, &input);
  } else {
    GradModeGuard no_grad(false);
    gemm_into(out, a, b, nullptr);
    if (alpha.to_double() != 1) mul_(out, alpha);
    // beta 0 ignores input, NaN and all.
    if (beta.to_double() != 0) add_(out, input, beta.to_double());
  }
  return record("AddmmBackward0", out, {input, a, b}, save(when(wants(b), a), when(wants(a), b)),
                args(is_column_major(a), is_column_major(b), beta.to_double(), alpha.to_double()),
                [](Saved s, const Tensor& g, Needs n, bool a_cm, bool b_cm, double by_input, double by_product) -> Grads<3> {
                  const auto scaled = [](const Tensor& x, double f) { return f == 1 ? x : mul(x, f); };
                  return {{n[0] ? scaled(g, by_input) : Tensor(),  // the engine sums it to input's shape
                           n[1] ? scaled(mm_grad_a(g, s[1], a_cm), by_product) : Tensor(),
                           n[2] ? scaled(mm_grad_b(g, s[0], b_cm), by_product) : Tensor()}};
                });
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 3, "batch1 must be a 3D tensor");
  TG_CHECK(b.dim() == 3, "batch2 must be a 3D tensor");
  TG_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1), "Expected size for first two dimensions of batch2 tensor to be: [",
           a.size(0), ", ", a.size(2), "] but got: [", b.size(0), ", ", b.size(1), "].");
  check_same_dtype(a, b);
  Tensor out = empty({a.size(0), a.size(1), b.size(2)}, a.dtype(), a.device());
  gemm_into(out, a, b, nullptr);
  return record("BmmBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
                [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
                  return {{n[0] ? bmm(g, transpose(s[1], 1, 2)) : Tensor(),    // (B,M,N)(B,N,K) -> (B,M,K)
                           n[1] ? bmm(transpose(s[0], 1, 2), g) : Tensor()}};  // (B,K,M)(B,M,N) -> (B,K,N)
                });
}

// ---- With vectors

// The same storage as a matrix or vector of other shape, outside the graph.
static Tensor reshaped_alias(const Tensor& x, const Dims& sizes, const Dims& strides) {
  return make_tensor(x->storage, x.dtype(), sizes, strides, x->offset);
}

Tensor mv(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 2 && b.dim() == 1, "vector + matrix @ vector expected, got 1, ", a.dim(), ", ", b.dim());
  TG_CHECK(a.size(1) == b.size(0), "size mismatch, got input (", a.size(0), "), mat (", a.size(0), "x", a.size(1), "), vec (", b.size(0), ")");
  check_same_dtype(a, b);
  Tensor out = empty({a.size(0)}, a.dtype(), a.device());
  gemm_into(reshaped_alias(out, {a.size(0), 1}, {1, 1}), a, reshaped_alias(b, {b.size(0), 1}, {b.strides()[0], 1}), nullptr);
  return record("MvBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
                [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
                  return {{n[0] ? mul(unsqueeze(g, 1), unsqueeze(s[1], 0)) : Tensor(),  // (M,1)(1,K) -> (M,K)
                           n[1] ? mv(t(s[0]), g) : Tensor()}};                          // (K,M)(M) -> (K)
                });
}

Tensor dot(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 1 && b.dim() == 1, "1D tensors expected, but got ", a.dim(), "D and ", b.dim(), "D tensors");
  TG_CHECK(a.dtype() == b.dtype(), "dot : expected both vectors to have same dtype, but found ", info(a.dtype()).legacy, " and ", info(b.dtype()).legacy);
  TG_CHECK(a.numel() == b.numel(), "inconsistent tensor size, expected tensor [", a.numel(), "] and src [", b.numel(),
           "] to have the same number of elements, but got ", a.numel(), " and ", b.numel(), " elements respectively");
  check_same_dtype(a, b);
  const int64_t k = a.numel();
  Tensor out = empty({}, a.dtype(), a.device());
  gemm_into(reshaped_alias(out, {1, 1}, {1, 1}), reshaped_alias(a, {1, k}, {k, a.strides()[0]}),
            reshaped_alias(b, {k, 1}, {b.strides()[0], 1}), nullptr);
  return record("DotBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
                [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
                  return {{n[0] ? mul(g, s[1]) : Tensor(), n[1] ? mul(g, s[0]) : Tensor()}};
                });
}

// ---- matmul and linear: any rank, by the rules of torch's nodes

static Dims batch_of(const Tensor& x) { return Dims(x.sizes().data(), std::max(x.dim() - 2, 0)); }

static Tensor batched_matmul(const Tensor& a, const Tensor& b) {
  const Tensor a2 = a.dim() == 1 ? unsqueeze(a, 0) : a, b2 = b.dim() == 1 ? unsqueeze(b, 1) : b;
  const Dims batch = broadcast_shapes(batch_of(a2), batch_of(b2));
  const int64_t count = checked_numel(batch), m = a2.size(a2.dim() - 2), n = b2.size(b2.dim() - 1);
  const auto flat = [&](const Tensor& x) {
    const int64_t rows = x.size(x.dim() - 2), cols = x.size(x.dim() - 1);
    Dims full = batch;
    full.push_back(rows);
    full.push_back(cols);
    return reshape(expand(x, full), {count, rows, cols});
  };
  Dims out = batch;
  if (a.dim() > 1) out.push_back(m);
  if (b.dim() > 1) out.push_back(n);
  return unsafe_view(bmm(flat(a2), flat(b2)), out);
}

Tensor matmul(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() > 0 && b.dim() > 0, "both arguments to matmul need to be at least 1D, but they are ", a.dim(), "D and ", b.dim(), "D");
  if (a.dim() == 2 && b.dim() == 2) return mm(a, b);
  if (a.dim() == 1 && b.dim() == 1) return dot(a, b);
  if (a.dim() == 2 && b.dim() == 1) return mv(a, b);
  if (a.dim() == 1 && b.dim() == 2) {
    const Tensor row = mm(unsqueeze(a, 0), b);
    return record("SqueezeBackward4", make_tensor(row->storage, row.dtype(), {row.size(1)}, {1}, row->offset), {row}, save(), args(),
                  [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{unsqueeze(g, 0)}}; });
  }
  if (a.dim() >= 3 && b.dim() <= 2) {  // one large product instead of a batch of small ones
    const int64_t k = a.size(a.dim() - 1);
    Dims out(a.sizes().data(), a.dim() - 1);
    const int64_t rows = checked_numel(out);
    if (b.dim() == 2) out.push_back(b.size(1));
    const Tensor folded = reshape(a, {rows, k});
    return unsafe_view(b.dim() == 2 ? mm(folded, b) : mv(folded, b), out);
  }
  return batched_matmul(a, b);
}

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  TG_CHECK(input.dim() > 0 && weight.dim() > 0, "both arguments to linear need to be at least 1D, but they are ", input.dim(), "D and ",
           weight.dim(), "D");
  if (!bias.defined()) return matmul(input, t(weight));
  if (input.dim() == 2) return addmm(bias, input, t(weight));
  Dims out(input.sizes().data(), input.dim() - 1);
  const int64_t rows = checked_numel(out);
  out.push_back(weight.size(0));
  return view(addmm(bias, reshape(input, {rows, input.size(input.dim() - 1)}), t(weight)), out);
}

}  // namespace tg
