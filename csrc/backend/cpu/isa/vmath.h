// Mathematical functions of vectors. Floats are computed in double and rounded once, so they are correctly rounded but for
// cases too near a tie to tell. An element's value never depends on its neighbours.
#pragma once

#include "backend/cpu/isa/vec.h"

namespace tg::TG_ISA {
namespace {

template <class V> constexpr bool is_float = std::is_same_v<Lane<V>, float>;
template <class V> constexpr bool is_real = std::is_floating_point_v<Lane<V>>;
template <class V> using Ints = Mask<V>;

template <class V> TG_INLINE V select(Mask<V> m, V a, V b) { return m ? a : b; }
template <class V> TG_INLINE Mask<V> none(V) { return Mask<V>{}; }

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

// ---- libm, lane by lane ---------------------------------------------------------------------------------------------

#define TG_LANEWISE(name)                                                                           \
  template <class V> TG_INLINE V name(V x) {                                                        \
    return lanewise(x, [](auto t) { return static_cast<Lane<V>>(__builtin_##name(static_cast<double>(t))); }); \
  }
TG_LANEWISE(exp)
TG_LANEWISE(exp2)
TG_LANEWISE(expm1)
TG_LANEWISE(log)
TG_LANEWISE(log1p)
TG_LANEWISE(log2)
TG_LANEWISE(log10)
TG_LANEWISE(sin)
TG_LANEWISE(cos)
TG_LANEWISE(tan)
TG_LANEWISE(asin)
TG_LANEWISE(acos)
TG_LANEWISE(atan)
TG_LANEWISE(sinh)
TG_LANEWISE(cosh)
TG_LANEWISE(tanh)
TG_LANEWISE(asinh)
TG_LANEWISE(acosh)
TG_LANEWISE(atanh)
TG_LANEWISE(erf)
TG_LANEWISE(erfc)
#undef TG_LANEWISE

#define TG_LANEWISE2(name)                                                                          \
  template <class V> TG_INLINE V name(V x, V y) {                                                   \
    return lanewise(x, y, [](auto s, auto t) { return static_cast<Lane<V>>(__builtin_##name(static_cast<double>(s), static_cast<double>(t))); }); \
  }
TG_LANEWISE2(atan2)
TG_LANEWISE2(hypot)
#undef TG_LANEWISE2

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
  if constexpr (sizeof(V) == 64) {
    if constexpr (is_float<V>) return (V)_mm512_maskz_sqrt_ps(0xffff, (__m512)x);
    else return (V)_mm512_maskz_sqrt_pd(0xff, (__m512d)x);
  }
#elif defined(__AVX2__)
  if constexpr (sizeof(V) == 32) {
    if constexpr (is_float<V>) return (V)_mm256_sqrt_ps((__m256)x);
    else return (V)_mm256_sqrt_pd((__m256d)x);
  }
#endif
  return lanewise(x, [](auto t) { return is_float<V> ? static_cast<Lane<V>>(__builtin_sqrtf(static_cast<float>(t))) : static_cast<Lane<V>>(__builtin_sqrt(t)); });
}

// ---- exponentials ---------------------------------------------------------------------------------------------------

// 2^q for whole q in [-252, 254], in two factors so that neither over- nor underflows.
TG_INLINE Vec<float> scale_by_power(Vec<float> x, Vec<int32_t> q) {
  const Vec<int32_t> h = q >> 1;
  return x * (Vec<float>)((h + 127) << 23) * (Vec<float>)((q - h + 127) << 23);
}

// The exponential inside torch's softmax and silu, bit for bit (a few % of its values are one ulp off).
template <class V> TG_INLINE V exp_poly(V x) {
  if constexpr (is_float<V>) {
    const V q = rint(x * 1.44269504f);
    V s = fma(q, splat<V>(-0.693145751953125f), x);
    s = fma(q, splat<V>(-1.428606765330187045e-06f), s);
    V u = splat<V>(0.000198527617612853646f);
    u = fma(u, s, splat<V>(0.00139304355252534151f));
    u = fma(u, s, splat<V>(0.00833336077630519867f));
    u = fma(u, s, splat<V>(0.0416664853692054749f));
    u = fma(u, s, splat<V>(0.166666671633720398f));
    u = fma(u, s, splat<V>(0.5f));
    const V clamped = q > 200.0f ? splat<V>(200.0f) : q > -200.0f ? q : splat<V>(-200.0f);
    const V y = scale_by_power(fma(s * s, u, s) + 1.0f, __builtin_convertvector(clamped, Vec<int32_t>));
    const V low = x < -104.0f ? V{} : y;
    return x > 100.0f ? splat<V>(__builtin_inff()) : x == x ? low : x;
  } else {
    return exp(x);
  }
}

template <class V> TG_INLINE V sigmoid(V x) {
  return lanewise(x, [](auto t) { return static_cast<Lane<V>>(1 / (1 + __builtin_exp(-static_cast<double>(t)))); });
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
  if constexpr (is_real<V>) return lanewise(x, y, [](auto s, auto t) { return static_cast<Lane<V>>(__builtin_pow(static_cast<double>(s), static_cast<double>(t))); });
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
  return ((x < lo) | (x > T(1) - lo)) ? outside : g / (x * (T(1) - x));
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
