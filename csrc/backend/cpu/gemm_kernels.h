// What one instruction set offers to matrix multiplication; gemm.cpp decides what is packed and who does which part.
#pragma once

#include <cstdint>

namespace tg {

// The sum over k runs in blocks of at most this many terms: each block is one chain of fused multiply-adds from zero, and
// blocks are added in order (gemm.cpp, k_block). So a packed panel has at most this depth.
inline constexpr int64_t kGemmDepth = 192;

// How the tiles find A. Strided: in place. Packed by pack_a: Rows, kGemmDepth apart; or Columns, short ones, group of rows by
// group of rows. With both operands packed the distances are constants of the code.
enum class ALayout : uint8_t { Strided, Rows, Columns };

// Memory to call up while tiles compute: a tile takes the next `unit`, mr pairs of lines (p + i * step, p + i * step + pair).
struct GemmAhead {
  const char* p;
  int64_t unit, step, pair;  // in bytes
  int64_t units;
};

// C (m x n) = start + A (m x k) B (k x n), for one block of the sum. Strides in elements.
template <class T> struct GemmBlock {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_col;  // of Strided: any
  const T* b;
  int64_t b_row, b_col;  // `block` wants b_col == 1; any other B is packed first
  T* c;
  int64_t c_row;  // the columns of C and of start are adjacent
  const T* start;  // the first addend (a bias, or C itself); null: none
  int64_t start_row;
  ALayout layout;
  GemmAhead ahead[2];  // looked at where A is packed
};

template <class T> struct GemmKernelsFor {
  int64_t mr, nr;  // the register tile
  void (*block)(const GemmBlock<T>&);
  // Copy an operand of the block to dst and point the block there. dst holds m x kGemmDepth or kGemmDepth x nr elements;
  // a panel of B has at most nr columns, and a block with packed A has a packed panel of B.
  void (*pack_a)(GemmBlock<T>&, T* dst);
  void (*pack_b)(GemmBlock<T>&, T* dst);
};

struct GemmKernels {
  GemmKernelsFor<float> f32;
  GemmKernelsFor<double> f64;
};

}  // namespace tg
