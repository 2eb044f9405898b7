// Whether tensors are equal, or nearly so.
#include <cmath>

#include "autograd/grad_mode.h"
#include "core/shape.h"
#include "ops/ops.h"

namespace tg {

bool equal(const Tensor& a, const Tensor& b) {
  if (a.sizes() != b.sizes()) return false;
  // torch compares no elements of a tensor with itself, so that NaN may equal NaN there.
  if (a->storage == b->storage && a->offset == b->offset && a.strides() == b.strides() && a.dtype() == b.dtype()) return true;
  return item(all(eq(a, b))).to_bool();
}

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  TG_CHECK(a.dtype() == b.dtype(), info(a.dtype()).legacy, " did not match ", info(b.dtype()).legacy);
  TG_CHECK(rtol >= 0, "rtol must be greater than or equal to zero, but got ", rtol);
  TG_CHECK(atol >= 0, "atol must be greater than or equal to zero, but got ", atol);
  GradModeGuard no_grad(false);
  Tensor close = eq(a, b);
  if (equal_nan && is_floating(a.dtype())) close = logical_or(close, logical_and(isnan(a), isnan(b)));
  if ((rtol == 0 && atol == 0) || a.dtype() == DType::Bool) return close;
  const Tensor allowed = add(abs(mul(b, rtol)), atol), actual = abs(sub(a, b));
  return logical_or(close, logical_and(isfinite(actual), le(actual, allowed)));
}

bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return item(all(isclose(a, b, rtol, atol, equal_nan))).to_bool();
}

}  // namespace tg
