#include "python/bind.h"

namespace tg::python {

// CPython reads "name(params)\n--\n\ndoc" and shows params as the signature.
static std::string docstring(const Signature& sig, const std::string& doc, bool method) {
  std::string params = sig.text();
  if (method) params = "$self" + (params.find(',') == params.npos ? std::string() : params.substr(params.find(',')));
  return sig.name() + "(" + params + ")\n--\n\n" + doc;
}

void OpTable::add(bool method, const Signature& sig, PyCFunction call, std::string doc) {
  (method ? methods_ : functions_).insert_or_assign(sig.name(), Entry{&sig, call, docstring(sig, doc, method)});
}

void OpTable::install(py::module_& m, PyTypeObject* tensor_type) {
  const auto make_def = [](const Entry& e) {
    // Lives as long as the functions made from it: as long as the process.
    return new PyMethodDef{e.sig->name().c_str(), e.call, METH_FASTCALL | METH_KEYWORDS, (new std::string(e.doc))->c_str()};
  };
  Ref name = Ref::steal(PyUnicode_FromString("tinygrad_ext"));
  for (const auto& [n, e] : functions_) {
    Ref f = Ref::steal(PyCFunction_NewEx(make_def(e), nullptr, name.get()));
    if (PyModule_AddObjectRef(m.ptr(), n.c_str(), f.get()) < 0) throw py::error_already_set();
  }
  for (const auto& [n, e] : methods_) {
    Ref f = Ref::steal(PyDescr_NewMethod(tensor_type, make_def(e)));
    if (PyDict_SetItemString(tensor_type->tp_dict, n.c_str(), f.get()) < 0) throw py::error_already_set();
  }
  PyType_Modified(tensor_type);
}

}  // namespace tg::python
