// Which dtype an op computes in (torch_facts: dimensioned tensors > 0-d tensors > Python numbers).
#pragma once

#include "ops/ops.h"

namespace tg {

// How a row of op_tables treats dtypes.
enum class Kind : uint8_t { NUM, FLOAT, REAL, INT, BOOL };

class Promotion {
 public:
  void add(const Tensor& t) {
    Slot& s = t->wrapped_number ? number_ : t.dim() == 0 ? zero_dim_ : dims_;
    const DType d = t->wrapped_number && is_floating(t.dtype()) ? g_default_dtype : t.dtype();
    s.dtype = s.any ? promote_types(s.dtype, d) : d;
    s.any = true;
  }
  DType result() const { return combine(dims_, combine_slots(zero_dim_, number_)); }

 private:
  struct Slot {
    DType dtype = DType::Bool;
    bool any = false;
  };
  // A lower-priority operand counts only if its category is higher.
  static Slot combine_slots(const Slot& high, const Slot& low) {
    if (!high.any) return low;
    if (!low.any || category(low.dtype) <= category(high.dtype)) return high;
    return low;
  }
  static DType combine(const Slot& high, const Slot& low) { return combine_slots(high, low).dtype; }

  Slot dims_, zero_dim_, number_;
};

inline DType result_dtype(Kind kind, DType d) { return kind == Kind::FLOAT && !is_floating(d) ? g_default_dtype : d; }

}  // namespace tg
