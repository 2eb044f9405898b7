// From uniform draws to other distributions. The polynomials are the single-precision ones of the Cephes library, which
// torch uses here: they and the fused multiply-adds decide the bits of randn.
#include "backend/cpu/isa/vmath.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

using F8 = Vec<float, 32>;
using I8 = Vec<int32_t, 32>;

template <class... C> TG_INLINE F8 polynomial(F8 y, F8 x, C... c) {
  ((y = fma(y, x, splat<F8>(c))), ...);
  return y;
}

// log of x in (0, 1].
TG_INLINE F8 cephes_log(F8 x) {
  x = x < 1.17549435e-38f ? splat<F8>(1.17549435e-38f) : x;
  const I8 bits = (I8)x;
  F8 m = (F8)((bits & 0x7fffff) | 0x3f000000);
  F8 e = __builtin_convertvector((bits >> 23) - 126, F8);
  const I8 low = m < 0.707106781186547524f;
  e = low ? e - 1.0f : e;
  m = low ? (m - 1.0f) + m : m - 1.0f;
  const F8 z = m * m;
  F8 y = polynomial(splat<F8>(7.0376836292e-2f), m, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
               -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f);
  y = y * m;
  y = fma(y, z, e * -2.12194440e-4f);
  y = fma(F8{} - z, splat<F8>(0.5f), y);
  m = m + y;
  return fma(e, splat<F8>(0.693359375f), m);
}

// sine and cosine of th >= 0.
TG_INLINE void cephes_sincos(F8 th, F8& sine, F8& cosine) {
  const I8 j = (__builtin_convertvector(th * 1.27323954473516f, I8) + 1) & ~1;
  const F8 y = __builtin_convertvector(j, F8);
  F8 x = fma(y, splat<F8>(-0.78515625f), th);
  x = fma(y, splat<F8>(-2.4187564849853515625e-4f), x);
  x = fma(y, splat<F8>(-3.77489497744594108e-8f), x);
  const F8 z = x * x;
  F8 a = polynomial(splat<F8>(2.443315711809948e-5f), z, -1.388731625493765e-3f, 4.166664568298827e-2f);
  a = a * z;
  a = fma(a, z, F8{} - z * 0.5f);
  a = a + 1.0f;
  F8 b = polynomial(splat<F8>(-1.9515295891e-4f), z, 8.3321608736e-3f, -1.6666654611e-1f);
  b = b * z;
  b = fma(b, x, x);
  const I8 swap = (j & 2) != 0;
  sine = swap ? a : b;
  cosine = swap ? b : a;
  sine = (j & 4) != 0 ? -sine : sine;
  cosine = ((j - 2) & 4) == 0 ? -cosine : cosine;
}

void normal_float(int64_t blocks, void* data, double mean, double std) {
  float* d = static_cast<float*>(data);
  const F8 mu = splat<F8>(static_cast<float>(mean)), sigma = splat<F8>(static_cast<float>(std));
  for (int64_t i = 0; i < blocks; ++i, d += 16) {
    const F8 u1 = 1.0f - load<F8>(d), u2 = load<F8>(d + 8);
    const F8 r = sqrt(-2.0f * cephes_log(u1));
    F8 s, c;
    cephes_sincos(u2 * 6.283185307179586f, s, c);
    store(d, fma(r * c, sigma, mu));
    store(d + 8, fma(r * s, sigma, mu));
  }
}

void normal_double(int64_t blocks, void* data, double mean, double std) {
  double* d = static_cast<double*>(data);
  for (int64_t i = 0; i < blocks; ++i, d += 16)
    for (int k = 0; k < 8; ++k) {
      const double u1 = 1 - d[k], u2 = d[k + 8];
      const double r = __builtin_sqrt(-2 * __builtin_log(u1)), th = 2 * 3.14159265358979323846 * u2;
      d[k] = __builtin_fma(r * __builtin_cos(th), std, mean);
      d[k + 8] = __builtin_fma(r * __builtin_sin(th), std, mean);
    }
}

void uniform_float(int64_t n, float* o, const uint32_t* words, float from, float to) {
  for (int64_t i = 0; i < n; ++i) {
    const float u = static_cast<float>(static_cast<int32_t>(words[i] & 0xffffff)) * 0x1p-24f;
    const float x = __builtin_fmaf(u, to - from, from);
    o[i] = x == to ? from : x;
  }
}

}  // namespace

extern const RandomKernels random_kernels;
const RandomKernels random_kernels = {{normal_float, normal_double}, uniform_float};

}  // namespace tg::TG_ISA
