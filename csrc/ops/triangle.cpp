// Diagonals and triangles of matrices.
#include <algorithm>

#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/ops.h"

namespace tg {

// ---- Triangles

// True at (i, j) where j - i <= k (lower) or >= k (upper).
static Tensor triangle_mask(int64_t rows, int64_t cols, int64_t k, bool lower) {
  GradModeGuard no_grad(false);
  const Tensor i = unsqueeze(arange(int64_t{0}, rows, int64_t{1}, DType::Int64), 1), j = arange(int64_t{0}, cols, int64_t{1}, DType::Int64);
  return lower ? le(sub(j, i), k) : ge(sub(j, i), k);
}

static Tensor triangle(const Tensor& x, int64_t k, bool lower) {
  TG_CHECK(x.dim() >= 2, lower ? "tril" : "triu", ": input tensor must have at least 2 dimensions");
  GradModeGuard no_grad(false);
  const Tensor mask = triangle_mask(x.size(x.dim() - 2), x.size(x.dim() - 1), k, lower);
  return where(mask, contiguous(x), scalar_tensor(0, x.dtype()));
}

static Tensor record_tril(const Tensor& out, const Tensor& x, int64_t k) {
  return record<"diagonal">("TrilBackward0", out, {x}, save(), args(k),
                [](Saved, const Tensor& g, Needs, int64_t at) -> Grads<1> { return {{tril(g, at)}}; });
}
static Tensor record_triu(const Tensor& out, const Tensor& x, int64_t k) {
  return record<"diagonal">("TriuBackward0", out, {x}, save(), args(k),
                [](Saved, const Tensor& g, Needs, int64_t at) -> Grads<1> { return {{triu(g, at)}}; });
}

Tensor tril(const Tensor& x, int64_t k) { return record_tril(triangle(x, k, true), x, k); }
Tensor triu(const Tensor& x, int64_t k) { return record_triu(triangle(x, k, false), x, k); }
const Tensor& tril_(const Tensor& self, int64_t k) {
  return inplace_by_copy(self, {}, [&](const Tensor& x) { return triangle(x, k, true); },
                         [&](const Tensor& written, const Tensor& before) { record_tril(written, before, k); });
}
const Tensor& triu_(const Tensor& self, int64_t k) {
  return inplace_by_copy(self, {}, [&](const Tensor& x) { return triangle(x, k, false); },
                         [&](const Tensor& written, const Tensor& before) { record_triu(written, before, k); });
}

// ---- Diagonals

static Tensor diagonal_adjoint(const char* name, const Tensor& g, const Dims& sizes, int64_t offset, int64_t dim1, int64_t dim2) {
  Tensor out = zeros(sizes, g.dtype(), g.device());
  {
    GradModeGuard no_grad(false);
    copy_(diagonal(out, offset, dim1, dim2), g);
    out->storage->version = 0;
  }
  return record<"offset dim1 dim2">(name, out, {g}, save(), args(offset, dim1, dim2), [](Saved, const Tensor& gg, Needs, int64_t at, int64_t d1, int64_t d2) -> Grads<1> {
    return {{diagonal(gg, at, d1, d2)}};
  });
}

static Tensor diagonal_named(const char* name, const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const int d1 = wrap_dim(dim1, x.dim()), d2 = wrap_dim(dim2, x.dim());
  TG_CHECK(d1 != d2, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  const int64_t rows = x.size(d1), cols = x.size(d2);
  const int64_t length = std::max<int64_t>(offset >= 0 ? std::min(rows, cols - std::min(offset, cols)) : std::min(rows + std::max(offset, -rows), cols), 0);
  int64_t start = x->offset;
  if (length > 0) start += offset >= 0 ? offset * x.strides()[d2] : -offset * x.strides()[d1];
  Dims sizes, strides;
  for (int i = 0; i < x.dim(); ++i) {
    if (i == d1 || i == d2) continue;
    sizes.push_back(x.size(i));
    strides.push_back(x.strides()[i]);
  }
  sizes.push_back(length);
  strides.push_back(x.strides()[d1] + x.strides()[d2]);
  return record<"self_sym_sizes offset dim1 dim2">(name, make_view(x, sizes, strides, start), {x}, save(), args(Dims(x.sizes()), offset, dim1, dim2),
                [](Saved, const Tensor& g, Needs, const Dims& in, int64_t at, int64_t a, int64_t b) -> Grads<1> {
                  return {{diagonal_adjoint("DiagonalBackward0", g, in, at, a, b)}};
                });
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) { return diagonal_named("DiagonalBackward0", x, offset, dim1, dim2); }

Tensor diag_embed(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const int d1 = wrap_dim(dim1, x.dim() + 1), d2 = wrap_dim(dim2, x.dim() + 1);
  TG_CHECK(d1 != d2, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  const int64_t n = x.size(x.dim() - 1) + std::abs(offset);
  Dims sizes = x.sizes();
  sizes.erase(x.dim() - 1);
  sizes.insert(std::min(d1, d2), n);
  sizes.insert(std::max(d1, d2), n);
  return diagonal_adjoint("DiagEmbedBackward0", x, sizes, offset, dim1, dim2);
}

// A vector's matrix, or a matrix's diagonal as a copy.
Tensor diag(const Tensor& x, int64_t offset) {
  TG_CHECK(x.dim() == 1 || x.dim() == 2, "diag(): Supports 1D or 2D tensors. Got ", x.dim(), "D");
  if (x.dim() == 1) return diag_embed(x, offset);
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = clone(contiguous(diagonal(x, offset, 0, 1)));
  }
  return record<"self_sym_sizes offset">("DiagonalBackward0_copy", out, {x}, save(), args(Dims(x.sizes()), offset), [](Saved, const Tensor& g, Needs, const Dims& in, int64_t at) -> Grads<1> {
    return {{diagonal_adjoint("DiagonalBackward0", g, in, at, 0, 1)}};
  });
}

Tensor trace(const Tensor& x) {
  TG_CHECK(x.dim() == 2, "trace: expected a matrix, but got tensor with dim ", x.dim());
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = sum(diagonal(x, 0, 0, 1));
  }
  return record<"self_sym_sizes">("TraceBackward0", out, {x}, save(), args(Dims(x.sizes())), [](Saved, const Tensor& g, Needs, const Dims& in) -> Grads<1> {
    return {{diagonal_adjoint("DiagonalBackward0", expand(g, {std::min(in[0], in[1])}), in, 0, 0, 1)}};
  });
}

Tensor outer(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.dim() == 1, "outer: Expected 1-D argument self, but got ", a.dim(), "-D");
  TG_CHECK(b.dim() == 1, "outer: Expected 1-D argument vec2, but got ", b.dim(), "-D");
  return mul(view(a, {a.numel(), 1}), b);
}

}  // namespace tg
