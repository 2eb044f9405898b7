// What one instruction set offers to matrix multiplication; gemm.cpp decides what is copied and who does which part.
#pragma once

#include <cstdint>

namespace tg {

// The sum over k runs in blocks of at most this many terms: each block is one chain of fused multiply-adds from zero, and
// blocks are added in order (gemm.cpp, k_block). So a packed panel has at most this depth.
inline constexpr int64_t kGemmDepth = 192;

// What is dense in A: its rows (a_col is 1) or its columns (a_row is 1).
enum class ALayout : uint8_t { Rows, Columns };

// A walk over what is needed next, `length` bytes of each row: while tiles compute, they call it up line by line into the
// second-level cache.
struct GemmAhead {
  const char* p;
  int64_t stride, length;  // in bytes
  int64_t rows;            // left
  int64_t at;              // in this row, in bytes
};

// C (m x n) = start + A (m x k) B (k x n), for one block of the sum. Strides in elements.
template <class T> struct GemmBlock {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row, b_col;
  T* c;
  int64_t c_row;   // the columns of C and of start are adjacent
  const T* start;  // the first addend (a bias, or C itself); null: none
  int64_t start_row;
  ALayout layout;
  bool a_packed;       // by pack_a
  bool b_packed;       // by pack_b
  T* b_copy;           // where the first tile leaves a packed copy of B for the others; null: nowhere
  GemmAhead* ahead;    // where A is packed
};

template <class T> struct GemmKernelsFor {
  int64_t mr, nr;  // the register tile
  // B's rows are dense. Where A is packed or b_copy is given, n <= nr.
  void (*block)(const GemmBlock<T>&);
  // One row of C, where B's columns are dense and n is a multiple of nr.
  void (*row)(const GemmBlock<T>&);
  // Copy an operand to dst in the order in which `block` reads it, and point the block there. dst holds kGemmDepth columns of
  // mr elements for each mr rows and nr more, or kGemmDepth rows of nr columns (n <= nr).
  void (*pack_a)(GemmBlock<T>&, T* dst);
  void (*pack_b)(GemmBlock<T>&, T* dst);
};

struct GemmKernels {
  GemmKernelsFor<float> f32;
  GemmKernelsFor<double> f64;
};

}  // namespace tg
