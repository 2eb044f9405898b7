// Elements kept between bounds. At a bound the gradient passes.
#include <cmath>

#include "ops/elementwise.h"

namespace tg {

using Bound = std::optional<Scalar>;

// ---- Numbers as bounds

static DType bounded_dtype(const Tensor& x, const Bound& min, const Bound& max) {
  TG_CHECK(min || max, "torch.clamp: At least one of 'min' or 'max' must not be None");
  DType d = x.dtype();
  for (const Bound& b : {min, max})
    if (b) d = result_type(empty(x.sizes(), d), wrapped_number(*b));
  TG_CHECK_KIND(NotImplemented, d != DType::Bool, "\"clamp_scalar_cpu\" not implemented for 'Bool'");
  for (const Bound& b : {min, max})
    if (b && is_integral(d)) b->check_fits(d);
  return d;
}

static Tensor bounded(const Tensor& x, const Bound& min, const Bound& max, DType d) {
  if (is_floating(d)) {
    GradModeGuard no_grad(false);
    return unary_out(UnaryOp::limit, Kind::NUM, "clamp_scalar_cpu", to(x, d), min ? min->to_double() : -INFINITY, max ? max->to_double() : INFINITY);
  }
  Tensor y = x;  // integers of 64 bits are more than a double can bound
  if (min) y = binary_out(BinaryOp::maximum, "clamp_min_scalar_cpu", Kind::NUM, y, wrapped_number(*min));
  if (max) y = binary_out(BinaryOp::minimum, "clamp_max_scalar_cpu", Kind::NUM, y, wrapped_number(*max));
  return y;
}

template <SavedNames names>
static void record_bounded(const char* node, const Tensor& out, const Tensor& x, const Bound& min, const Bound& max) {
  record<names>(node, out, {x}, save(x), args(min, max),
         [](Saved s, const Tensor& g, Needs, const Bound& lo, const Bound& hi) -> Grads<1> {
           const Tensor x0 = s[0];
           const Tensor inside = !lo ? le(x0, *hi) : !hi ? ge(x0, *lo) : logical_and(ge(x0, *lo), le(x0, *hi));
           return {{where(inside, g, scalar_tensor(0, g.dtype()))}};
         });
}

template <SavedNames names> static Tensor clamp_to(const char* node, const Tensor& x, const Bound& min, const Bound& max) {
  const Tensor out = bounded(x, min, max, bounded_dtype(x, min, max));
  record_bounded<names>(node, out, x, min, max);
  return out;
}

template <SavedNames names>
static const Tensor& clamp_to_(const char* node, const Tensor& x, const Bound& min, const Bound& max) {
  const DType d = bounded_dtype(x, min, max);
  TG_CHECK(category(d) <= category(x.dtype()), "result type ", info(d).legacy, " can't be cast to the desired output type ", info(x.dtype()).c_type);
  return inplace_by_copy(x, {}, [&](const Tensor& self) { return bounded(self, min, max, d); },
                         [&](const Tensor& written, const Tensor& before) { record_bounded<names>(node, written, before, min, max); });
}

Tensor clamp(const Tensor& x, Bound min, Bound max) { return clamp_to<"self min max">("ClampBackward1", x, min, max); }
const Tensor& clamp_(const Tensor& x, Bound min, Bound max) { return clamp_to_<"self min max">("ClampBackward1", x, min, max); }

// ---- Tensors as bounds; one that is missing is undefined. Where the bounds cross, max wins.

static Tensor bounded(const Tensor& x, const Tensor& min, const Tensor& max) {
  TG_CHECK(min.defined() || max.defined(), "torch.clamp: At least one of 'min' or 'max' must not be None");
  GradModeGuard no_grad(false);
  const Tensor y = min.defined() ? maximum(x, min) : x;
  return max.defined() ? minimum(y, max) : y;
}

// Picks g where the element that came out is x's, min's or max's.
static void record_bounded(const Tensor& out, const char* node, const Tensor& x, const Tensor& min, const Tensor& max) {
  record<"self min max">(node, out, {x, min, max}, save(x, min, max), args(), [](Saved s, const Tensor& g, Needs n) -> Grads<3> {
    const Tensor x0 = s[0], lo = s[1], hi = s[2], zero = scalar_tensor(0, g.dtype());
    Tensor inside, below, above;
    if (lo.defined()) inside = ge(x0, lo), below = lt(x0, lo);
    if (hi.defined()) {
      inside = lo.defined() ? logical_and(inside, le(x0, hi)) : le(x0, hi);
      above = lo.defined() ? logical_or(gt(x0, hi), gt(lo, hi)) : gt(x0, hi);
      if (lo.defined()) below = logical_and(below, lt(lo, hi));
    }
    return {{n[0] ? where(inside, g, zero) : Tensor(), n[1] ? where(below, g, zero) : Tensor(), n[2] ? where(above, g, zero) : Tensor()}};
  });
}

static const Tensor& clamp_to_(const char* node, const Tensor& x, const Tensor& min_, const Tensor& max_) {
  const Tensor min = min_.defined() ? unshared(min_, x) : min_, max = max_.defined() ? unshared(max_, x) : max_;
  return inplace_by_copy(x, {min, max}, [&](const Tensor& self) { return bounded(self, min, max); },
                         [&](const Tensor& written, const Tensor& before) { record_bounded(written, node, before, min, max); });
}

Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max) {
  const Tensor out = bounded(x, min, max);
  record_bounded(out, "ClampBackward0", x, min, max);
  return out;
}
const Tensor& clamp_(const Tensor& x, const Tensor& min, const Tensor& max) { return clamp_to_("ClampBackward0", x, min, max); }

// ---- One bound

static void record_one_bound(const char* node, bool below, const Tensor& out, const Tensor& x, const Tensor& bound) {
  record(node, out, {x, bound}, save(x, bound), args(below), [](Saved s, const Tensor& g, Needs n, bool at_least) -> Grads<2> {
    const Tensor x0 = s[0], b = s[1], zero = scalar_tensor(0, g.dtype());
    const Tensor kept = at_least ? ge(x0, b) : le(x0, b);
    return {{n[0] ? where(kept, g, zero) : Tensor(), n[1] ? where(kept, zero, g) : Tensor()}};
  });
}

Tensor clamp_min(const Tensor& x, const Operand& min_) {
  const Tensor& min = min_;
  if (min->wrapped_number) return clamp_to<"self min">("ClampMinBackward0", x, item(min), std::nullopt);
  const Tensor out = bounded(x, min, Tensor());
  record_one_bound("ClampMinBackward1", true, out, x, min);
  return out;
}

Tensor clamp_max(const Tensor& x, const Operand& max_) {
  const Tensor& max = max_;
  if (max->wrapped_number) return clamp_to<"self - max">("ClampMaxBackward0", x, std::nullopt, item(max));
  const Tensor out = bounded(x, Tensor(), max);
  record_one_bound("ClampMaxBackward1", false, out, x, max);
  return out;
}

const Tensor& clamp_min_(const Tensor& x, const Operand& min_) {
  const Tensor& operand = min_;
  if (operand->wrapped_number) return clamp_to_<"self min">("ClampMinBackward0", x, item(operand), std::nullopt);
  const Tensor min = unshared(operand, x);
  return inplace_by_copy(x, {min}, [&](const Tensor& self) { return bounded(self, min, Tensor()); },
                         [&](const Tensor& written, const Tensor& before) { record_one_bound("ClampMinBackward1", true, written, before, min); });
}

const Tensor& clamp_max_(const Tensor& x, const Operand& max_) {
  const Tensor& operand = max_;
  if (operand->wrapped_number) return clamp_to_<"self - max">("ClampMaxBackward0", x, std::nullopt, item(operand));
  const Tensor max = unshared(operand, x);
  return inplace_by_copy(x, {max}, [&](const Tensor& self) { return bounded(self, Tensor(), max); },
                         [&](const Tensor& written, const Tensor& before) { record_one_bound("ClampMaxBackward1", false, written, before, max); });
}

}  // namespace tg
