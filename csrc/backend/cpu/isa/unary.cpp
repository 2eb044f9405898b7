// Kernels of op_tables/unary.def.
#include "backend/cpu/isa/loops.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

#define UNARY(name, node, kind, saves, value, gradient, params, doc)                         \
  struct name##_row {                                                                        \
    static constexpr Kind kKind = Kind::kind;                                                \
    template <class T, class V> static TG_INLINE auto apply(V x, T p, T q) {                 \
      (void)p, (void)q;                                                                      \
      return value;                                                                          \
    }                                                                                        \
  };
#include "op_tables/unary.def"

template <class Row, class T> void unary(int64_t n, void* o, const void* a, double p, double q) {
  using V = Vec<T>;
  constexpr int L = kLanes<T>;
  const T pt = param<T>(p), qt = param<T>(q);
  const char* in = static_cast<const char*>(a);
  Output<T, Row::kKind == Kind::BOOL> out(o);
  for (; n >= L; n -= L, in += sizeof(V)) out.put(Row::template apply<T>(load<V>(in), pt, qt));
  if (n > 0) out.put_n(Row::template apply<T>(load_n<V>(in, n), pt, qt), n);
}

template <class Row, class T> constexpr UnaryKernel pick() {
  if constexpr (has_kernel<T>(Row::kKind)) return unary<Row, T>;
  else return nullptr;
}

}  // namespace

extern const UnaryKernels unary_kernels;
const UnaryKernels unary_kernels = {{
#define UNARY(name, ...) {pick<name##_row, bool>(), pick<name##_row, uint8_t>(), pick<name##_row, int8_t>(), pick<name##_row, int16_t>(), \
                          pick<name##_row, int32_t>(), pick<name##_row, int64_t>(), pick<name##_row, float>(), pick<name##_row, double>()},
#include "op_tables/unary.def"
}};

}  // namespace tg::TG_ISA
