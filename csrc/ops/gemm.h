// What products of matrices share.
#pragma once

#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// c = a b, or bias + a b with a bias that broadcasts to c. Outside the graph.
void gemm_into(const Tensor& c, const Tensor& a, const Tensor& b, const Tensor* bias = nullptr);
// The same storage as a matrix or vector of other shape, outside the graph.
Tensor reshaped_alias(const Tensor& x, const Dims& sizes, const Dims& strides);

// Each throws torch's errors.
void check_not_bool(const char* kernel, const Tensor& x);
void check_mm_shapes(const Tensor& a, const Tensor& b);
void check_bmm_shapes(const Tensor& a, const Tensor& b);
void check_bmm_dtypes(const Tensor& a, const Tensor& b);
void check_mv(int input_dim, int64_t input_size, DType input_dtype, const Tensor& a, const Tensor& b);

// Column-major, as the transpose of a dense matrix is: then its gradient is computed transposed, so that the gradient of
// the matrix behind the view comes out dense (and with torch's bits).
inline bool is_column_major(Pair sizes, Pair strides) { return strides.first == 1 && strides.second == sizes.first; }
// What the rules know of a matrix that they may not have: strides only of one whose gradient is wanted.
inline Pair sizes_of(const Tensor& x) { return {x.size(0), x.size(1), true}; }
inline Pair strides_of(const Tensor& x) { return wants(x) ? Pair{x.strides()[0], x.strides()[1], true} : Pair(); }
// Gradients of C (M,N) = A (M,K) B (K,N).
Tensor mm_grad_a(const Tensor& g, const Tensor& b, bool a_column_major);
Tensor mm_grad_b(const Tensor& g, const Tensor& a, bool b_column_major);

}  // namespace tg
