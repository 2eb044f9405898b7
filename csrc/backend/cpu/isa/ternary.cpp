// Elementwise kernels of three operands.
#include "backend/cpu/isa/loops.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

struct addcmul_row {  // a + p * b * c
  static constexpr Kind kKind = Kind::NUM;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T p) { return fma(b * p, c, a); }
};
struct addcdiv_row {  // a + p * b / c
  static constexpr Kind kKind = Kind::FLOAT;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T p) { return a + b * p / c; }
};
struct lerp_row {  // a + c * (b - a), taken from the nearer end
  static constexpr Kind kKind = Kind::FLOAT;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T) {
    const V d = b - a;
    return abs(c) < T(0.5) ? fma(c, d, a) : fma(V{} - d, T(1) - c, b);
  }
};
// Gradients of losses: a is the incoming gradient, b the input, c the target.
struct mse_grad_row {  // p: the factor of the difference
  static constexpr Kind kKind = Kind::FLOAT;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T p) { return (b - c) * p * a; }
};
struct smooth_l1_grad_row {  // p: beta
  static constexpr Kind kKind = Kind::FLOAT;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T p) {
    const V d = b - c;
    return d <= -p ? -a : d >= p ? a : a * d / p;
  }
};
struct huber_grad_row {  // p: delta
  static constexpr Kind kKind = Kind::FLOAT;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T p) {
    const V d = b - c;
    return d <= -p ? -a * p : d >= p ? a * p : a * d;
  }
};
struct bce_grad_row {  // p: the number of elements in the mean
  static constexpr Kind kKind = Kind::FLOAT;
  template <class T, class V> static TG_INLINE V apply(V a, V b, V c, T p) {
    return a * (b - c) / maximum((T(1) - b) * b, splat<V>(T(1e-12))) / p;
  }
};

template <class Row, class T>
void ternary(int64_t n, void* o, const void* pa, int64_t sa, const void* pb, int64_t sb, const void* pc, int64_t sc, double p) {
  using V = Vec<T>;
  constexpr int L = kLanes<T>;
  const T pt = param<T>(p);
  V one_a, one_b, one_c;
  Operand<V> a(pa, sa, one_a), b(pb, sb, one_b), c(pc, sc, one_c);
  Output<T, false> out(o);
  for (; n >= L; n -= L) {
    const V x = a.next(), y = b.next(), z = c.next();
    out.put(Row::template apply<T>(x, y, z, pt));
  }
  if (n > 0) out.put_n(Row::template apply<T>(a.last(n), b.last(n), c.last(n), pt), n);
}

// I: an integer as wide as the elements, whose bits are all that is moved.
template <class I> void where(int64_t n, void* o, const void* pc, int64_t sc, const void* pa, int64_t sa, const void* pb, int64_t sb) {
  using V = Vec<I>;
  constexpr int L = kLanes<I>;
  using B = Vec<int8_t, L>;
  B one_c;
  V one_a, one_b;
  Operand<B> c(pc, sc, one_c);
  Operand<V> a(pa, sa, one_a), b(pb, sb, one_b);
  Output<I, false> out(o);
  for (; n >= L; n -= L) {
    const V x = a.next(), y = b.next();
    out.put(__builtin_convertvector(c.next() != 0, V) ? x : y);
  }
  if (n > 0) out.put_n(__builtin_convertvector(c.last(n) != 0, V) ? a.last(n) : b.last(n), n);
}

template <class Row, class T> constexpr TernaryKernel pick() {
  if constexpr (has_kernel<T>(Row::kKind) && !std::is_same_v<T, bool>) return ternary<Row, T>;
  else return nullptr;
}

#define TG_ROW(name) {pick<name, bool>(), pick<name, uint8_t>(), pick<name, int8_t>(), pick<name, int16_t>(), \
                      pick<name, int32_t>(), pick<name, int64_t>(), pick<name, float>(), pick<name, double>()}

}  // namespace

extern const TernaryKernels ternary_kernels;
const TernaryKernels ternary_kernels = {
    {TG_ROW(addcmul_row), TG_ROW(addcdiv_row), TG_ROW(lerp_row), TG_ROW(mse_grad_row), TG_ROW(smooth_l1_grad_row), TG_ROW(huber_grad_row),
     TG_ROW(bce_grad_row)},
    {where<int8_t>, where<int16_t>, where<int32_t>, where<int64_t>},
};

}  // namespace tg::TG_ISA
