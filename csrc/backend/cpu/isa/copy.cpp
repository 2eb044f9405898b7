// Moving elements: between dtypes, between strides, across the diagonal.
#include "backend/cpu/isa/transpose.h"
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

// kLine columns of in become kLine rows of out, of as many elements: whole lines of the cache on both sides, by shuffles between registers.
template <bool Stream, class T> TG_INLINE void transpose_tile(T* out, int64_t o_ld, const T* in, int64_t a_ld) {
  constexpr int W = kLanes<T>, P = kPiece<T>, kLine = 64 / static_cast<int>(sizeof(T));
#pragma GCC unroll 4
  for (int y = 0; y < kLine; y += P)
#pragma GCC unroll 4
    for (int x = 0; x < kLine; x += W) {
      Vec<T> r[P];
      load_transposed(r, in + x * a_ld + y, a_ld, W);
#pragma GCC unroll 4
      for (int k = 0; k < P; ++k) {
        T* to = out + (y + k) * o_ld + x;
        if constexpr (Stream) stream(to, r[k]);
        else store(to, r[k]);
      }
    }
}

// In blocks that use up each cache line of the input (16 or 8 rows of the output) before the next, 64 columns at a time.
template <class I> void transpose(int64_t rows, int64_t cols, void* o, int64_t o_ld, const void* a, int64_t a_ld, bool stream) {
  constexpr int64_t kLine = 64 / static_cast<int64_t>(sizeof(I)), kStrip = 64;
  I* out = static_cast<I*>(o);
  const I* in = static_cast<const I*>(a);
  stream = stream && reinterpret_cast<uintptr_t>(o) % 64 == 0 && o_ld % kLine == 0;
  for (int64_t j = 0; j < cols; j += kStrip)
    for (int64_t i = 0; i < rows; i += kLine) {
      const int64_t ie = i + kLine < rows ? i + kLine : rows, je = j + kStrip < cols ? j + kStrip : cols;
      int64_t x = j;
      if constexpr (sizeof(I) >= 4) {
        using T = std::conditional_t<sizeof(I) == 4, float, double>;  // moved, never computed with
        T* const to = static_cast<T*>(o);
        const T* const from = static_cast<const T*>(a);
        if (ie - i == kLine)
          for (; je - x >= kLine; x += kLine) {
            if (stream) transpose_tile<true>(to + i * o_ld + x, o_ld, from + x * a_ld + i, a_ld);
            else transpose_tile<false>(to + i * o_ld + x, o_ld, from + x * a_ld + i, a_ld);
          }
      }
      for (int64_t y = i; y < ie; ++y)
        for (int64_t z = x; z < je; ++z) out[y * o_ld + z] = in[z * a_ld + y];
    }
}

// To lines of the cache.
void stream_bytes(int64_t n, void* o, const void* a) {
  using V = Vec<uint8_t>;
  char* out = static_cast<char*>(o);
  const char* in = static_cast<const char*>(a);
  int64_t i = 0;
  for (; n - i >= kWidth; i += kWidth) stream(out + i, load<V>(in + i));
  memcpy(out + i, in + i, static_cast<size_t>(n - i));
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
    stream_bytes,
};

}  // namespace tg::TG_ISA
