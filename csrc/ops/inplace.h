// Writing into an existing tensor, and what that does to its history (torch's rules).
#pragma once

#include "ops/record.h"

namespace tg {

// Throws torch's errors: a leaf that requires grad, views of one, views made under no_grad or by an op of several
// outputs, and tensors whose elements share memory. Call before anything is written.
void check_inplace(const Tensor& self, bool recording);
void check_inplace_history(const Tensor& self, bool recording);  // all of these but the last
void check_result_castable(DType result, const Tensor& self);
void check_inplace_shape(const Dims& result, const Tensor& self);
// For ops that read `other` while they write self: they may not share memory.
void check_no_overlap(const Tensor& self, const Tensor& other);
// For ops that work element by element: they may be the same elements, but not others of the same memory.
void check_no_partial_overlap(const Tensor& self, const Tensor& other);

// The same elements with self's history, as the op's input; a copy of the data where the rule will read it.
Tensor before_write(const Tensor& self, bool copy);
// The same elements without a history: what the op is recorded on before its node becomes self's.
Tensor bare_alias(const Tensor& self);
// self's history is now that of `written`; if self is a view its base's history is rewritten (CopySlices).
void rebase_history(const Tensor& self, const Tensor& written);

// The whole protocol. record_on(written, before) records the op, and may not look at
// the values that compute(out) then writes to self's memory.
// reads_self: the rule reads self's old value. OVERLAP: elements of self may share memory, for all get the same value.
template <bool OVERLAP = false, class Compute, class Record>
const Tensor& inplace(const Tensor& self, std::initializer_list<In> others, bool reads_self, Compute compute, Record record_on) {
  bool recording = false;
  if (g_grad_enabled) {
    recording = needs_grad(self);
    for (const In& i : others) recording |= i.needs_grad();
  }
  OVERLAP ? check_inplace_history(self, recording) : check_inplace(self, recording);
  if (!recording) [[likely]] {
    compute(self);
    ++self->storage->version;
    return self;
  }
  const Tensor before = before_write(self, reads_self), written = bare_alias(self);
  ++self->storage->version;
  try {
    record_on(written, before);  // first, since it may refuse: an inference tensor cannot be saved
    compute(self);
  } catch (...) {
    --self->storage->version;
    throw;
  }
  rebase_history(self, written);
  return self;
}

void copy_data(const Tensor& out, const Tensor& x);  // any dtype to any dtype, x broadcast; no history, no version

// For ops whose kernel cannot write over its operand: compute(self) makes a new tensor, which is then copied into self.
template <class Compute, class Record>
const Tensor& inplace_by_copy(const Tensor& self, std::initializer_list<In> others, Compute compute, Record record_on) {
  Tensor result;
  {
    GradModeGuard no_grad(false);
    result = compute(self);
  }
  check_result_castable(result.dtype(), self);
  check_inplace_shape(result.sizes(), self);
  return inplace(self, others, true, [&](const Tensor& out) { copy_data(out, result); }, record_on);
}

}  // namespace tg
