// Vectors of one instruction set, on the compilers' vector extensions. Included by the files of isa/ and by nothing else:
// everything is in an unnamed namespace inside tg::TG_ISA, so no code of one instruction set can leak into another.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define TG_INLINE inline __attribute__((always_inline))
#define TG_INLINE_LAMBDA __attribute__((always_inline))

namespace tg::TG_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 64;
#elif defined(__AVX2__)
constexpr int kWidth = 32;
#else
constexpr int kWidth = 16;
#endif

template <class T, int BYTES = kWidth> struct VecOf { typedef T type __attribute__((vector_size(BYTES))); };
template <int BYTES> struct VecOf<bool, BYTES> { typedef uint8_t type __attribute__((vector_size(BYTES))); };
template <class T, int BYTES = kWidth> using Vec = typename VecOf<T, BYTES>::type;
template <class T> constexpr int kLanes = kWidth / static_cast<int>(sizeof(T));

template <int SIZE> struct IntOf;
template <> struct IntOf<1> { using type = int8_t; };
template <> struct IntOf<2> { using type = int16_t; };
template <> struct IntOf<4> { using type = int32_t; };
template <> struct IntOf<8> { using type = int64_t; };

// T of a vector type, and the vector of equally wide integers that comparisons give.
template <class V> using Lane = std::remove_cvref_t<decltype(V{}[0])>;
template <class V> using Mask = Vec<typename IntOf<sizeof(Lane<V>)>::type, sizeof(V)>;
template <class V> constexpr int kLanesOf = static_cast<int>(sizeof(V) / sizeof(Lane<V>));

// One element. A bool's byte may hold anything (a NumPy array cast to bool), and is true unless 0.
template <class T> TG_INLINE T element(const void* p, int64_t i) {
  if constexpr (std::is_same_v<T, bool>) return static_cast<const uint8_t*>(p)[i] != 0;
  else return static_cast<const T*>(p)[i];
}

// V at any address, whatever type the memory has. (A copy by memcpy is a detour by way of the stack in some of gcc's loops.)
template <class V> struct InMemory { typedef V type __attribute__((aligned(1), may_alias)); };
template <class V> TG_INLINE V load(const void* p) { return *static_cast<const typename InMemory<V>::type*>(p); }
template <class V> TG_INLINE void store(void* p, V v) { *static_cast<typename InMemory<V>::type*>(p) = v; }

// The lower half of a vector of 4, 8 or 16 lanes (K = 0), the upper (1), and the two together again.
template <class V> using Half = Vec<Lane<V>, static_cast<int>(sizeof(V)) / 2>;
template <int K, class V> TG_INLINE Half<V> half(V v) {
  constexpr int at = K * kLanesOf<V> / 2;
  if constexpr (kLanesOf<V> == 16) return __builtin_shufflevector(v, v, at, at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7);
  else if constexpr (kLanesOf<V> == 8) return __builtin_shufflevector(v, v, at, at + 1, at + 2, at + 3);
  else return __builtin_shufflevector(v, v, at, at + 1);
}
template <class H> TG_INLINE Vec<Lane<H>, 2 * static_cast<int>(sizeof(H))> together(H lo, H hi) {
  if constexpr (kLanesOf<H> == 8) return __builtin_shufflevector(lo, hi, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  else if constexpr (kLanesOf<H> == 4) return __builtin_shufflevector(lo, hi, 0, 1, 2, 3, 4, 5, 6, 7);
  else return __builtin_shufflevector(lo, hi, 0, 1, 2, 3);
}

// To aligned memory past the caches, where the CPU can. Nobody else may read it before a stream_fence (dense.h).
template <class V> TG_INLINE void stream(void* p, V v) {
#if defined(__AVX512F__)
  _mm512_stream_si512(static_cast<__m512i*>(p), (__m512i)v);
#elif defined(__AVX2__)
  _mm256_stream_si256(static_cast<__m256i*>(p), (__m256i)v);
#elif defined(__x86_64__)
  _mm_stream_si128(static_cast<__m128i*>(p), (__m128i)v);
#else
  store(p, v);
#endif
}

template <class V> TG_INLINE V splat(Lane<V> x) { return x - V{}; }

// The first n lanes (0 < n < lanes); the other lanes are zero. Memory past them is not touched.
template <class V> TG_INLINE V load_n(const void* p, int64_t n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    const unsigned m = static_cast<unsigned>(n);
    if constexpr (sizeof(Lane<V>) == 8) return (V)_mm512_maskz_loadu_epi64(static_cast<__mmask8>((1U << m) - 1), p);
    if constexpr (sizeof(Lane<V>) == 4) return (V)_mm512_maskz_loadu_epi32(static_cast<__mmask16>((1U << m) - 1), p);
    if constexpr (sizeof(Lane<V>) == 2) return (V)_mm512_maskz_loadu_epi16((1U << m) - 1, p);
    if constexpr (sizeof(Lane<V>) == 1) return (V)_mm512_maskz_loadu_epi8((1ULL << m) - 1, p);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(V) == 32 && sizeof(Lane<V>) == 4) {
    const __m256i m = (__m256i)(Vec<int32_t>{0, 1, 2, 3, 4, 5, 6, 7} < static_cast<int32_t>(n));
    return (V)_mm256_maskload_epi32(static_cast<const int*>(p), m);
  }
  if constexpr (sizeof(V) == 32 && sizeof(Lane<V>) == 8) {
    const __m256i m = (__m256i)(Vec<int64_t>{0, 1, 2, 3} < n);
    return (V)_mm256_maskload_epi64(static_cast<const long long*>(p), m);
  }
#endif
  V v{};
  memcpy(&v, p, static_cast<size_t>(n) * sizeof(Lane<V>));
  return v;
}

template <class V> TG_INLINE void store_n(void* p, V v, int64_t n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64) {
    const unsigned m = static_cast<unsigned>(n);
    if constexpr (sizeof(Lane<V>) == 8) return _mm512_mask_storeu_epi64(p, static_cast<__mmask8>((1U << m) - 1), (__m512i)v);
    if constexpr (sizeof(Lane<V>) == 4) return _mm512_mask_storeu_epi32(p, static_cast<__mmask16>((1U << m) - 1), (__m512i)v);
    if constexpr (sizeof(Lane<V>) == 2) return _mm512_mask_storeu_epi16(p, (1U << m) - 1, (__m512i)v);
    if constexpr (sizeof(Lane<V>) == 1) return _mm512_mask_storeu_epi8(p, (1ULL << m) - 1, (__m512i)v);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(V) == 32 && sizeof(Lane<V>) == 4) {
    const __m256i m = (__m256i)(Vec<int32_t>{0, 1, 2, 3, 4, 5, 6, 7} < static_cast<int32_t>(n));
    return _mm256_maskstore_epi32(static_cast<int*>(p), m, (__m256i)v);
  }
  if constexpr (sizeof(V) == 32 && sizeof(Lane<V>) == 8) {
    const __m256i m = (__m256i)(Vec<int64_t>{0, 1, 2, 3} < n);
    return _mm256_maskstore_epi64(static_cast<long long*>(p), m, (__m256i)v);
  }
#endif
  memcpy(p, &v, static_cast<size_t>(n) * sizeof(Lane<V>));
}

// a * b + c: one rounding where the instruction set has it, two on baseline x86-64; exact for integers.
template <class V> TG_INLINE V fma(V a, V b, V c) {
  using T [[maybe_unused]] = Lane<V>;
#if defined(__FMA__)
  if constexpr (std::is_same_v<T, float>) {
#if defined(__AVX512F__)
    if constexpr (sizeof(V) == 64) return (V)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#endif
    if constexpr (sizeof(V) == 32) return (V)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
    if constexpr (sizeof(V) == 16) return (V)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
  } else if constexpr (std::is_same_v<T, double>) {
#if defined(__AVX512F__)
    if constexpr (sizeof(V) == 64) return (V)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#endif
    if constexpr (sizeof(V) == 32) return (V)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
    if constexpr (sizeof(V) == 16) return (V)_mm_fmadd_pd((__m128d)a, (__m128d)b, (__m128d)c);
  }
  return a * b + c;
#elif defined(__aarch64__)
  if constexpr (std::is_floating_point_v<T>) {
    V r;
    for (int i = 0; i < kLanesOf<V>; ++i) r[i] = sizeof(T) == 4 ? static_cast<T>(__builtin_fmaf(a[i], b[i], c[i])) : static_cast<T>(__builtin_fma(a[i], b[i], c[i]));
    return r;
  }
  return a * b + c;
#else
  return a * b + c;
#endif
}

// One lane's function applied to all: for what is too rare to deserve a vector algorithm.
template <class V, class F> TG_INLINE V lanewise(V x, F f) {
  V r;
  for (int i = 0; i < kLanesOf<V>; ++i) r[i] = f(x[i]);
  return r;
}
template <class V, class F> TG_INLINE V lanewise(V x, V y, F f) {
  V r;
  for (int i = 0; i < kLanesOf<V>; ++i) r[i] = f(x[i], y[i]);
  return r;
}

// An input of a dense loop. One value that all elements share is read again and again from `one` with a step of 0, which
// keeps one loop for all cases; the buffer stands apart so that the pointer can live in a register.
template <class V> struct Operand {
  const char* p;
  int64_t step;
  TG_INLINE Operand(const void* a, int64_t s, V& one) : p(static_cast<const char*>(a)), step(s ? static_cast<int64_t>(sizeof(V)) : 0) {
    if (!s) {
      Lane<V> x;
      __builtin_memcpy(&x, a, sizeof x);
      one = splat<V>(x);
      p = reinterpret_cast<const char*>(&one);
    }
  }
  TG_INLINE V next() {
    const V v = load<V>(p);
    p += step;
    return v;
  }
  TG_INLINE V last(int64_t n) const { return load_n<V>(p, n); }
};

}  // namespace
}  // namespace tg::TG_ISA
