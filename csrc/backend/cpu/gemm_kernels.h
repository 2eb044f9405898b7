// What one instruction set offers to matrix multiplication; cpu/gemm.cpp decides what to pack and who does which part.
#pragma once

#include <cstdint>

namespace tg {

// The sum over k runs in blocks of at most this many terms: each block is one chain of fused multiply-adds from zero, and
// blocks are added in order (gemm.cpp, k_block). So C is met once a block, and a packed panel has at most this depth.
inline constexpr int64_t kGemmDepth = 192;

// C (m x n) = start + A (m x k) B (k x n): one block of the sum over k. Strides in elements.
template <class T> struct GemmBlock {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_col;  // any; packed (pack_a): a_col is 0
  const T* b;
  int64_t b_row;  // the columns of B, C and start are adjacent
  T* c;
  int64_t c_row;
  const T* start;  // the first addend (a bias, or C itself); null: none
  int64_t start_row;
};

template <class T> struct GemmKernelsFor {
  int64_t mr, nr;  // the register tile
  void (*block)(const GemmBlock<T>&);
  // dst = the m x k block of A, cut as `block` walks it: for each group of rows, its columns one after another.
  void (*pack_a)(int64_t m, int64_t k, const T* a, int64_t a_row, int64_t a_col, T* dst);
  // dst[k][nr] = the k x n block of B, n <= nr; what lies beyond n is unspecified.
  void (*pack_b)(int64_t k, int64_t n, const T* b, int64_t b_row, int64_t b_col, T* dst);
};

struct GemmKernels {
  GemmKernelsFor<float> f32;
  GemmKernelsFor<double> f64;
};

}  // namespace tg
