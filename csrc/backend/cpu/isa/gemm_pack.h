// Copies of operands in the order in which the tiles read them.
#pragma once

#include "backend/cpu/isa/gemm_tile.h"
#include "backend/cpu/isa/transpose.h"

namespace tg::TG_ISA {
namespace {

// kMR rows of A, k long, become k short columns of dst. Whole vectors are stored: what overhangs a column is overwritten by the
// next, and by nothing after the last.
template <bool Full, class T> void pack_rows(int64_t k, int64_t rows, const T* src, int64_t ld, T* dst) {
  constexpr int W = kLanes<T>, P = kPiece<T>, N = (kMR + W - 1) / W;
  int64_t p = 0;
  if (k >= P)
    for (;;) {
      Vec<T> r[N][P] = {};
#pragma GCC unroll 4
      for (int v = 0; v < N; ++v) {
        const int64_t n = (Full ? kMR : rows) - v * W;
        if (n > 0) load_transposed(r[v], src + v * W * ld + p, ld, n < W ? n : W);
      }
#pragma GCC unroll 4
      for (int i = 0; i < P; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < N; ++v)
          if (Full || rows > v * W) store(dst + (p + i) * kMR + v * W, r[v][i]);
      if (p == k - P) return;
      p = p + 2 * P <= k ? p + P : k - P;  // the last step may overlap the one before it
    }
  for (; p < k; ++p)
    for (int64_t i = 0; i < rows; ++i) dst[p * kMR + i] = src[i * ld + p];
}

// A becomes groups of rows, as `column` walks them.
template <class T> void pack_a(GemmBlock<T>& g, T* dst) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  const T* src = g.a;
  g.a = dst;
  for (int64_t i = 0, rows; i < g.m; i += rows, src += rows * g.a_row, dst += kMR * kGemmDepth) {
    rows = next_rows(g.m - i, kMR);
    if (g.a_col == 1 && rows == kMR) pack_rows<true>(g.k, kMR, src, g.a_row, dst);
    else if (g.a_col == 1) pack_rows<false>(g.k, rows, src, g.a_row, dst);
    else
      for (int64_t p = 0; p < g.k; ++p) {
        const T* s = src + p * g.a_col;
        T* d = dst + p * kMR;
        int64_t r = 0;
        if (g.a_row == 1)
          for (; r < rows; r += W) store(d + r, rows - r >= W ? load<V>(s + r) : load_n<V>(s + r, rows - r));
        for (; r < rows; ++r) d[r] = s[r * g.a_row];
      }
  }
  g.a_packed = true;
  g.a_col = kMR;
  g.layout = ALayout::Columns;
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

template <class T> void pack_b(GemmBlock<T>& g, T* dst) {
  constexpr int W = kLanes<T>;
  const int64_t pitch = (g.n + W - 1) / W * W;
  if (g.b_row == 1) {
    for (int64_t j = 0; j < g.n; j += W) {
      const T* src = g.b + j * g.b_col;
      if (g.n - j >= W) transpose_columns<true>(g.k, W, src, g.b_col, dst + j, pitch);
      else transpose_columns<false>(g.k, g.n - j, src, g.b_col, dst + j, pitch);
    }
  } else {
    for (int64_t p = 0; p < g.k; ++p)
      for (int64_t j = 0; j < g.n; ++j) dst[p * pitch + j] = g.b[p * g.b_row + j * g.b_col];
  }
  g.b = dst;
  g.b_row = pitch;
  g.b_col = 1;
  g.b_packed = true;
}

// A single row meets each element of B once, so B is transposed on its way to the sums.
template <class T> void row(const GemmBlock<T>& g) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>, P = kPiece<T>;
  for (int64_t j = 0; j < g.n; j += kNR<T>) {
    const T* b = g.b + j * g.b_col;
    const T* a = g.a;
    V acc[kNV] = {};
    int64_t p = 0;
    for (; g.k - p >= P; p += P) {
      V r[kNV][P];
#pragma GCC unroll 4
      for (int v = 0; v < kNV; ++v) load_transposed(r[v], b + v * W * g.b_col + p, g.b_col, W);
#pragma GCC unroll 4
      for (int i = 0; i < P; ++i, a += g.a_col) {
        const V x = splat<V>(*a);
#pragma GCC unroll 4
        for (int v = 0; v < kNV; ++v) acc[v] = fma(x, r[v][i], acc[v]);
      }
    }
    for (; p < g.k; ++p, a += g.a_col) {
      T one[kNR<T>];
      for (int i = 0; i < kNR<T>; ++i) one[i] = b[i * g.b_col + p];
      const V x = splat<V>(*a);
#pragma GCC unroll 4
      for (int v = 0; v < kNV; ++v) acc[v] = fma(x, load<V>(one + v * W), acc[v]);
    }
    for (int v = 0; v < kNV; ++v) {
      if (g.start) acc[v] = load<V>(g.start + j + v * W) + acc[v];
      store(g.c + j + v * W, acc[v]);
    }
  }
}

}  // namespace
}  // namespace tg::TG_ISA
