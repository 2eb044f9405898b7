// The keywords that every function that makes tensors takes, and what they do here.
#pragma once

#include "python/convert.h"

#define TG_OPTIONS ", dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False"
#define TG_LIKE_OPTIONS ", dtype=None, layout=None, device=None, requires_grad=False, memory_format=None"

namespace tg::python {

void init_layouts(py::module_& m);     // torch.strided, torch.contiguous_format, torch.preserve_format
void check_layout(PyObject* layout);   // strided or None
void check_format(PyObject* format);   // contiguous_format, preserve_format or None

// The end of a factory function.
inline Tensor finished(const Tensor& t, PyObject* layout, bool pin_memory, bool requires_grad) {
  check_layout(layout);
  TG_CHECK(!pin_memory, "Cannot access accelerator device when none is available.");
  if (requires_grad) {
    TG_CHECK(is_floating(t.dtype()), "Only Tensors of floating point and complex dtype can require gradients");
    t->requires_grad = true;
  }
  return t;
}

}  // namespace tg::python
