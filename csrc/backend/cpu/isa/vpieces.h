// tanh and erf of floats: odd functions that grow to 1, as one polynomial of |x| for each of 16 pieces of its range.
#pragma once

#include "backend/cpu/isa/vfloat.h"

namespace tg::TG_ISA {
namespace {

// f(a) = value + r p(r), r = a - centre; in the piece around zero f(a) = a + a p(a). The centres are floats at which f is nearly one
// too, so that `value` is off by less than 0.001 of its last place (0.2 where f is about to be 1). p has the least relative error that
// weighted least squares (Lawson) found with its lower coefficients already rounded; the highest stands first.
template <int N> struct Pieces { float centre[16], value[16], p[N][16]; };

template <int N> TG_INLINE F by_pieces(const Pieces<N>& t, I piece, F a) {
  const F centre = lookup(t.centre, piece), r = a - centre;
  F p = lookup(t.p[0], piece);
#pragma GCC unroll 8
  for (int k = 1; k < N; ++k) p = fma(p, r, lookup(t.p[k], piece));
  return fma(p, r, centre == 0.0f ? a : lookup(t.value, piece));
}

alignas(64) constexpr Pieces<7> kTanh = {
    {0x1.3ff6bcp1f, 0x1.c01338p1f, 0x1.3ffc3cp2f, 0x1.bfe89p2f, 0x1.134aa2p3f, 0x1.533334p3f, 0, 0x1.bff782p-4f,
     0x1.3febc8p-3f, 0x1.bffda6p-3f, 0x1.400624p-2f, 0x1.c0023cp-2f, 0x1.400dfap-1f, 0x1.c0129cp-1f, 0x1.3fed1ep0f, 0x1.bff09ap0f},
    {0x1.f92486p-1f, 0x1.ff1174p-1f, 0x1.fff418p-1f, 0x1.ffffc8p-1f, 0x1.fffffep-1f, 0x1p0f, 0, 0x1.be3074p-4f,
     0x1.3d580cp-3f, 0x1.b8fac6p-3f, 0x1.35ff1ep-2f, 0x1.a5747ap-2f, 0x1.1bfe2cp-1f, 0x1.686fb4p-1f, 0x1.b247a4p-1f, 0x1.e1f878p-1f},
    {{0x1.f17fcep-15f, 0x1.5ee214p-15f, 0x1.5f00b6p-19f, 0x1.9471e8p-25f, -0x1.90f5d6p-23f, 0, -0x1.a726d8p-5f, 0x1.0cdc86p12f,
      0x1.306846p7f, 0x1.bd0784p3f, 0x1.91551cp0f, 0x1.d3b9cep-1f, -0x1.4933bep-6f, 0x1.6cd9dcp-5f, -0x1.23b468p-8f, -0x1.044428p-9f},
     {-0x1.6e8752p-11f, -0x1.48fc2ap-13f, -0x1.3521f6p-17f, -0x1.240868p-23f, -0x1.634dd4p-18f, 0, -0x1.eb4ap-12f, -0x1.0a2a9cp3f,
      -0x1.35c6fcp-1f, -0x1.b7b224p-4f, -0x1.5bd34ap-4f, -0x1.0995d8p-4f, -0x1.7ffda4p-6f, 0x1.a1a776p-7f, 0x1.eea278p-7f, 0x1.10f082p-9f},
     {0x1.773726p-9f, 0x1.ee6e6p-12f, 0x1.9158cap-16f, 0x1.da7b3cp-22f, 0x1.0e81cep-24f, 0, 0x1.1124d8p-3f, -0x1.d0d746p0f,
      -0x1.58f64p-3f, 0x1.ecab7p-5f, 0x1.1742f8p-5f, -0x1.973b7cp-7f, -0x1.b824e4p-5f, -0x1.e9b528p-5f, -0x1.3b098ap-6f, 0x1.e490cep-9f},
     {-0x1.07f106p-7f, -0x1.399246p-10f, -0x1.f5e55ap-15f, -0x1.34d2e4p-20f, 0x1.797212p-19f, 0, -0x1.7026c6p-20f, 0x1.2a484ap-4f,
      0x1.907fp-4f, 0x1.04f432p-3f, 0x1.43f2c2p-3f, 0x1.5c2d4ep-3f, 0x1.1a5472p-3f, 0x1.f1ba4ap-5f, -0x1.9b7412p-7f, -0x1.81781ap-6f},
     {0x1.170424p-6f, 0x1.3c0a96p-9f, 0x1.fc2dfp-14f, 0x1.2a888ep-19f, 0x1.919e16p-24f, 0, -0x1.555554p-2f, -0x1.450536p-2f,
      -0x1.34feaep-2f, -0x1.183844p-2f, -0x1.c19072p-3f, -0x1.16d82ap-3f, -0x1.2361a2p-6f, 0x1.4f4142p-4f, 0x1.bbb344p-4f, 0x1.01d11p-4f},
     {-0x1.ae16fp-6f, -0x1.dbcba2p-9f, -0x1.7d3008p-13f, -0x1.bd5b4p-19f, -0x1.17cb9cp-21f, 0, -0x1.170c48p-34f, -0x1.b8e52cp-4f,
      -0x1.35b98p-3f, -0x1.a488c2p-3f, -0x1.19962ep-2f, -0x1.5e0ff4p-2f, -0x1.893cd6p-2f, -0x1.6b9eaap-2f, -0x1.e75a32p-3f, -0x1.b706d6p-4f},
     {0x1.b3ee28p-6f, 0x1.dca8dap-9f, 0x1.7cf836p-13f, 0x1.bfb372p-19f, 0x1.204f06p-23f, 0, 0x1.1c524p-44f, 0x1.f9eca6p-1f,
      0x1.f3b4e6p-1f, 0x1.e84308p-1f, 0x1.d113c4p-1f, 0x1.a944f6p-1f, 0x1.627a08p-1f, 0x1.0242d2p-1f, 0x1.1f4904p-2f, 0x1.d2617p-4f}},
};

alignas(64) constexpr Pieces<6> kErf = {
    {0, 0x1.0832cp-2f, 0x1.082c3cp-1f, 0x1.8c5982p-1f, 0x1.083ea4p0f, 0x1.4a60fp0f, 0x1.8c70fap0f, 0x1.ce76dcp0f,
     0x1.083cd4p1f, 0x1.295a92p1f, 0x1.4a40c8p1f, 0x1.6b7244p1f, 0x1.8c717ep1f, 0x1.ad756ep1f, 0x1.ce8b0ap1f, 0x1.ef646ep1f},
    {0, 0x1.23a184p-2f, 0x1.119ed4p-1f, 0x1.73e882p-1f, 0x1.b616f2p-1f, 0x1.dd30fap-1f, 0x1.f165bep-1f, 0x1.fa8f4ap-1f,
     0x1.fe3462p-1f, 0x1.ff7a7cp-1f, 0x1.ffdd78p-1f, 0x1.fff83ap-1f, 0x1.fffe72p-1f, 0x1.ffffbap-1f, 0x1.fffff6p-1f, 0x1.fffffep-1f},
    {{0x1.b0691p-9f, -0x1.58e352p-5f, -0x1.8fc59p-5f, -0x1.851162p-6f, 0x1.f6f6cep-8f, 0x1.67278ep-6f, 0x1.1fa91cp-6f, 0x1.b4fefcp-8f,
      -0x1.b4f1bap-11f, -0x1.950c88p-9f, -0x1.41ab4cp-9f, -0x1.50458cp-10f, -0x1.0c1368p-11f, -0x1.58b20cp-13f, -0x1.403742p-3f, 0x1.a67acp-4f},
     {0x1.c23046p-4f, 0x1.3cfdfp-4f, 0x1.8ca3cp-9f, -0x1.ce49f6p-5f, -0x1.14ea5cp-4f, -0x1.5608a4p-5f, -0x1.3cde42p-7f, 0x1.2a269ep-7f,
      0x1.a77f42p-7f, 0x1.319d8cp-7f, 0x1.3f2e38p-8f, 0x1.047b9p-9f, 0x1.5cc22ep-11f, 0x1.8440ep-13f, -0x1.ee10aap-14f, -0x1.98e4dap-14f},
     {0x1.a7626ap-12f, 0x1.0a932ap-3f, 0x1.77bd5ap-3f, 0x1.26feeep-3f, 0x1.dc3ec6p-5f, -0x1.f1ba26p-7f, -0x1.858114p-5f, -0x1.77843p-5f,
      -0x1.ef5d5cp-6f, -0x1.f995b6p-7f, -0x1.a57a74p-8f, -0x1.218748p-9f, -0x1.512ed2p-11f, -0x1.4d69d8p-13f, 0x1.0000ap-8f, -0x1.559656p-9f},
     {-0x1.812ca4p-2f, -0x1.385daep-2f, -0x1.14008ep-3f, 0x1.4fee94p-5f, 0x1.2c2a6cp-3f, 0x1.53889ap-3f, 0x1.09c82ep-3f, 0x1.45c03ep-4f,
      0x1.46da92p-5f, 0x1.117c8p-6f, 0x1.860f28p-8f, 0x1.d600dp-10f, 0x1.e93e42p-12f, 0x1.b64b96p-14f, 0x1.7f0ef4p-16f, 0x1.5b7246p-18f},
     {0x1.7a0134p-22f, -0x1.16eadp-2f, -0x1.c8d4f8p-2f, -0x1.eb4156p-2f, -0x1.9af68ap-2f, -0x1.19f998p-2f, -0x1.453feep-3f, -0x1.3f6a76p-4f,
      -0x1.0d103ap-5f, -0x1.853da2p-7f, -0x1.ea621cp-9f, -0x1.08ba3cp-10f, -0x1.f404aep-13f, -0x1.9a3556p-15f, -0x1.196c28p-15f, 0x1.f88e78p-17f},
     {0x1.06eba8p-3f, 0x1.0e431ep0f, 0x1.bab2e4p-1f, 0x1.3d4c8ap-1f, 0x1.8e23fep-2f, 0x1.b4fcaep-3f, 0x1.a40e88p-4f, 0x1.61a118p-5f,
      0x1.04ace2p-6f, 0x1.4f1ba4p-8f, 0x1.7c2086p-10f, 0x1.74ee7p-12f, 0x1.42e214p-14f, 0x1.e90bf8p-17f, 0x1.41d644p-19f, 0x1.74a196p-22f}},
};

// Pieces of half an octave: the exponent's lowest bits and the first of the mantissa number them. From 9.2 on tanh is 1, and the
// piece from 12 on is never met.
TG_INLINE F tanh_float(F x) {
  const F a = smaller(abs(x), 9.2f);
  return copysign(by_pieces(kTanh, (I)larger(a, 0.0625f) >> 22, a), x);
}

// Pieces of equal width, 1/3.875. From 3.99 on erf is 1.
TG_INLINE F erf_float(F x) {
  const F a = smaller(abs(x), 3.99f);
  return copysign(by_pieces(kErf, (I)fma(a, splat<F>(3.875f), splat<F>(0x1.8p23f)), a), x);
}

}  // namespace
}  // namespace tg::TG_ISA
