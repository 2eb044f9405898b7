// Kernels of op_tables/binary.def.
#include "backend/cpu/isa/loops.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

#define BINARY(name, node, kind, value, ...)                                                 \
  struct name##_row {                                                                        \
    static constexpr Kind kKind = Kind::kind;                                                \
    template <class T, class V> static TG_INLINE auto apply(V a, V b, T p) {                 \
      (void)p;                                                                               \
      return value;                                                                          \
    }                                                                                        \
  };
#include "op_tables/binary.def"

template <class Row, class T> void binary(int64_t n, void* o, const void* pa, int64_t sa, const void* pb, int64_t sb, double p) {
  using V = Vec<T>;
  constexpr int L = kLanes<T>;
  const T pt = param<T>(p);
  V one_a, one_b;
  Operand<V> a(pa, sa, one_a), b(pb, sb, one_b);
  Output<T, Row::kKind == Kind::BOOL> out(o);
  for (; n >= L; n -= L) {
    const V x = a.next(), y = b.next();
    out.put(Row::template apply<T>(x, y, pt));
  }
  if (n > 0) out.put_n(Row::template apply<T>(a.last(n), b.last(n), pt), n);
}

// A power whose exponent is a number (p is 0) takes torch's short cuts, in any layout: x * x is exact to half an ulp, x * x * x is
// what torch rounds. A tensor's exponents take none, were they all one.
template <class T> struct Powers {
  using V = Vec<T>;
  template <class F> static void loop(int64_t n, void* o, const void* pa, int64_t sa, F f) {
    V one;
    Operand<V> a(pa, sa, one);
    Output<T, false> out(o);
    for (; n >= kLanes<T>; n -= kLanes<T>) out.put(f(a.next()));
    if (n > 0) out.put_n(f(a.last(n)), n);
  }
  static void pow(int64_t n, void* o, const void* pa, int64_t sa, const void* pb, int64_t sb, double p) {
    if (p == 0) {
      T e;
      __builtin_memcpy(&e, pb, sizeof e);
      if (e == T(2)) return loop(n, o, pa, sa, [](V x) TG_INLINE_LAMBDA { return x * x; });
      if (e == T(3)) return loop(n, o, pa, sa, [](V x) TG_INLINE_LAMBDA { return x * x * x; });
      if constexpr (std::is_floating_point_v<T>) {
        if (e == T(0.5)) return loop(n, o, pa, sa, [](V x) TG_INLINE_LAMBDA { return sqrt(x); });
        if (e == T(-0.5)) return loop(n, o, pa, sa, [](V x) TG_INLINE_LAMBDA { return T(1) / sqrt(x); });
        if (e == T(-1)) return loop(n, o, pa, sa, [](V x) TG_INLINE_LAMBDA { return T(1) / x; });
        if (e == T(-2)) return loop(n, o, pa, sa, [](V x) TG_INLINE_LAMBDA { return T(1) / (x * x); });
      }
    }
    binary<pow_row, T>(n, o, pa, sa, pb, sb, p);
  }
};

template <class Row, class T> constexpr BinaryKernel pick() {
  if constexpr (!has_kernel<T>(Row::kKind)) return nullptr;
  else if constexpr (std::is_same_v<Row, pow_row>) return Powers<T>::pow;
  else return binary<Row, T>;
}

}  // namespace

extern const BinaryKernels binary_kernels;
const BinaryKernels binary_kernels = {{
#define BINARY(name, ...) {pick<name##_row, bool>(), pick<name##_row, uint8_t>(), pick<name##_row, int8_t>(), pick<name##_row, int16_t>(), \
                           pick<name##_row, int32_t>(), pick<name##_row, int64_t>(), pick<name##_row, float>(), pick<name##_row, double>()},
#include "op_tables/binary.def"
}};

}  // namespace tg::TG_ISA
