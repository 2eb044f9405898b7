// Copies of operands in the order in which the tiles read them.
#pragma once

#include "backend/cpu/isa/gemm_tile.h"

namespace tg::TG_ISA {
namespace {

// A whose columns are dense (a transposed matrix) becomes groups of rows as `column` walks them, each k short columns, kPitch
// apart; any other A becomes dense rows.
template <class T> void pack_a(GemmBlock<T>& g, T* dst) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>;
  const T* const src = g.a;
  g.a = dst;
  g.a_packed = true;
  if (g.a_row == 1 && g.a_col != 1) {
    for (int64_t i = 0, rows; i < g.m; i += rows, dst += kPitch<T> * kGemmDepth) {
      rows = next_rows(g.m - i, kMR);
      for (int64_t p = 0; p < g.k; ++p) {
        const T* s = src + i + p * g.a_col;
        T* d = dst + p * kPitch<T>;
        int64_t r = 0;
        for (; rows - r >= W; r += W) store(d + r, load<V>(s + r));
        if (r < rows) store(d + r, load_n<V>(s + r, rows - r));
      }
    }
    g.a_col = kPitch<T>;
    g.layout = ALayout::Columns;
    return;
  }
  for (int64_t i = 0; i < g.m; ++i, dst += kGemmDepth) {
    const T* s = src + i * g.a_row;
    int64_t p = 0;
    if (g.a_col == 1)
      for (; g.k - p >= W; p += W) store(dst + p, load<V>(s + p));
    for (; p < g.k; ++p) dst[p] = s[p * g.a_col];
  }
  g.a_row = kGemmDepth;
  g.a_col = 1;
  g.layout = ALayout::Rows;
}

// The 128-bit pieces of a vector: 4 floats or 2 doubles.
template <class T> constexpr int kPiece = 16 / static_cast<int>(sizeof(T));

// One piece from each of at(0), at(1), ...
template <class V, class F> TG_INLINE V load_pieces(const F& at) {
  const auto piece = [&](int i) { return load<Vec<float, 16>>(at(i)); };
#if defined(__AVX512F__)
  __m512 v = _mm512_castps128_ps512(piece(0));
  v = _mm512_insertf32x4(v, piece(1), 1);
  v = _mm512_insertf32x4(v, piece(2), 2);
  return (V)_mm512_insertf32x4(v, piece(3), 3);
#elif defined(__AVX2__)
  return (V)_mm256_insertf128_ps(_mm256_castps128_ps256(piece(0)), piece(1), 1);
#else
  return (V)piece(0);
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

// Four rows (of doubles: two) of the transposed n columns that lie ld apart: r[i] holds row p + i. n == W where Full, else less,
// and the lanes beyond n are unspecified.
template <bool Full, class T> TG_INLINE void load_transposed(Vec<T> (&r)[kPiece<T>], const T* src, int64_t ld, int64_t n) {
  constexpr int P = kPiece<T>;
#pragma GCC unroll 4
  for (int i = 0; i < P; ++i)
    r[i] = load_pieces<Vec<T>>([=](int l) {
      const int64_t column = l * P + i;
      return src + (Full || column < n ? column : n - 1) * ld;
    });
  transpose_pieces(r);
}

// n <= W dense columns of B, ld apart, become k rows of dst, kNR apart.
template <bool Full, class T> void transpose_columns(int64_t k, int64_t n, const T* src, int64_t ld, T* dst) {
  constexpr int P = kPiece<T>;
  if (k < P) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t p = 0; p < k; ++p) dst[p * kNR<T> + i] = src[i * ld + p];
    return;
  }
  for (int64_t p = 0;;) {
    Vec<T> r[P];
    load_transposed<Full>(r, src + p, ld, n);
#pragma GCC unroll 4
    for (int i = 0; i < P; ++i) store(dst + (p + i) * kNR<T>, r[i]);
    if (p == k - P) return;
    p = p + 2 * P <= k ? p + P : k - P;  // the last step may overlap the one before it
  }
}

template <class T> void pack_b(GemmBlock<T>& g, T* dst) {
  constexpr int W = kLanes<T>;
  if (g.b_row == 1) {
    for (int64_t j = 0; j < g.n; j += W) {
      const T* src = g.b + j * g.b_col;
      if (g.n - j >= W) transpose_columns<true>(g.k, W, src, g.b_col, dst + j);
      else transpose_columns<false>(g.k, g.n - j, src, g.b_col, dst + j);
    }
  } else {
    for (int64_t p = 0; p < g.k; ++p)
      for (int64_t j = 0; j < g.n; ++j) dst[p * kNR<T> + j] = g.b[p * g.b_row + j * g.b_col];
  }
  g.b = dst;
  g.b_row = kNR<T>;
  g.b_col = 1;
  g.b_packed = true;
}

// A single row meets each element of B once, so B is transposed on its way to the sums.
template <class T> void row(const GemmBlock<T>& g) {
  using V = Vec<T>;
  constexpr int W = kLanes<T>, P = kPiece<T>;
  for (int64_t j = 0; j < g.n; j += 2 * W) {
    const T* b = g.b + j * g.b_col;
    const T* a = g.a;
    V acc[2] = {};
    int64_t p = 0;
    for (; g.k - p >= P; p += P) {
      V r[2][P];
      load_transposed<true>(r[0], b + p, g.b_col, W);
      load_transposed<true>(r[1], b + W * g.b_col + p, g.b_col, W);
#pragma GCC unroll 4
      for (int i = 0; i < P; ++i, a += g.a_col) {
        const V x = splat<V>(*a);
        acc[0] = fma(x, r[0][i], acc[0]);
        acc[1] = fma(x, r[1][i], acc[1]);
      }
    }
    for (; p < g.k; ++p, a += g.a_col) {
      T one[2 * W];
      for (int i = 0; i < 2 * W; ++i) one[i] = b[i * g.b_col + p];
      const V x = splat<V>(*a);
      acc[0] = fma(x, load<V>(one), acc[0]);
      acc[1] = fma(x, load<V>(one + W), acc[1]);
    }
    for (int v = 0; v < 2; ++v) {
      if (g.start) acc[v] = load<V>(g.start + j + v * W) + acc[v];
      store(g.c + j + v * W, acc[v]);
    }
  }
}

}  // namespace
}  // namespace tg::TG_ISA
