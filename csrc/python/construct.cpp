// Tensors from Python data: numbers, nested sequences, NumPy arrays, other tensors.
#include <cstring>

#include "ops/inplace.h"
#include "python/bind.h"
#include "python/numpy.h"
#include "python/options.h"
#include "python/slots.h"

namespace tg::python {

namespace {

// What a nested sequence holds: its sizes (from the first elements) and the widest dtype of its leaves.
class Inferred {
 public:
  explicit Inferred(PyObject* data) {
    Ref o = Ref::borrow(data);
    while (is_sequence(o.get())) {
      const Py_ssize_t n = PySequence_Size(o.get());
      if (n < 0) throw py::error_already_set();
      TG_CHECK_VALUE(sizes.size() < kMaxDims, "too many dimensions '", Py_TYPE(o.get())->tp_name, "'");
      sizes.push_back(n);
      if (n == 0) break;
      o = Ref::steal(PySequence_GetItem(o.get(), 0));
    }
    if (PyUnicode_Check(o.get()) || PyBytes_Check(o.get())) {
      TG_CHECK_TYPE(sizes.size() > 0, "new(): invalid data type '", Py_TYPE(o.get())->tp_name, "'");
      fail(ErrorKind::Value, "too many dimensions '", Py_TYPE(o.get())->tp_name, "'");
    }
    scan(data, 0);
    if (!any_) dtype = g_default_dtype;
  }
  static bool is_sequence(PyObject* o) {
    if (PyList_Check(o) || PyTuple_Check(o)) return true;
    if (PyUnicode_Check(o) || PyBytes_Check(o) || PyDict_Check(o)) return false;
    if (is_tensor(o)) return tensor_of(o).dim() > 0;
    return PySequence_Check(o) && !is_number(o);
  }

  Dims sizes;
  DType dtype = DType::Bool;

 private:
  void leaf(DType d) {
    dtype = any_ ? promote_types(dtype, d) : d;
    any_ = true;
  }
  void scan(PyObject* o, int depth) {
    if (PyFloat_CheckExact(o)) return leaf(g_default_dtype);
    if (PyBool_Check(o)) return leaf(DType::Bool);
    if (PyLong_CheckExact(o)) return leaf(DType::Int64);
    if (is_tensor(o) && (tensor_of(o).dim() == 0 || depth >= sizes.size())) return leaf(tensor_of(o).dtype());
    if (is_number(o)) return leaf(numpy_scalar_dtype(o).value_or(to_scalar(o).is_floating() ? g_default_dtype : to_scalar(o).dtype()));
    if (depth < sizes.size() && is_sequence(o)) {
      const Ref items = Ref::steal(PySequence_Fast(o, "expected a sequence"));
      for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) scan(PySequence_Fast_GET_ITEM(items.get(), i), depth + 1);
      return;
    }
    if (PyUnicode_Check(o)) fail(ErrorKind::Type, "new(): invalid data type 'str'");
    fail(ErrorKind::Runtime, "Could not infer dtype of ", Py_TYPE(o)->tp_name);
  }
  bool any_ = false;
};

Scalar leaf_value(PyObject* o) {
  if (is_tensor(o)) return item(tensor_of(o));
  TG_CHECK_TYPE(is_number(o), "must be real number, not ", Py_TYPE(o)->tp_name);
  return to_scalar(o);
}

// Writes the leaves below o, row by row from p on; every level must have the size that the first one had.
void fill(PyObject* o, const Dims& sizes, int depth, DType dtype, char*& p) {
  if (depth == sizes.size()) {
    if (dtype == DType::Float32 && PyFloat_CheckExact(o)) {
      const float v = static_cast<float>(PyFloat_AS_DOUBLE(o));
      std::memcpy(p, &v, sizeof v);
    } else {
      TG_CHECK_VALUE(!Inferred::is_sequence(o), "expected sequence of length ", 1, " at dim ", depth, " (got a sequence where a number was expected)");
      const Scalar v = leaf_value(o);
      if (!is_floating(dtype)) v.check_fits(dtype);
      v.store(p, dtype);
    }
    p += itemsize(dtype);
    return;
  }
  TG_CHECK_TYPE(Inferred::is_sequence(o), "expected a sequence, got ", Py_TYPE(o)->tp_name, " at dim ", depth);
  const Ref items = Ref::steal(PySequence_Fast(o, "expected a sequence"));
  const Py_ssize_t n = PySequence_Fast_GET_SIZE(items.get());
  TG_CHECK_VALUE(n == sizes[depth], "expected sequence of length ", sizes[depth], " at dim ", depth, " (got ", n, ")");
  for (Py_ssize_t i = 0; i < n; ++i) fill(PySequence_Fast_GET_ITEM(items.get(), i), sizes, depth + 1, dtype, p);
}

Tensor from_data(PyObject* data, OptDType dtype, bool copy) {
  GradModeGuard no_grad(false);
  if (is_tensor(data)) {
    const Tensor& t = tensor_of(data);
    return dtype && *dtype != t.dtype() ? to(t, *dtype) : copy ? clone(detach(t)) : t;
  }
  if (is_numpy_array(data)) {
    const Tensor t = from_numpy_any(data);
    return dtype && *dtype != t.dtype() ? to(t, *dtype) : copy ? contiguous(clone(t)) : t;
  }
  const Inferred what(data);
  Tensor r = empty(what.sizes, dtype.value_or(what.dtype));
  char* p = r->data();
  if (r.numel() > 0) fill(data, what.sizes, 0, r.dtype(), p);
  return r;
}

Tensor f_tensor(PyObject* data, OptDType dtype, Device device, bool requires_grad, bool pin_memory) {
  backend(device);
  if (is_tensor(data)) {
    const int failed = PyErr_WarnEx(PyExc_UserWarning, "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() "
                                    "or sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).", 1);
    if (failed) throw py::error_already_set();
  }
  return finished(from_data(data, dtype, true), Py_None, pin_memory, requires_grad);
}

Tensor f_as_tensor(PyObject* data, OptDType dtype, Device device) {
  backend(device);
  if (is_tensor(data)) return dtype ? to(tensor_of(data), *dtype) : tensor_of(data);
  return from_data(data, dtype, false);
}

Tensor f_asarray(PyObject* data, OptDType dtype, Device device, std::optional<bool> copy, bool requires_grad) {
  Tensor r = f_as_tensor(data, dtype, device);
  if (copy.value_or(false)) r = clone(detach(r));
  if (requires_grad) set_requires_grad(r, true);
  return r;
}

Tensor f_scalar_tensor(Scalar s, OptDType dtype, PyObject* layout, Device device, bool pin_memory, bool requires_grad) {
  backend(device);
  return finished(scalar_tensor(s, dtype.value_or(g_default_dtype)), layout, pin_memory, requires_grad);
}

Tensor f_new_tensor(const Tensor& self, PyObject* data, OptDType dtype, Device device, bool requires_grad) {
  backend(device);
  const bool typed = is_tensor(data) || is_numpy_array(data);
  return finished(from_data(data, dtype ? dtype : typed ? OptDType() : OptDType(self.dtype()), true), Py_None, false, requires_grad);
}

}  // namespace

Tensor tensor_from(PyObject* data, OptDType dtype) { return from_data(data, dtype, true); }

// torch.Tensor(): empty; Tensor(2, 3): sizes; Tensor([1, 2]): data, in the default dtype; Tensor(t): an alias.
PyObject* construct_legacy(PyTypeObject* type, PyObject* args, PyObject* kw) {
  TG_CHECK_TYPE(!kw || PyDict_GET_SIZE(kw) == 0 || (PyDict_GET_SIZE(kw) == 1 && PyDict_GetItemString(kw, "device")),
                "new() received an invalid combination of arguments: it takes sizes, or one sequence, array or tensor");
  if (kw)
    if (PyObject* device = PyDict_GetItemString(kw, "device")) backend(to_device(device));
  const Py_ssize_t n = PyTuple_GET_SIZE(args);
  if (n == 1) {
    PyObject* data = PyTuple_GET_ITEM(args, 0);
    if (is_tensor(data)) {
      const Tensor& t = tensor_of(data);
      TG_CHECK_TYPE(t.dtype() == g_default_dtype, "expected Float (got ", info(t.dtype()).legacy, ")");
      return wrap_as(type, make_view(t, t.sizes(), t.strides(), t->offset));
    }
    if (!PyLong_Check(data) && Py_TYPE(data) != &PyFloat_Type && !PyObject_TypeCheck(data, reinterpret_cast<PyTypeObject*>(wrap_size_type())))
      return wrap_as(type, from_data(data, g_default_dtype, true));
  }
  static const Signature sig("new", "*size");
  const Dims sizes = n == 0 ? Dims{0} : n == 1 ? Convert<Dims>::from(PyTuple_GET_ITEM(args, 0), Arg{sig, 0}) : Convert<Dims>::from(args, Arg{sig, 0});
  return wrap_as(type, empty(sizes, g_default_dtype));
}

void bind_construct(OpTable& t) {
  t.def<&f_tensor, "tensor">(Function, "data, *, dtype=None, device=None, requires_grad=False, pin_memory=False",
                             "A tensor with a copy of data: a number, nested sequences, an array or a tensor.");
  t.def<&f_as_tensor, "as_tensor">(Function, "data, dtype=None, device=None", "data as a tensor, sharing memory where possible.");
  t.def<&f_asarray, "asarray">(Function, "obj, *, dtype=None, device=None, copy=None, requires_grad=False", "obj as a tensor, sharing memory where possible.");
  t.def<&f_scalar_tensor, "scalar_tensor">(Function, "s, *" TG_OPTIONS, "A 0-d tensor.");
  t.def<&f_new_tensor, "new_tensor">(Method, "input, data, *, dtype=None, device=None, requires_grad=False", "A tensor with a copy of data, of self's dtype.");
}

}  // namespace tg::python
