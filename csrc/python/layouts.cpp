// torch.layout and torch.memory_format: names that scripts pass around; all tensors here are strided.
#include "python/options.h"

namespace tg::python {

namespace {

struct LayoutName { std::string name; };
struct FormatName { std::string name; };

template <class T> py::class_<T> named(py::module_& m, const char* type, const char* doc) {
  py::class_<T> c(m, type, doc);
  c.attr("__module__") = "tinygrad_ext";  // where scripts find it
  return c.def("__repr__", [](const T& v) { return "torch." + v.name; })
      .def("__reduce__", [](const T& v) { return v.name; })
      .def("__deepcopy__", [](py::object self, py::object) { return self; });
}

template <class T> const T* as(PyObject* o) {
  const py::handle h(o);
  return py::isinstance<T>(h) ? h.cast<const T*>() : nullptr;
}

}  // namespace

static PyObject* g_strided;

PyObject* wrap_strided() { return Py_NewRef(g_strided); }

void init_layouts(py::module_& m) {
  named<LayoutName>(m, "layout", "How elements are laid out in memory.");
  named<FormatName>(m, "memory_format", "In which order the dims of a strided tensor are laid out.");
  g_strided = py::cast(LayoutName{"strided"}).release().ptr();
  m.attr("strided") = py::handle(g_strided);
  for (const char* name : {"contiguous_format", "preserve_format", "channels_last", "channels_last_3d"}) m.attr(name) = py::cast(FormatName{name});
}

Layout Convert<Layout>::from(PyObject* o, const Arg& a) {
  if (o != Py_None && !as<LayoutName>(o)) fail_argument(a, "torch.layout", o);
  return {};
}

MemoryFormat Convert<MemoryFormat>::from(PyObject* o, const Arg& a) {
  if (o == Py_None) return {};
  const FormatName* f = as<FormatName>(o);
  if (!f) fail_argument(a, "torch.memory_format", o);
  TG_CHECK(f->name == "contiguous_format" || f->name == "preserve_format", "tinygrad_ext lays tensors out row by row: memory_format=torch.",
           f->name, " is not supported");
  return {};
}

}  // namespace tg::python
