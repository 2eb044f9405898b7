// Elementwise ops of three operands with fused kernels.
#include "ops/elementwise.h"
#include "ops/launch.h"

namespace tg {

Tensor ternary_out(TernaryOp op, DType d, const Tensor& a_, const Tensor& b_, const Tensor& c_, double p) {
  GradModeGuard no_grad(false);
  const Tensor a = to(a_, d), b = to(b_, d), c = to(c_, d);
  const Tensor out = broadcast_result({a, b, c}, d);
  launch(out.numel(), [&](const View& o, const View& va, const View& vb, const View& vc) { backend(out.device()).ternary(op, o, va, vb, vc, p); },
         out, a, b, c);
  return out;
}

// ---- x + value * a (op) b

static DType checked_dtype(TernaryOp op, const Tensor& x, const Tensor& a, const Tensor& b) {
  if (op == TernaryOp::addcdiv)
    TG_CHECK(is_floating(a.dtype()) || is_floating(b.dtype()),
             "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of "
             "tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / "
             "tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future "
             "addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.");
  const DType d = result_type(std::array{x, a, b});
  TG_CHECK_KIND(NotImplemented, d != DType::Bool, "\"addcmul_cpu_out\" not implemented for 'Bool'");
  return d;
}

static Tensor times(const Tensor& g, double value) { return value == 1 ? g : mul(g, value); }

static void record_addcmul(const Tensor& out, const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  record<"tensor1 tensor2 value">("AddcmulBackward0", out, {x, a, b}, save(when(wants(b), a), when(wants(a), b)), args(Number{value}),
         [](Saved s, const Tensor& g, Needs n, double v) -> Grads<3> {
           return {{g, n[1] ? times(mul(g, s[1]), v) : Tensor(), n[2] ? times(mul(g, s[0]), v) : Tensor()}};
         });
}

static void record_addcdiv(const Tensor& out, const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  record<"tensor1 tensor2 value">("AddcdivBackward0", out, {x, a, b}, save(when(wants(b), a), b), args(Number{value}),
         [](Saved s, const Tensor& g, Needs n, double v) -> Grads<3> {
           return {{g, n[1] ? times(div(g, s[1]), v) : Tensor(),
                    n[2] ? neg(times(mul(g, div(s[0], mul(s[1], s[1]))), v)) : Tensor()}};
         });
}

using RecordFused = void (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&, double);

static Tensor fused(TernaryOp op, RecordFused record_on, const Tensor& x, const Tensor& a, const Tensor& b, double value) {
  const Tensor out = ternary_out(op, checked_dtype(op, x, a, b), x, a, b, value);
  record_on(out, x, a, b, value);
  return out;
}

static const Tensor& fused_(TernaryOp op, RecordFused record_on, const Tensor& x, const Tensor& a_, const Tensor& b_, double value) {
  const DType d = checked_dtype(op, x, a_, b_);
  const Tensor a = unshared(a_, x), b = unshared(b_, x);
  return inplace_by_copy(x, {a, b}, [&](const Tensor& self) { return ternary_out(op, d, self, a, b, value); },
                         [&](const Tensor& written, const Tensor& before) { record_on(written, before, a, b, value); });
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return fused(TernaryOp::addcmul, record_addcmul, x, a, b, value.to_double());
}
const Tensor& addcmul_(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return fused_(TernaryOp::addcmul, record_addcmul, x, a, b, value.to_double());
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return fused(TernaryOp::addcdiv, record_addcdiv, x, a, b, value.to_double());
}
const Tensor& addcdiv_(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return fused_(TernaryOp::addcdiv, record_addcdiv, x, a, b, value.to_double());
}

// ---- lerp

static void check_lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  TG_CHECK(end.dtype() == start.dtype(), "expected dtype ", info(start.dtype()).c_type, " for `end` but got dtype ", info(end.dtype()).c_type);
  TG_CHECK(weight->wrapped_number || weight.dtype() == start.dtype(), "expected dtype ", info(start.dtype()).c_type,
           " for `weight` but got dtype ", info(weight.dtype()).c_type);
  TG_CHECK_KIND(NotImplemented, is_floating(start.dtype()), "\"lerp_kernel_", weight->wrapped_number ? "scalar" : "tensor",
                "\" not implemented for '", info(start.dtype()).legacy, "'");
}

static void record_lerp(const Tensor& out, const Tensor& start, const Tensor& end, const Tensor& weight) {
  if (weight->wrapped_number) {
    record<"weight">("LerpBackward0", out, {start, end}, save(), args(item(weight).to_double()),
           [](Saved, const Tensor& g, Needs n, double w) -> Grads<2> {
             return {{n[0] ? mul(g, 1 - w) : Tensor(), n[1] ? mul(g, w) : Tensor()}};
           });
    return;
  }
  record<"self end weight">("LerpBackward1", out, {start, end, weight}, save(start, end, weight), args(),
         [](Saved s, const Tensor& g, Needs n) -> Grads<3> {
           return {{n[0] ? mul(g, rsub(s[2], 1)) : Tensor(), n[1] ? mul(g, s[2]) : Tensor(), n[2] ? mul(g, sub(s[1], s[0])) : Tensor()}};
         });
}

Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight) {
  check_lerp(start, end, weight);
  const Tensor out = ternary_out(TernaryOp::lerp, start.dtype(), start, end, weight);
  record_lerp(out, start, end, weight);
  return out;
}

const Tensor& lerp_(const Tensor& start, const Tensor& end_, const Operand& weight_) {
  check_lerp(start, end_, weight_);
  const Tensor end = unshared(end_, start), weight = unshared(weight_, start);
  return inplace_by_copy(start, {end, weight}, [&](const Tensor& self) { return ternary_out(TernaryOp::lerp, self.dtype(), self, end, weight); },
                         [&](const Tensor& written, const Tensor& before) { record_lerp(written, before, end, weight); });
}

}  // namespace tg
