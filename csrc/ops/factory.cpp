// Fresh tensors.
#include <cmath>

#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

static void free_to_backend(void* owner, void* data, size_t nbytes) {
  static_cast<Backend*>(owner)->free(data, nbytes);
}

static StoragePtr allocate(int64_t numel, DType dtype, Device device) {
  Backend& be = backend(device);
  const size_t nbytes = static_cast<size_t>(numel) * info(dtype).size;  // numel is checked to leave room for 8-byte items
  return make_storage(be.allocate(nbytes), nbytes, device, &be, free_to_backend);
}

Tensor empty(const Dims& sizes, DType dtype, Device device) {
  int64_t numel = 1;
  bool bad = false;
  for (int64_t s : sizes) bad |= s < 0 || __builtin_mul_overflow(numel, s, &numel);
  if (bad || numel > INT64_MAX / 8) [[unlikely]] numel = checked_numel(sizes);
  Tensor r = make_dense(allocate(numel, dtype, device), dtype, sizes, numel);
  r->inference = g_inference_mode;
  return r;
}

Tensor empty_strided(const Dims& sizes, const Dims& strides, DType dtype, Device device) {
  int64_t span = checked_numel(sizes) == 0 ? 0 : 1;
  for (int i = 0; i < sizes.size() && span > 0; ++i) {
    const int64_t reach = checked_mul(strides[i], sizes[i] - 1);
    TG_CHECK(!__builtin_add_overflow(span, reach, &span) && span <= INT64_MAX / 8, "Storage size calculation overflowed "
             "with sizes=", sizes, " and strides=", strides);
  }
  Tensor r = make_tensor(allocate(span, dtype, device), dtype, sizes, strides, 0);
  r->inference = g_inference_mode;
  return r;
}

Tensor empty_like(const Tensor& x, OptDType dtype) {
  const DType d = dtype.value_or(x.dtype());
  if (x.is_contiguous() || !is_dense(x.sizes(), x.strides())) return empty(x.sizes(), d, x.device());
  return empty_strided(x.sizes(), x.strides(), d, x.device());
}

Tensor full(const Dims& sizes, Scalar value, DType dtype, Device device) {
  value.check_fits(dtype);
  Tensor r = empty(sizes, dtype, device);
  fill_(r, value);
  r->storage->version = 0;
  return r;
}

Tensor zeros(const Dims& sizes, DType dtype, Device device) {
  Tensor r = empty(sizes, dtype, device);
  zero_(r);
  r->storage->version = 0;
  return r;
}

Tensor zeros_like(const Tensor& x, OptDType dtype) {
  Tensor r = empty_like(x, dtype);
  zero_(r);
  r->storage->version = 0;
  return r;
}

Tensor ones_like(const Tensor& x, OptDType dtype) {
  Tensor r = empty_like(x, dtype);
  fill_(r, 1);
  r->storage->version = 0;
  return r;
}

Tensor scalar_tensor(Scalar v, DType dtype) {
  Tensor r = empty({}, dtype);
  v.store(r->data(), dtype);
  return r;
}

Tensor wrapped_number(Scalar v) {
  Tensor r = scalar_tensor(v, v.dtype());
  r->wrapped_number = true;
  return r;
}

Tensor arange(Scalar start, Scalar end, Scalar step, DType dtype) {
  TG_CHECK(step.to_double() != 0, "step must be nonzero");
  TG_CHECK(std::isfinite(start.to_double()) && std::isfinite(end.to_double()), "unsupported range: ", start.to_double(),
           " -> ", end.to_double());
  const bool floating = start.is_floating() || end.is_floating() || step.is_floating();
  const bool consistent = step.to_double() > 0 ? end.to_double() >= start.to_double() : end.to_double() <= start.to_double();
  TG_CHECK(consistent, "upper bound and lower bound inconsistent with step sign");
  double n;
  if (floating) {
    n = std::ceil((end.to_double() - start.to_double()) / step.to_double());
  } else {
    const __int128 span = static_cast<__int128>(end.to_int()) - start.to_int(), by = step.to_int();
    n = static_cast<double>((span + by + (by > 0 ? -1 : 1)) / by);
  }
  TG_CHECK(n >= 0 && n < 0x1p60, "invalid size, possible overflow?");
  Tensor r = empty({static_cast<int64_t>(n)}, dtype);
  launch(r.numel(), [&](const View& o) { backend(r.device()).arange(o, start.to_double(), step.to_double()); }, r);
  return r;
}

Tensor linspace(Scalar start, Scalar end, int64_t steps, DType dtype) {
  TG_CHECK(steps >= 0, "number of steps must be non-negative");
  Tensor r = empty({steps}, dtype);
  launch(steps, [&](const View& o) { backend(r.device()).linspace(o, start.to_double(), end.to_double()); }, r);
  return r;
}

Tensor eye(int64_t n, int64_t m, DType dtype) {
  TG_CHECK(n >= 0, "n must be greater or equal to 0, got ", n);
  TG_CHECK(m >= 0, "m must be greater or equal to 0, got ", m);
  Tensor r = zeros({n, m}, dtype);
  const int64_t k = std::min(n, m);
  if (k > 0) fill_(as_strided(r, {k}, {m + 1}, 0), 1);
  r->storage->version = 0;
  return r;
}

}  // namespace tg
