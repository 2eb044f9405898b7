// Tensors from Python data: numbers, nested sequences, NumPy arrays, other tensors.
#include <cstring>

#include "ops/inplace.h"
#include "python/bind.h"
#include "python/numpy.h"
#include "python/options.h"
#include "python/slots.h"
#include "python/warn.h"

namespace tg::python {

namespace {

// A tensor in a list is one number, whatever its shape.
bool is_sequence(PyObject* o) {
  if (PyList_Check(o) || PyTuple_Check(o)) return true;
  if (PyUnicode_Check(o) || PyBytes_Check(o) || PyDict_Check(o) || is_tensor(o)) return false;
  return PySequence_Check(o) && !is_number(o) && PySequence_Size(o) >= 0;
}

// The sizes of a nested sequence, read from the first elements.
Dims sizes_of(PyObject* data) {
  Dims sizes;
  Ref o = Ref::borrow(data);
  while (is_sequence(o.get())) {
    const Py_ssize_t n = PySequence_Size(o.get());
    if (n < 0) throw py::error_already_set();
    TG_CHECK_VALUE(sizes.size() < kMaxDims, "too many dimensions '", Py_TYPE(o.get())->tp_name, "'");
    sizes.push_back(n);
    if (n == 0) break;
    o = Ref::steal(PySequence_GetItem(o.get(), 0));
  }
  PyErr_Clear();  // of what says that it is a sequence and has no length
  TG_CHECK_VALUE(!PyUnicode_Check(o.get()) || sizes.empty(), "too many dimensions 'str'");  // a letter of a str is a str
  TG_CHECK_TYPE(!PyUnicode_Check(o.get()) && !PyBytes_Check(o.get()), "new(): invalid data type '", Py_TYPE(o.get())->tp_name, "'");
  return sizes;
}

// The widest dtype of what a nested sequence holds; an empty one counts as a Python float.
DType infer_dtype(PyObject* o, int depth = 0) {
  if (PyFloat_CheckExact(o)) return g_default_dtype;
  if (PyBool_Check(o)) return DType::Bool;
  if (PyLong_CheckExact(o)) return DType::Int64;
  if (is_tensor(o)) return tensor_of(o).dtype();
  if (is_number(o)) return numpy_scalar_dtype(o).value_or(PyIndex_Check(o) ? DType::Int64 : g_default_dtype);
  if (is_numpy_array(o)) return from_numpy_any(o).dtype();
  TG_CHECK_TYPE(!PyUnicode_Check(o), "new(): invalid data type '", Py_TYPE(o)->tp_name, "'");
  if (!is_sequence(o)) {
    PyErr_Clear();
    fail(ErrorKind::Runtime, "Could not infer dtype of ", Py_TYPE(o)->tp_name);
  }
  TG_CHECK_VALUE(depth < kMaxDims, "too many dimensions '", Py_TYPE(o)->tp_name, "'");
  const Ref items = Ref::steal(PySequence_Fast(o, "not a sequence"));
  OptDType d;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {  // a list may change while its items are asked
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(items.get(), i));
    const DType of_item = infer_dtype(item.get(), depth + 1);
    d = d ? promote_types(*d, of_item) : of_item;
  }
  return d.value_or(g_default_dtype);
}

// What is no number gets the words of CPython's own conversions.
Scalar leaf_value(PyObject* o, DType dtype) {
  if (is_tensor(o)) {
    if (is_floating(dtype)) return to_float(tensor_of(o));
    TG_CHECK_VALUE(tensor_of(o).numel() == 1, "only one element tensors can be converted to Python scalars");
    return item(tensor_of(o));
  }
  if (PyLong_Check(o) && !PyBool_Check(o) && !is_floating(dtype)) return to_int(o);
  if (is_number(o) && !PyLong_CheckExact(o)) return to_scalar(o);
  if (!is_floating(dtype)) return to_int(Ref::steal(PyNumber_Index(o)).get());
  const double v = PyFloat_AsDouble(o);
  if (v == -1 && PyErr_Occurred()) throw py::error_already_set();
  return v;
}

[[gnu::cold]] void warn_slow_list() {
  static bool said;
  warn_once(said, "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting the list to a single "
                  "numpy.ndarray with numpy.array() before converting to a tensor.");
}

// Writes the leaves below o, row by row from p on; every level must have the size that the first one had.
void fill(PyObject* o, const Dims& sizes, int depth, DType dtype, char*& p) {
  if (depth == sizes.size()) {
    if (dtype == DType::Float32 && PyFloat_CheckExact(o)) {
      const float v = static_cast<float>(PyFloat_AS_DOUBLE(o));
      std::memcpy(p, &v, sizeof v);
    } else {
      const Scalar v = leaf_value(o, dtype);
      if (!is_floating(dtype)) v.check_fits(dtype, info(dtype).name);
      v.store(p, dtype);
    }
    p += itemsize(dtype);
    return;
  }
  TG_CHECK_TYPE(PySequence_Check(o), "not a sequence");
  const Ref items = Ref::steal(PySequence_Fast(o, "not a sequence"));
  const auto size = [&] { return PySequence_Fast_GET_SIZE(items.get()); };
  const auto check = [&] { TG_CHECK_VALUE(size() == sizes[depth], "expected sequence of length ", sizes[depth], " at dim ", depth, " (got ", size(), ")"); };
  check();
  for (Py_ssize_t i = 0; i < sizes[depth]; ++i) {
    const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(items.get(), i));
    if (depth + 1 < sizes.size() && !PyList_CheckExact(item.get()) && is_numpy_array(item.get())) warn_slow_list();
    fill(item.get(), sizes, depth + 1, dtype, p);
    check();  // reading an item may have changed the list
  }
}

Tensor from_data(PyObject* data, OptDType dtype, bool copy) {
  if (is_tensor(data)) {
    GradModeGuard no_grad(false);
    const Tensor& t = tensor_of(data);
    return dtype && *dtype != t.dtype() ? to(t, *dtype) : copy ? clone(detach(t)) : t;
  }
  if (is_numpy_array(data)) {
    const Tensor t = from_numpy_any(data);
    return dtype && *dtype != t.dtype() ? to(t, *dtype) : copy ? copy_of_array(t) : t;
  }
  const Dims sizes = sizes_of(data);
  Tensor r = empty(sizes, dtype ? *dtype : infer_dtype(data));
  char* p = r->data();
  if (r.numel() > 0) fill(data, sizes, 0, r.dtype(), p);
  return r;
}

Tensor f_tensor(PyObject* data, OptDType dtype, Device device, Flag requires_grad, Flag pin_memory) {
  check_device(device);
  if (is_tensor(data)) {
    warn("To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
         "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).");
  }
  return finished(from_data(data, dtype, true), pin_memory, requires_grad);
}

Tensor shared_data(PyObject* data, OptDType dtype) {
  if (is_tensor(data)) return dtype ? to(tensor_of(data), *dtype) : tensor_of(data);
  return from_data(data, dtype, false);
}

Tensor f_as_tensor(PyObject* data, OptDType dtype, Device device) {
  check_device(device);
  if (is_numpy_array(data)) warn_if_read_only(data);
  return shared_data(data, dtype);
}

Tensor f_asarray(PyObject* data, OptDType dtype, Device device, std::optional<bool> copy, Flag requires_grad) {
  check_device(device);
  const bool array = is_numpy_array(data), copies = array && (copy.value_or(false) || (dtype && *dtype != infer_dtype(data)));
  if (array && !copies) warn_if_read_only(data);
  Tensor r = shared_data(data, dtype);
  if (copy.value_or(false)) r = clone(detach(r));
  if (requires_grad) set_requires_grad(r, true);
  return r;
}

Tensor f_scalar_tensor(Scalar s, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  return finished(scalar_tensor(s, dtype.value_or(g_default_dtype)), pin_memory, requires_grad);
}

Tensor f_new_tensor(const Tensor& self, PyObject* data, OptDType dtype, Device device, Flag requires_grad) {
  check_device(device);
  if (is_tensor(data))
    warn("To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
         "sourceTensor.detach().clone().requires_grad_(True), rather than tensor.new_tensor(sourceTensor).");
  const bool typed = is_tensor(data) || is_numpy_array(data);
  return finished(from_data(data, dtype ? dtype : typed ? OptDType() : OptDType(self.dtype()), true), false, requires_grad);
}

}  // namespace

Tensor tensor_from(PyObject* data, OptDType dtype) { return from_data(data, dtype, true); }

// How torch's old constructors read their arguments. Nothing: an empty tensor; Tensor(2, 3): sizes; Tensor([1, 2]): data, in
// the dtype and sharing memory where it can; Tensor(t): an alias.
static Tensor legacy_tensor(PyObject* args, std::optional<Device> device, DType dtype) {
  TG_CHECK(!device || device->type == DeviceType::CPU, "legacy constructor expects device type: cpu but device type: ", device->name(), " was passed");
  static const Signature sig("new", "*size");
  const Py_ssize_t n = PyTuple_GET_SIZE(args);
  if (n == 0) return empty({0}, dtype);
  PyObject* data = PyTuple_GET_ITEM(args, 0);
  if (n == 1 && is_tensor(data)) return alias(detach(tensor_of(data)));
  if (n == 1 && PyObject_TypeCheck(data, reinterpret_cast<PyTypeObject*>(wrap_size_type()))) return empty(Convert<Dims>::from(data, Arg{sig, 0}), dtype);
  if (n > 1 || (Signature::starts_ints(data) && !is_numpy_array(data))) return empty(Convert<Dims>::from(args, Arg{sig, 0}), dtype);
  TG_CHECK_TYPE(!PyUnicode_Check(data), "new(): invalid data type 'str'");
  TG_CHECK_TYPE(is_sequence(data) || is_numpy_array(data), "new(): data must be a sequence (got ", Py_TYPE(data)->tp_name, ")");
  if (is_numpy_array(data)) warn_if_read_only(data);
  return from_data(data, dtype, false);
}

PyObject* construct_legacy(PyTypeObject* type, PyObject* args, PyObject* kw) {
  PyObject* device = kw ? PyDict_GetItemString(kw, "device") : nullptr;
  TG_CHECK_TYPE(!kw || PyDict_GET_SIZE(kw) == (device ? 1 : 0), "new() received an invalid combination of arguments: it takes sizes, or one sequence, "
                "array or tensor");
  return wrap_as(type, legacy_tensor(args, device ? std::optional(to_device(device)) : std::nullopt, g_default_dtype));
}

static Tensor f_legacy_tensor(DType dtype, PyObject* args, std::optional<Device> device) {
  TG_CHECK_TYPE(PyTuple_Check(args), "_legacy_tensor(): args must be a tuple");
  return legacy_tensor(args, device, dtype);
}

void bind_construct(OpTable& t) {
  t.def<&f_tensor, "tensor">(Function, "data, *, dtype=None, device=None, requires_grad=False, pin_memory=False",
                             "A tensor with a copy of data: a number, nested sequences, an array or a tensor.");
  t.def<&f_as_tensor, "as_tensor">(Function, "data, dtype=None, device=None", "data as a tensor, sharing memory where possible.");
  t.def<&f_asarray, "asarray">(Function, "obj, *, dtype=None, device=None, copy=None, requires_grad=False", "obj as a tensor, sharing memory where possible.");
  t.def<&f_scalar_tensor, "scalar_tensor">(Function, "s, *" TG_OPTIONS, "A 0-d tensor.");
  t.def<&f_legacy_tensor, "_legacy_tensor">(Function, "dtype, args, device=None", "torch.FloatTensor(*args) and its kin.");
  t.def<&f_new_tensor, "new_tensor">(Method, "input, data, *, dtype=None, device=None, requires_grad=False", "A tensor with a copy of data, of self's dtype.");
}

}  // namespace tg::python
