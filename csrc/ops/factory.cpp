// Fresh tensors.
#include <cmath>

#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

void check_device(Device device) { backend(device); }
const char* kernels_in_use() { return backend({}).name(); }
int num_threads() { return backend({}).num_threads(); }
void set_num_threads(int n) { backend({}).set_num_threads(n); }

static void free_to_backend(void* owner, void* data, size_t nbytes) {
  static_cast<Backend*>(owner)->free(data, nbytes);
}

static StoragePtr allocate(int64_t bytes, Device device) {
  Backend& be = backend(device);
  device.index = -1;  // torch's devices without numbers forget it
  const size_t nbytes = static_cast<size_t>(bytes);
  return make_storage(be.allocate(nbytes), nbytes, device, &be, free_to_backend);
}

static Tensor fresh(const Dims& sizes, int64_t numel, DType dtype, Device device) {
  Tensor r = make_dense(allocate(numel * itemsize(dtype), device), dtype, sizes, numel);
  r->inference = g_inference_mode;
  return r;
}

Tensor empty(const Dims& sizes, DType dtype, Device device) {
  int64_t numel = 1;
  bool overflow = false;
  for (int64_t s : sizes) {
    TG_CHECK(s >= 0, "Trying to create tensor with negative dimension ", s, ": ", sizes);
    overflow |= __builtin_mul_overflow(numel, s, &numel);
  }
  TG_CHECK(!overflow && numel <= INT64_MAX / itemsize(dtype), "Storage size calculation overflowed with sizes=", sizes);
  return fresh(sizes, numel, dtype, device);
}

Tensor empty_strided(const Dims& sizes, const Dims& strides, DType dtype, Device device) {
  TG_CHECK(sizes.size() == strides.size(), "mismatch in length of strides and shape");
  for (const int64_t s : sizes) TG_CHECK(s >= 0, "Trying to create tensor with negative dimension ", s, ": ", sizes);
  const int64_t bytes = checked_bytes(sizes, strides, 0, itemsize(dtype));
  checked_numel(sizes);
  Tensor r = make_tensor(allocate(bytes, device), dtype, sizes, strides, 0);
  r->inference = g_inference_mode;
  return r;
}

Tensor empty_like(const Tensor& x, OptDType dtype) {
  const DType d = dtype.value_or(x.dtype());
  // Memory of this size exists: nothing can overflow.
  if (x.is_contiguous() && itemsize(d) <= itemsize(x.dtype())) return fresh(x.sizes(), x.numel(), d, x.device());
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

// The int64 length of a range of integers, of which torch lets the span wrap.
static double count_of(int64_t start, int64_t end, int64_t step) {
  const uint64_t span = static_cast<uint64_t>(end) - static_cast<uint64_t>(start) + static_cast<uint64_t>(step) - (step > 0 ? 1 : ~uint64_t{0});
  return static_cast<double>(step == -1 ? static_cast<int64_t>(-span) : static_cast<int64_t>(span) / step);
}

Tensor arange(Scalar start, Scalar end, Scalar step, DType dtype) {
  TG_CHECK(step.to_double() != 0, "step must be nonzero");
  TG_CHECK(std::isfinite(start.to_double()) && std::isfinite(end.to_double()), "unsupported range: ", start.to_double(),
           " -> ", end.to_double());
  const bool consistent = step.to_double() > 0 ? end.to_double() >= start.to_double() : end.to_double() <= start.to_double();
  TG_CHECK(consistent, "upper bound and lower bound inconsistent with step sign");
  double n;
  if (dtype == DType::Int64) {
    for (const Scalar& s : {start, end, step}) s.check_fits(dtype);
    TG_CHECK_VALUE(step.to_int() != 0, "step must be nonzero");
    n = count_of(start.to_int(), end.to_int(), step.to_int());
  } else {
    n = std::ceil((end.to_double() - start.to_double()) / step.to_double());
  }
  TG_CHECK(n >= 0 && n < 0x1p63, "invalid size, possible overflow?");
  Tensor r = empty({static_cast<int64_t>(n)}, dtype);
  launch(r.numel(), [&](const View& o) { backend(r.device()).arange(o, start, step); }, r);
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
  checked_numel({n, m});  // before the storage is thought of
  Tensor r = zeros({n, m}, dtype);
  const int64_t k = std::min(n, m);
  if (k > 0) fill_(as_strided(r, {k}, {m + 1}, 0), 1);
  r->storage->version = 0;
  return r;
}

}  // namespace tg
