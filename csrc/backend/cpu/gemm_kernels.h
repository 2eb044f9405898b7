// What one instruction set offers to matrix multiplication; gemm.cpp decides what is copied and who does which part.
#pragma once

#include <cstdint>

namespace tg {

// The sum over k runs in blocks of at most this many terms: each block is one chain of fused multiply-adds from zero, and
// blocks are added in order (gemm.cpp, k_block). So a packed panel has at most this depth.
inline constexpr int64_t kGemmDepth = 192;

// Elements of a packed group of mr rows, with a margin for whole vectors.
[[gnu::always_inline]] constexpr int64_t gemm_group(int64_t mr) { return mr * kGemmDepth + 16; }

// What is dense in A: its rows (a_col is 1) or its columns (a_row is 1).
enum class ALayout : uint8_t { Rows, Columns };

// A walk over what is needed next, `length` bytes of each row: while tiles compute, they call it up into the second-level cache
// and, where `to` is given, copy it there, row after row.
struct GemmAhead {
  const char* p;
  int64_t stride, length;  // in bytes
  int64_t rows;            // left
  int64_t at;              // in this row, in bytes; negative if its first line begins before it
  char* to;
};

[[gnu::always_inline]] inline int64_t from_line(const char* p) { return -static_cast<int64_t>(reinterpret_cast<uintptr_t>(p) % 64); }

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
  // Where copies of the operands are or go, in the order in which tiles read them; null: nowhere. The first tiles to read an
  // operand copy it for those that follow.
  T *a_copy, *b_copy;
  bool a_packed, b_packed;  // the copy is there
  GemmAhead* ahead;         // where A has a copy
};

template <class T> struct GemmKernelsFor {
  int64_t mr, nr;  // the register tile
  // B's rows are dense or packed. Where an operand has a copy, n <= nr.
  void (*block)(const GemmBlock<T>&);
  // One row of C, where B's columns are dense and n is a multiple of nr.
  void (*row)(const GemmBlock<T>&);
  // Fills b_copy, n <= nr.
  void (*pack_b)(GemmBlock<T>&);
  // Elements of a_copy for m rows, and of b_copy.
  int64_t a_room(int64_t m) const { return (m + mr - 1) / mr * gemm_group(mr); }
  int64_t b_room() const { return nr * kGemmDepth; }
};

struct GemmKernels {
  GemmKernelsFor<float> f32;
  GemmKernelsFor<double> f64;
};

}  // namespace tg
