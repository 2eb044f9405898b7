// The parts of the Tensor type that stand in files of their own.
#pragma once

#include <vector>

#include "python/tensor.h"

namespace tg::python {

void add_number_slots(std::vector<PyType_Slot>& slots);     // number.cpp: operators
void add_container_slots(std::vector<PyType_Slot>& slots);  // index.cpp: t[...], len, iteration
PyGetSetDef* tensor_getset();                               // attributes.cpp
PyObject* construct_legacy(PyTypeObject* type, PyObject* args, PyObject* kw);  // construct.cpp: torch.Tensor(2, 3)

void set_requires_grad(const Tensor& t, bool value);  // autograd.cpp
PyObject* wrap_node(Node* n);           // grad_fn's object; None for null
PyObject* wrap_accumulate(const Tensor& leaf);

}  // namespace tg::python
