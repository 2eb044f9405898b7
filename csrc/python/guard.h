// The border between C++ exceptions and Python's, and owned references to Python objects.
#pragma once

#include <Python.h>
#include <pybind11/pybind11.h>

#include <utility>

#include "core/check.h"

namespace tg::python {

namespace py = pybind11;

// An owned reference.
class Ref {
 public:
  Ref() = default;
  static Ref steal(PyObject* p) {  // a new reference, or null: the Python error then travels as an exception
    if (!p) throw py::error_already_set();
    Ref r;
    r.p_ = p;
    return r;
  }
  static Ref borrow(PyObject* p) {
    Py_XINCREF(p);
    Ref r;
    r.p_ = p;
    return r;
  }
  Ref(const Ref& o) : p_(o.p_) { Py_XINCREF(p_); }
  Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  Ref& operator=(Ref o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }
  ~Ref() { Py_XDECREF(p_); }
  PyObject* get() const { return p_; }
  PyObject* release() { return std::exchange(p_, nullptr); }
  explicit operator bool() const { return p_ != nullptr; }

 private:
  PyObject* p_ = nullptr;
};

void set_python_error(const Error& e);

// Every entry from Python runs inside this. `failed` is what the slot answers on error.
template <class F, class R = std::invoke_result_t<F>> R guarded(F&& f, R failed = R()) noexcept {
  try {
    return f();
  } catch (const Error& e) {
    set_python_error(e);
  } catch (py::error_already_set& e) {
    e.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
  return failed;
}

}  // namespace tg::python
