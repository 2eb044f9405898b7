#include "python/numpy.h"

#include <pybind11/numpy.h>

#include "autograd/node.h"
#include "core/shape.h"
#include "python/warn.h"

namespace tg::python {

namespace {

// torch's dtype of a NumPy dtype of native byte order, or nothing.
OptDType torch_dtype(const py::dtype& d) {
  if (d.byteorder() == '>') return {};
  const char kind = d.kind();
  const auto size = d.itemsize();
  if (kind == 'b') return DType::Bool;
  if (kind == 'u' && size == 1) return DType::UInt8;
  if (kind == 'i') return size == 1 ? DType::Int8 : size == 2 ? DType::Int16 : size == 4 ? DType::Int32 : DType::Int64;
  if (kind == 'f' && size == 4) return DType::Float32;
  if (kind == 'f' && size == 8) return DType::Float64;
  return {};
}

void release_array(void* owner, void*, size_t) {
  if (!Py_IsInitialized()) return;
  Py_DECREF(static_cast<PyObject*>(owner));
}

// The array's memory as a tensor that keeps the array alive.
Tensor share(const py::array& a, DType dtype) {
  Dims sizes, strides;
  int64_t last = 0;
  const int64_t item = itemsize(dtype);
  for (py::ssize_t i = 0; i < a.ndim(); ++i) {
    sizes.push_back(a.shape(i));
    const int64_t bytes = a.strides(i);
    TG_CHECK_VALUE(bytes >= 0, "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently "
                   "supported. (You can probably work around this by making a copy of your array  with array.copy().) ");
    TG_CHECK_VALUE(bytes % item == 0, "given numpy array strides not a multiple of the element byte size. Copy the numpy array to reallocate the memory.");
    strides.push_back(bytes / item);
    if (a.shape(i) > 0) last += (a.shape(i) - 1) * strides.back();
  }
  const size_t nbytes = a.size() == 0 ? 0 : static_cast<size_t>((last + 1) * item);
  Py_INCREF(a.ptr());
  StoragePtr s = make_storage(const_cast<void*>(a.data()), nbytes, Device(), a.ptr(), release_array);
  return make_tensor(std::move(s), dtype, sizes, strides, 0);
}

DType supported_dtype(const py::array& a) {
  TG_CHECK_VALUE(a.dtype().byteorder() != '>', "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
                 "currently not supported.");
  if (const OptDType d = torch_dtype(a.dtype())) return *d;
  const py::object type = a.dtype().attr("type");
  const std::string name = str(py::cast<std::string>(type.attr("__module__")), ".", py::cast<std::string>(type.attr("__name__")));
  const char kind = a.dtype().kind();
  TG_CHECK_TYPE(kind == 'u' || kind == 'f' || kind == 'c', "can't convert np.ndarray of type ", name, ". The only supported types are: float64, float32, float16, "
                "complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.");
  fail(ErrorKind::Type, "can't convert np.ndarray of type ", name, ". The only types that tinygrad_ext supports are: float64, float32, int64, int32, int16, int8, "
       "uint8, and bool.");  // torch has more
}

Tensor f_from_numpy(PyObject* o) {
  TG_CHECK_TYPE(is_numpy_array(o), "expected np.ndarray (got ", Py_TYPE(o)->tp_name, ")");
  warn_if_read_only(o);
  return from_numpy_any(o);
}

// numpy(): an array over the same memory, which keeps the tensor's storage alive.
PyObject* f_numpy(PyObject* self, bool force) {
  Tensor t = tensor_of(self);
  if (force) t = detach(t);
  TG_CHECK(!g_grad_enabled || !needs_grad(t), "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
  std::vector<py::ssize_t> shape, strides;
  for (int i = 0; i < t.dim(); ++i) {
    shape.push_back(t.size(i));
    strides.push_back(t.strides()[i] * itemsize(t.dtype()));
  }
  const py::object owner = py::reinterpret_steal<py::object>(wrap(detach(t)));
  const py::dtype dtype = dispatch(t.dtype(), []<class T>() { return py::dtype::of<T>(); });
  return py::array(dtype, shape, strides, t->data(), owner).release().ptr();
}

}  // namespace

void warn_if_read_only(PyObject* array) {
  if (py::reinterpret_borrow<py::array>(array).writeable()) return;
  static bool said;
  warn_once(said, "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. This means writing to this "
                  "tensor will result in undefined behavior. You may want to copy the array to protect its data or make it writable "
                  "before converting it to a tensor. This type of warning will be suppressed for the rest of this program.");
}

// The conversion from uint8 makes every bool 0 or 1.
Tensor copy_of_array(const Tensor& t) { return contiguous(t.dtype() == DType::Bool ? to(to(t, DType::UInt8), DType::Bool) : clone(t)); }

PyObject* numpy_if_imported(const char* name) {
  PyObject* numpy = PyImport_GetModule(py::str("numpy").ptr());
  if (!numpy) {
    PyErr_Clear();
    return nullptr;
  }
  PyObject* r = PyObject_GetAttrString(numpy, name);
  Py_DECREF(numpy);
  if (!r) PyErr_Clear();  // a NumPy that is being imported
  return r;
}

bool is_numpy_array(PyObject* o) {
  static PyObject* type = nullptr;
  if (!type) type = numpy_if_imported("ndarray");
  return type && PyObject_TypeCheck(o, reinterpret_cast<PyTypeObject*>(type));
}

OptDType numpy_scalar_dtype(PyObject* o) {
  if (PyLong_CheckExact(o) || PyFloat_CheckExact(o) || PyBool_Check(o)) return {};
  static PyObject* type = nullptr;
  if (!type) type = numpy_if_imported("generic");
  if (!type || !PyObject_TypeCheck(o, reinterpret_cast<PyTypeObject*>(type))) return {};
  return torch_dtype(py::dtype::from_args(py::reinterpret_borrow<py::object>(o).attr("dtype")));
}

Tensor from_numpy_any(PyObject* o) {
  const py::array a = py::reinterpret_borrow<py::array>(o);
  const Tensor t = share(a, supported_dtype(a));
  return a.writeable() ? t : copy_of_array(t);  // better than a tensor that must not be written
}

void bind_numpy(OpTable& t) {
  t.def<&f_from_numpy, "from_numpy">(Function, "ndarray", "A tensor over the memory of a NumPy array.");
  t.def<&f_numpy, "numpy">(Method, "input, *, force=False", "A NumPy array over the memory of the tensor.");
}

}  // namespace tg::python
