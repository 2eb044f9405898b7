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

// x limited to [lo, hi]; NaN stays.
TG_INLINE F clip_float(F x, float lo, float hi) {
#if defined(__AVX512F__)
  return (F)_mm512_maskz_min_ps(0xffff, _mm512_set1_ps(hi), _mm512_maskz_max_ps(0xffff, _mm512_set1_ps(lo), (__m512)x));
#elif defined(__AVX2__)
  return (F)_mm256_min_ps(_mm256_set1_ps(hi), _mm256_max_ps(_mm256_set1_ps(lo), (__m256)x));
#else
  return x < lo ? splat<F>(lo) : x > hi ? splat<F>(hi) : x;
#endif
}

// x 2^k for whole k in [-252, 254], rounded once.
TG_INLINE F scale(F x, I k) {
#if defined(__AVX512F__)
  return (F)_mm512_maskz_scalef_ps(0xffff, (__m512)x, _mm512_maskz_cvtepi32_ps(0xffff, (__m512i)k));
#else
  const I h = k >> 1;
  return x * (F)((h + 127) << 23) * (F)((k - h + 127) << 23);
#endif
}

// ---- exponential ----------------------------------------------------------------------------------------------------

alignas(64) constexpr float kExp2Hi[16] = {0x1p0f, 0x1.0b5586p0f, 0x1.172b84p0f, 0x1.2387a6p0f, 0x1.306fep0f, 0x1.3dea64p0f, 0x1.4bfdaep0f, 0x1.5ab07ep0f,
                                           0x1.6a09e6p0f, 0x1.7a1148p0f, 0x1.8ace54p0f, 0x1.9c4918p0f, 0x1.ae89fap0f, 0x1.c199bep0f, 0x1.d5818ep0f, 0x1.ea4afap0f};
alignas(64) constexpr float kExp2Lo[16] = {0, 0x1.9f3122p-25f, -0x1.c15742p-27f, 0x1.ceac48p-25f, 0x1.4636e2p-25f, 0x1.824684p-25f, -0x1.593abcp-25f, -0x1.5bd5ecp-27f,
                                           0x1.9fcef4p-26f, -0x1.829fdp-25f, 0x1.15506ep-27f, 0x1.51f848p-27f, -0x1.a94b14p-26f, -0x1.3d56b2p-27f, -0x1.822dbcp-27f, 0x1.52486cp-27f};

// e^x = (hi + lo) 2^k for |x| <= 105: x = n ln2/16 + r, 2^(n mod 16 / 16) from a table, e^r - 1 from a polynomial.
struct ExpParts { F hi, lo; I k; };
TG_INLINE ExpParts exp_parts(F x) {
  constexpr float kMagic = 0x1.8p23f;
  const F shifted = fma(x, splat<F>(0x1.715476p4f), splat<F>(kMagic)), n = shifted - kMagic;
  F r = fma(n, splat<F>(-0x1.62e43p-5f), x);
  r = fma(n, splat<F>(0x1.05c61p-33f), r);
  const F q = fma(r * r, horner(r, 0.04166767265, 0.1666701263, 0.4999999998), r);
  const I i = (I)shifted - (I)splat<F>(kMagic);
  const F t = lookup(kExp2Hi, i);
  return {t, fma(t, q, lookup(kExp2Lo, i)), i >> 4};
}
TG_INLINE F exp_float(F x) {
  const ExpParts e = exp_parts(clip_float(x, -105.0f, 89.0f));
  return scale(e.hi + e.lo, e.k);
}

// 1 / (1 + e^-|x|), the numerator being e^-|x| where x < 0; the sum and the quotient are put right by what they dropped.
TG_INLINE F sigmoid_float(F x) {
  const ExpParts p = exp_parts(clip_float(negate(abs(x)), -105.0f, 0.0f));
  const F sum = p.hi + p.lo, e = scale(sum, p.k), e_lo = scale(p.lo - (sum - p.hi), p.k);
  const F den = 1.0f + e, den_lo = (e - (den - 1.0f)) + e_lo;
  const F inverse = 1.0f / den;
  const I negative = x < 0.0f;
  const F num = negative ? e : splat<F>(1.0f), num_lo = negative ? e_lo : F{};
  const F q = num * inverse;
  return fma(fma(negate(q), den, num) - fma(q, den_lo, negate(num_lo)), inverse, q);
}

// Small x: x + x^3 p(x^2). Else 1 - 2 / (e^2|x| + 1).
TG_INLINE F tanh_float(F x) {
  const F a = abs(x), z = x * x;
  const ExpParts p = exp_parts(clip_float(a + a, 0.0f, 20.0f));
  const F e = scale(p.hi + p.lo, p.k);
  const F large = copysign(1.0f - 2.0f / (e + 1.0f), x);
  const F small = fma(x * z, horner(z, 0.0021495931, -0.008185176555, 0.02170411792, -0.05394745018, 0.1333321215, -0.3333333099), x);
  return ~(a >= 0.625f) ? small : large;
}

// ---- logarithm ------------------------------------------------------------------------------------------------------

// 1/c and -log(1/c) for the 16 parts of [0.75, 1.5); c = 1 on both sides of 1, where the logarithm must stay exact.
alignas(64) constexpr float kLogScale[16] = {0x1.4ep0f, 0x1.41p0f, 0x1.35p0f, 0x1.2ap0f, 0x1.1fp0f, 0x1.16p0f, 0x1.0dp0f, 0x1p0f,
                                             0x1p0f, 0x1.d4p-1f, 0x1.bap-1f, 0x1.a4p-1f, 0x1.9p-1f, 0x1.7ep-1f, 0x1.6cp-1f, 0x1.5cp-1f};
alignas(64) constexpr float kLogHi[16] = {-0x1.1058p-2f, -0x1.cf6p-3f, -0x1.816p-3f, -0x1.372p-3f, -0x1.d43p-4f, -0x1.51bp-4f, -0x1.95cp-5f, 0,
                                          0, 0x1.701p-4f, 0x1.2d18p-3f, 0x1.95a8p-3f, 0x1.f99p-3f, 0x1.2bfp-2f, 0x1.5d5cp-2f, 0x1.8b64p-2f};
alignas(64) constexpr float kLogLo[16] = {-0x1.7f35cap-19f, -0x1.aa704ep-18f, 0x1.faf5e6p-18f, 0x1.eff0b8p-22f, -0x1.3d66ccp-20f, -0x1.cfc186p-22f, -0x1.061d92p-18f, 0,
                                          0, -0x1.67a8aap-19f, -0x1.ef3798p-19f, -0x1.291848p-18f, 0x1.c6cb3cp-19f, -0x1.f0646ep-19f, -0x1.10535p-21f, -0x1.95dd34p-20f};

TG_INLINE F log_float(F x) {
  const I bits = (I)x - 0x3f400000;
  const F k = __builtin_convertvector(bits >> 23, F);
  const I part = bits >> 19;
  const F m = (F)((I)x - (bits & ~0x7fffff));
  const F r = fma(m, lookup(kLogScale, part), splat<F>(-1.0f));
  // k ln2 + log(1/c) is exact in its high part.
  const F s = fma(k, splat<F>(0x1.62e4p-1f), lookup(kLogHi, part)), s_lo = fma(k, splat<F>(0x1.7f7d1cp-20f), lookup(kLogLo, part));
  const F t = fma(r * r, horner(r, -0.1556994585, 0.200094273, -0.2500180207, 0.3333333701, -0.4999999939), s_lo);
  const F hi = s + r;
  F y = hi + ((r - (hi - s)) + t);
  const I odd = ~((x >= 0x1p-126f) & (x < __builtin_inff()));
  if (any(odd)) [[unlikely]] y = odd ? in_double(x, [](D d) TG_INLINE_LAMBDA { return log_of_float(d); }) : y;
  return y;
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

// ---- error function -------------------------------------------------------------------------------------------------

// |x| < 1.3: x p(x^2). Else 1 - exp(-q(|x|)), where q = -log(erfc); a float is 1 from 4 on.
TG_INLINE F erf_float(F x) {
  const F a = abs(x), z = x * x, u = clip_float(a, 1.3f, 4.0f) - 2.625f;
  const F p = horner(z, 7.890673558e-7, -1.256824615e-5, 0.0001168111502, -0.000851272182, 0.005221959964, -0.02686552354, 0.1128378123, -0.3761263825, 0.128379167);
  const F small = fma(x, p, x);
  const F q = horner(u, -1.718707696e-6, 1.15562843e-5, -6.607708731e-5, 0.0003667664611, -0.001920234493, 0.009838195694, 0.9477706499, 5.589146792, 8.490669395);
  const ExpParts e = exp_parts(negate(q));
  const F large = copysign(1.0f - scale(e.hi + e.lo, e.k), x);
  return ~(a >= 1.3f) ? small : large;
}

}  // namespace
}  // namespace tg::TG_ISA
