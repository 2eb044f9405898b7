// Functions that make tensors: zeros(2, 3), arange(5), x.new_full(...), empty_like(x).
#include "autograd/grad_mode.h"
#include "python/bind.h"
#include "python/options.h"

namespace tg::python {

namespace {

// torch fills by value where no dtype is given: full((2,), 1) is int64, full((2,), 1.) the default float.
DType dtype_of_value(const Scalar& v) { return v.is_floating() ? g_default_dtype : v.dtype(); }

DType or_default(OptDType d) { return d.value_or(g_default_dtype); }

#define TG_SIZED(name, make)                                                              \
  Tensor name(Dims size, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) { \
    return finished(make, pin_memory, requires_grad);                             \
  }
TG_SIZED(f_ones, full(size, 1, or_default(dtype), device))
TG_SIZED(f_empty, empty(size, or_default(dtype), device))
#undef TG_SIZED

Tensor f_zeros(Dims size, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  for (const int64_t n : size) TG_CHECK(n >= 0, "zeros: Dimension size must be non-negative.");
  return finished(zeros(size, or_default(dtype), device), pin_memory, requires_grad);
}

Tensor f_full(Dims size, Scalar value, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  return finished(full(size, value, dtype.value_or(dtype_of_value(value)), device), pin_memory, requires_grad);
}

#define TG_LIKE(name, make)                                                                                                        \
  Tensor name(const Tensor& input, OptDType dtype, Layout, std::optional<Device> device, Flag requires_grad, MemoryFormat) { \
    if (device) check_device(*device);                                                                                                  \
    return finished(make, false, requires_grad);                                                                           \
  }
TG_LIKE(f_zeros_like, zeros_like(input, dtype))
TG_LIKE(f_ones_like, ones_like(input, dtype))
TG_LIKE(f_empty_like, empty_like(input, dtype))
#undef TG_LIKE

Tensor f_full_like(const Tensor& input, Scalar value, OptDType dtype, Layout, std::optional<Device> device, Flag requires_grad, MemoryFormat) {
  if (device) check_device(*device);
  value.check_fits(dtype.value_or(input.dtype()));
  Tensor r = empty_like(input, dtype);
  fill_(r, value);
  r->storage->version = 0;
  return finished(r, false, requires_grad);
}

#define TG_NEW(name, make)                                                                                                       \
  Tensor name(const Tensor& self, Dims size, OptDType dtype_arg, Layout, std::optional<Device> device_arg, Flag pin_memory, Flag requires_grad) { \
    const DType dtype = dtype_arg.value_or(self.dtype());                                                                        \
    const Device device = device_arg.value_or(self.device());                                                                    \
    return finished(make, pin_memory, requires_grad);                                                                    \
  }
TG_NEW(f_new_zeros, zeros(size, dtype, device))
TG_NEW(f_new_ones, full(size, 1, dtype, device))
TG_NEW(f_new_empty, empty(size, dtype, device))
#undef TG_NEW

Tensor f_new_full(const Tensor& self, Dims size, Scalar value, OptDType dtype, Layout, std::optional<Device> device, Flag pin_memory, Flag requires_grad) {
  return finished(full(size, value, dtype.value_or(self.dtype()), device.value_or(self.device())), pin_memory, requires_grad);
}

Tensor f_empty_strided(Dims size, Dims stride, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  TG_CHECK(size.size() == stride.size(), "dimensionality of sizes (", size.size(), ") must match dimensionality of strides (", stride.size(), ")");
  return finished(empty_strided(size, stride, or_default(dtype), device), pin_memory, requires_grad);
}

// ---- Ranges

// arange(end), arange(start, end), arange(start, end, step).
Tensor f_arange(PyObject* first, PyObject* second, PyObject* third, PyObject* end_keyword, OptDType dtype, Layout, Device device,
                Flag pin_memory, Flag requires_grad) {
  static const Signature sig("arange", "start, end, step"), of_end("arange", "end");
  const auto number = [&](PyObject* o, int i) { return Convert<Scalar>::from(o, Arg{sig, i}); };
  if (second == Py_None) second = end_keyword;
  Scalar start = 0, end = 0, step = third == Py_None ? Scalar(1) : number(third, 2);
  if (second == Py_None) {
    TG_CHECK_TYPE(first != Py_None, "arange() missing 1 required positional arguments: \"end\"");
    end = Convert<Scalar>::from(first, Arg{of_end, 0});
  } else {
    start = first == Py_None ? Scalar(0) : number(first, 0);
    end = number(second, 1);
  }
  const bool floating = start.is_floating() || end.is_floating() || step.is_floating();
  check_device(device);
  return finished(arange(start, end, step, dtype.value_or(floating ? g_default_dtype : DType::Int64)), pin_memory, requires_grad);
}

// torch has four forms of linspace and logspace, and so other words for a count that is missing.
int64_t given_steps(const char* op, std::optional<int64_t> steps) {
  TG_CHECK_TYPE(steps, op, "() received an invalid combination of arguments - got no steps, but expected (Number start, Number end, int steps, ...)");
  return *steps;
}

Tensor f_linspace(Scalar start, Scalar end, std::optional<int64_t> steps, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  return finished(linspace(start, end, given_steps("linspace", steps), or_default(dtype)), pin_memory, requires_grad);
}

Tensor f_logspace(Scalar start, Scalar end, std::optional<int64_t> steps, double base, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  GradModeGuard no_grad(false);
  const Tensor exponents = linspace(start, end, given_steps("logspace", steps), DType::Float64);
  return finished(to(pow(base, exponents), or_default(dtype)), pin_memory, requires_grad);
}

Tensor f_eye(int64_t n, std::optional<int64_t> m, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  return finished(eye(n, m.value_or(n), or_default(dtype)), pin_memory, requires_grad);
}

// ---- Types

PyObject* f_get_default_dtype() { return wrap(g_default_dtype); }
void f_set_default_dtype(PyObject* o) {
  TG_CHECK_TYPE(is_dtype(o), "invalid dtype object: only floating-point types are supported as the default type");
  const DType d = dtype_of_object(o);
  TG_CHECK_TYPE(is_floating(d), "only floating-point types are supported as the default type");
  g_default_dtype = d;
}
DType f_promote_types(DType a, DType b) { return promote_types(a, b); }
bool f_can_cast(DType from, DType to_) { return category(from) <= category(to_); }
DType f_result_type(const Operand& a, const Operand& b) { return result_type(a, b); }

}  // namespace

void bind_factory(OpTable& t) {
  t.def<&f_zeros, "zeros">(Function, "*size" TG_OPTIONS, "Zeros.");
  t.def<&f_ones, "ones">(Function, "*size" TG_OPTIONS, "Ones.");
  t.def<&f_empty, "empty">(Function, "*size" TG_OPTIONS, "Memory that was not written yet.");
  t.def<&f_full, "full">(Function, "size: tuple, fill_value, *" TG_OPTIONS, "One value everywhere.");
  t.def<&f_empty_strided, "empty_strided">(Function, "size: tuple, stride: tuple, *" TG_OPTIONS, "Memory with the given strides, not written yet.");
  t.def<&f_zeros_like, "zeros_like">(Function, "input, *" TG_LIKE_OPTIONS, "Zeros in the shape of input.");
  t.def<&f_ones_like, "ones_like">(Function, "input, *" TG_LIKE_OPTIONS, "Ones in the shape of input.");
  t.def<&f_empty_like, "empty_like">(Function, "input, *" TG_LIKE_OPTIONS, "Memory in the shape of input, not written yet.");
  t.def<&f_full_like, "full_like">(Function, "input, fill_value, *" TG_LIKE_OPTIONS, "One value in the shape of input.");
  t.def<&f_new_zeros, "new_zeros">(Method, "input, *size" TG_OPTIONS, "Zeros of self's dtype.");
  t.def<&f_new_ones, "new_ones">(Method, "input, *size" TG_OPTIONS, "Ones of self's dtype.");
  t.def<&f_new_empty, "new_empty">(Method, "input, *size" TG_OPTIONS, "Memory of self's dtype, not written yet.");
  t.def<&f_new_full, "new_full">(Method, "input, size: tuple, fill_value, *" TG_OPTIONS, "One value in self's dtype.");
  t.def<&f_arange, "arange">(Function, "start=None, _end=None, step=None, *, end=None" TG_OPTIONS, "start, start + step, ... below end.");
  t.def<&f_linspace, "linspace">(Function, "start, end, steps=None, *" TG_OPTIONS, "steps values from start to end, evenly spaced.");
  t.def<&f_logspace, "logspace">(Function, "start, end, steps=None, base=10.0, *" TG_OPTIONS, "base ** linspace(start, end, steps).");
  t.def<&f_eye, "eye">(Function, "n, m=None, *" TG_OPTIONS, "Ones on the diagonal, zeros elsewhere.");
  t.def<&f_get_default_dtype, "get_default_dtype">(Function, "", "What Python floats become.");
  t.def<&f_set_default_dtype, "set_default_dtype">(Function, "d", "Makes Python floats become d.");
  t.def<&f_promote_types, "promote_types">(Function, "type1, type2", "The smallest type that holds both.");
  t.def<&f_can_cast, "can_cast">(Function, "from_, to", "True iff the conversion keeps the category.");
  t.def<&f_result_type, "result_type">(Function, "tensor1, tensor2", "The dtype of an arithmetic result of both.");
}

}  // namespace tg::python
