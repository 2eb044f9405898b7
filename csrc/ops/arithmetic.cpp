// Arithmetic with rules of its own: choices, powers, and what torch spells out of several ops.
#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/promote.h"

namespace tg {

// A tensor broadcast to sizes and converted, for kernels that take equal dtypes; recorded by nobody.
static Tensor operand_for(const Tensor& x, DType d) {
  GradModeGuard no_grad(false);
  return to(x, d);
}

Tensor where(const Tensor& condition, const Operand& a_, const Operand& b_) {
  const Tensor &a = a_, &b = b_;
  TG_CHECK(condition.dtype() == DType::Bool || condition.dtype() == DType::UInt8,
           "where expected condition to be a boolean tensor, but got a tensor with dtype ", info(condition.dtype()).legacy);
  const DType d = result_type(a, b);
  const Dims sizes = broadcast_shapes(condition.sizes(), broadcast_shapes(a.sizes(), b.sizes()));
  // torch lays the result out as the first operand that has its shape.
  Tensor out;
  for (const Tensor* t : {&condition, &a, &b})
    if (!out.defined() && t->sizes() == sizes) out = empty_like(*t, d);
  if (!out.defined()) out = empty(sizes, d, condition.device());
  launch(out.numel(), [&](const View& o, const View& c, const View& va, const View& vb) { backend(out.device()).where(o, c, va, vb); },
         out, operand_for(condition, DType::Bool), operand_for(a, d), operand_for(b, d));
  return record("WhereBackward0", out, {a, b}, save(condition), args(), [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
    const Tensor c = s[0], zero = scalar_tensor(0, g.dtype());
    return {{n[0] ? where(c, g, zero) : Tensor(), n[1] ? where(c, zero, g) : Tensor()}};
  });
}

// other - alpha * x. torch records a number's place by the node's number.
Tensor rsub(const Tensor& x, const Operand& other_, double alpha) {
  const Tensor& other = other_;
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = sub(other, x, alpha);
  }
  if (other->wrapped_number)
    return record("RsubBackward1", out, {x}, save(), args(alpha), [](Saved, const Tensor& g, Needs, double by) -> Grads<1> {
      return {{neg(by == 1 ? g : mul(g, by))}};
    });
  return record("RsubBackward0", out, {x, other}, save(), args(alpha), [](Saved, const Tensor& g, Needs n, double by) -> Grads<2> {
    return {{n[0] ? neg(by == 1 ? g : mul(g, by)) : Tensor(), g}};
  });
}

// pow with torch's nodes: x ** number, number ** x, x ** x.
Tensor power(const Operand& base_, const Operand& exponent_) {
  const Tensor &base = base_, &exponent = exponent_;
  return pow(base, exponent);
}
const Tensor& power_(const Tensor& base, const Operand& exponent) { return pow_(base, exponent); }

}  // namespace tg
