#include "python/bind.h"

namespace tg::python {

// CPython reads "name(params)\n--\n\ndoc" and shows params as the signature.
static std::string docstring(const std::string& name, const Signature& sig, const std::string& doc, bool method) {
  std::string params = sig.text();
  if (method) params = "$self" + (params.find(',') == params.npos ? std::string() : params.substr(params.find(',')));
  return name + "(" + params + ")\n--\n\n" + doc;
}

void OpTable::add(bool method, const Signature& sig, PyCFunction call, std::string doc) {
  (method ? methods_ : functions_).insert_or_assign(sig.name(), Entry{&sig, call, std::move(doc)});
}

void OpTable::alias(const std::string& name, const std::string& of) {
  for (auto* entries : {&functions_, &methods_})
    for (const char* suffix : {"", "_"})
      if (const auto it = entries->find(of + suffix); it != entries->end()) entries->insert_or_assign(name + suffix, it->second);
}

void OpTable::install(py::module_& m, PyTypeObject* tensor_type) {
  const auto make_def = [](const std::string& n, const Entry& e, bool method) {
    // Lives as long as the functions made from it: as long as the process.
    const auto* doc = new std::string(docstring(n, *e.sig, e.doc, method));
    return new PyMethodDef{(new std::string(n))->c_str(), e.call, METH_FASTCALL | METH_KEYWORDS, doc->c_str()};
  };
  Ref name = Ref::steal(PyUnicode_FromString("tinygrad_ext"));
  for (const auto& [n, e] : functions_) {
    Ref f = Ref::steal(PyCFunction_NewEx(make_def(n, e, false), nullptr, name.get()));
    if (PyModule_AddObjectRef(m.ptr(), n.c_str(), f.get()) < 0) throw py::error_already_set();
  }
  for (const auto& [n, e] : methods_) {
    Ref f = Ref::steal(PyDescr_NewMethod(tensor_type, make_def(n, e, true)));
    if (PyDict_SetItemString(tensor_type->tp_dict, n.c_str(), f.get()) < 0) throw py::error_already_set();
  }
  PyType_Modified(tensor_type);
}

}  // namespace tg::python
