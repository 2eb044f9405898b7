// Transposing in registers: piece by piece of 128 bits, the widest that all instruction sets shuffle alike.
#pragma once

#include "backend/cpu/isa/vec.h"

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

}  // namespace
}  // namespace tg::TG_ISA
