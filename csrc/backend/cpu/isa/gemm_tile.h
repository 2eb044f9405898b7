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
  if (kRegisters == 32) return nv == 8 ? 2 : nv == 4 ? 6 : nv == 3 ? 9 : nv == 2 ? 12 : 24;
  return nv == 8 ? 1 : nv == 4 ? 2 : kWidth == 32 ? 6 : 4;
}
constexpr int kNV = kRegisters == 32 ? 3 : 2;
constexpr int kMR = max_rows(kNV);
template <class T> constexpr int kNR = kNV * kLanes<T>;

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
  GemmAhead* ahead;
};

// How operands are reached: by their strides; the same, leaving a packed copy of B; both packed, with constant strides.
enum class Reach { InPlace, Copying, Packed };

// A pointer whose history the compiler cannot see: without it the addresses of all rows of C live, spilled, across the k loop.
template <class P> TG_INLINE P* opaque(P* p) {
  asm("" : "+r"(p));
  return p;
}

// acc = fma(a, b, acc) in acc's own register: when gcc is free to let the sum take the place of a factor, it runs out of
// registers for the widest tiles and moves accumulators through memory.
template <class V> TG_INLINE void accumulate(V& acc, V a, V b) {
#if defined(__AVX2__)
  if constexpr (sizeof(Lane<V>) == 4) asm("vfmadd231ps %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b));
  else asm("vfmadd231pd %2, %1, %0" : "+v"(acc) : "v"(a), "v"(b));
#else
  acc = fma(a, b, acc);
#endif
}

// Calls up one line into the second-level cache.
TG_INLINE void call_up(GemmAhead& walk) {
  __builtin_prefetch(walk.p + walk.at, 0, 2);
  walk.at += 64;
  if (walk.at >= walk.length) walk.at = 0, walk.p += walk.stride, --walk.rows;
}

// NV vectors from p; of the last, where it is masked, only those lanes.
template <bool Masked, class V, int NV> TG_INLINE void load_row(V (&v)[NV], const Lane<V>* p, int64_t lanes) {
  constexpr int W = kLanesOf<V>;
#pragma GCC unroll 8
  for (int x = 0; x < NV; ++x) v[x] = Masked && x == NV - 1 ? load_n<V>(p + x * W, lanes) : load<V>(p + x * W);
}

// acc += one column of A times one row of B; a(r) points to the column's r-th element. (A function, since an accumulator that a
// lambda captures stays in memory.)
template <class V, int MR, int NV, class A> TG_INLINE void step(V (&acc)[MR][NV], const V (&b)[NV], const A& a) {
#pragma GCC unroll 24
  for (int r = 0; r < MR; ++r) {
    const V x = splat<V>(*a(r));
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) accumulate(acc[r][v], x, b[v]);
  }
}

// N steps over packed operands.
template <int N, class V, int MR, int NV> TG_INLINE void steps(V (&acc)[MR][NV], const Lane<V>*& a, const Lane<V>*& b) {
#pragma GCC unroll 4
  for (int u = 0; u < N; ++u) {
    V row[NV];
    load_row<false>(row, b, 0);
    step(acc, row, [a](int r) TG_INLINE_LAMBDA { return a + r; });
    a += kMR;
    b += NV * kLanesOf<V>;
  }
}

// Calls up a row of C.
template <int NV, class T> TG_INLINE void call_up_row(const T* c) {
#pragma GCC unroll 8
  for (int v = 0; v < NV; ++v) __builtin_prefetch(c + v * kLanes<T>);
}

template <class V, int MR, int NV> TG_INLINE void sum_packed(V (&acc)[MR][NV], const Tile<Lane<V>>& t) {
  constexpr int kSteps = 4;
  const Lane<V> *a = t.a, *b = t.b, *c = t.c;
  int64_t turns = t.k / kSteps;
  // C is called up row by row, since all at once would fill the queue of cache misses before A and B; then a line of what is
  // needed next at each turn.
  for (int r = 0; r < MR && turns > 0; ++r, --turns, c += t.c_row) {
    call_up_row<NV>(c);
    steps<kSteps>(acc, a, b);
  }
  GemmAhead w = *t.ahead;
  for (; turns > 0 && w.rows > 0; --turns) {
    call_up(w);
    steps<kSteps>(acc, a, b);
  }
  *t.ahead = w;
  for (; turns > 0; --turns) steps<kSteps>(acc, a, b);
  for (int64_t rest = t.k % kSteps; rest > 0; --rest) steps<1>(acc, a, b);
}

template <bool Masked, ALayout L, bool Copying, class V, int MR, int NV>
TG_INLINE void sum_in_place(V (&acc)[MR][NV], const Tile<Lane<V>>& t) {
  using T = Lane<V>;
  constexpr bool by_rows = L == ALayout::Rows;
  const int64_t a_row = t.a_row, a_col = t.a_col, b_row = t.b_row, lanes = t.lanes;
  const T *a = t.a, *b = t.b;
  T* copy = t.b_copy;
  const T* rows[(MR + 2) / 3];  // every third row: the other two are one or two a_row away, which an address can express
#pragma GCC unroll 8
  for (int r = 0; r < MR; r += 3) rows[r / 3] = a + r * a_row;
  const T* c = t.c;
  for (int64_t p = 0; p < t.k; ++p, b += b_row) {
    V row[NV];
    load_row<Masked>(row, b, lanes);
    if constexpr (Copying) {
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) store(copy + v * kLanesOf<V>, row[v]);
      copy += NV * kLanesOf<V>;
      if (p < MR) call_up_row<NV>(c), c += t.c_row;
    }
    if constexpr (by_rows) {
      step(acc, row, [&rows, a_row](int r) TG_INLINE_LAMBDA { return rows[r / 3] + (r % 3) * a_row; });
#pragma GCC unroll 8
      for (int r = 0; r < MR; r += 3) ++rows[r / 3];
    } else {
      __builtin_prefetch(a + 8 * a_col + MR / 2);  // no hardware prefetcher follows this stride
      step(acc, row, [a](int r) TG_INLINE_LAMBDA { return a + r; });
      a += a_col;
    }
  }
}

template <class T, int MR, int NV, bool Masked, ALayout L, Reach R> [[gnu::noinline]] void tile(const Tile<T>& t) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  V acc[MR][NV] = {};
  if constexpr (R == Reach::Packed) sum_packed(acc, t);
  else sum_in_place<Masked, L, R == Reach::Copying>(acc, t);

  if (t.start) {
    const T* row = t.start;
#pragma GCC unroll 24
    for (int r = 0; r < MR; ++r, row = opaque(row + t.start_row)) {
      V first[NV];
      load_row<Masked>(first, row, t.lanes);
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) acc[r][v] = first[v] + acc[r][v];
    }
  }
  T* c = t.c;
#pragma GCC unroll 24
  for (int r = 0; r < MR; ++r, c = opaque(c + t.c_row))
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) {
      if (Masked && v == NV - 1) store_n(c + v * W, acc[r][v], t.lanes);
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
  t.ahead = g.ahead;
  constexpr int limit = max_rows(NV), full = limit < kMR ? limit : kMR;
  const int64_t most = g.a_packed ? full : limit;
  bool b_packed = g.b_packed;
  int64_t turn = 0;
  for (int64_t i = 0, rows; i < g.m; i += rows, ++turn) {
    rows = next_rows(g.m - i, most);
    t.a = g.a + (g.a_packed ? turn * kMR * kGemmDepth : i * g.a_row);
    t.c = g.c + i * g.c_row + j;
    t.start = g.start ? g.start + i * g.start_row + j : nullptr;
    if constexpr (NV <= kNV) {
      if (rows == full && t.b_copy) {
        tile<T, full, NV, Masked, Reach::Copying>(t, g.layout);
        t.b = t.b_copy, t.b_row = NV * kLanes<T>, t.b_copy = nullptr;
        b_packed = true;
        continue;
      }
      if (rows == full && b_packed && g.a_packed) {
        tile<T, full, NV, Masked, ALayout::Columns, Reach::Packed>(t);
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
  j = columns<T, kNV>(g, j);
  const int64_t left = g.n - j;
  if (left > 2 * W) {
    if constexpr (kNV > 2) column<T, kNV, true>(g, j, left - 2 * W);
  } else if (left > W) {
    column<T, 2, true>(g, j, left - W);
  } else if (left > 0) {
    column<T, 1, true>(g, j, left);
  }
}

}  // namespace
}  // namespace tg::TG_ISA
