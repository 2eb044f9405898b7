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
    for (int64_t i = 0; i < n; ++i) out[i] = cast<To>(element<From>(a, i));
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

// Rows of a strided matrix, to or from dense memory: one call for many short rows.
template <class I> void gather(int64_t rows, int64_t cols, void* o, const void* a, int64_t row, int64_t col) {
  I* __restrict__ out = static_cast<I*>(o);
  const I* __restrict__ in = static_cast<const I*>(a);
  for (int64_t i = 0; i < rows; ++i, out += cols, in += row) {
    if (col == 0) {
      const I x = *in;
      for (int64_t j = 0; j < cols; ++j) out[j] = x;
    } else if (col == 1) {
      for (int64_t j = 0; j < cols; ++j) out[j] = in[j];
    } else {
      for (int64_t j = 0; j < cols; ++j) out[j] = in[j * col];
    }
  }
}
template <class I> void scatter(int64_t rows, int64_t cols, void* o, int64_t row, int64_t col, const void* a) {
  I* __restrict__ out = static_cast<I*>(o);
  const I* __restrict__ in = static_cast<const I*>(a);
  for (int64_t i = 0; i < rows; ++i, out += row, in += cols)
    for (int64_t j = 0; j < cols; ++j) out[j * col] = in[j];
}

// out[y * o_ld + x] = in[x * a_ld + y] for an 8 x 8 (4-byte) or 4 x 4 (8-byte) tile, by shuffles between registers.
TG_INLINE void transpose_tile(uint32_t* out, int64_t o_ld, const uint32_t* in, int64_t a_ld) {
  using V = Vec<uint32_t, 32>;
  V r[8], t[8];
#pragma GCC unroll 8
  for (int k = 0; k < 8; ++k) r[k] = load<V>(in + k * a_ld);
#pragma GCC unroll 4
  for (int k = 0; k < 8; k += 2) {
    t[k] = __builtin_shufflevector(r[k], r[k + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const int from = k / 2 * 4 + k % 2, to = k / 2 * 4 + k % 2 * 2;
    r[to] = __builtin_shufflevector(t[from], t[from + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    r[to + 1] = __builtin_shufflevector(t[from], t[from + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    store(out + k * o_ld, __builtin_shufflevector(r[k], r[k + 4], 0, 1, 2, 3, 8, 9, 10, 11));
    store(out + (k + 4) * o_ld, __builtin_shufflevector(r[k], r[k + 4], 4, 5, 6, 7, 12, 13, 14, 15));
  }
}
TG_INLINE void transpose_tile(uint64_t* out, int64_t o_ld, const uint64_t* in, int64_t a_ld) {
  using V = Vec<uint64_t, 32>;
  V r[4], t[4];
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) r[k] = load<V>(in + k * a_ld);
#pragma GCC unroll 2
  for (int k = 0; k < 4; k += 2) {
    t[k] = __builtin_shufflevector(r[k], r[k + 1], 0, 4, 2, 6);
    t[k + 1] = __builtin_shufflevector(r[k], r[k + 1], 1, 5, 3, 7);
  }
#pragma GCC unroll 2
  for (int k = 0; k < 2; ++k) {
    store(out + k * o_ld, __builtin_shufflevector(t[k], t[k + 2], 0, 1, 4, 5));
    store(out + (k + 2) * o_ld, __builtin_shufflevector(t[k], t[k + 2], 2, 3, 6, 7));
  }
}

// In blocks that use up each cache line of the input (16 or 8 rows of the output) before the next, 64 columns at a time.
template <class I> void transpose(int64_t rows, int64_t cols, void* o, int64_t o_ld, const void* a, int64_t a_ld) {
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(I)), kStrip = 64;
  I* out = static_cast<I*>(o);
  const I* in = static_cast<const I*>(a);
  for (int64_t j = 0; j < cols; j += kStrip)
    for (int64_t i = 0; i < rows; i += kLine) {
      const int64_t ie = i + kLine < rows ? i + kLine : rows, je = j + kStrip < cols ? j + kStrip : cols;
      if constexpr (sizeof(I) >= 4) {
        constexpr int64_t T = 32 / static_cast<int64_t>(sizeof(I));
        if (ie - i == kLine && je - j == kStrip) {
          for (int64_t x = j; x < je; x += T)
            for (int64_t y = i; y < ie; y += T) transpose_tile(out + y * o_ld + x, o_ld, in + x * a_ld + y, a_ld);
          continue;
        }
      }
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
    {gather<uint8_t>, gather<uint16_t>, gather<uint32_t>, gather<uint64_t>},
    {scatter<uint8_t>, scatter<uint16_t>, scatter<uint32_t>, scatter<uint64_t>},
    {transpose<uint8_t>, transpose<uint16_t>, transpose<uint32_t>, transpose<uint64_t>},
};

}  // namespace tg::TG_ISA
