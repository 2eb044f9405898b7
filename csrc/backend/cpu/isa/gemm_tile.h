// The register tile and the walk over one block of C. Bits do not depend on where an element lies: every tile, masked or not,
// runs the same chain of fma over k ascending from zero and then adds the first addend.
#pragma once

#include "backend/cpu/gemm_kernels.h"
#include "backend/cpu/isa/vec.h"

namespace tg::TG_ISA {
namespace {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif

// Rows of the tile of nv vectors: the accumulators, one row of B and a splat of A must fit the registers. Few rows want wide
// tiles, since fewer than eight chains cannot hide the latency of fma.
constexpr int max_rows(int nv) {
  if (kRegisters == 32) return nv == 8 ? 2 : nv == 4 ? 6 : 12;
  return nv == 8 ? 1 : nv == 4 ? 2 : kWidth == 32 ? 6 : 4;
}

// The height of the next tile where m rows are left: full tiles, but the last two share evenly.
inline int64_t next_rows(int64_t m, int64_t most) { return m >= 2 * most || m == most ? most : m > most ? (m + 1) / 2 : m; }

// On AVX-512 a masked load or store costs what a plain one costs: one tile serves both.
constexpr bool kFreeMasks = kWidth == 64;

// A pointer whose history the compiler cannot see: without it the addresses of all rows of C live, spilled, across the k loop.
template <class P> TG_INLINE P* opaque(P* p) {
  asm("" : "+r"(p));
  return p;
}

// C[i.. i + MR, j.. j + NV vectors]. Masked: the last vector has only its first `lanes` lanes.
template <class T, int MR, int NV, bool Masked> [[gnu::noinline]] void tile(const GemmBlock<T>& g, int64_t i, int64_t j, int64_t lanes) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  const auto load_b = [lanes](const T* p, int v) { return Masked && v == NV - 1 ? load_n<V>(p + v * W, lanes) : load<V>(p + v * W); };

  const int64_t k = g.k, c_row = g.c_row, b_row = g.b_row;
  const int64_t a_row = g.a_packed ? 1 : g.a_row, a_col = g.a_packed ? MR : g.a_col;
  const T* a[(MR + 2) / 3];  // every third row: the other two are one or two a_row away, which an address can express
#pragma GCC unroll 4
  for (int r = 0; r < MR; r += 3) a[r / 3] = g.a + i * (g.a_packed ? k : g.a_row) + r * a_row;
  const T* b = g.b + j;
  T* c = g.c + i * c_row + j;
  if (k >= 32) {
    T* row = opaque(c);
#pragma GCC unroll 12
    for (int r = 0; r < MR; ++r, row = opaque(row + c_row))
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) __builtin_prefetch(row + v * W, 1);
  }

  V acc[MR][NV] = {};
  for (int64_t p = 0; p < k; ++p) {
    V bv[NV];
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) bv[v] = load_b(b, v);
#pragma GCC unroll 12
    for (int r = 0; r < MR; ++r) {
      const V av = splat<V>(a[r / 3][(r % 3) * a_row]);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = fma(av, bv[v], acc[r][v]);
    }
    b += b_row;
#pragma GCC unroll 4
    for (int r = 0; r < MR; r += 3) a[r / 3] += a_col;
  }

  if (g.start) {
    const T* row = g.start + i * g.start_row + j;
#pragma GCC unroll 12
    for (int r = 0; r < MR; ++r, row = opaque(row + g.start_row))
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = load_b(row, v) + acc[r][v];
  }
#pragma GCC unroll 12
  for (int r = 0; r < MR; ++r, c = opaque(c + c_row))
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) {
      if (Masked && v == NV - 1) store_n(c + v * W, acc[r][v], lanes);
      else store(c + v * W, acc[r][v]);
    }
}

// All rows of C in the NV vectors from column j.
template <class T, int NV, bool Masked> void column(const GemmBlock<T>& g, int64_t j, int64_t lanes) {
  constexpr int most = max_rows(NV);
  for (int64_t i = 0, rows; i < g.m; i += rows) {
    rows = next_rows(g.m - i, most);
    switch (rows) {
#define TG_ROWS(R) \
  case R:          \
    if constexpr (R <= most) tile<T, R, NV, Masked>(g, i, j, lanes); \
    break;
      TG_ROWS(1) TG_ROWS(2) TG_ROWS(3) TG_ROWS(4) TG_ROWS(5) TG_ROWS(6)
      TG_ROWS(7) TG_ROWS(8) TG_ROWS(9) TG_ROWS(10) TG_ROWS(11) TG_ROWS(12)
#undef TG_ROWS
    }
  }
}

// As many full groups of NV vectors as there are; returns the first column after them.
template <class T, int NV> int64_t columns(const GemmBlock<T>& g, int64_t j) {
  constexpr int W = kLanes<T>;
  for (; g.n - j >= NV * W; j += NV * W) column<T, NV, kFreeMasks>(g, j, W);
  return j;
}

template <class T> void block(const GemmBlock<T>& g) {
  constexpr int W = kLanes<T>;
  int64_t j = 0;
  if (g.m <= max_rows(8)) j = columns<T, 8>(g, j);
  if (g.m <= max_rows(4)) j = columns<T, 4>(g, j);
  j = columns<T, 2>(g, j);
  const int64_t left = g.n - j;
  if (left > W) column<T, 2, true>(g, j, left - W);
  else if (left > 0) column<T, 1, true>(g, j, left);
}

}  // namespace
}  // namespace tg::TG_ISA
