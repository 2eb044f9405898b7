// Mathematical functions of vectors of float or double. An element's value never depends on its neighbours.
#pragma once

#include "backend/cpu/isa/vpieces.h"

namespace tg::TG_ISA {
namespace {

// ---- elementary functions -------------------------------------------------------------------------------------------

// Float arithmetic is good enough only where the parts that cancel can be had exactly, by fma.
#if defined(__FMA__) || defined(__aarch64__)
template <class V> constexpr bool in_floats = is_float<V>;
#else
template <class V> constexpr bool in_floats = false;
#endif

#define TG_BOTH(name)                                                                               \
  template <class V> TG_INLINE V name(V x) {                                                        \
    if constexpr (in_floats<V>) return name##_float(x);                                             \
    else return in_double(x, [](D t) TG_INLINE_LAMBDA { return name##_double(t); });         \
  }
TG_BOTH(exp)
TG_BOTH(log)
TG_BOTH(tanh)
TG_BOTH(sigmoid)
TG_BOTH(sin)
TG_BOTH(cos)
#undef TG_BOTH
template <class V> TG_INLINE V erf(V x) {
  if constexpr (in_floats<V>) return erf_float(x);
  else return lanewise(x, [](auto t) { return static_cast<Lane<V>>(__builtin_erf(static_cast<double>(t))); });
}
template <class V> TG_INLINE V expm1(V x) { return in_double(x, [](D t) TG_INLINE_LAMBDA { return expm1_double(t); }); }
template <class V> TG_INLINE V log1p(V x) { return in_double(x, [](D t) TG_INLINE_LAMBDA { return log1p_double(t); }); }

// Vectors for floats, libm lane by lane for doubles: too rare there to deserve better.
#define TG_FLOAT_FAST(name, expression)                                                             \
  template <class V> TG_INLINE V name(V x) {                                                        \
    if constexpr (is_float<V>) return in_double(x, [](D t) TG_INLINE_LAMBDA { return expression; }); \
    else return lanewise(x, [](double t) { return __builtin_##name(t); });                          \
  }
TG_FLOAT_FAST(log2, log_of_float(t) * 1.4426950408889634)
TG_FLOAT_FAST(log10, log_of_float(t) * 0.4342944819032518)
TG_FLOAT_FAST(exp2, exp2_of_float(t))
TG_FLOAT_FAST(tan, tan_of_float(t))
TG_FLOAT_FAST(sinh, sinh_of_float(t))
TG_FLOAT_FAST(cosh, cosh_of_float(t))
#undef TG_FLOAT_FAST

// ---- libm, lane by lane ---------------------------------------------------------------------------------------------

#define TG_LANEWISE(name)                                                                           \
  template <class V> TG_INLINE V name(V x) {                                                        \
    return lanewise(x, [](auto t) { return static_cast<Lane<V>>(__builtin_##name(static_cast<double>(t))); }); \
  }
TG_LANEWISE(asin)
TG_LANEWISE(acos)
TG_LANEWISE(atan)
TG_LANEWISE(asinh)
TG_LANEWISE(acosh)
TG_LANEWISE(atanh)
TG_LANEWISE(erfc)
#undef TG_LANEWISE

#define TG_LANEWISE2(name)                                                                          \
  template <class V> TG_INLINE V name(V x, V y) {                                                   \
    return lanewise(x, y, [](auto s, auto t) { return static_cast<Lane<V>>(__builtin_##name(static_cast<double>(s), static_cast<double>(t))); }); \
  }
TG_LANEWISE2(atan2)
TG_LANEWISE2(hypot)
#undef TG_LANEWISE2

// ---- torch's own exponential ----------------------------------------------------------------------------------------

// The exponential inside torch's softmax and silu, bit for bit (a few % of its values are one ulp off).
template <class V> TG_INLINE V exp_poly_of_clipped(V c) {  // a float's |c| <= 105
  if constexpr (is_float<V>) {
    const V q = rint(c * 1.44269504f);
    V s = fma(q, splat<V>(-0.693145751953125f), c);
    s = fma(q, splat<V>(-1.428606765330187045e-06f), s);
    const V u = horner(s, 0.000198527617612853646, 0.00139304355252534151, 0.00833336077630519867, 0.0416664853692054749, 0.166666671633720398, 0.5);
    return scale(fma(s * s, u, s) + 1.0f, q);
  } else {
    return exp(c);
  }
}
template <class V> TG_INLINE V exp_poly(V x) {
  if constexpr (is_float<V>) return exp_poly_of_clipped(clip_float(x, -105.0f, 105.0f));
  else return exp(x);
}
template <class V> TG_INLINE V exp_poly_not_positive(V x) {
  if constexpr (is_float<V>) return exp_poly_of_clipped(larger(x, -105.0f));
  else return exp(x);
}

template <class V> TG_INLINE V log_sigmoid(V x) { return (x < Lane<V>(0) ? x : x != x ? x : V{}) - log1p(exp_poly(-abs(x))); }

// ---- powers, quotients ----------------------------------------------------------------------------------------------

template <class T> TG_INLINE T int_pow(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b < 0) return a == 1 ? T(1) : a == -1 ? (b & 1 ? T(-1) : T(1)) : T(0);
  }
  uint64_t r = 1, base = static_cast<uint64_t>(a);
  for (auto e = static_cast<uint64_t>(b); e; e >>= 1, base *= base)
    if (e & 1) r *= base;
  return static_cast<T>(r);
}
template <class V> TG_INLINE V pow(V x, V y) {
  if constexpr (is_float<V>) return in_double(x, y, [](D s, D t) TG_INLINE_LAMBDA { return pow_of_float(s, t); });
  else if constexpr (is_real<V>) return lanewise(x, y, [](double s, double t) { return __builtin_pow(s, t); });
  else return lanewise(x, y, [](auto s, auto t) { return int_pow(s, t); });
}

// Integer quotients that never trap: ops/ refuses a zero divisor, idle lanes of a tail may hold one; INT_MIN / -1 wraps.
template <class T> TG_INLINE T safe_div(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
  }
  return b == 0 ? T(0) : static_cast<T>(a / b);
}
template <class T> TG_INLINE T safe_mod(T a, T b) {
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return T(0);
  }
  return b == 0 ? T(0) : static_cast<T>(a % b);
}
template <class T> TG_INLINE bool opposite(T r, T b) { return r != 0 && (r < 0) != (b < 0); }

template <class V> TG_INLINE V fmod(V x, V y) {
  if constexpr (is_float<V>) return lanewise(x, y, [](auto s, auto t) { return __builtin_fmodf(s, t); });
  else if constexpr (is_real<V>) return lanewise(x, y, [](auto s, auto t) { return __builtin_fmod(s, t); });
  else return lanewise(x, y, [](auto s, auto t) { return safe_mod(s, t); });
}
// Python's %: the sign of the divisor.
template <class V> TG_INLINE V remainder(V x, V y) {
  using T = Lane<V>;
  const V r = fmod(x, y);
  return ((r != T(0)) & ((r < T(0)) != (y < T(0)))) ? r + y : r;
}
template <class V> TG_INLINE V div_trunc(V x, V y) {
  if constexpr (is_real<V>) return trunc(x / y);
  else return lanewise(x, y, [](auto s, auto t) { return safe_div(s, t); });
}
// Python's //, as torch rounds it: the exact multiple taken off, so that a quotient just below a whole number is not rounded up to it.
template <class V> TG_INLINE V floor_divide(V x, V y) {
  using T = Lane<V>;
  if constexpr (is_real<V>) {
    const V r = fmod(x, y);
    V q = (x - r) / y;
    q = ((r != T(0)) & ((y < T(0)) != (r < T(0)))) ? q - T(1) : q;
    V f = floor(q);
    f = q - f > T(0.5) ? f + T(1) : f;
    f = q == T(0) ? copysign(V{}, x / y) : f;
    return y == T(0) ? x / y : f;
  } else {
    return lanewise(x, y, [](auto s, auto t) { return static_cast<T>(safe_div(s, t) - (opposite(safe_mod(s, t), t) ? 1 : 0)); });
  }
}

// Shifts by too much (or by a negative count) empty the number, as torch has it.
template <class V> TG_INLINE V shift_left(V x, V y) {
  using T = Lane<V>;
  return lanewise(x, y, [](auto s, auto t) {
    const bool out = t < 0 || static_cast<uint64_t>(t) >= 8 * sizeof(T);
    return out ? T(0) : static_cast<T>(static_cast<uint64_t>(s) << t);
  });
}
template <class V> TG_INLINE V shift_right(V x, V y) {
  using T = Lane<V>;
  return lanewise(x, y, [](auto s, auto t) {
    const bool out = t < 0 || static_cast<uint64_t>(t) >= 8 * sizeof(T);
    return static_cast<T>(s >> (out ? static_cast<T>(8 * sizeof(T) - 1) : t));
  });
}

template <class V> TG_INLINE V maximum(V a, V b) { return ((a > b) | (a != a)) ? a : b; }
template <class V> TG_INLINE V minimum(V a, V b) { return ((a < b) | (a != a)) ? a : b; }

template <class V> TG_INLINE V logaddexp(V a, V b) {
  const V hi = maximum(a, b), lo = minimum(a, b);
  return ((a == b) & isinf(a)) ? a : hi + log1p(exp(lo - hi));
}
template <class V> TG_INLINE V logaddexp2(V a, V b) {
  const V hi = maximum(a, b), lo = minimum(a, b);
  return ((a == b) & isinf(a)) ? a : hi + log1p(exp2(lo - hi)) * Lane<V>(1.4426950408889634);
}

// ---- activations ----------------------------------------------------------------------------------------------------

template <class V> TG_INLINE V clip(V x, Lane<V> lo, Lane<V> hi) { return x < lo ? splat<V>(lo) : x > hi ? splat<V>(hi) : x; }
template <class V> TG_INLINE V softplus(V x, Lane<V> beta, Lane<V> threshold) {
  return x * beta > threshold ? x : log1p(exp(x * beta)) / beta;
}
template <class V> TG_INLINE V silu_grad(V g, V x) {
  using T = Lane<V>;
  const V s = T(1) / (T(1) + exp_poly(V{} - x));
  return g * s * (T(1) + x * (T(1) - s));
}
// eps < 0: none was given.
template <class V> TG_INLINE V logit(V x, Lane<V> eps) {
  using T = Lane<V>;
  const V z = eps < T(0) ? x : clip(x, eps, T(1) - eps);
  return log(z / (T(1) - z));
}
template <class V> TG_INLINE V logit_grad(V g, V x, Lane<V> eps) {
  using T = Lane<V>;
  const T lo = eps < T(0) ? T(0) : eps;
  const V outside = splat<V>(eps < T(0) ? T(__builtin_nan("")) : T(0));
  return ((x < lo) | (x > T(1) - lo)) ? outside : g / abs(x * (T(1) - x));  // a zero below too
}

// Inverse error function: a rational start, then two steps of Halley on erf (or on erfc, near +-1) in double.
TG_INLINE double erfinv_lane(double y) {
  const double a = y < 0 ? -y : y;
  if (!(a <= 1)) return __builtin_nan("");
  if (a == 1) return y * __builtin_inf();
  const double w = -__builtin_log((1 - a) * (1 + a));
  const double t = 2 / (3.141592653589793 * 0.147) - w / 2;
  double x = __builtin_sqrt(__builtin_sqrt(t * t + w / 0.147) - t);
  for (int i = 0; i < 3; ++i) {
    const double e = a < 0.5 ? __builtin_erf(x) - a : (1 - a) - __builtin_erfc(x);
    const double u = e / (1.1283791670955126 * __builtin_exp(-x * x));
    x -= u / (1 + x * u);
  }
  return y < 0 ? -x : x;
}
template <class V> TG_INLINE V erfinv(V x) {
  return lanewise(x, [](auto t) { return t == 0 ? t : static_cast<Lane<V>>(erfinv_lane(static_cast<double>(t))); });
}

}  // namespace
}  // namespace tg::TG_ISA
