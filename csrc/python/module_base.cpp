// The base class of nn.Module, for the sake of its call: model(x) goes straight to forward while no hook stands.
#include "python/node.h"
#include "python/tensor.h"

namespace tg::python {

namespace {

bool g_global_hooks = false;
PyObject *g_hooked, *g_forward, *g_call_hooked;

bool is_hooked(PyObject* self) {
  if (g_global_hooks) return true;
  const Ref dict = Ref::steal(PyObject_GenericGetDict(self, nullptr));
  return PyDict_GetItemWithError(dict.get(), g_hooked) != Py_False;  // missing: Module.__init__ was not called, which forward is told
}

PyObject* module_call(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&]() -> PyObject* {
    PyObject* name = is_hooked(self) ? g_call_hooked : g_forward;
    const Py_ssize_t n = PyTuple_GET_SIZE(args);
    if (n <= 6 && !kwargs) {
      PyObject* stack[8] = {nullptr, self};  // the slot before the arguments is the callee's to use
      for (Py_ssize_t i = 0; i < n; ++i) stack[2 + i] = PyTuple_GET_ITEM(args, i);
      return PyObject_VectorcallMethod(name, stack + 1, static_cast<size_t>(n + 1) | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
    }
    const Ref f = Ref::steal(PyObject_GetAttr(self, name));
    return PyObject_Call(f.get(), args, kwargs);
  });
}

}  // namespace

void init_module_base(py::module_& m) {
  g_hooked = PyUnicode_InternFromString("_hooked");
  g_forward = PyUnicode_InternFromString("forward");
  g_call_hooked = PyUnicode_InternFromString("_call_hooked");
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(module_call)},
                                {Py_tp_doc, const_cast<char*>("What nn.Module inherits its call from.")},
                                {}};
  static PyType_Spec spec = {"tinygrad_ext._C.ModuleBase", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
  m.add_object("ModuleBase", Ref::steal(PyType_FromSpec(&spec)).release());
  m.def("_set_global_module_hooks", [](bool on) { g_global_hooks = on; });
}

}  // namespace tg::python
