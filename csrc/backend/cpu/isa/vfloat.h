// Elementary functions of vectors of floats in float arithmetic: within one ulp of the correctly rounded value, most of them
// within a few thousandths of half an ulp of the true one, because the parts that cancel are carried in two floats.
#pragma once

#include "backend/cpu/isa/velementary.h"

namespace tg::TG_ISA {
namespace {

using F = Vec<float>;
using I = Vec<int32_t>;

// table[i mod 16] in each lane.
TG_INLINE F lookup(const float (&table)[16], I i) {
#if defined(__AVX512F__)
  return (F)_mm512_maskz_permutexvar_ps(0xffff, (__m512i)i, _mm512_load_ps(table));
#elif defined(__AVX2__)
  const __m256 lo = _mm256_permutevar8x32_ps(_mm256_load_ps(table), (__m256i)i), hi = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8), (__m256i)i);
  return (F)_mm256_blendv_ps(lo, hi, (__m256)(i << 28));
#else
  F r;
  for (int k = 0; k < kLanesOf<F>; ++k) r[k] = table[i[k] & 15];
  return r;
#endif
}

TG_INLINE F negative_abs(F x) { return (F)((I)x | INT32_MIN); }

// The larger of x and the limit, the smaller; NaN stays.
#if defined(__AVX512F__)
TG_INLINE F larger(F x, float limit) { return (F)_mm512_maskz_max_ps(0xffff, _mm512_set1_ps(limit), (__m512)x); }
TG_INLINE F smaller(F x, float limit) { return (F)_mm512_maskz_min_ps(0xffff, _mm512_set1_ps(limit), (__m512)x); }
#elif defined(__AVX2__)
TG_INLINE F larger(F x, float limit) { return (F)_mm256_max_ps(_mm256_set1_ps(limit), (__m256)x); }
TG_INLINE F smaller(F x, float limit) { return (F)_mm256_min_ps(_mm256_set1_ps(limit), (__m256)x); }
#else
TG_INLINE F larger(F x, float limit) { return x < limit ? splat<F>(limit) : x; }
TG_INLINE F smaller(F x, float limit) { return x > limit ? splat<F>(limit) : x; }
#endif
TG_INLINE F clip_float(F x, float lo, float hi) { return smaller(larger(x, lo), hi); }

// x 2^k for whole k in [-252, 254], rounded once. k may come as what to_scale leaves of any number whose floor it is.
TG_INLINE F scale(F x, F k) {
#if defined(__AVX512F__)
  return (F)_mm512_maskz_scalef_ps(0xffff, (__m512)x, (__m512)k);
#else
  const I n = __builtin_convertvector(k, I), h = n >> 1;
  return x * (F)((h + 127) << 23) * (F)((n - h + 127) << 23);
#endif
}
TG_INLINE F to_scale(F k) {
#if defined(__AVX512F__)
  return k;  // the instruction takes the floor itself
#else
  return floor(k);
#endif
}

// ---- exponential ----------------------------------------------------------------------------------------------------

alignas(64) constexpr float kExp2Hi[16] = {0x1p0f, 0x1.0b5586p0f, 0x1.172b84p0f, 0x1.2387a6p0f, 0x1.306fep0f, 0x1.3dea64p0f, 0x1.4bfdaep0f, 0x1.5ab07ep0f,
                                           0x1.6a09e6p0f, 0x1.7a1148p0f, 0x1.8ace54p0f, 0x1.9c4918p0f, 0x1.ae89fap0f, 0x1.c199bep0f, 0x1.d5818ep0f, 0x1.ea4afap0f};
alignas(64) constexpr float kExp2Lo[16] = {0, 0x1.9f3122p-25f, -0x1.c15742p-27f, 0x1.ceac48p-25f, 0x1.4636e2p-25f, 0x1.824684p-25f, -0x1.593abcp-25f, -0x1.5bd5ecp-27f,
                                           0x1.9fcef4p-26f, -0x1.829fdp-25f, 0x1.15506ep-27f, 0x1.51f848p-27f, -0x1.a94b14p-26f, -0x1.3d56b2p-27f, -0x1.822dbcp-27f, 0x1.52486cp-27f};

// e^x = (hi + lo) 2^k for |x| <= 105: x = n ln2 + r with n in sixteenths, the 2^ of whose fraction comes from a table, and
// e^r - 1 from a polynomial.
struct ExpParts { F hi, lo, k; };
TG_INLINE ExpParts exp_parts(F x) {
  constexpr float kSixteenths = 0x1.8p19f;  // adding it leaves n in the low bits, its fraction in the lowest four
  const F shifted = fma(x, splat<F>(0x1.715476p0f), splat<F>(kSixteenths)), n = shifted - kSixteenths;
  F r = fma(n, splat<F>(-0x1.62e43p-1f), x);
  r = fma(n, splat<F>(0x1.05c61p-29f), r);
  const F q = fma(r * r, horner(r, 0.04166767265, 0.1666701263, 0.4999999998), r);
  const F t = lookup(kExp2Hi, (I)shifted);
  return {t, fma(t, q, lookup(kExp2Lo, (I)shifted)), to_scale(n)};
}
TG_INLINE F exp_float(F x) {
  const ExpParts e = exp_parts(clip_float(x, -105.0f, 89.0f));
  return scale(e.hi + e.lo, e.k);
}

// 1 / (1 + e^-|x|), times e^-|x| where x < 0. e is in two parts, the sum too; what the quotient lacks is put right last.
TG_INLINE F sigmoid_float(F x) {
  const ExpParts p = exp_parts(larger(negative_abs(x), -105.0f));
  const F power = scale(splat<F>(1.0f), p.k), e = p.hi * power, e_lo = p.lo * power;
  const F sum = (1.0f + e) + e_lo, sum_lo = (e - (sum - 1.0f)) + e_lo;
  const F r = 1.0f / sum, lacks = fma(negate(r), sum_lo, fma(negate(r), sum, splat<F>(1.0f)));
  const I negative = (I)x < 0;
  const F num = negative ? e : splat<F>(1.0f), num_lo = negative ? e_lo : F{};
  return fma(num, r, r * fma(num, lacks, num_lo));
}

// ---- logarithm ------------------------------------------------------------------------------------------------------

// 1/c and -log(1/c) for the 16 parts of [1, 2); c is 1 in the first and 2 in the last, for the logarithm must stay exact near 1.
alignas(64) constexpr float kLogScale[16] = {0x1p0f, 0x1.d4p-1f, 0x1.bap-1f, 0x1.a4p-1f, 0x1.9p-1f, 0x1.7ep-1f, 0x1.6cp-1f, 0x1.5cp-1f,
                                             0x1.4ep-1f, 0x1.41p-1f, 0x1.35p-1f, 0x1.2ap-1f, 0x1.1fp-1f, 0x1.16p-1f, 0x1.0dp-1f, 0x1p-1f};
alignas(64) constexpr float kLogHi[16] = {0, 0x1.701p-4f, 0x1.2d18p-3f, 0x1.95a8p-3f, 0x1.f99p-3f, 0x1.2bfp-2f, 0x1.5d5cp-2f, 0x1.8b64p-2f,
                                          0x1.b57p-2f, 0x1.de18p-2f, 0x1.028cp-1f, 0x1.151cp-1f, 0x1.285ep-1f, 0x1.38aep-1f, 0x1.4988p-1f, 0x1.62e4p-1f};
alignas(64) constexpr float kLogLo[16] = {0, -0x1.67a8aap-19f, -0x1.ef3798p-19f, -0x1.291848p-18f, 0x1.c6cb3cp-19f, -0x1.f0646ep-19f, -0x1.10535p-21f, -0x1.95dd34p-20f,
                                          -0x1.7eee76p-20f, -0x1.4a9106p-18f, 0x1.2d6a96p-17f, 0x1.fb794cp-20f, 0x1.085948p-22f, 0x1.0b8cbcp-20f, -0x1.4c7c96p-19f, 0x1.7f7d1cp-20f};

// The lanes that are positive, normal and finite; and whether all are.
TG_INLINE I ordinary(F x) { return (x >= 0x1p-126f) & (x < __builtin_inff()); }
TG_INLINE bool all_ordinary(F x) {
#if defined(__AVX512DQ__)
  return _mm512_fpclass_ps_mask((__m512)x, 0xff) == 0;
#else
  return !any(~ordinary(x));
#endif
}
// k for x = m 2^k, 1 <= m < 2, where all lanes are ordinary.
TG_INLINE F exponent(F x) {
#if defined(__AVX512F__)
  return (F)_mm512_maskz_getexp_ps(0xffff, (__m512)x);
#else
  return __builtin_convertvector(((I)x >> 23) - 127, F);
#endif
}

TG_INLINE F log_float(F x) {
  const F k = exponent(x), m = (F)(((I)x & 0x7fffff) | 0x3f800000);
  const I part = (I)x >> 19;
  const F r = fma(m, lookup(kLogScale, part), splat<F>(-1.0f));
  // k ln2 - log(1/c) is exact in its high part.
  const F s = fma(k, splat<F>(0x1.62e4p-1f), lookup(kLogHi, part)), s_lo = fma(k, splat<F>(0x1.7f7d1cp-20f), lookup(kLogLo, part));
  const F t = fma(r * r, horner(r, -0.1556994585, 0.200094273, -0.2500180207, 0.3333333701, -0.4999999939), s_lo);
  const F hi = s + r, y = hi + ((r - (hi - s)) + t);
  if (all_ordinary(x)) [[likely]] return y;
  return ordinary(x) ? y : in_double(x, [](D d) TG_INLINE_LAMBDA { return log_of_float(d); });
}

// ---- sine and cosine ------------------------------------------------------------------------------------------------

// SHIFT 0: sine, 1: cosine.
template <int SHIFT> TG_INLINE F sine_float(F x) {
  constexpr float kMagic = 0x1.8p23f, kLarge = 0x1p15f;
  const F shifted = fma(x, splat<F>(0.636619772f), splat<F>(kMagic)), n = shifted - kMagic;
  // x = n pi/2 + (r + lo); the first difference is exact.
  const F a = fma(n, splat<F>(-0x1.921fb6p0f), x);
  const F b = n * -0x1.777a5cp-25f, b_lo = fma(n, splat<F>(-0x1.777a5cp-25f), negate(b));
  const F r = a - b, taken = a - r;
  const F lo = ((a - (r + taken)) + (taken - b)) - b_lo + n * 0x1.ee59dap-50f;
  const F z = r * r, w = 0.5f * z, top = 1.0f - w;
  const F s = r + fma(z * r, horner(z, 2.718311121e-6, -0.0001983933565, 0.008333329393, -0.1666666664), lo);
  const F c = top + fma(z * z, horner(z, -2.721144871e-7, 2.479953764e-5, -0.001388888384, 0.04166666662), ((1.0f - top) - w) - r * lo);
  const I q = (I)shifted + SHIFT;
  F y = (q & 1) != 0 ? c : s;
  y = (F)((I)y ^ ((q & 2) << 30));
  if constexpr (SHIFT == 0) y = x == 0.0f ? x : y;
  const I large = ~(abs(x) < kLarge);
  if (any(large)) [[unlikely]] y = large ? in_double(x, [](D d) TG_INLINE_LAMBDA { return sine_double<SHIFT>(d); }) : y;
  return y;
}
TG_INLINE F sin_float(F x) { return sine_float<0>(x); }
TG_INLINE F cos_float(F x) { return sine_float<1>(x); }

}  // namespace
}  // namespace tg::TG_ISA
