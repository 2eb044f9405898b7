// Moving elements: between dtypes, between strides, across the diagonal.
#include "backend/cpu/isa/vec.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

// C's conversions, made total: a float outside the integer's range gives x86's cvtt answer, the smallest integer, of which
// the narrow types keep the low bits. uint8 goes by way of 64 bits, int8 and int16 of 32, as in torch.
template <class I, class F> TG_INLINE I whole(F x) {
  constexpr F lo = static_cast<F>(-(I{1} << (8 * sizeof(I) - 2))) * 2;
  return x >= lo && x < -lo ? static_cast<I>(x) : static_cast<I>(lo);
}
template <class To, class From> TG_INLINE To cast(From x) {
  if constexpr (std::is_same_v<To, bool>) return x != From(0);
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To> && (sizeof(To) == 8 || std::is_unsigned_v<To>)) return static_cast<To>(whole<int64_t>(x));
  else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) return static_cast<To>(whole<int32_t>(x));
  else return static_cast<To>(x);
}

template <class To, class From> void convert(int64_t n, void* __restrict__ o, const void* __restrict__ a) {
  if constexpr (std::is_same_v<To, From>) {
    memcpy(o, a, static_cast<size_t>(n) * sizeof(To));
  } else {
    To* out = static_cast<To*>(o);
    const From* in = static_cast<const From*>(a);
    for (int64_t i = 0; i < n; ++i) out[i] = cast<To>(in[i]);
  }
}

template <class I> void strided(int64_t n, void* o, int64_t so, const void* a, int64_t sa) {
  I* out = static_cast<I*>(o);
  const I* in = static_cast<const I*>(a);
  if (so == 1 && sa == 1) {
    memcpy(o, a, static_cast<size_t>(n) * sizeof(I));
  } else if (so == 1 && sa == 0) {
    const I x = *in;
    for (int64_t i = 0; i < n; ++i) out[i] = x;
  } else if (so == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = in[i * sa];
  } else {
    for (int64_t i = 0; i < n; ++i) out[i * so] = in[i * sa];
  }
}

template <class I> void transpose(int64_t rows, int64_t cols, void* o, int64_t o_ld, const void* a, int64_t a_ld) {
  constexpr int64_t B = 64 / static_cast<int64_t>(sizeof(I));
  I* out = static_cast<I*>(o);
  const I* in = static_cast<const I*>(a);
  for (int64_t i = 0; i < rows; i += B)
    for (int64_t j = 0; j < cols; j += B) {
      const int64_t ie = i + B < rows ? i + B : rows, je = j + B < cols ? j + B : cols;
      for (int64_t y = i; y < ie; ++y)
        for (int64_t x = j; x < je; ++x) out[y * o_ld + x] = in[x * a_ld + y];
    }
}

#define TG_TO(To) {convert<To, bool>, convert<To, uint8_t>, convert<To, int8_t>, convert<To, int16_t>, \
                   convert<To, int32_t>, convert<To, int64_t>, convert<To, float>, convert<To, double>}

}  // namespace

extern const CopyKernels copy_kernels;
const CopyKernels copy_kernels = {
    {TG_TO(bool), TG_TO(uint8_t), TG_TO(int8_t), TG_TO(int16_t), TG_TO(int32_t), TG_TO(int64_t), TG_TO(float), TG_TO(double)},
    {strided<uint8_t>, strided<uint16_t>, strided<uint32_t>, strided<uint64_t>},
    {transpose<uint8_t>, transpose<uint16_t>, transpose<uint32_t>, transpose<uint64_t>},
};

}  // namespace tg::TG_ISA
