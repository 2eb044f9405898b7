// The extension module tinygrad_ext._C.
#include "build_info.h"
#include "core/gil.h"
#include "python/bind.h"
#include "python/node.h"
#include "python/numpy.h"
#include "python/options.h"
#include "python/warn.h"

namespace py = pybind11;
using namespace tg::python;

PYBIND11_MODULE(_C, m) {
  m.attr("__version__") = tg::build_info::version;
  py::register_local_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const tg::Error& e) {
      set_python_error(e);
    }
  });
  m.def("get_num_threads", tg::num_threads, "How many threads a large kernel uses.");
  m.def("set_num_threads", [](int n) {
    TG_CHECK(n > 0, "set_num_threads expects a positive integer");
    tg::set_num_threads(n);
  }, "Sets how many threads a large kernel uses.");
  namespace build = tg::build_info;
  py::dict facts;
  for (const auto& [name, value] : {std::pair{"version", build::version}, {"compiler", build::compiler}, {"flags", build::flags},
                                    {"build_type", build::build_type}, {"openmp", build::openmp}, {"isas", build::isas},
                                    {"sanitize", build::sanitize}})
    facts[name] = value;
  m.attr("_build_info") = facts;
  m.def("_set_warn_always", [](bool v) { g_warn_always = v; });
  m.def("_isa", tg::kernels_in_use);
  m.doc() = "Tensor storage, kernels and the backward engine of tinygrad_ext.";
  tg::g_gil_release = []() -> void* { return PyEval_SaveThread(); };
  tg::g_gil_acquire = [](void* state) { PyEval_RestoreThread(static_cast<PyThreadState*>(state)); };

  init_types(m);
  init_return_types(m);
  init_tensor_type(m);
  init_autograd(m);
  init_module_base(m);
  init_layouts(m);
  init_random(m);

  OpTable table;
  bind_attributes(table);
  bind_autograd(table);
  bind_function(table);
  bind_elementwise(table);
  bind_arithmetic(table);
  bind_loss(table);
  bind_matmul(table);
  bind_picking(table);
  bind_masks(table);
  bind_ordering(table);
  bind_nn(table);
  bind_spread(table);
  bind_optim(table);
  bind_factory(table);
  bind_construct(table);
  bind_numpy(table);
  bind_storage(table);
  bind_random(table);
  bind_shape(table);
  bind_reduce(table);
  bind_join(table);
  table.install(m, g_tensor_type);
}
