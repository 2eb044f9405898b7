// Arithmetic with rules of its own: choices, powers, and what torch spells out of several ops.
#include <cmath>
#include <limits>

#include "ops/elementwise.h"
#include "ops/launch.h"

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
  const Tensor out = broadcast_result({condition, a, b}, d);
  launch(out.numel(), [&](const View& o, const View& c, const View& va, const View& vb) { backend(out.device()).where(o, c, va, vb); },
         out, operand_for(condition, DType::Bool), operand_for(a, d), operand_for(b, d));
  return record<"condition">("WhereBackward0", out, {a, b}, save(condition), args(), [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
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
    return record<"alpha">("RsubBackward1", out, {x}, save(), args(Number{alpha}), [](Saved, const Tensor& g, Needs, double by) -> Grads<1> {
      return {{neg(by == 1 ? g : mul(g, by))}};
    });
  return record<"alpha">("RsubBackward0", out, {x, other}, save(), args(Number{alpha}), [](Saved, const Tensor& g, Needs n, double by) -> Grads<2> {
    return {{n[0] ? neg(by == 1 ? g : mul(g, by)) : Tensor(), g}};
  });
}

// ---- Powers

// Of a power with a number as the exponent.
static Tensor power_gradient(const Tensor& g, const Tensor& x, double exponent) {
  if (exponent == 0) return zeros_like(g);
  if (exponent == 2 && !g_grad_enabled) return mul(g, mul(x, 2));  // without x ** 1, which only a recorded graph shows
  return mul(g, mul(power(x, exponent - 1), exponent));
}

static void record_power(const Tensor& out, const Tensor& x, Scalar exponent) {
  record<"self exponent">("PowBackward0", out, {x}, save(x), args(exponent),
         [](Saved s, const Tensor& g, Needs, Scalar e) -> Grads<1> { return {{power_gradient(g, s[0], e.to_double())}}; });
}

// The parameter of BinaryOp::pow that tells a number from a tensor of one value.
constexpr double kNumberExponent = 0;

static void check_exponent(const Tensor& base, const Tensor& exponent) {
  TG_CHECK(!exponent->wrapped_number || is_floating(base.dtype()) || is_floating(exponent.dtype()) || item(exponent).to_int() >= 0,
           "Integers to negative integer powers are not allowed.");
}

Tensor power(const Operand& base_, const Operand& exponent_) {
  const Tensor &base = base_, &exponent = exponent_;
  check_exponent(base, exponent);
  if (exponent->wrapped_number) {
    const Tensor out = binary_out(BinaryOp::pow, "pow", Kind::NUM, base, exponent, kNumberExponent);
    record_power(out, base, item(exponent));
    return out;
  }
  if (base->wrapped_number) {
    const Tensor out = binary_out(BinaryOp::pow, "pow", Kind::NUM, base, exponent);
    return record<"exponent result self">("PowBackward2", out, {exponent}, save(exponent, out), args(item(base)),
                  [](Saved s, const Tensor& g, Needs, Scalar number) -> Grads<1> {
                    const double b = number.to_double();
                    const Tensor slope = mul(g, mul(s[1], std::log(b)));
                    return {{b == 0 ? where(ge(s[0], 0), zeros_like(slope), slope) : slope}};
                  });
  }
  return pow(base, exponent);
}

const Tensor& power_(const Tensor& base, const Operand& exponent_) {
  const Tensor& exponent = exponent_;
  check_exponent(base, exponent);
  if (!exponent->wrapped_number) return pow_(base, exponent);
  return binary_inplace(BinaryOp::pow, "pow", Kind::NUM, base, exponent, kNumberExponent, true,
                        [](const Tensor& written, const Tensor& before, const Tensor& e) { record_power(written, before, item(e)); });
}

Tensor square(const Tensor& x) { return power(x, 2); }
const Tensor& square_(const Tensor& x) { return power_(x, 2); }

// ---- Quotients that are rounded

// The same for both roundings: flat wherever it has a slope.
static void record_rounded(const Tensor& out, const Tensor& a, const Tensor& b) {
  record("DivBackward2", out, {a, b}, save(), args(),
         [](Saved, const Tensor& g, Needs) -> Grads<2> { return {{zeros_like(g), zeros_like(g)}}; });
}

static BinaryOp op_of(Rounding mode) { return mode == Rounding::Floor ? BinaryOp::div_floor : BinaryOp::div_trunc; }
static const char* kernel_of(Rounding mode) { return mode == Rounding::Floor ? "div_floor_cpu" : "div_trunc_cpu"; }

// rounding_mode=None, given: the plain quotient, by another node.
static void record_unrounded(const Tensor& out, const Tensor& a, const Tensor& b) {
  record("DivBackward2", out, {a, b}, save(when(wants(b), a), when(wants(a) || wants(b), b)), args(), [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
    return {{n[0] ? div(g, s[1]) : Tensor(), n[1] ? neg(mul(g, div(div(s[0], s[1]), s[1]))) : Tensor()}};
  });
}

Tensor divide(const Operand& a, const Operand& b, Rounding mode) {
  if (mode == Rounding::None) {
    const Tensor out = binary_out(BinaryOp::div, "div_true_cpu", Kind::FLOAT, a, b);
    record_unrounded(out, a, b);
    return out;
  }
  const Tensor out = binary_out(op_of(mode), kernel_of(mode), Kind::NUM, a, b);
  record_rounded(out, a, b);
  return out;
}

const Tensor& divide_(const Tensor& a, const Operand& b, Rounding mode) {
  if (mode == Rounding::None) return binary_inplace(BinaryOp::div, "div_true_cpu", Kind::FLOAT, a, b, 1, true, record_unrounded);
  return binary_inplace(op_of(mode), kernel_of(mode), Kind::NUM, a, b, 1, false, record_rounded);
}

// What torch has no derivative for. A number has no edge.
enum class Underived { floor_divide, remainder };

static void record_underived(Underived op, const Tensor& out, const Tensor& a, const Tensor& b) {
  std::vector<In> in;
  for (const Tensor* t : {&a, &b})
    if (!(*t)->wrapped_number) in.emplace_back(*t);
  record("torch::autograd::NotImplemented", out, std::span<const In>(in), save(), args(op), [](Saved, const Tensor&, Needs, Underived what) -> GradList {
    fail(ErrorKind::Runtime, "derivative for aten::", what == Underived::remainder ? "remainder" : "floor_divide", " is not implemented");
  });
}

static void record_floor_divide(const Tensor& out, const Tensor& a, const Tensor& b) { record_underived(Underived::floor_divide, out, a, b); }

Tensor floor_divide(const Operand& a, const Operand& b) {
  const Tensor out = binary_out(BinaryOp::div_floor, "div_floor_cpu", Kind::NUM, a, b);
  record_floor_divide(out, a, b);
  return out;
}

Tensor remainder_of_number(Scalar a, const Tensor& b) {
  const Tensor number = wrapped_number(a), out = binary_out(BinaryOp::remainder, "remainder_cpu", Kind::NUM, number, b);
  record_underived(Underived::remainder, out, number, b);
  return out;
}

const Tensor& floor_divide_(const Tensor& a, const Operand& b) {
  return binary_inplace(BinaryOp::div_floor, "div_floor_cpu", Kind::NUM, a, b, 1, false, record_floor_divide);
}

// ---- Roundings and replacements

static Tensor rounded(const Tensor& x, int64_t decimals) {
  const double scale = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  return decimals < 0 ? mul(round(div(x, scale)), scale) : div(round(mul(x, scale)), scale);
}

static void record_rounded_decimals(const Tensor& out, const Tensor& x) {
  record("RoundBackward1", out, {x}, save(), args(), [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{zeros_like(g)}}; });
}

Tensor round_decimals(const Tensor& x, int64_t decimals) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = rounded(x, decimals);
  }
  record_rounded_decimals(out, x);
  return out;
}

const Tensor& round_decimals_(const Tensor& x, int64_t decimals) {
  return inplace_by_copy(x, {}, [&](const Tensor& self) { return rounded(self, decimals); }, record_rounded_decimals);
}

static Tensor with_finite(const Tensor& x, const Finite& f) {
  if (!is_floating(x.dtype())) return clone(x);
  const double largest = x.dtype() == DType::Float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  const Tensor y = where(isnan(x), f.nan.value_or(0), x);
  return where(isposinf(y), f.posinf.value_or(largest), where(isneginf(y), f.neginf.value_or(-largest), y));
}

static void record_with_finite(const Tensor& out, const Tensor& x) {
  record<"self">("NanToNumBackward0", out, {x}, save(x), args(),
         [](Saved s, const Tensor& g, Needs) -> Grads<1> { return {{mul(g, isfinite(s[0]))}}; });
}

Tensor nan_to_num(const Tensor& x, const Finite& f) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = with_finite(x, f);
  }
  record_with_finite(out, x);
  return out;
}

const Tensor& nan_to_num_(const Tensor& x, const Finite& f) {
  return inplace_by_copy(x, {}, [&](const Tensor& self) { return with_finite(self, f); }, record_with_finite);
}

}  // namespace tg
