// Vector arithmetic below the elementary functions: bits, rounding, roots, and the split of floats into doubles.
#pragma once

#include "backend/cpu/isa/vec.h"

namespace tg::TG_ISA {
namespace {

template <class V> constexpr bool is_float = std::is_same_v<Lane<V>, float>;
template <class V> constexpr bool is_real = std::is_floating_point_v<Lane<V>>;
template <class V> using Ints = Mask<V>;

template <class V> TG_INLINE Mask<V> none(V) { return Mask<V>{}; }
template <class V> TG_INLINE V negate(V x) { return -x; }

// ---- bits -----------------------------------------------------------------------------------------------------------

template <class V> TG_INLINE V abs(V x) {
  using T = Lane<V>;
  if constexpr (is_real<V>) {
    return (V)((Ints<V>)x & ~(Ints<V>)splat<V>(T(-0.0)));
  } else if constexpr (std::is_signed_v<T>) {
    return x < T(0) ? V{} - x : x;
  } else {
    return x;
  }
}
template <class V> TG_INLINE V copysign(V x, V y) {
  const Ints<V> sign = (Ints<V>)splat<V>(Lane<V>(-0.0));
  return (V)(((Ints<V>)x & ~sign) | ((Ints<V>)y & sign));
}
template <class V> TG_INLINE Mask<V> signbit(V x) {
  if constexpr (is_real<V>) return (Ints<V>)x < 0;
  else if constexpr (std::is_signed_v<Lane<V>>) return x < Lane<V>(0);
  else return none(x);
}
template <class V> TG_INLINE Mask<V> isinf(V x) {
  if constexpr (is_real<V>) return abs(x) == Lane<V>(__builtin_inf());
  else return none(x);
}
template <class V> TG_INLINE Mask<V> isfinite(V x) {
  if constexpr (is_real<V>) return abs(x) < Lane<V>(__builtin_inf());
  else return ~none(x);
}
template <class V> TG_INLINE V sign(V x) {
  using T = Lane<V>;
  if constexpr (std::is_signed_v<T>) return x > T(0) ? splat<V>(T(1)) : x < T(0) ? splat<V>(T(-1)) : V{};
  else return x > T(0) ? splat<V>(T(1)) : V{};
}
// T tells bool, whose vectors are bytes of 0 and 1, from uint8.
template <class T, class V> TG_INLINE V bit_not(V x) {
  if constexpr (std::is_same_v<T, bool>) return x ^ static_cast<uint8_t>(1);
  else return ~x;
}

// ---- rounding and roots ---------------------------------------------------------------------------------------------

#if defined(__AVX512F__)
#define TG_ROUND(name, mode)                                                                        \
  if constexpr (sizeof(V) == 64 && is_float<V>) return (V)_mm512_maskz_roundscale_ps(0xffff, (__m512)x, mode);    \
  if constexpr (sizeof(V) == 64 && !is_float<V>) return (V)_mm512_maskz_roundscale_pd(0xff, (__m512d)x, mode);
#elif defined(__AVX2__)
#define TG_ROUND(name, mode)                                                                        \
  if constexpr (sizeof(V) == 32 && is_float<V>) return (V)_mm256_round_ps((__m256)x, mode | _MM_FROUND_NO_EXC); \
  if constexpr (sizeof(V) == 32 && !is_float<V>) return (V)_mm256_round_pd((__m256d)x, mode | _MM_FROUND_NO_EXC);
#else
#define TG_ROUND(name, mode)
#endif
#define TG_ROUNDING(name, mode)                                                                     \
  template <class V> TG_INLINE V name(V x) {                                                        \
    if constexpr (!is_real<V>) {                                                                    \
      return x;                                                                                     \
    } else {                                                                                        \
      TG_ROUND(name, mode)                                                                          \
      return lanewise(x, [](auto t) { return is_float<V> ? static_cast<Lane<V>>(__builtin_##name##f(static_cast<float>(t))) : static_cast<Lane<V>>(__builtin_##name(t)); }); \
    }                                                                                               \
  }
TG_ROUNDING(floor, 1)
TG_ROUNDING(ceil, 2)
TG_ROUNDING(trunc, 3)
TG_ROUNDING(rint, 0)
#undef TG_ROUNDING
#undef TG_ROUND

template <class V> TG_INLINE V sqrt(V x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64 && is_float<V>) return (V)_mm512_maskz_sqrt_ps(0xffff, (__m512)x);
  if constexpr (sizeof(V) == 64 && !is_float<V>) return (V)_mm512_maskz_sqrt_pd(0xff, (__m512d)x);
#endif
#if defined(__AVX2__)
  if constexpr (sizeof(V) == 32 && is_float<V>) return (V)_mm256_sqrt_ps((__m256)x);
  if constexpr (sizeof(V) == 32 && !is_float<V>) return (V)_mm256_sqrt_pd((__m256d)x);
#endif
  return lanewise(x, [](auto t) { return is_float<V> ? static_cast<Lane<V>>(__builtin_sqrtf(static_cast<float>(t))) : static_cast<Lane<V>>(__builtin_sqrt(t)); });
}

// ---- polynomials, doubles -------------------------------------------------------------------------------------------

// c[0] + c[1] x + ..., the coefficients given from the highest down.
template <class V, class... C> TG_INLINE V horner(V x, double first, C... rest) {
  V y = splat<V>(static_cast<Lane<V>>(first));
  ((y = fma(y, x, splat<V>(static_cast<Lane<V>>(rest)))), ...);
  return y;
}

// f of a vector of doubles, applied to floats half by half and rounded once: correctly rounded but for cases too near a tie.
using D = Vec<double>;
template <class V, class F> TG_INLINE V in_double(V x, F f) {
  if constexpr (is_float<V>) {
    const auto part = [f](Half<V> h) TG_INLINE_LAMBDA { return __builtin_convertvector(f(__builtin_convertvector(h, D)), Half<V>); };
    return together(part(half<0>(x)), part(half<1>(x)));
  } else {
    return f(x);
  }
}
template <class V, class F> TG_INLINE V in_double(V x, V y, F f) {
  if constexpr (is_float<V>) {
    const auto part = [f](Half<V> a, Half<V> b) TG_INLINE_LAMBDA {
      return __builtin_convertvector(f(__builtin_convertvector(a, D), __builtin_convertvector(b, D)), Half<V>);
    };
    return together(part(half<0>(x), half<0>(y)), part(half<1>(x), half<1>(y)));
  } else {
    return f(x, y);
  }
}

// True iff a lane of the mask is set.
template <class M> TG_INLINE bool any(M m) {
#if defined(__AVX512F__)
  if constexpr (sizeof(M) == 64) return _mm512_test_epi32_mask((__m512i)m, (__m512i)m) != 0;
#elif defined(__AVX2__)
  if constexpr (sizeof(M) == 32) return _mm256_movemask_epi8((__m256i)m) != 0;
#endif
  uint64_t words[sizeof(M) / 8], all = 0;
  __builtin_memcpy(words, &m, sizeof m);
  for (const uint64_t w : words) all |= w;
  return all != 0;
}

}  // namespace
}  // namespace tg::TG_ISA
