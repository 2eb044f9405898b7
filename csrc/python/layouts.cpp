// torch.layout and torch.memory_format: names that scripts pass around; all tensors here are strided.
#include "python/options.h"

namespace tg::python {

namespace {

struct Layout { std::string name; };
struct MemoryFormat { std::string name; };

template <class T> py::class_<T> named(py::module_& m, const char* type, const char* doc) {
  return py::class_<T>(m, type, doc)
      .def("__repr__", [](const T& v) { return "torch." + v.name; })
      .def("__reduce__", [](const T& v) { return v.name; })
      .def("__deepcopy__", [](py::object self, py::object) { return self; });
}

template <class T> const T* as(PyObject* o) {
  const py::handle h(o);
  return py::isinstance<T>(h) ? h.cast<const T*>() : nullptr;
}

}  // namespace

void init_layouts(py::module_& m) {
  named<Layout>(m, "layout", "How elements are laid out in memory.");
  named<MemoryFormat>(m, "memory_format", "In which order the dims of a strided tensor are laid out.");
  m.attr("strided") = py::cast(Layout{"strided"});
  for (const char* name : {"contiguous_format", "preserve_format", "channels_last", "channels_last_3d"}) m.attr(name) = py::cast(MemoryFormat{name});
}

void check_layout(PyObject* layout) {
  if (layout == Py_None) return;
  TG_CHECK_TYPE(as<Layout>(layout), "argument 'layout' must be torch.layout, not ", Py_TYPE(layout)->tp_name);
}

void check_format(PyObject* format) {
  if (format == Py_None) return;
  const MemoryFormat* f = as<MemoryFormat>(format);
  TG_CHECK_TYPE(f, "argument 'memory_format' must be torch.memory_format, not ", Py_TYPE(format)->tp_name);
  TG_CHECK(f->name == "contiguous_format" || f->name == "preserve_format", "tinygrad_ext lays tensors out row by row: memory_format=torch.",
           f->name, " is not supported");
}

}  // namespace tg::python
