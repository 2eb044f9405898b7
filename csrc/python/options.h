// The keywords that every function that makes tensors takes, and what they do here.
#pragma once

#include "python/convert.h"

#define TG_OPTIONS ", dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False"
#define TG_LIKE_OPTIONS ", dtype=None, layout=None, device=None, requires_grad=False, memory_format=None"

namespace tg::python {

void init_layouts(py::module_& m);  // torch.strided, torch.contiguous_format, torch.preserve_format
PyObject* wrap_strided();           // a new reference

// Arguments that are checked and have no other effect: all tensors are strided, and laid out row by row.
struct Layout {};
struct MemoryFormat {};
template <> struct Convert<Layout> { static Layout from(PyObject* o, const Arg& a); };              // strided or None
template <> struct Convert<MemoryFormat> { static MemoryFormat from(PyObject* o, const Arg& a); };  // contiguous_format, preserve_format or None

// True, False, or None for False.
struct Flag {
  bool on;
  operator bool() const { return on; }
};
template <> struct Convert<Flag> {
  static Flag from(PyObject* o, const Arg& a) { return {o != Py_None && Convert<bool>::from(o, a)}; }
};

// The end of a factory function.
inline Tensor finished(const Tensor& t, bool pin_memory, bool requires_grad) {
  TG_CHECK(!pin_memory, "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available on this system.");
  if (requires_grad) {
    TG_CHECK(is_floating(t.dtype()), "Only Tensors of floating point and complex dtype can require gradients");
    t->requires_grad = true;
  }
  return t;
}

}  // namespace tg::python
