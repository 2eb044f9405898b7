// The walk over one block of C, and the kernel for a single row.
#pragma once

#include "backend/cpu/isa/gemm_pack.h"
#include "backend/cpu/isa/gemm_tile.h"

namespace tg::TG_ISA {
namespace {

// All rows of C in the NV vectors from column j.
template <class T, int NV, bool Masked> void column(const GemmBlock<T>& g, int64_t j, int64_t lanes) {
  constexpr int limit = max_rows(NV), full = limit < kMR ? limit : kMR;
  Tile<T> t;
  t.k = g.k;
  t.c_row = g.c_row, t.start_row = g.start_row;
  t.lanes = lanes;
  t.ahead = g.ahead;
  bool b_packed = g.b_packed;
  t.b = b_packed ? g.b_copy : g.b + j, t.b_row = b_packed ? NV * kLanes<T> : g.b_row, t.b_copy = g.b_copy;
  bool a_packed = g.a_packed;
  if (g.a_copy && !a_packed && g.layout == ALayout::Columns) pack_columns(g), a_packed = true;
  T* group = g.a_copy;
  for (int64_t i = 0, rows; i < g.m; i += rows) {
    rows = next_rows(g.m - i, g.a_copy ? full : limit);
    t.c = g.c + i * g.c_row + j;
    t.start = g.start ? g.start + i * g.start_row + j : nullptr;
    t.a = g.a + i * g.a_row, t.a_row = g.a_row, t.a_col = g.a_col;
    if (g.a_copy) {
      if (!a_packed) pack_rows(g.k, rows, t.a, t.a_row, group);
      t.a = group, group += gemm_group(kMR);
      // In the copy rows stay rows, and columns columns.
      if (g.layout == ALayout::Rows) t.a_row = kGemmDepth, t.a_col = 1;
      else t.a_row = 1, t.a_col = kMR;
    }
    if constexpr (NV <= kNV)
      if (rows == full) {
        if (g.b_copy && !b_packed) {
          tile<T, full, NV, Masked, Reach::Copying>(t, g.layout);
          t.b = g.b_copy, t.b_row = NV * kLanes<T>, b_packed = true;
        } else if (g.a_copy && b_packed) {
          tile<T, full, NV, Masked, Reach::Packed>(t, g.layout);
        } else {
          tile<T, full, NV, Masked, Reach::InPlace>(t, g.layout);
        }
        continue;
      }
    switch (rows) {
#define TG_ROWS(R) \
  case R:          \
    if constexpr (R <= limit) tile<T, R, NV, Masked, Reach::InPlace>(t, g.layout); \
    break;
      TG_ROWS(1) TG_ROWS(2) TG_ROWS(3) TG_ROWS(4) TG_ROWS(5) TG_ROWS(6)
      TG_ROWS(7) TG_ROWS(8) TG_ROWS(9) TG_ROWS(10) TG_ROWS(11) TG_ROWS(12)
      TG_ROWS(13) TG_ROWS(14) TG_ROWS(15) TG_ROWS(16) TG_ROWS(17) TG_ROWS(18)
      TG_ROWS(19) TG_ROWS(20) TG_ROWS(21) TG_ROWS(22) TG_ROWS(23) TG_ROWS(24)
#undef TG_ROWS
    }
  }
}

// As many full groups of NV vectors as there are; returns the first column after them.
template <class T, int NV> int64_t columns(const GemmBlock<T>& g, int64_t j) {
  constexpr int W = kLanes<T>;
  for (; g.n - j >= NV * W; j += NV * W) column<T, NV, false>(g, j, W);
  return j;
}

template <class T> void block(const GemmBlock<T>& g) {
  constexpr int W = kLanes<T>;
  int64_t j = 0;
  if (g.m <= max_rows(8)) j = columns<T, 8>(g, j);
  if (g.m <= max_rows(4)) j = columns<T, 4>(g, j);
  j = columns<T, kNV>(g, j);
  const int64_t left = g.n - j;
  if (left > 2 * W) {
    if constexpr (kNV > 2) column<T, kNV, true>(g, j, left - 2 * W);
  } else if (left > W) {
    column<T, 2, true>(g, j, left - W);
  } else if (left > 0) {
    column<T, 1, true>(g, j, left);
  }
  if (g.ahead && g.ahead->to)
    while (g.ahead->rows > 0) go_ahead<T>(*g.ahead);
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
