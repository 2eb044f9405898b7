// Elementary functions of vectors of doubles, within one ulp of the correctly rounded value. Floats take them by way of
// in_double. Reductions of the argument lean on fma; without it (baseline) the split constants keep the error as small.
#pragma once

#include "backend/cpu/isa/vbasic.h"

namespace tg::TG_ISA {
namespace {

constexpr double kLog2e = 1.4426950408889634;
// ln 2 in two parts, the first short enough that its product with an exponent is exact.
constexpr double kLn2Hi = 6.93147180369123816490e-01, kLn2Lo = 1.90821492927058770002e-10;
constexpr double kRounder = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits

// 2^n for the whole number that `shifted` (n + kRounder) holds, n in [-1022, 1023].
TG_INLINE D power_of_two(D shifted) { return (D)(((Mask<D>)shifted + 1023) << 52); }

// x = n ln 2 + r: n + kRounder, r, and the polynomial p of e^r = 1 + r + r^2 p.
struct ReducedExp { D shifted, r, p; };
TG_INLINE ReducedExp reduce_exp(D x) {
  const D shifted = fma(x, splat<D>(kLog2e), splat<D>(kRounder)), n = shifted - kRounder;
  const D r = fma(n, splat<D>(-kLn2Lo), fma(n, splat<D>(-kLn2Hi), x));
  const D p = horner(r, 2.091812988660952101e-9, 2.510520706464423844e-8, 2.755726330017861774e-7, 2.755725542387984165e-6,
                     2.480158733642268478e-5, 1.984126987480217347e-4, 1.388888888887908126e-3, 8.333333333326140323e-3,
                     4.166666666666667676e-2, 1.666666666666667099e-1, 0.5);
  return {shifted, r, p};
}
TG_INLINE D exp_of_reduced(const ReducedExp& x) { return 1.0 + fma(x.r * x.r, x.p, x.r); }

TG_INLINE D exp_double(D x) {
  const D c = x < -746.0 ? splat<D>(-746.0) : x > 710.0 ? splat<D>(710.0) : x;
  const ReducedExp x1 = reduce_exp(c);
  const D e = exp_of_reduced(x1);
  // In two factors, so that the result may be subnormal or infinite.
  const Mask<D> n = (Mask<D>)x1.shifted - (Mask<D>)splat<D>(kRounder), h = n >> 1;
  const D y = e * (D)((h + 1023) << 52) * (D)((n - h + 1023) << 52);
  return x == x ? y : x;
}
// The same where the result is far from the ends of the double range: |x| < 700.
TG_INLINE D exp_moderate(D x) {
  const ReducedExp x1 = reduce_exp(x);
  return (D)((Mask<D>)exp_of_reduced(x1) + ((Mask<D>)x1.shifted << 52));
}

TG_INLINE D exp2_moderate(D x) {
  const D shifted = x + kRounder;
  const D r = (x - (shifted - kRounder)) * 0.6931471805599453;
  return (D)((Mask<D>)exp_of_reduced(reduce_exp(r)) + ((Mask<D>)shifted << 52));
}

// expm1, and in lo what its last sums dropped.
struct TwoParts { D hi, lo; };
TG_INLINE TwoParts expm1_parts(D x) {
  const D c = x < -50.0 ? splat<D>(-50.0) : x > 710.0 ? splat<D>(710.0) : x;
  const ReducedExp x1 = reduce_exp(c);
  const D rr = x1.r * x1.r, e = fma(rr, x1.p, x1.r);
  // What rounding r and e dropped counts, because 2^n e may cancel against 2^n - 1.
  const D n = x1.shifted - kRounder, a = fma(n, splat<D>(-kLn2Hi), c);
  const D e_lo = fma(rr, x1.p, x1.r - e) + fma(n, splat<D>(-kLn2Lo), a - x1.r);
  const D half = power_of_two(x1.shifted - 1.0), rest = half - 0.5;  // half of 2^n, which itself may overflow
  const D s = fma(half, e, rest), s_lo = fma(half, e, rest - s) + half * e_lo, y = s + s_lo;
  return {x == x ? (x == 0.0 ? x : 2.0 * y) : x, 2.0 * (s_lo - (y - s))};
}
TG_INLINE D expm1_double(D x) { return expm1_parts(x).hi; }

// x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt(2)).
TG_INLINE void split_exponent(D x, D& k, D& f) {
  const Mask<D> bits = (Mask<D>)x - 0x3fe6a09e667f3bcdLL;
  k = (D)((bits >> 52) + (Mask<D>)splat<D>(kRounder)) - kRounder;
  f = (D)((Mask<D>)x - (bits & ~0xfffffffffffffLL)) - 1.0;
}
// log(1 + f) as f - (hfsq - rest), fdlibm's scheme, the parts apart for the caller to join with k ln 2.
TG_INLINE void log_parts(D f, D& hfsq, D& rest) {
  const D s = f / (2.0 + f), z = s * s;
  const D p = z * horner(z, 1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
                         2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01);
  hfsq = 0.5 * f * f;
  rest = s * (hfsq + p);
}
// log of x > 0, normal and finite, with c added to the mantissa's logarithm.
TG_INLINE D log_normal(D x, D c) {
  D k, f, hfsq, rest;
  split_exponent(x, k, f);
  log_parts(f, hfsq, rest);
  return fma(k, splat<D>(kLn2Hi), f - (hfsq - (rest + fma(k, splat<D>(kLn2Lo), c))));
}
TG_INLINE D log_ends(D x, D y) {  // what is not positive and finite
  const double inf = __builtin_inf(), nan = __builtin_nan("");
  y = x == 0.0 ? splat<D>(-inf) : y;
  y = x < 0.0 ? splat<D>(nan) : y;
  return ((x == inf) | (x != x)) ? x : y;
}
TG_INLINE D log_double(D x) {
  const Mask<D> small = x < 0x1p-1022;
  const D y = log_normal(small ? x * 0x1p54 : x, D{});
  return log_ends(x, small ? y - 54 * 0.6931471805599453 : y);
}
// For floats, whose logarithm never needs the scaling.
TG_INLINE D log_of_float(D x) { return log_ends(x, log_normal(x, D{})); }

TG_INLINE D log1p_double(D x) {
  const D u = 1.0 + x;
  const D lost = (x < 1.0 ? x - (u - 1.0) : 1.0 - (u - x)) / u;  // what rounding 1 + x dropped
  const D tiny = abs(x);
  const D y = log_normal(u > 0.0 ? u : splat<D>(1.0), lost);
  return tiny < 0x1p-54 ? x : log_ends(u, y);
}

// What a quotient q leaves of its numerator, exactly: num - q den.
TG_INLINE D remainder_of_quotient(D num, D q, D den) {
#if defined(__FMA__) || defined(__aarch64__)
  return fma(negate(q), den, num);
#else
  // Dekker's product: halves of 26 bits, whose products are exact.
  const auto upper = [](D x) TG_INLINE_LAMBDA { const D c = 0x1.000002p27 * x; return c - (c - x); };
  const D p = q * den, qh = upper(q), ql = q - qh, dh = upper(den), dl = den - dh;
  return (num - p) - (((qh * dh - p) + qh * dl + ql * dh) + ql * dl);
#endif
}

// em1 = expm1(2 |x|): tanh = em1 / (em1 + 2), with the rounding of the sum and of the quotient put right.
TG_INLINE D tanh_double(D x) {
  const D a = abs(x), c = a < 22.0 ? a : splat<D>(22.0);
  const TwoParts em1 = expm1_parts(c + c);
  const D e = em1.hi, e_lo = em1.lo, den = e + 2.0, den_lo = (e - (den - 2.0)) + e_lo;
  const D inverse = 1.0 / den, q = e * inverse;
  const D y = fma(remainder_of_quotient(e, q, den) + (e_lo - q * den_lo), inverse, q);
  return x == x ? copysign(y, x) : x;
}
TG_INLINE D sigmoid_double(D x) {
  const D a = abs(x);
  const D e = exp_double(negate(a)), den = 1.0 + e, den_lo = e - (den - 1.0);
  const D inverse = 1.0 / den, num = x < 0.0 ? e : splat<D>(1.0), q = num * inverse;
  const D y = fma(remainder_of_quotient(num, q, den) - q * den_lo, inverse, q);
  return x == x ? y : x;
}

// ---- trigonometry ---------------------------------------------------------------------------------------------------

constexpr double kLargeAngle = 0x1p20;  // from here on libm reduces the argument

// x = n pi/2 + (r + lo), |x| < kLargeAngle; the quadrant is n mod 4.
TG_INLINE Mask<D> reduce_angle(D x, D& r, D& lo) {
  const D shifted = fma(x, splat<D>(0.6366197723675814), splat<D>(kRounder)), n = shifted - kRounder;
#if defined(__FMA__) || defined(__aarch64__)
  const D a = fma(n, splat<D>(-1.5707963267948966), x);  // exact
  const D b = n * 6.123233995736766e-17, b_lo = fma(n, splat<D>(6.123233995736766e-17), negate(b));
  r = a - b;
  const D taken = a - r;
  lo = ((a - (r + taken)) + (taken - b)) - b_lo + n * 1.4973849048591833e-33;
#else
  // Parts of pi/2 of 33 bits, so that their products with n are exact.
  const D a = x - n * 1.57079632673412561417e+00, b = n * 6.07710050630396597660e-11, s = a - b;
  const D c = n * 2.02226624871116645580e-21, t = ((a - s) - b);
  r = s - c;
  lo = ((s - r) - c) + t - n * 8.47842766036889956997e-32;
#endif
  return (Mask<D>)shifted & 3;
}
TG_INLINE D sin_kernel(D r, D lo) {
  const D z = r * r, v = z * r;
  const D p = horner(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06, -1.98412698298579493134e-04,
                     8.33333333332248946124e-03);
  return r - ((z * (0.5 * lo - v * p) - lo) - v * -1.66666666666666324348e-01);
}
TG_INLINE D cos_kernel(D r, D lo) {
  const D z = r * r, w = 0.5 * z, top = 1.0 - w;
  const D p = horner(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09, -2.75573143513906633035e-07, 2.48015872894767294178e-05,
                     -1.38888888888741095749e-03, 4.16666666666666019037e-02);
  return top + (((1.0 - top) - w) + (z * z * p - r * lo));
}
// shift 0: sine, 1: cosine.
template <int SHIFT> TG_INLINE D sine_double(D x) {
  D r, lo;
  const Mask<D> q = reduce_angle(x, r, lo) + SHIFT;
  const D y = (q & 1) != 0 ? cos_kernel(r, lo) : sin_kernel(r, lo);
  const D z = (q & 2) != 0 ? -y : y;
  D result = SHIFT == 0 ? (x == 0.0 ? x : z) : z;
  const Mask<D> large = ~(abs(x) < kLargeAngle);
  if (any(large)) [[unlikely]]
    for (int i = 0; i < kLanesOf<D>; ++i)
      if (large[i]) result[i] = SHIFT ? __builtin_cos(x[i]) : __builtin_sin(x[i]);
  return result;
}
TG_INLINE D sin_double(D x) { return sine_double<0>(x); }
TG_INLINE D cos_double(D x) { return sine_double<1>(x); }
TG_INLINE D tan_of_float(D x) { return sin_double(x) / cos_double(x); }

// ---- for floats only ------------------------------------------------------------------------------------------------

// Between these bounds lie all arguments whose result is neither 0 nor infinite as a float.
TG_INLINE D clip_exponent(D x, double lo, double hi) { return x < lo ? splat<D>(lo) : x > hi ? splat<D>(hi) : x; }
TG_INLINE D exp2_of_float(D x) {
  const D y = exp2_moderate(clip_exponent(x, -160.0, 160.0));
  return x == x ? y : x;
}

TG_INLINE D sinh_of_float(D x) {
  const D a = abs(x), e = expm1_double(a < 100.0 ? a : splat<D>(100.0)), y = 0.5 * (e + e / (e + 1.0));
  return x == x ? copysign(y, x) : x;
}
TG_INLINE D cosh_of_float(D x) {
  const D a = abs(x), e = exp_moderate(a < 100.0 ? a : splat<D>(100.0)), y = 0.5 * (e + 1.0 / e);
  return x == x ? y : x;
}
// x^y by way of logarithms where x is positive and normal as a float and the exponent finite; libm elsewhere.
TG_INLINE D pow_of_float(D x, D y) {
  const D z = y * log_normal(x > 0.0 ? x : splat<D>(1.0), D{});
  D r = exp_moderate(clip_exponent(z, -200.0, 200.0));
  const Mask<D> odd = ~((x > 0.0) & (x < __builtin_inf()) & (abs(y) < __builtin_inf()));
  if (any(odd)) [[unlikely]]
    for (int i = 0; i < kLanesOf<D>; ++i)
      if (odd[i]) r[i] = __builtin_pow(x[i], y[i]);
  return r;
}

}  // namespace
}  // namespace tg::TG_ISA
