// The extension module tinygrad_ext._C.
#include "backend/backend.h"
#include "build_info.h"
#include "core/gil.h"
#include "python/bind.h"
#include "python/node.h"

namespace py = pybind11;
using namespace tg::python;

PYBIND11_MODULE(_C, m) {
  m.doc() = "Tensor storage, kernels and the backward engine of tinygrad_ext.";
  tg::g_gil_release = []() -> void* { return PyEval_SaveThread(); };
  tg::g_gil_acquire = [](void* state) { PyEval_RestoreThread(static_cast<PyThreadState*>(state)); };

  init_types(m);
  init_tensor_type(m);
  init_autograd(m);
  init_module_base(m);

  OpTable table;
  bind_attributes(table);
  bind_autograd(table);
  bind_elementwise(table);
  bind_matmul(table);
  table.install(m, g_tensor_type);
}
