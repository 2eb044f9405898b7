// What the rows of op_tables share with the elementwise ops that stand beside them: dtypes, shapes and kernels, but no graph.
#pragma once

#include "ops/inplace.h"
#include "ops/ops.h"
#include "ops/promote.h"

namespace tg {

Tensor unary_out(UnaryOp op, Kind kind, const char* name, const Tensor& x, double p = 0, double q = 0);
Tensor binary_out(BinaryOp op, const char* name, Kind kind, const Tensor& a, const Tensor& b, double p = 1);
// hardtanh's gradient has two numbers, which no row of binary.def takes.
Tensor hardtanh_grad(const Tensor& g, const Tensor& x, double lo, double hi);
// Operands are converted to d.
Tensor ternary_out(TernaryOp op, DType d, const Tensor& a, const Tensor& b, const Tensor& c, double p = 1);

// An empty tensor of the operands' common shape, in the memory order of the first one that has it whole.
Tensor broadcast_result(std::initializer_list<Tensor> operands, DType dtype);

void check_binary_inplace(BinaryOp op, Kind kind, const Tensor& self, const Tensor& b);
void binary_write(BinaryOp op, const char* name, Kind kind, const Tensor& self, const Tensor& b, double p);
// An operand of an in-place op that shares self's memory will not be what it was: where a rule may read it, a copy is kept.
Tensor unshared(const Tensor& b, const Tensor& self);

// self op= other, recorded by record_on(written, before, other).
template <class Record>
const Tensor& binary_inplace(BinaryOp op, const char* name, Kind kind, const Tensor& self, const Operand& other, double p,
                             bool reads_self, Record record_on) {
  check_binary_inplace(op, kind, self, other);
  const Tensor b = unshared(other, self);
  return inplace(self, {In(b)}, reads_self, [&](const Tensor& out) { binary_write(op, name, kind, out, b, p); },
                 [&](const Tensor& written, const Tensor& before) { record_on(written, before, b); });
}

}  // namespace tg
