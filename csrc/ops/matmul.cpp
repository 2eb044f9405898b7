// Products of matrices and vectors. Operands may be transposed views: the backend reads them in place.
#include "ops/gemm.h"

#include "core/shape.h"
#include "ops/launch.h"

namespace tg {

// ---- The kernel

void gemm_into(const Tensor& c, const Tensor& a, const Tensor& b, const Tensor* bias) {
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

void check_not_bool(const char* kernel, const Tensor& x) {
  TG_CHECK_KIND(NotImplemented, x.dtype() != DType::Bool, "\"", kernel, "\" not implemented for 'Bool'");
}

void check_mm_shapes(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.size(1) == b.size(0), "mat1 and mat2 shapes cannot be multiplied (", a.size(0), "x", a.size(1), " and ",
           b.size(0), "x", b.size(1), ")");
}

Tensor mm_grad_a(const Tensor& g, const Tensor& b, bool a_column_major) {
  if (a_column_major) return t(mm(b, t(g)));  // ((K,N)(N,M))ᵀ -> (M,K)
  return mm(g, t(b));                         // (M,N)(N,K) -> (M,K)
}
Tensor mm_grad_b(const Tensor& g, const Tensor& a, bool b_column_major) {
  if (b_column_major) return t(mm(t(g), a));  // ((N,M)(M,K))ᵀ -> (K,N)
  return mm(t(a), g);                         // (K,M)(M,N) -> (K,N)
}

// ---- Matrix times matrix

Tensor mm(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 2, "self must be a matrix");
  TG_CHECK(b.dim() == 2, "mat2 must be a matrix");
  check_mm_shapes(a, b);
  TG_CHECK(a.dtype() == b.dtype(), "expected m1 and m2 to have the same dtype, but got: ", info(a.dtype()).c_type, " != ",
           info(b.dtype()).c_type);
  check_not_bool("addmm_impl_cpu_", a);
  Tensor out = empty({a.size(0), b.size(1)}, a.dtype(), a.device());
  gemm_into(out, a, b);
  return record<"self mat2 self_sym_sizes self_sym_strides mat2_sym_sizes mat2_sym_strides">(
      "MmBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(sizes_of(a), strides_of(a), sizes_of(b), strides_of(b)),
      [](Saved s, const Tensor& g, Needs n, Pair a_sizes, Pair a_strides, Pair b_sizes, Pair b_strides) -> Grads<2> {
        return {{n[0] ? mm_grad_a(g, s[1], is_column_major(a_sizes, a_strides)) : Tensor(),
                 n[1] ? mm_grad_b(g, s[0], is_column_major(b_sizes, b_strides)) : Tensor()}};
      });
}

void check_bmm_shapes(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 3, "batch1 must be a 3D tensor");
  TG_CHECK(b.dim() == 3, "batch2 must be a 3D tensor");
  TG_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1), "Expected size for first two dimensions of batch2 tensor to be: [",
           a.size(0), ", ", a.size(2), "] but got: [", b.size(0), ", ", b.size(1), "].");
}

void check_bmm_dtypes(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dtype() == b.dtype(), "expected scalar type ", info(a.dtype()).legacy, " but found ", info(b.dtype()).legacy);
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_bmm_shapes(a, b);
  check_bmm_dtypes(a, b);
  check_not_bool("bmm", a);
  Tensor out = empty({a.size(0), a.size(1), b.size(2)}, a.dtype(), a.device());
  gemm_into(out, a, b);
  return record<"self mat2">("BmmBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
                [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
                  return {{n[0] ? bmm(g, transpose(s[1], 1, 2)) : Tensor(),    // (B,M,N)(B,N,K) -> (B,M,K)
                           n[1] ? bmm(transpose(s[0], 1, 2), g) : Tensor()}};  // (B,K,M)(B,M,N) -> (B,K,N)
                });
}

// ---- With vectors

Tensor reshaped_alias(const Tensor& x, const Dims& sizes, const Dims& strides) {
  return make_tensor(x->storage, x.dtype(), sizes, strides, x->offset);
}

void check_mv(int input_dim, int64_t input_size, DType input_dtype, const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 2 && b.dim() == 1 && input_dim <= 1, "vector + matrix @ vector expected, got ", input_dim, ", ", a.dim(), ", ", b.dim());
  TG_CHECK(a.size(1) == b.size(0) && (input_size == a.size(0) || input_size == 1), "size mismatch, got input (", input_size, "), mat (",
           a.size(0), "x", a.size(1), "), vec (", b.size(0), ")");
  TG_CHECK(input_dtype == a.dtype() && a.dtype() == b.dtype(), "addmv input tensors must have the same dtype, but got ",
           info(input_dtype).legacy, ", ", info(a.dtype()).legacy, ", and ", info(b.dtype()).legacy);
  check_not_bool("addmv_impl_cpu", a);
}

Tensor mv(const Tensor& a, const Tensor& b) {
  check_mv(1, a.dim() > 0 ? a.size(0) : 1, b.dtype(), a, b);
  Tensor out = empty({a.size(0)}, a.dtype(), a.device());
  gemm_into(reshaped_alias(out, {a.size(0), 1}, {1, 1}), a, reshaped_alias(b, {b.size(0), 1}, {b.strides()[0], 1}));
  return record<"self vec">("MvBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
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
  check_not_bool("dot", a);
  const int64_t k = a.numel();
  Tensor out = empty({}, a.dtype(), a.device());
  gemm_into(reshaped_alias(out, {1, 1}, {1, 1}), reshaped_alias(a, {1, k}, {k, a.strides()[0]}),
            reshaped_alias(b, {k, 1}, {b.strides()[0], 1}));
  return record<"self tensor">("DotBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
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

// The last two dims swapped, outside the graph.
static Tensor bare_transpose(const Tensor& x) { return make_transposed(x, x.dim() - 2, x.dim() - 1); }

// Is the product one of matrices, of `large` with its leading dims made one? torch asks for whom gradients are wanted:
// then the smaller operand's come from one product, where a batched one would need them summed.
static bool folds(const Tensor& large, const Tensor& small, bool turned) {
  if (large.dim() < 3 || small.dim() > 2) return false;
  if (needs_grad(small)) return true;
  if (turned && small.dim() == 2) return false;  // the product would have to be turned back by a copy
  if (large.numel() == 0) return true;
  for (int d = 0; d + 2 < large.dim(); ++d)
    if (large.strides()[d] != large.strides()[d + 1] * large.size(d + 1)) return false;
  return true;
}

static Tensor folded_matmul(const Tensor& large, const Tensor& small) {
  Dims out = large.sizes();
  out.resize(large.dim() - 1);
  const Tensor folded = reshape(large, {checked_numel(out), large.size(large.dim() - 1)});
  if (small.dim() == 2) out.push_back(small.size(1));
  return unsafe_view(small.dim() == 2 ? mm(folded, small) : mv(folded, small), out);
}

// A batch of one, beside a larger batch, that gradients are wanted for: as good as a matrix.
static bool is_lone_matrix(const Tensor& x, const Tensor& other) {
  return x.dim() == 3 && other.dim() == 3 && x.size(0) == 1 && other.size(0) != 1 && needs_grad(x);
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
  if (is_lone_matrix(b, a)) return matmul(a, squeeze(b, Dims{0}));
  if (is_lone_matrix(a, b)) return matmul(squeeze(a, Dims{0}), b);
  if (folds(a, b, false)) return folded_matmul(a, b);
  // a b = (bᵀ aᵀ)ᵀ
  if (b.dim() >= 3 && a.dim() <= 2) {
    if (const Tensor turned = bare_transpose(b); folds(turned, a, true)) {
      const Tensor large = transpose(b, -2, -1);
      return a.dim() == 1 ? folded_matmul(large, a) : contiguous(transpose(folded_matmul(large, t(a)), -2, -1));
    }
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
