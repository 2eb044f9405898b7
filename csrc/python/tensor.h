// The Tensor type: a Python object that owns one reference to a TensorImpl, made by hand because a call through it must
// cost tens of nanoseconds. The same tensor is the same object while it lives.
#pragma once

#include "core/tensor.h"
#include "python/guard.h"

namespace tg::python {

struct PyTensor {
  PyObject_HEAD
  Tensor t;
  PyObject* dict;
  PyObject* weakrefs;
};

inline PyTypeObject* g_tensor_type = nullptr;

void init_tensor_type(py::module_& m);

inline bool is_tensor(PyObject* o) { return Py_TYPE(o) == g_tensor_type || PyObject_TypeCheck(o, g_tensor_type); }
inline const Tensor& tensor_of(PyObject* o) { return reinterpret_cast<PyTensor*>(o)->t; }

// New reference to t's object; None for an undefined tensor. `type` is for a tensor that has no object yet.
PyObject* wrap(const Tensor& t);
PyObject* wrap_as(PyTypeObject* type, const Tensor& t);

}  // namespace tg::python

// Everything that pybind11 binds sees tensors through this.
template <> struct pybind11::detail::type_caster<tg::Tensor> {
  PYBIND11_TYPE_CASTER(tg::Tensor, const_name("Tensor"));
  bool load(handle src, bool) {
    if (src.is_none()) return true;
    if (!tg::python::is_tensor(src.ptr())) return false;
    value = tg::python::tensor_of(src.ptr());
    return true;
  }
  static handle cast(const tg::Tensor& t, return_value_policy, handle) { return tg::python::wrap(t); }
};
