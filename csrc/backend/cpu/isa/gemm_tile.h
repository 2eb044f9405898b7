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

// A pointer whose history the compiler cannot see: without it the addresses of all rows of C live, spilled, across the k loop.
template <class P> TG_INLINE P* opaque(P* p) {
  asm("" : "+r"(p));
  return p;
}

// C[i.. i + MR, j.. j + NV vectors], where `a` is row i of A. Masked: the last vector has only its first `lanes` lanes.
template <class T, int MR, int NV, bool Masked, ALayout L>
[[gnu::noinline]] void tile(const GemmBlock<T>& g, const T* a, int64_t a_row, int64_t a_col, int64_t i, int64_t j, int64_t lanes,
          const GemmAhead& ahead) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  constexpr bool packed = L != ALayout::Strided;
  const auto load_row = [lanes](V(&v)[NV], const T* p) {
#pragma GCC unroll 8
    for (int x = 0; x < NV; ++x) v[x] = Masked && x == NV - 1 ? load_n<V>(p + x * W, lanes) : load<V>(p + x * W);
  };

  V acc[MR][NV] = {};
  const T* b = g.b + j;
  const T* at[(MR + 2) / 3];  // every third row: the other two are one or two a_row away, which an address can express
#pragma GCC unroll 4
  for (int r = 0; r < MR; r += 3) at[r / 3] = a + r * a_row;
  const auto one_step = [&](int u) {
    V bv[NV];
    load_row(bv, packed ? b + u * NV * W : b);
#pragma GCC unroll 12
    for (int r = 0; r < MR; ++r) {
      const V av = splat<V>(L == ALayout::Rows ? a[r * kGemmDepth + u] : L == ALayout::Columns ? a[u * MR + r] : at[r / 3][(r % 3) * a_row]);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = fma(av, bv[v], acc[r][v]);
    }
  };
  constexpr int steps = packed ? 4 : 1;
  const auto advance = [&](int by) {
    if constexpr (packed) {
      a += L == ALayout::Rows ? by : by * MR;
      b += by * NV * W;
    } else {
      b += g.b_row;
#pragma GCC unroll 4
      for (int r = 0; r < MR; r += 3) at[r / 3] += a_col;
    }
  };
  const auto some_steps = [&] {
#pragma GCC unroll 4
    for (int u = 0; u < steps; ++u) one_step(u);
    advance(steps);
  };

  // What is needed next is called up line by line, since all at once would fill the queue of cache misses before A and B:
  // the rows of C in the first half of the sum, the next panels in the second.
  T* c = g.c + i * g.c_row + j;
  const char* line = reinterpret_cast<const char*>(c);
  int64_t step = g.c_row * static_cast<int64_t>(sizeof(T)), pair = 64;
  int64_t groups = g.k / steps;
  const int64_t pace = groups >= 4 * MR ? groups / (2 * MR) : 1;
  for (int r = 0; r < 2 * MR && groups >= pace; ++r, groups -= pace) {
    __builtin_prefetch(line);
    __builtin_prefetch(line + pair);
    line += step;
    if (r == MR - 1) line = ahead.p, step = ahead.step, pair = ahead.pair;
    for (int64_t s = pace; s > 0; --s) some_steps();
  }
  for (; groups > 0; --groups) some_steps();
  for (int64_t rest = g.k % steps; rest > 0; --rest) {
    one_step(0);
    advance(1);
  }

  if (g.start) {
    const T* row = g.start + i * g.start_row + j;
#pragma GCC unroll 12
    for (int r = 0; r < MR; ++r, row = opaque(row + g.start_row)) {
      V first[NV];
      load_row(first, row);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = first[v] + acc[r][v];
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < MR; ++r, c = opaque(c + g.c_row))
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) {
      if (Masked && v == NV - 1) store_n(c + v * W, acc[r][v], lanes);
      else store(c + v * W, acc[r][v]);
    }
}

// All rows of C in the NV vectors from column j.
template <class T, int NV, bool Masked> void column(const GemmBlock<T>& g, int64_t j, int64_t lanes) {
  constexpr int most = max_rows(NV);
  int64_t turn = 0;
  const GemmAhead here = {reinterpret_cast<const char*>(g.c), 0, 0, 0, 0};
  for (int64_t i = 0, rows; i < g.m; i += rows) {
    rows = next_rows(g.m - i, most);
    const T* a = g.a + i * (g.layout == ALayout::Rows ? kGemmDepth : g.layout == ALayout::Columns ? g.k : g.a_row);
    int64_t a_row = g.a_row, a_col = g.a_col;
    if (g.layout == ALayout::Columns) a_col = rows;
    if constexpr (NV == 2 && !Masked)
      if (rows == most && g.layout != ALayout::Strided) {
        GemmAhead now = g.ahead[turn >= g.ahead[0].units];
        int64_t at = turn >= g.ahead[0].units ? turn - g.ahead[0].units : turn;
        ++turn;
        if (at < now.units) now.p += at * now.unit;
        else now.p = reinterpret_cast<const char*>(a), now.step = now.pair = 0;
        if (g.layout == ALayout::Rows) tile<T, most, NV, Masked, ALayout::Rows>(g, a, a_row, a_col, i, j, lanes, now);
        else tile<T, most, NV, Masked, ALayout::Columns>(g, a, a_row, a_col, i, j, lanes, now);
        continue;
      }
    switch (rows) {
#define TG_ROWS(R) \
  case R:          \
    if constexpr (R <= most) tile<T, R, NV, Masked, ALayout::Strided>(g, a, a_row, a_col, i, j, lanes, here); \
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
  for (; g.n - j >= NV * W; j += NV * W) column<T, NV, false>(g, j, W);
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
