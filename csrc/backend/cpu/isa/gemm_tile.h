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
  if (kRegisters == 32) return nv == 8 ? 2 : nv == 4 ? 6 : nv == 2 ? 12 : 24;
  return nv == 8 ? 1 : nv == 4 ? 2 : kWidth == 32 ? 6 : 4;
}
constexpr int kMR = max_rows(2);
template <class T> constexpr int kNR = 2 * kLanes<T>;
template <class T> constexpr int kPitch = (kMR + kLanes<T> - 1) / kLanes<T> * kLanes<T>;  // of A's packed columns

// The height of the next tile where m rows are left: full tiles, but the last two share evenly.
inline int64_t next_rows(int64_t m, int64_t most) { return m >= 2 * most || m == most ? most : m > most ? (m + 1) / 2 : m; }

// One tile of C. a, b, c and start are its own corners; lanes counts those of the last vector, where that is masked.
template <class T> struct Tile {
  int64_t k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row;
  T* b_copy;
  T* c;
  int64_t c_row;
  const T* start;
  int64_t start_row;
  int64_t lanes;
  GemmAhead ahead;
};

template <int N> struct Count { static constexpr int value = N; };

// How operands are reached: by their strides; the same, leaving a packed copy of B; both packed, with constant strides.
enum class Reach { InPlace, Copying, Packed };

// A pointer whose history the compiler cannot see: without it the addresses of all rows of C live, spilled, across the k loop.
template <class P> TG_INLINE P* opaque(P* p) {
  asm("" : "+r"(p));
  return p;
}

template <class T, int MR, int NV, bool Masked, ALayout L, Reach R> [[gnu::noinline]] void tile(const Tile<T>& t) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  constexpr bool packed = R == Reach::Packed, by_rows = L == ALayout::Rows;
  const int64_t lanes = t.lanes;
  const auto load_row = [lanes](V(&v)[NV], const T* p) {
#pragma GCC unroll 8
    for (int x = 0; x < NV; ++x) v[x] = Masked && x == NV - 1 ? load_n<V>(p + x * W, lanes) : load<V>(p + x * W);
  };

  V acc[MR][NV] = {};
  const int64_t a_row = t.a_row, a_col = t.a_col, b_row = t.b_row;
  const T *a = t.a, *b = t.b;
  T* copy = t.b_copy;
  const T* rows[(MR + 2) / 3];  // every third row: the other two are one or two a_row away, which an address can express
#pragma GCC unroll 8
  for (int r = 0; r < MR; r += 3) rows[r / 3] = a + r * a_row;

  constexpr int steps = packed ? 4 : 1;
  const auto run = [&](auto count) {
#pragma GCC unroll 4
    for (int u = 0; u < count.value; ++u) {
      if constexpr (!packed && !by_rows) __builtin_prefetch(a + 8 * a_col + MR / 2);  // no hardware prefetcher follows this stride
      V bv[NV];
      load_row(bv, packed ? b + u * NV * W : b);
      if constexpr (R == Reach::Copying)
#pragma GCC unroll 8
        for (int v = 0; v < NV; ++v) store(copy + v * W, bv[v]);
#pragma GCC unroll 24
      for (int r = 0; r < MR; ++r) {
        const T* p = packed ? a + (by_rows ? r * kGemmDepth + u : u * kPitch<T> + r) : by_rows ? rows[r / 3] + (r % 3) * a_row : a + r;
        const V av = splat<V>(*p);
#pragma GCC unroll 8
        for (int v = 0; v < NV; ++v) acc[r][v] = fma(av, bv[v], acc[r][v]);
      }
    }
    b += packed ? count.value * NV * W : b_row;
    if constexpr (R == Reach::Copying) copy += NV * W;
    if (packed) a += count.value * (by_rows ? 1 : kPitch<T>);
    else if (!by_rows) a += a_col;
    else
#pragma GCC unroll 8
      for (int r = 0; r < MR; r += 3) ++rows[r / 3];
  };

  // What is needed next is called up line by line, since all at once would fill the queue of cache misses before A and B:
  // the rows of C in the first half of the sum, the next panels in both.
  T* c = t.c;
  int64_t groups = t.k / steps;
  if constexpr (packed) {
    const T* row = c;
    const char *ours = reinterpret_cast<const char*>(c), *line = t.ahead.early ? t.ahead.p : ours;
    int64_t step = t.ahead.early ? t.ahead.step : 0, pair = t.ahead.early ? t.ahead.pair : 0;
    const int64_t pace = groups >= 4 * MR ? groups / (2 * MR) : 1;
    for (int r = 0; r < 2 * MR && groups >= pace; ++r, groups -= pace) {
      if (r < MR) {
        __builtin_prefetch(row);
        __builtin_prefetch(row + W);
        row += t.c_row;
      }
      __builtin_prefetch(line);
      __builtin_prefetch(line + pair);
      line += step;
      if (r == MR - 1) line = t.ahead.p + t.ahead.early, step = t.ahead.step, pair = t.ahead.pair;
      for (int64_t s = pace; s > 0; --s) run(Count<steps>());
    }
  }
  for (; groups > 0; --groups) run(Count<steps>());
  if constexpr (steps > 1)
    for (int64_t rest = t.k % steps; rest > 0; --rest) run(Count<1>());

  if (t.start) {
    const T* row = t.start;
#pragma GCC unroll 24
    for (int r = 0; r < MR; ++r, row = opaque(row + t.start_row)) {
      V first[NV];
      load_row(first, row);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = first[v] + acc[r][v];
    }
  }
#pragma GCC unroll 24
  for (int r = 0; r < MR; ++r, c = opaque(c + t.c_row))
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) {
      if (Masked && v == NV - 1) store_n(c + v * W, acc[r][v], lanes);
      else store(c + v * W, acc[r][v]);
    }
}

template <class T, int MR, int NV, bool Masked, Reach R> void tile(const Tile<T>& t, ALayout layout) {
  if (layout == ALayout::Rows) tile<T, MR, NV, Masked, ALayout::Rows, R>(t);
  else tile<T, MR, NV, Masked, ALayout::Columns, R>(t);
}

// All rows of C in the NV vectors from column j.
template <class T, int NV, bool Masked> void column(const GemmBlock<T>& g, int64_t j, int64_t lanes) {
  Tile<T> t;
  t.k = g.k;
  t.a_row = g.a_row, t.a_col = g.a_col;
  t.b = g.b + j, t.b_row = g.b_row, t.b_copy = g.b_copy;
  t.c_row = g.c_row;
  t.start_row = g.start_row;
  t.lanes = lanes;
  const bool groups = g.a_packed && g.layout == ALayout::Columns;
  constexpr int limit = max_rows(NV);
  const int64_t most = groups && limit > kMR ? kMR : limit;
  bool b_packed = g.b_packed;
  int64_t turn = 0;
  for (int64_t i = 0, rows; i < g.m; i += rows, ++turn) {
    rows = next_rows(g.m - i, most);
    t.a = g.a + (groups ? turn * kPitch<T> * kGemmDepth : i * g.a_row);
    t.c = g.c + i * g.c_row + j;
    t.start = g.start ? g.start + i * g.start_row + j : nullptr;
    if constexpr (NV == 2 && !Masked) {
      if (rows == most && t.b_copy) {
        tile<T, limit, NV, Masked, Reach::Copying>(t, g.layout);
        t.b = t.b_copy, t.b_row = kNR<T>, t.b_copy = nullptr;
        b_packed = true;
        continue;
      }
      if (rows == most && b_packed && g.a_packed) {
        const bool second = turn >= g.ahead[0].units;
        const int64_t at = second ? turn - g.ahead[0].units : turn;
        t.ahead = g.ahead[second];
        if (at < t.ahead.units) t.ahead.p += at * t.ahead.unit;
        else t.ahead.p = reinterpret_cast<const char*>(t.a), t.ahead.step = t.ahead.pair = t.ahead.early = 0;
        tile<T, limit, NV, Masked, Reach::Packed>(t, g.layout);
        continue;
      }
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
  j = columns<T, 2>(g, j);
  const int64_t left = g.n - j;
  if (left > W) column<T, 2, true>(g, j, left - W);
  else if (left > 0) column<T, 1, true>(g, j, left);
}

}  // namespace
}  // namespace tg::TG_ISA
