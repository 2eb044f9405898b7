// Sharing memory with NumPy, which is imported at the first use and not before.
#pragma once

#include "ops/ops.h"
#include "python/bind.h"

namespace tg::python {

PyObject* numpy_if_imported(const char* name);  // numpy.<name>, a new reference; null before NumPy is there
bool is_numpy_array(PyObject* o);
OptDType numpy_scalar_dtype(PyObject* o);  // numpy.float64(1.) keeps its dtype
Tensor from_numpy_any(PyObject* array);    // shares memory where it can, copies where torch.tensor() would
void warn_if_read_only(PyObject* array);
Tensor copy_of_array(const Tensor& t);     // row-major, of a tensor over an array's memory
Tensor tensor_from(PyObject* data, OptDType dtype);
void init_random(py::module_& m);

}  // namespace tg::python
