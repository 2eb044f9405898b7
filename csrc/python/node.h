// grad_fn objects.
#pragma once

#include <functional>

#include "autograd/node.h"
#include "python/guard.h"

namespace tg::python {

// A RemovableHandle whose remove() calls the function once.
PyObject* make_handle(std::function<void()> take_away);

void init_autograd(py::module_& m);
void init_node_type(py::module_& m);
void init_module_base(py::module_& m);

}  // namespace tg::python
