// Copies of operands in the order in which the tiles read them.
#pragma once

#include "backend/cpu/isa/gemm_tile.h"

namespace tg::TG_ISA {
namespace {

// The 128-bit pieces of a vector: 4 floats or 2 doubles.
template <class T> constexpr int kPiece = 16 / static_cast<int>(sizeof(T));

// One piece from each of at(0), at(1), ... that has(i); zeros for the others.
template <class V, class Has, class At> TG_INLINE V load_pieces(const Has& has, const At& at) {
  const auto piece = [&](int i) TG_INLINE_LAMBDA { return load<Vec<float, 16>>(at(i)); };
#if defined(__AVX512F__)
  __m512 v = has(0) ? _mm512_zextps128_ps512(piece(0)) : __m512{};
  if (has(1)) v = _mm512_insertf32x4(v, piece(1), 1);
  if (has(2)) v = _mm512_insertf32x4(v, piece(2), 2);
  if (has(3)) v = _mm512_insertf32x4(v, piece(3), 3);
  return (V)v;
#elif defined(__AVX2__)
  __m256 v = has(0) ? _mm256_zextps128_ps256(piece(0)) : __m256{};
  if (has(1)) v = _mm256_insertf128_ps(v, piece(1), 1);
  return (V)v;
#else
  return has(0) ? (V)piece(0) : V{};
#endif
}

// Piece by piece, a becomes (a0, b0, a1, ...) of the pieces' lower halves and b the same of their upper halves.
template <class V> TG_INLINE void interleave(V& a, V& b) {
  const V x = a, y = b;
#define TG_LOW(...) a = __builtin_shufflevector(x, y, __VA_ARGS__)
#define TG_HIGH(...) b = __builtin_shufflevector(x, y, __VA_ARGS__)
  if constexpr (sizeof(Lane<V>) == 4) {
#if defined(__AVX512F__)
    TG_LOW(0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    TG_HIGH(2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
#elif defined(__AVX2__)
    TG_LOW(0, 8, 1, 9, 4, 12, 5, 13);
    TG_HIGH(2, 10, 3, 11, 6, 14, 7, 15);
#else
    TG_LOW(0, 4, 1, 5);
    TG_HIGH(2, 6, 3, 7);
#endif
  } else {
#if defined(__AVX512F__)
    TG_LOW(0, 8, 2, 10, 4, 12, 6, 14);
    TG_HIGH(1, 9, 3, 11, 5, 13, 7, 15);
#elif defined(__AVX2__)
    TG_LOW(0, 4, 2, 6);
    TG_HIGH(1, 5, 3, 7);
#else
    TG_LOW(0, 2);
    TG_HIGH(1, 3);
#endif
  }
#undef TG_LOW
#undef TG_HIGH
}

// Within each piece: r[i][j] becomes r[j][i].
TG_INLINE void transpose_pieces(Vec<double> (&r)[2]) { interleave(r[0], r[1]); }
TG_INLINE void transpose_pieces(Vec<float> (&r)[4]) {
  using D = Vec<double>;
  interleave(r[0], r[1]);
  interleave(r[2], r[3]);
  D a = (D)r[0], b = (D)r[1], c = (D)r[2], d = (D)r[3];
  interleave(a, c);
  interleave(b, d);
  r[0] = (Vec<float>)a, r[1] = (Vec<float>)c, r[2] = (Vec<float>)b, r[3] = (Vec<float>)d;
}

// Four rows (of doubles: two) of the transposed n columns that lie ld apart: r[i] holds row p + i. Lanes from n on are zero.
template <class T> TG_INLINE void load_transposed(Vec<T> (&r)[kPiece<T>], const T* src, int64_t ld, int64_t n) {
  constexpr int P = kPiece<T>;
#pragma GCC unroll 4
  for (int i = 0; i < P; ++i)
    r[i] = load_pieces<Vec<T>>([=](int l) TG_INLINE_LAMBDA { return l * P + i < n; },
                               [=](int l) TG_INLINE_LAMBDA { return src + (l * P + i) * ld; });
  transpose_pieces(r);
}

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
