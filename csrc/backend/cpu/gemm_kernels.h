// What one instruction set offers to matrix multiplication; gemm.cpp decides what is packed and who does which part.
#pragma once

#include <cstdint>

namespace tg {

// The sum over k runs in blocks of at most this many terms: each block is one chain of fused multiply-adds from zero, and
// blocks are added in order (gemm.cpp, k_block). So a packed panel has at most this depth.
inline constexpr int64_t kGemmDepth = 192;

// C (m x n) = start + A (m x k) B (k x n), for one block of the sum. Strides in elements.
template <class T> struct GemmBlock {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_col;  // any
  const T* b;
  int64_t b_row, b_col;  // `block` wants b_col == 1; any other B is packed first
  T* c;
  int64_t c_row;  // the columns of C and of start are adjacent
  const T* start;  // the first addend (a bias, or C itself); null: none
  int64_t start_row;
  bool a_packed;  // set by pack_a: groups of rows, each group column by column
};

template <class T> struct GemmKernelsFor {
  int64_t mr, nr;  // the register tile
  void (*block)(const GemmBlock<T>&);
  // Copy an operand of the block to dst, in the order in which `block` reads it, and point the block there.
  // dst holds m x k elements, or k x (n rounded up to nr).
  void (*pack_a)(GemmBlock<T>&, T* dst);
  void (*pack_b)(GemmBlock<T>&, T* dst);
};

struct GemmKernels {
  GemmKernelsFor<float> f32;
  GemmKernelsFor<double> f64;
};

}  // namespace tg
