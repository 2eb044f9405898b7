#include "python/convert.h"

#include "python/numpy.h"

#include <structmember.h>

#include <unordered_map>

namespace tg::python {

void set_python_error(const Error& e) {
  PyObject* type = PyExc_RuntimeError;
  switch (e.kind()) {
    case ErrorKind::Runtime: break;
    case ErrorKind::Type: type = PyExc_TypeError; break;
    case ErrorKind::Value: type = PyExc_ValueError; break;
    case ErrorKind::Index: type = PyExc_IndexError; break;
    case ErrorKind::NotImplemented: type = PyExc_NotImplementedError; break;
    case ErrorKind::Memory: type = PyExc_MemoryError; break;
    case ErrorKind::ZeroDivision: type = PyExc_ZeroDivisionError; break;
    case ErrorKind::Buffer: type = PyExc_BufferError; break;
    case ErrorKind::Assertion: type = PyExc_AssertionError; break;
  }
  PyErr_SetString(type, e.what());
}

std::string_view utf8(PyObject* text) {
  Py_ssize_t n = 0;
  const char* s = PyUnicode_AsUTF8AndSize(text, &n);
  if (!s) PyErr_Clear();
  TG_CHECK(s, "error unpacking string as utf-8");  // half of a surrogate pair
  return {s, static_cast<size_t>(n)};
}

[[noreturn]] static void fail_argument(const Arg& a, const std::string& must_be) {
  const bool by_position = a.sig.positional(a.index) && a.index < a.given;
  fail(ErrorKind::Type, a.sig.name(), "(): argument '", a.sig.param(a.index), "'", by_position ? str(" (position ", a.position(), ")") : "",
       " must be ", must_be);
}

void fail_argument(const Arg& a, const char* expected, PyObject* got) {
  fail_argument(a, str(expected, ", not ", Py_TYPE(got)->tp_name));
}

// ---- Numbers

static bool is_numpy_scalar(PyObject* o) {
  static PyObject* generic = nullptr;  // numpy.generic, once NumPy is there: nothing can be one before
  if (!generic) generic = numpy_if_imported("generic");
  return generic && PyObject_TypeCheck(o, reinterpret_cast<PyTypeObject*>(generic));
}

bool is_number(PyObject* o) {
  if (PyFloat_Check(o) || PyLong_Check(o)) return true;
  PyNumberMethods* n = Py_TYPE(o)->tp_as_number;
  return n && (n->nb_float || n->nb_index) && !is_tensor(o) && is_numpy_scalar(o);
}

int64_t to_int(PyObject* o) {
  int overflow = 0;
  const long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
  TG_CHECK_VALUE(!overflow, "Overflow when unpacking long long");
  if (v == -1 && PyErr_Occurred()) throw py::error_already_set();
  return v;
}

Scalar to_scalar(PyObject* o) {
  if (PyFloat_Check(o)) return PyFloat_AS_DOUBLE(o);
  if (PyBool_Check(o)) return o == Py_True;
  if (PyIndex_Check(o)) {
    const long long v = PyLong_AsLongLong(o);  // sizes of ints say "Overflow when unpacking long long", operands what CPython says
    if (v == -1 && PyErr_Occurred()) throw py::error_already_set();
    return static_cast<int64_t>(v);
  }
  const Ref item = Ref::steal(PyObject_CallMethod(o, "item", nullptr));  // numpy.bool_ and numpy.float32 know what they are
  if (PyBool_Check(item.get())) return item.get() == Py_True;
  const double v = PyFloat_AsDouble(item.get());
  if (v == -1 && PyErr_Occurred()) throw py::error_already_set();
  return v;
}

static bool fits_unsigned(PyObject* o) {
  PyLong_AsUnsignedLongLong(o);
  const bool fits = !PyErr_Occurred();
  PyErr_Clear();
  return fits;
}

Scalar Convert<Scalar>::from(PyObject* o, const Arg& a) {
  if (is_tensor(o) && tensor_of(o).dim() == 0) return item(tensor_of(o));
  if (!is_number(o)) fail_argument(a, "Number", o);
  if (PyLong_CheckExact(o)) {
    int overflow = 0;
    const long long v = PyLong_AsLongLongAndOverflow(o, &overflow);
    // torch takes what an unsigned number can hold, and finds later that it is no int64_t.
    TG_CHECK(overflow <= 0 || !fits_unsigned(o), "value cannot be converted to type int64_t without overflow");
    if (!overflow) return static_cast<int64_t>(v);
  }
  return to_scalar(o);
}

int64_t Convert<int64_t>::from(PyObject* o, const Arg& a) {
  if (PyLong_Check(o) && !PyBool_Check(o)) return to_int(o);
  if (is_tensor(o) && tensor_of(o).numel() == 1 && !is_floating(tensor_of(o).dtype())) return item(tensor_of(o)).to_int();
  if (!PyIndex_Check(o) || !is_numpy_scalar(o)) fail_argument(a, "int", o);
  return to_int(Ref::steal(PyNumber_Index(o)).get());
}

double Convert<double>::from(PyObject* o, const Arg& a) {
  if (PyFloat_Check(o)) return PyFloat_AS_DOUBLE(o);
  if (is_tensor(o) && tensor_of(o).numel() == 1) return item(tensor_of(o)).to_double();
  if (!is_number(o)) fail_argument(a, "float", o);
  return to_scalar(o).to_double();
}

bool Convert<bool>::from(PyObject* o, const Arg& a) {
  if (o == Py_True) return true;
  if (o == Py_False) return false;
  fail_argument(a, "bool", o);
}

// torch looks at the first item to tell whether a list is one of ints, and at the others when it takes them out.
template <class List> static List unpack_ints(PyObject* o, const Arg& a) {
  if (!PyTuple_Check(o) && !PyList_Check(o)) fail_argument(a, "tuple of ints", o);
  const Ref items = Ref::steal(PySequence_Tuple(o));  // a list may change while its items are asked for their values
  const Py_ssize_t n = PyTuple_GET_SIZE(items.get());
  List r;
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = PyTuple_GET_ITEM(items.get(), i);
    PyObject* number = i == 0 && PyBool_Check(item) ? nullptr : PyNumber_Index(item);
    if (!number) {
      PyErr_Clear();
      const char* type = Py_TYPE(item)->tp_name;
      if (i == 0) fail_argument(a, str("tuple of ints, but found element of type ", type, " at pos 0"));
      fail(ErrorKind::Type, a.sig.name(), "(): argument '", a.sig.param(a.index), "' failed to unpack the object at pos ", i + 1,
           " with error \"type must be tuple of ints,but got ", type, "\"");
    }
    int overflow = 0;
    r.push_back(PyLong_AsLongLongAndOverflow(Ref::steal(number).get(), &overflow));
    TG_CHECK_TYPE(!overflow, a.sig.name(), "(): argument '", a.sig.param(a.index), "' failed to unpack the object at pos ", i + 1,
                  " with error \"Overflow when unpacking long long");
  }
  return r;
}

Dims Convert<Dims>::from(PyObject* o, const Arg& a) {
  if (!a.sig.only_tuple(a.index) && !PyBool_Check(o) && PyIndex_Check(o) && (!is_tensor(o) || tensor_of(o).dim() == 0))
    return Dims{Convert<int64_t>::from(o, a)};
  return unpack_ints<Dims>(o, a);
}

Lengths Convert<Lengths>::from(PyObject* o, const Arg& a) { return unpack_ints<Lengths>(o, a); }

DType Convert<DType>::from(PyObject* o, const Arg& a) {
  if (is_dtype(o)) return dtype_of_object(o);
  // torch takes Python's own types too.
  if (o == reinterpret_cast<PyObject*>(&PyFloat_Type)) return DType::Float64;
  if (o == reinterpret_cast<PyObject*>(&PyBool_Type)) return DType::Bool;
  if (o == reinterpret_cast<PyObject*>(&PyLong_Type)) return DType::Int64;
  fail_argument(a, "torch.dtype", o);
}

std::string_view Convert<std::string_view>::from(PyObject* o, const Arg& a) {
  if (!PyUnicode_Check(o)) fail_argument(a, "str", o);
  return utf8(o);
}

std::vector<Tensor> Convert<std::vector<Tensor>>::from(PyObject* o, const Arg& a) {
  if (!PyTuple_Check(o) && !PyList_Check(o)) fail_argument(a, "tuple of Tensors", o);
  std::vector<Tensor> r;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(o); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(o, i);
    if (!is_tensor(item))
      fail(ErrorKind::Type, "expected Tensor as element ", i, " in argument ", a.index, ", but got ", Py_TYPE(item)->tp_name);
    r.push_back(tensor_of(item));
  }
  return r;
}

// ---- Results

PyObject* to_python(const char*, const std::vector<Tensor>& v) {
  Ref r = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(v.size())));
  for (size_t i = 0; i < v.size(); ++i) PyTuple_SET_ITEM(r.get(), static_cast<Py_ssize_t>(i), Ref::steal(wrap(v[i])).release());
  return r.release();
}

PyObject* to_python(const char*, const std::tuple<Tensor, Tensor>& v) {
  return to_python("", std::vector<Tensor>{std::get<0>(v), std::get<1>(v)});
}

static std::unordered_map<std::string, PyTypeObject*>& return_types() {
  static std::unordered_map<std::string, PyTypeObject*> types;
  return types;
}

// torch's layout: each field on a line of its own.
static std::string repr_of_fields(py::handle result) {
  const py::tuple names = py::type::of(result).attr("__match_args__");
  const py::tuple values = py::reinterpret_borrow<py::tuple>(result);
  std::string text = str("torch.return_types.", std::string(py::str(py::type::of(result).attr("__name__"))), "(");
  for (size_t i = 0; i < names.size(); ++i)
    text += str(i ? ",\n" : "\n", std::string(py::str(names[i])), "=", std::string(py::repr(values[i])));
  return text + ")";
}

static void add_return_type(py::module_& m, const char* op, std::initializer_list<const char*> fields) {
  auto* defs = new PyStructSequence_Field[fields.size() + 1];  // CPython keeps referring to it
  size_t i = 0;
  for (const char* f : fields) defs[i++] = {f, nullptr};
  defs[i] = {nullptr, nullptr};
  PyStructSequence_Desc desc = {(new std::string(str("torch.return_types.", op)))->c_str(), nullptr, defs, static_cast<int>(fields.size())};
  PyTypeObject* type = PyStructSequence_NewType(&desc);
  if (!type) throw py::error_already_set();
  return_types()[op] = type;
  const py::handle h(reinterpret_cast<PyObject*>(type));
  py::setattr(h, "__repr__", py::cpp_function(repr_of_fields, py::is_method(h)));
  m.add_object(op, h);
}

void init_return_types(py::module_& m) {
  py::module_ types = py::reinterpret_steal<py::module_>(PyModule_New("tinygrad_ext.return_types"));  // an attribute, not to be imported
  m.attr("return_types") = types;
  for (const char* op : {"max", "min", "median", "nanmedian", "mode", "kthvalue", "sort", "topk", "cummax", "cummin"})
    add_return_type(types, op, {"values", "indices"});
  add_return_type(types, "aminmax", {"min", "max"});
}

PyObject* wrap_named(const char* op, const Tensor* tensors, size_t n) {
  Ref r = Ref::steal(PyStructSequence_New(return_types().at(op)));
  for (size_t i = 0; i < n; ++i) PyStructSequence_SetItem(r.get(), static_cast<Py_ssize_t>(i), Ref::steal(wrap(tensors[i])).release());
  return r.release();
}

}  // namespace tg::python
