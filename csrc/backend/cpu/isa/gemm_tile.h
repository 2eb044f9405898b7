// The register tile. Bits do not depend on where an element lies: every tile, masked or not, runs the same chain of fma over k
// ascending from zero and then adds the first addend.
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

// How operands are reached: by their strides; the same, leaving a packed copy of B; both packed.
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

// Calls up one line into the second-level cache, or copies a vector, and calls up what will be copied some rows later.
template <class T> TG_INLINE void go_ahead(GemmAhead& w) {
  constexpr int64_t kRowsAhead = 12;
  const int64_t far = w.to ? kRowsAhead * w.stride : 0;
  __builtin_prefetch(w.p + w.at + far, 0, 2);
  if (w.to) {
    store(w.to, load<Vec<T>>(w.p + w.at));
    w.to += kWidth;
  }
  w.at += kWidth < 64 && w.to ? kWidth : 64;
  if (w.at < w.length) return;
  if (w.to) __builtin_prefetch(w.p + far + w.length - 1, 0, 2);  // rows need not begin where lines of the cache do
  w.p += w.stride;
  w.at = w.to ? 0 : from_line(w.p);
  --w.rows;
}

// NV vectors from p; of the last, where it is masked, only those lanes.
template <bool Masked, class V, int NV> TG_INLINE void load_row(V (&v)[NV], const Lane<V>* p, int64_t lanes) {
  constexpr int W = kLanesOf<V>;
#pragma GCC unroll 8
  for (int x = 0; x < NV; ++x) v[x] = Masked && x == NV - 1 ? load_n<V>(p + x * W, lanes) : load<V>(p + x * W);
}

// The columns of MR rows of A, one after the other.
template <ALayout L, int MR, class T> struct Columns {
  static constexpr bool by_rows = L == ALayout::Rows;
  static constexpr int N = by_rows ? (MR + 2) / 3 : 1;
  const T* at[N];  // every third row: the other two are one or two a_row away, which an address can express
  int64_t a_row;

  TG_INLINE Columns(const T* a, int64_t row) : a_row(row) {
#pragma GCC unroll 8
    for (int i = 0; i < N; ++i) at[i] = a + 3 * i * a_row;
  }
  TG_INLINE const T* operator[](int r) const { return by_rows ? at[r / 3] + (r % 3) * a_row : at[0] + r; }
  TG_INLINE void advance(int64_t a_col) {
#pragma GCC unroll 8
    for (int i = 0; i < N; ++i) at[i] += by_rows ? 1 : a_col;
  }
};

// acc += one column of A times one row of B.
template <class V, int MR, int NV, class A> TG_INLINE void step(V (&acc)[MR][NV], const V (&b)[NV], const A& a) {
#pragma GCC unroll 24
  for (int r = 0; r < MR; ++r) {
    const V x = splat<V>(*a[r]);
#pragma GCC unroll 8
    for (int v = 0; v < NV; ++v) accumulate(acc[r][v], x, b[v]);
  }
}

// N steps over packed operands.
template <int N, class V, int MR, int NV, class A> TG_INLINE void steps(V (&acc)[MR][NV], A& a, const Lane<V>*& b) {
#pragma GCC unroll 4
  for (int u = 0; u < N; ++u) {
    V row[NV];
    load_row<false>(row, b, 0);
    step(acc, row, a);
    a.advance(kMR);
    b += NV * kLanesOf<V>;
  }
}

// Calls up a row of C.
template <int NV, class T> TG_INLINE void call_up_row(const T* c) {
#pragma GCC unroll 8
  for (int v = 0; v < NV; ++v) __builtin_prefetch(c + v * kLanes<T>);
  __builtin_prefetch(c + NV * kLanes<T> - 1);  // rows need not begin where lines of the cache do
}

template <ALayout L, class V, int MR, int NV> TG_INLINE void sum_packed(V (&acc)[MR][NV], const Tile<Lane<V>>& t) {
  constexpr int kSteps = 4;
  // C is called up row by row shortly before the end: all at once would fill the queue of cache misses, and earlier, rows that
  // share a set of the first-level cache would be gone again. What is needed next is called up before.
  constexpr int kLate = MR + 8;
  Columns<L, MR, Lane<V>> a(t.a, t.a_row);
  const Lane<V> *b = t.b, *c = t.c;
  int64_t turns = t.k / kSteps;
  GemmAhead w = *t.ahead;
  for (; turns > kLate && w.rows > 0; --turns) {
    go_ahead<Lane<V>>(w);
    steps<kSteps>(acc, a, b);
  }
  *t.ahead = w;
  for (; turns > kLate; --turns) steps<kSteps>(acc, a, b);
  for (int r = 0; r < MR && turns > 0; ++r, --turns, c += t.c_row) {
    call_up_row<NV>(c);
    steps<kSteps>(acc, a, b);
  }
  for (; turns > 0; --turns) steps<kSteps>(acc, a, b);
  for (int64_t rest = t.k % kSteps; rest > 0; --rest) steps<1>(acc, a, b);
}

template <bool Masked, ALayout L, Reach R, class V, int MR, int NV>
TG_INLINE void sum_in_place(V (&acc)[MR][NV], const Tile<Lane<V>>& t) {
  using T = Lane<V>;
  constexpr int W = kLanes<T>;
  const int64_t a_col = t.a_col, b_row = t.b_row, lanes = t.lanes;
  Columns<L, MR, T> a(t.a, t.a_row);
  const T *b = t.b, *c = t.c;
  T* b_copy = t.b_copy;
  for (int64_t p = 0; p < t.k; ++p, b += b_row) {
    V row[NV];
    load_row<Masked>(row, b, lanes);
    if constexpr (R == Reach::Copying) {
#pragma GCC unroll 8
      for (int v = 0; v < NV; ++v) store(b_copy + v * W, row[v]);
      b_copy += NV * W;
      if (p < MR) call_up_row<NV>(c), c += t.c_row;
    }
    if constexpr (L == ALayout::Columns) __builtin_prefetch(a[MR / 2] + 8 * a_col);  // no hardware prefetcher follows this stride
    step(acc, row, a);
    a.advance(a_col);
  }
}

template <class T, int MR, int NV, bool Masked, ALayout L, Reach R> [[gnu::noinline]] void tile(const Tile<T>& t) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  V acc[MR][NV] = {};
  if constexpr (R == Reach::Packed) sum_packed<L>(acc, t);
  else sum_in_place<Masked, L, R>(acc, t);

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

}  // namespace
}  // namespace tg::TG_ISA
