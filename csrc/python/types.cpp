// torch.dtype, torch.device and torch.Size.
#include <algorithm>
#include <array>

#include "core/shape.h"
#include "python/convert.h"

namespace tg::python {

// ---- dtype: one immortal object each, printed as torch.float32

struct PyDType {
  PyObject_HEAD
  DType d;
};

static PyTypeObject* g_dtype_type;
static std::array<PyObject*, kDTypes> g_dtypes;

bool is_dtype(PyObject* o) { return Py_TYPE(o) == g_dtype_type; }
DType dtype_of_object(PyObject* o) { return reinterpret_cast<PyDType*>(o)->d; }
PyObject* wrap(DType d) { return Py_NewRef(g_dtypes[static_cast<size_t>(d)]); }

static PyObject* dtype_repr(PyObject* o) { return PyUnicode_FromFormat("torch.%s", info(dtype_of_object(o)).name); }
static PyObject* dtype_reduce(PyObject* o, PyObject*) { return PyUnicode_FromString(info(dtype_of_object(o)).name); }
static PyObject* dtype_self(PyObject* o, PyObject*) { return Py_NewRef(o); }
static PyObject* dtype_floating(PyObject* o, void*) { return PyBool_FromLong(is_floating(dtype_of_object(o))); }
static PyObject* dtype_complex(PyObject*, void*) { Py_RETURN_FALSE; }
static PyObject* dtype_signed(PyObject* o, void*) {
  return PyBool_FromLong(dtype_of_object(o) != DType::Bool && dtype_of_object(o) != DType::UInt8);
}
static PyObject* dtype_itemsize(PyObject* o, void*) { return PyLong_FromLongLong(itemsize(dtype_of_object(o))); }

static void init_dtypes(py::module_& m) {
  static PyGetSetDef getset[] = {{"is_floating_point", dtype_floating, nullptr, "True for float32 and float64.", nullptr},
                                 {"is_complex", dtype_complex, nullptr, "False: there are no complex types.", nullptr},
                                 {"is_signed", dtype_signed, nullptr, "True iff negative values exist.", nullptr},
                                 {"itemsize", dtype_itemsize, nullptr, "Bytes of an element.", nullptr},
                                 {}};
  static PyMethodDef methods[] = {{"__reduce__", dtype_reduce, METH_NOARGS, nullptr},
                                  {"__copy__", dtype_self, METH_NOARGS, nullptr},
                                  {"__deepcopy__", dtype_self, METH_O, nullptr},
                                  {}};
  static PyType_Slot slots[] = {{Py_tp_repr, reinterpret_cast<void*>(dtype_repr)},
                                {Py_tp_getset, getset},
                                {Py_tp_methods, methods},
                                {Py_tp_doc, const_cast<char*>("The type of a tensor's elements, e.g. torch.float32.")},
                                {}};
  static PyType_Spec spec = {"tinygrad_ext.dtype", sizeof(PyDType), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  g_dtype_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&spec)).release());
  g_dtype_type->tp_name = "torch.dtype";  // as messages of CPython name it
  m.add_object("dtype", py::handle(reinterpret_cast<PyObject*>(g_dtype_type)));
  for (size_t i = 0; i < kDTypes; ++i) {
    PyDType* d = PyObject_New(PyDType, g_dtype_type);
    if (!d) throw py::error_already_set();
    d->d = static_cast<DType>(i);
    g_dtypes[i] = reinterpret_cast<PyObject*>(d);
    m.add_object(info(d->d).name, py::handle(g_dtypes[i]));
  }
  static constexpr std::pair<const char*, DType> kAliases[] = {{"float", DType::Float32}, {"double", DType::Float64}, {"int", DType::Int32},
                                                               {"long", DType::Int64},    {"short", DType::Int16}};
  for (const auto& [name, d] : kAliases) m.add_object(name, py::handle(g_dtypes[static_cast<size_t>(d)]));
}

// ---- device

struct PyDevice {
  PyObject_HEAD
  Device d;
};

static PyTypeObject* g_device_type;

bool is_device(PyObject* o) { return Py_TYPE(o) == g_device_type; }

PyObject* wrap(Device d) {
  PyDevice* o = PyObject_New(PyDevice, g_device_type);
  if (o) o->d = d;
  return reinterpret_cast<PyObject*>(o);
}

static Device numbered(DeviceType type, int64_t index) {
  TG_CHECK(index >= 0, "Device index must not be negative");
  TG_CHECK(index < 128, "Device index must be less than 128, got ", index);
  return {type, static_cast<int8_t>(index)};
}

// "cpu", "cuda:0": letters, then perhaps a colon and a number without leading zeros.
static Device parse_device(const std::string& text, bool index_was_passed) {
  TG_CHECK(!text.empty(), "Device string must not be empty");
  const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
  const std::string name = text.substr(0, end), digits = end == text.npos ? "" : text.substr(end + 1);
  const bool number = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos && (digits == "0" || digits[0] != '0');
  TG_CHECK(end == text.npos || (end > 0 && text[end] == ':' && number), "Invalid device string: '", text, "'");
  TG_CHECK(!index_was_passed || digits.empty(), "type (string) must not include an index because index was passed explicitly: ", text);
  TG_CHECK(digits.size() < 10, "Could not parse device index '", digits, "' in device string '", text, "'");
  const auto* known = std::find(std::begin(kDeviceNames), std::end(kDeviceNames), name);
  TG_CHECK(known != std::end(kDeviceNames), "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, "
           "vulkan, mps, meta, hpu, mtia, privateuseone device type at start of device string: ", name);
  const auto type = static_cast<DeviceType>(known - kDeviceNames);
  return digits.empty() ? Device{type} : numbered(type, std::stoi(digits));
}

// A number alone means the machine's accelerator, which there is none of.
static Device accelerator(PyObject* index) {
  TG_CHECK(to_int(index) >= 0, "Device index must not be negative");
  fail(ErrorKind::Runtime, "Cannot access accelerator device when none is available.");
}

Device to_device(PyObject* o) {
  if (is_device(o)) return reinterpret_cast<PyDevice*>(o)->d;
  if (PyUnicode_Check(o)) return parse_device(std::string(utf8(o)), false);
  return accelerator(o);
}

Device Convert<Device>::from(PyObject* o, const Arg& a) {
  if (o == Py_None) return Device();
  if (!is_device(o) && !PyUnicode_Check(o) && (!PyLong_Check(o) || PyBool_Check(o))) fail_argument(a, "torch.device", o);
  return to_device(o);
}

static PyObject* device_new(PyTypeObject*, PyObject* args, PyObject* kw) {
  return guarded([&]() -> PyObject* {
    static const Signature sig("device", "type, index=None");
    PyObject* v[Signature::kMaxParams];
    const Arg type{sig, 0, sig.bind(args, kw, v)}, index{sig, 1, type.given};
    if (v[0] == Py_None) fail_argument(type, "str", v[0]);
    if (v[1] == Py_None) return wrap(Convert<Device>::from(v[0], type));
    if (!PyUnicode_Check(v[0])) fail_argument(type, "str", v[0]);
    const int64_t i = Convert<int64_t>::from(v[1], index);
    return wrap(numbered(parse_device(std::string(utf8(v[0])), true).type, i));
  });
}
static PyObject* device_str(PyObject* o) {
  const Device d = reinterpret_cast<PyDevice*>(o)->d;
  return d.index < 0 ? PyUnicode_FromString(d.name()) : PyUnicode_FromFormat("%s:%d", d.name(), d.index);
}
static PyObject* device_repr(PyObject* o) {
  const Device d = reinterpret_cast<PyDevice*>(o)->d;
  return d.index < 0 ? PyUnicode_FromFormat("device(type='%s')", d.name())
                     : PyUnicode_FromFormat("device(type='%s', index=%d)", d.name(), d.index);
}
static PyObject* device_type(PyObject* o, void*) { return PyUnicode_FromString(reinterpret_cast<PyDevice*>(o)->d.name()); }
static PyObject* device_index(PyObject* o, void*) {
  const Device d = reinterpret_cast<PyDevice*>(o)->d;
  if (d.index < 0) Py_RETURN_NONE;
  return PyLong_FromLong(d.index);
}
static PyObject* device_compare(PyObject* a, PyObject* b, int op) {
  if (!is_device(b)) Py_RETURN_NOTIMPLEMENTED;
  if (op != Py_EQ && op != Py_NE) return PyErr_Format(PyExc_TypeError, "comparison not implemented");
  const bool equal = reinterpret_cast<PyDevice*>(a)->d == reinterpret_cast<PyDevice*>(b)->d;
  return PyBool_FromLong(equal == (op == Py_EQ));
}
static Py_hash_t device_hash(PyObject* o) {
  const Device d = reinterpret_cast<PyDevice*>(o)->d;
  return static_cast<Py_hash_t>(d.type) * 256 + d.index + 2;
}
static PyObject* device_reduce(PyObject* o, PyObject*) {
  const Device d = reinterpret_cast<PyDevice*>(o)->d;
  return d.index < 0 ? Py_BuildValue("O(s)", g_device_type, d.name()) : Py_BuildValue("O(si)", g_device_type, d.name(), d.index);
}

static void init_device(py::module_& m) {
  static PyGetSetDef getset[] = {{"type", device_type, nullptr, "'cpu' or 'cuda'.", nullptr},
                                 {"index", device_index, nullptr, "The index given, or None.", nullptr},
                                 {}};
  static PyMethodDef methods[] = {{"__reduce__", device_reduce, METH_NOARGS, nullptr}, {}};
  static PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(device_new)},
                                {Py_tp_str, reinterpret_cast<void*>(device_str)},
                                {Py_tp_repr, reinterpret_cast<void*>(device_repr)},
                                {Py_tp_richcompare, reinterpret_cast<void*>(device_compare)},
                                {Py_tp_hash, reinterpret_cast<void*>(device_hash)},
                                {Py_tp_getset, getset},
                                {Py_tp_methods, methods},
                                {Py_tp_doc, const_cast<char*>("device(type, index=None)\n--\n\nWhere a tensor lives, e.g. device('cpu').")},
                                {}};
  static PyType_Spec spec = {"tinygrad_ext.device", sizeof(PyDevice), 0, Py_TPFLAGS_DEFAULT, slots};
  g_device_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&spec)).release());
  g_device_type->tp_name = "torch.device";
  m.add_object("device", py::handle(reinterpret_cast<PyObject*>(g_device_type)));
}

// ---- Size: a tuple that keeps its type under slicing, + and *

static PyTypeObject* g_size_type;

PyObject* wrap_size(const Dims& d) {
  PyObject* t = g_size_type->tp_alloc(g_size_type, d.size());
  if (!t) return nullptr;
  for (int i = 0; i < d.size(); ++i) PyTuple_SET_ITEM(t, i, PyLong_FromLongLong(d[i]));
  return t;
}

PyObject* wrap_size_type() { return reinterpret_cast<PyObject*>(g_size_type); }

// A new Size with the items of a tuple; other objects pass through.
static PyObject* as_size(PyObject* tuple) {
  if (!tuple || !PyTuple_CheckExact(tuple)) return tuple;
  Ref own = Ref::steal(tuple);
  const Py_ssize_t n = PyTuple_GET_SIZE(tuple);
  PyObject* t = g_size_type->tp_alloc(g_size_type, n);
  for (Py_ssize_t i = 0; t && i < n; ++i) PyTuple_SET_ITEM(t, i, Py_NewRef(PyTuple_GET_ITEM(tuple, i)));
  return t;
}

static PyObject* size_new(PyTypeObject* type, PyObject* args, PyObject* kw) {
  PyObject* t = PyTuple_Type.tp_new(type, args, kw);
  for (Py_ssize_t i = 0; t && i < PyTuple_GET_SIZE(t); ++i) {
    PyObject* item = PyTuple_GET_ITEM(t, i);
    if (PyLong_Check(item)) continue;
    Ref index = Ref::borrow(nullptr);
    if (PyObject* v = PyNumber_Index(item)) {
      PyTuple_SET_ITEM(t, i, v);
      Py_DECREF(item);
      continue;
    }
    PyErr_Clear();
    PyErr_Format(PyExc_TypeError, "torch.Size() takes an iterable of 'int' (item %zd is '%s')", i, Py_TYPE(item)->tp_name);
    Py_CLEAR(t);
  }
  return t;
}
static PyObject* size_repr(PyObject* o) {
  return guarded([&] {
    std::string s = "torch.Size([";
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); ++i) s += (i ? ", " : "") + std::to_string(to_int(PyTuple_GET_ITEM(o, i)));
    return PyUnicode_FromString((s + "])").c_str());
  });
}
static PyObject* size_concat(PyObject* a, PyObject* b) { return as_size(PyTuple_Type.tp_as_sequence->sq_concat(a, b)); }
static PyObject* size_repeat(PyObject* a, Py_ssize_t n) {
  // tuple's repeat answers its own argument for n == 1.
  PyObject* r = PyTuple_Type.tp_as_sequence->sq_repeat(a, n);
  return as_size(r);
}
static PyObject* size_subscript(PyObject* a, PyObject* i) { return as_size(PyTuple_Type.tp_as_mapping->mp_subscript(a, i)); }
static PyObject* size_numel(PyObject* o, PyObject*) {
  return guarded([&]() -> PyObject* {
    int64_t n = 1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); ++i) n = checked_mul(n, to_int(PyTuple_GET_ITEM(o, i)));
    return PyLong_FromLongLong(n);
  });
}
static PyObject* size_reduce(PyObject* o, PyObject*) {
  Ref items = Ref::steal(PySequence_Tuple(o));
  Ref plain = Ref::steal(PyTuple_New(PyTuple_GET_SIZE(o)));
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(o); ++i) PyTuple_SET_ITEM(plain.get(), i, Py_NewRef(PyTuple_GET_ITEM(o, i)));
  return Py_BuildValue("O(O)", g_size_type, plain.get());
}

static void init_size(py::module_& m) {
  static PyMethodDef methods[] = {{"numel", size_numel, METH_NOARGS, "numel($self)\n--\n\nThe product of the sizes."},
                                  {"__reduce__", size_reduce, METH_NOARGS, nullptr},
                                  {}};
  static PyType_Slot slots[] = {{Py_tp_base, &PyTuple_Type},
                                {Py_tp_new, reinterpret_cast<void*>(size_new)},
                                {Py_tp_repr, reinterpret_cast<void*>(size_repr)},
                                {Py_sq_concat, reinterpret_cast<void*>(size_concat)},
                                {Py_sq_repeat, reinterpret_cast<void*>(size_repeat)},
                                {Py_mp_subscript, reinterpret_cast<void*>(size_subscript)},
                                {Py_tp_methods, methods},
                                {Py_tp_doc, const_cast<char*>("The sizes of a tensor: a tuple of ints.")},
                                {}};
  static PyType_Spec spec = {"tinygrad_ext.Size", 0, 0, Py_TPFLAGS_DEFAULT, slots};
  g_size_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&spec)).release());
  g_size_type->tp_name = "torch.Size";
  m.add_object("Size", py::handle(reinterpret_cast<PyObject*>(g_size_type)));
}

void init_types(py::module_& m) {
  init_dtypes(m);
  init_device(m);
  init_size(m);
}

}  // namespace tg::python
