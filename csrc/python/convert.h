// Python objects to the C++ types of ops.h and back, with torch's errors.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "ops/ops.h"
#include "python/signature.h"
#include "python/tensor.h"

namespace tg::python {

// Which argument is being converted, for the error text.
struct Arg {
  const Signature& sig;
  int index;
  int given = Signature::kMaxParams;  // arguments that were given by position
  bool nullable() const { return sig.nullable(index); }
  int position() const { return index + 1 - sig.of_method(); }
};
std::string_view utf8(PyObject* text);  // lives as long as text
[[noreturn]] void fail_argument(const Arg& a, const char* expected, PyObject* got);

// ---- dtype and device objects (types.cpp)
bool is_dtype(PyObject* o);
DType dtype_of_object(PyObject* o);
PyObject* wrap(DType d);  // new reference
bool is_device(PyObject* o);
Device to_device(PyObject* o);  // a device, "cpu", "cuda:0" or an index
PyObject* wrap(Device d);
PyObject* wrap_size(const Dims& d);  // torch.Size
PyObject* wrap_size_type();          // the type itself, borrowed
void init_types(py::module_& m);

// ---- numbers
bool is_number(PyObject* o);  // int, float, bool or a NumPy scalar
Scalar to_scalar(PyObject* o);
int64_t to_int(PyObject* o);
double to_float(const Tensor& t);  // float(t), with its checks and its warning

inline const Tensor& undefined_tensor() {
  static const Tensor t;
  return t;
}

template <class T> struct Convert;

template <> struct Convert<const Tensor&> {
  static const Tensor& from(PyObject* o, const Arg& a) {
    if (is_tensor(o)) [[likely]] return tensor_of(o);
    if (o == Py_None && a.nullable()) return undefined_tensor();
    fail_argument(a, "Tensor", o);
  }
};
// A tensor or a number.
template <> struct Convert<const Operand&> {
  static Operand from(PyObject* o, const Arg& a) {
    if (is_tensor(o)) [[likely]] return Operand(tensor_of(o));
    if (is_number(o)) return Operand(to_scalar(o));
    fail_argument(a, "Tensor", o);
  }
};
template <> struct Convert<Scalar> { static Scalar from(PyObject* o, const Arg& a); };
template <> struct Convert<int64_t> { static int64_t from(PyObject* o, const Arg& a); };
template <> struct Convert<double> { static double from(PyObject* o, const Arg& a); };
template <> struct Convert<bool> { static bool from(PyObject* o, const Arg& a); };
template <> struct Convert<Dims> { static Dims from(PyObject* o, const Arg& a); };
template <> struct Convert<DType> { static DType from(PyObject* o, const Arg& a); };
template <> struct Convert<Device> { static Device from(PyObject* o, const Arg& a); };
template <> struct Convert<std::string_view> { static std::string_view from(PyObject* o, const Arg& a); };
template <> struct Convert<std::vector<Tensor>> { static std::vector<Tensor> from(PyObject* o, const Arg& a); };
template <> struct Convert<PyObject*> { static PyObject* from(PyObject* o, const Arg&) { return o; } };
template <> struct Convert<Generator*> { static Generator* from(PyObject* o, const Arg& a); };  // None: the default generator
template <> struct Convert<const Dims&> : Convert<Dims> {};
template <> struct Convert<Lengths> { static Lengths from(PyObject* o, const Arg& a); };
template <> struct Convert<const Lengths&> : Convert<Lengths> {};
template <> struct Convert<const OptDims&> {
  static OptDims from(PyObject* o, const Arg& a) { return o == Py_None ? OptDims() : OptDims(Convert<Dims>::from(o, a)); }
};
template <class T> struct Convert<std::optional<T>> {
  static std::optional<T> from(PyObject* o, const Arg& a) {
    if (o == Py_None) return std::nullopt;
    return Convert<T>::from(o, a);
  }
};
template <> struct Convert<TensorList> : Convert<std::vector<Tensor>> {};

// ---- Results

// Several tensors with names, e.g. values and indices: torch.return_types.<op>.
template <size_t N> struct Named { std::array<Tensor, N> tensors; };

PyObject* wrap_named(const char* op, const Tensor* tensors, size_t n);
void init_return_types(py::module_& m);

inline PyObject* to_python(const char*, const Tensor& t) { return wrap(t); }
inline PyObject* to_python(const char*, PyObject* o) { return o; }
inline PyObject* to_python(const char*, bool v) { return PyBool_FromLong(v); }
inline PyObject* to_python(const char*, int64_t v) { return PyLong_FromLongLong(v); }
inline PyObject* to_python(const char*, double v) { return PyFloat_FromDouble(v); }
inline PyObject* to_python(const char*, DType d) { return wrap(d); }
inline PyObject* to_python(const char*, const Dims& d) { return wrap_size(d); }
template <size_t N> PyObject* to_python(const char* op, const Named<N>& r) { return wrap_named(op, r.tensors.data(), N); }
PyObject* to_python(const char*, const std::vector<Tensor>& v);  // a tuple
PyObject* to_python(const char*, const std::tuple<Tensor, Tensor>& v);

}  // namespace tg::python
