// Copies of operands in the order in which the tiles read them.
#pragma once

#include "backend/cpu/isa/gemm_tile.h"
#include "backend/cpu/isa/transpose.h"

namespace tg::TG_ISA {
namespace {

// n elements; whole vectors are stored.
template <class T> TG_INLINE void copy_line(T* dst, const T* src, int64_t n) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  for (; n >= W; n -= W, src += W, dst += W) store(dst, load<V>(src));
  if (n > 0) store(dst, load_n<V>(src, n));
}

// A group of `rows` <= kMR rows of A, k long.
template <class T> void pack_rows(int64_t k, int64_t rows, const T* src, int64_t a_row, T* dst) {
  for (int64_t r = 0; r < rows; ++r, src += a_row, dst += kGemmDepth) copy_line(dst, src, k);
}

// All groups of A, a few at a time, column by column: what overhangs a group's column is overwritten by its next, and lies in the
// group's margin after the last. (Few, since a CPU may remember no more than 16 pages for stores.)
template <class T> void pack_columns(const GemmBlock<T>& g) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  constexpr int64_t kFew = 8;
  T* dst = g.a_copy;
  for (int64_t first = 0, end; first < g.m; first = end, dst += kFew * gemm_group(kMR)) {
    end = g.m - first >= (kFew + 1) * kMR ? first + kFew * kMR : g.m;
    const T* src = g.a;
    for (int64_t p = 0; p < g.k; ++p, src += g.a_col) {
      T* d = dst + p * kMR;
      for (int64_t i = first, rows; i < end; i += rows, d += gemm_group(kMR)) {
        rows = next_rows(g.m - i, kMR);
        if (g.a_row == 1) {
          __builtin_prefetch(src + 8 * g.a_col + i, 0, 2);
#pragma GCC unroll 4
          for (int64_t r = 0; r < kMR; r += W) {
            const int64_t left = g.m - i - r;
            if (left >= W) store(d + r, load<V>(src + i + r));
            else if (left > 0) store(d + r, load_n<V>(src + i + r, left));
          }
        } else {
          for (int64_t r = 0; r < rows; ++r) d[r] = src[(i + r) * g.a_row];
        }
      }
    }
  }
}

// n <= W dense columns of B, ld apart, become k rows of dst, pitch apart.
template <bool Full, class T> void transpose_columns(int64_t k, int64_t n, const T* src, int64_t ld, T* dst, int64_t pitch) {
  constexpr int P = kPiece<T>;
  if (k < P) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t p = 0; p < k; ++p) dst[p * pitch + i] = src[i * ld + p];
    return;
  }
  for (int64_t p = 0;;) {
    Vec<T> r[P];
    load_transposed(r, src + p, ld, Full ? kLanes<T> : n);
#pragma GCC unroll 4
    for (int i = 0; i < P; ++i) store(dst + (p + i) * pitch, r[i]);
    if (p == k - P) return;
    p = p + 2 * P <= k ? p + P : k - P;  // the last step may overlap the one before it
  }
}

template <class T> void pack_b(GemmBlock<T>& g) {
  constexpr int W = kLanes<T>;
  const int64_t pitch = (g.n + W - 1) / W * W;
  if (g.b_row == 1) {
    for (int64_t j = 0; j < g.n; j += W) {
      const T* src = g.b + j * g.b_col;
      if (g.n - j >= W) transpose_columns<true>(g.k, W, src, g.b_col, g.b_copy + j, pitch);
      else transpose_columns<false>(g.k, g.n - j, src, g.b_col, g.b_copy + j, pitch);
    }
  } else {
    for (int64_t p = 0; p < g.k; ++p)
      for (int64_t j = 0; j < g.n; ++j) g.b_copy[p * pitch + j] = g.b[p * g.b_row + j * g.b_col];
  }
  g.b_packed = true;
}

}  // namespace
}  // namespace tg::TG_ISA
