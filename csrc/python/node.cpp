// The Python object of a graph node. Each op's nodes have a class of their own, so that type(y.grad_fn).__name__ is
// "MulBackward0" as in torch; a leaf is shown as an AccumulateGrad that holds it.
#include "python/node.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "autograd/grad_meta.h"
#include "python/convert.h"
#include "python/slots.h"

namespace tg::python {

namespace {

struct PyNode {
  PyObject_HEAD
  NodePtr node;  // null: an AccumulateGrad
  Tensor leaf;
};

PyTypeObject* g_node_type;

const char* full_name(PyObject* o) {
  const PyNode* self = reinterpret_cast<PyNode*>(o);
  return self->node ? self->node->name : "torch::autograd::AccumulateGrad";
}
const char* short_name(const char* name) {
  const char* colon = std::strrchr(name, ':');
  return colon ? colon + 1 : name;
}

// torch's Function nodes say where they come from; its own nodes are nameless builtins.
PyTypeObject* type_of(const char* name, bool of_function) {
  static std::unordered_map<std::string, PyTypeObject*> types[2];
  PyTypeObject*& type = types[of_function][name];
  if (!type) {
    const py::dict attributes;
    attributes["__module__"] = of_function ? "torch.autograd.function" : "builtins";
    attributes["__slots__"] = py::tuple();
    const py::object t = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(&PyType_Type))(
        name, py::make_tuple(py::handle(reinterpret_cast<PyObject*>(g_node_type))), attributes);
    type = reinterpret_cast<PyTypeObject*>(py::object(t).release().ptr());
  }
  return type;
}

PyObject* new_object(const char* name, Node* n, const Tensor& leaf) {
  PyTypeObject* type = type_of(short_name(name), n && n->vt->py);
  PyObject* o = type->tp_alloc(type, 0);
  if (!o) throw py::error_already_set();
  PyNode* self = reinterpret_cast<PyNode*>(o);
  new (&self->node) NodePtr(n);
  new (&self->leaf) Tensor(leaf);
  return o;
}

void node_dealloc(PyObject* o) {
  PyNode* self = reinterpret_cast<PyNode*>(o);
  PyTypeObject* type = Py_TYPE(o);
  if (self->node) self->node->extras->py = nullptr;
  if (self->leaf.defined() && self->leaf->meta) self->leaf->meta->py_accumulate = nullptr;
  self->node.~NodePtr();
  self->leaf.~Tensor();
  type->tp_free(o);
  Py_DECREF(type);
}

PyObject* node_repr(PyObject* o) {
  const NodePtr& n = reinterpret_cast<PyNode*>(o)->node;
  return PyUnicode_FromFormat("<%s%s object at %p>", n && n->vt->py ? "torch.autograd.function." : "", short_name(full_name(o)), o);
}
PyObject* node_name(PyObject* o, PyObject*) { return PyUnicode_FromString(full_name(o)); }

PyObject* node_next_functions(PyObject* o, void*) {
  return guarded([&]() -> PyObject* {
    Node* n = reinterpret_cast<PyNode*>(o)->node.get();
    Ref r = Ref::steal(PyTuple_New(n ? n->n_in : 0));
    for (uint32_t i = 0; n && i < n->n_in; ++i) {
      const Edge& e = n->edges()[i];
      TensorImpl* leaf = e.leaf_tensor();
      Ref next = Ref::borrow(Py_None);
      if (leaf) next = Ref::steal(wrap_accumulate(revived(leaf)));
      else if (e.node()) next = Ref::steal(wrap_node(e.node()));
      PyTuple_SET_ITEM(r.get(), i, Ref::steal(Py_BuildValue("OI", next.get(), e.nr)).release());
    }
    return r.release();
  });
}

PyObject* node_variable(PyObject* o, void*) {
  return guarded([&]() -> PyObject* {
    const Tensor& leaf = reinterpret_cast<PyNode*>(o)->leaf;
    if (!leaf.defined() && reinterpret_cast<PyNode*>(o)->node) {
      PyErr_Format(PyExc_AttributeError, "'%s' object has no attribute 'variable'", Py_TYPE(o)->tp_name);
      return nullptr;
    }
    return wrap(leaf);
  });
}

// ---- What the node saved, under torch's names

std::vector<std::string_view> saved_names(const Node& n) {
  std::vector<std::string_view> r;
  for (std::string_view rest = n.vt->names; !rest.empty();) {
    r.push_back(rest.substr(0, rest.find(' ')));
    rest.remove_prefix(std::min(rest.size(), r.back().size() + 1));
  }
  return r;
}

// torch shows integers as unsigned ones: -1 is 2 ** 64 - 1.
PyObject* shown(std::monostate) { Py_RETURN_NONE; }
PyObject* shown(bool v) { return PyBool_FromLong(v); }
PyObject* shown(int64_t v) { return PyLong_FromUnsignedLongLong(static_cast<uint64_t>(v)); }
PyObject* shown(double v) { return PyFloat_FromDouble(v); }
PyObject* shown(const Scalar& v) {
  if (v.dtype() == DType::Bool) return shown(v.to_bool());
  return v.is_floating() ? shown(v.to_double()) : PyLong_FromLongLong(v.to_int());
}
template <class List> PyObject* shown(const List& list) {
  Ref r = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(list.size())));
  Py_ssize_t i = 0;
  for (const int64_t v : list) PyTuple_SET_ITEM(r.get(), i++, Ref::steal(shown(v)).release());
  return r.release();
}

// Null, with no error set, where torch has no such name.
PyObject* saved_value(Node& n, std::string_view name) {
  const std::vector<std::string_view> names = saved_names(n);
  const auto at = static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
  if (name == "-" || at == static_cast<int>(names.size())) return nullptr;
  if (at < n.n_saved) return wrap(unpack(n, at));
  return std::visit([](const auto& v) { return shown(v); }, n.vt->argument(n, at - n.n_saved));
}

PyObject* node_getattro(PyObject* o, PyObject* name) {
  PyObject* found = PyObject_GenericGetAttr(o, name);
  Node* n = reinterpret_cast<PyNode*>(o)->node.get();
  if (found || !n || !PyErr_ExceptionMatches(PyExc_AttributeError)) return found;
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  found = guarded([&]() -> PyObject* {
    const char* utf8 = PyUnicode_AsUTF8(name);
    if (!utf8) PyErr_Clear();  // a lone surrogate: no name of ours
    const std::string_view text = utf8 ? utf8 : "";
    if (text.starts_with("_saved_")) return saved_value(*n, text.substr(7));
    if (!n->vt->py || text == "variable") return nullptr;
    PyObject* r = attribute_of_function(*n, name);
    if (!r && PyErr_ExceptionMatches(PyExc_AttributeError)) PyErr_Clear();
    return r;
  });
  if (!found && !PyErr_Occurred()) {
    PyErr_Restore(type, value, trace);
    return nullptr;
  }
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(trace);
  return found;
}

PyObject* node_dir(PyObject* o, PyObject*) {
  return guarded([&]() -> PyObject* {
    const py::module_ builtins = py::module_::import("builtins");
    py::set r(builtins.attr("object").attr("__dir__")(py::handle(o)));
    if (Node* n = reinterpret_cast<PyNode*>(o)->node.get())
      for (const std::string_view name : saved_names(*n))
        if (name != "-") r.add("_saved_" + std::string(name));
    if (Node* n = reinterpret_cast<PyNode*>(o)->node.get(); n && n->vt->py) r.attr("update")(builtins.attr("dir")(py::handle(static_cast<PyObject*>(n->vt->py(*n)))));
    return py::list(r).release().ptr();
  });
}

PyObject* node_sequence_nr(PyObject* o, PyObject*) {
  const PyNode* self = reinterpret_cast<PyNode*>(o);
  return PyLong_FromUnsignedLongLong(self->node ? self->node->seq : UINT64_MAX);
}

PyObject* node_saved(PyObject* o, PyObject*) {
  return guarded([&]() -> PyObject* {
    Node* n = reinterpret_cast<PyNode*>(o)->node.get();
    std::vector<Tensor> r;
    for (int i = 0; n && i < n->n_saved; ++i) r.push_back(unpack(*n, i));
    return to_python("", r);
  });
}

// ---- Hooks on nodes

std::string hook_name(PyObject* hook) { return py::str(py::getattr(py::handle(hook), "__name__", py::str("<unknown>"))); }

Ref tuple_of(const std::vector<Tensor>& v) { return Ref::steal(to_python("", v)); }

struct PyNodeHook : NodeHook {
  PyNodeHook(PyObject* f, bool before) : f_(Ref::borrow(f)), before_(before) {}
  void call(std::vector<Tensor>& grad_in, std::vector<Tensor>& grad_out) override {
    const Ref out = tuple_of(grad_out), in = tuple_of(grad_in);
    const Ref r = before_ ? Ref::steal(PyObject_CallFunctionObjArgs(f_.get(), out.get(), nullptr))
                          : Ref::steal(PyObject_CallFunctionObjArgs(f_.get(), in.get(), out.get(), nullptr));
    if (r.get() == Py_None) return;
    TG_CHECK_TYPE(PyTuple_Check(r.get()), "expected tuple, but hook returned '", Py_TYPE(r.get())->tp_name, "'");
    std::vector<Tensor>& replaced = before_ ? grad_out : grad_in;
    TG_CHECK(static_cast<size_t>(PyTuple_GET_SIZE(r.get())) == replaced.size(), "hook '", hook_name(f_.get()),
             "' has returned an incorrect number of values (got ", PyTuple_GET_SIZE(r.get()), ", but expected ", replaced.size(), ")");
    for (size_t i = 0; i < replaced.size(); ++i) {
      PyObject* item = PyTuple_GET_ITEM(r.get(), static_cast<Py_ssize_t>(i));
      const Tensor given = result_of_hook(item);
      TG_CHECK(!given.defined() || replaced[i].defined(), "can't replace a None gradient with a non-None value");
      if (given.defined()) check_hook_kept(given, replaced[i], f_.get());
      replaced[i] = given;
    }
  }
  void* py() const override { return f_.get(); }
  Ref f_;
  bool before_;
};

PyObject* add_hook(PyObject* o, PyObject* f, bool before) {
  return guarded([&]() -> PyObject* {
    const NodePtr& n = reinterpret_cast<PyNode*>(o)->node;
    if (!n) {
      std::unique_ptr<NodeHook> hook = std::make_unique<PyNodeHook>(f, before);
      return add_leaf_hook(reinterpret_cast<PyNode*>(o)->leaf, before ? &GradMeta::pre_node_hooks : &GradMeta::post_node_hooks, std::move(hook));
    }
    HookList<NodeHook>& list = before ? extras(n.get()).pre_hooks : extras(n.get()).post_hooks;
    const int64_t id = list.add(0, std::make_unique<PyNodeHook>(f, before));
    return make_handle([n, before, id] { (before ? n->extras->pre_hooks : n->extras->post_hooks).remove(id); });
  });
}
PyObject* node_register_hook(PyObject* o, PyObject* f) { return add_hook(o, f, false); }
PyObject* node_register_prehook(PyObject* o, PyObject* f) { return add_hook(o, f, true); }

}  // namespace

Tensor result_of_hook(PyObject* r) {
  if (r == Py_None) return Tensor();
  TG_CHECK_TYPE(is_tensor(r), "expected Variable, but hook returned '", Py_TYPE(r)->tp_name, "'");
  return tensor_of(r);
}

void check_hook_kept(const Tensor& result, const Tensor& grad, PyObject* hook) {
  TG_CHECK(result.dtype() == grad.dtype(), "hook '", hook_name(hook), "' has changed the type of value (was torch.", info(grad.dtype()).legacy,
           "Tensor got torch.", info(result.dtype()).legacy, "Tensor)");
  TG_CHECK(result.sizes() == grad.sizes(), "hook '", hook_name(hook), "' has changed the size of value");
}

PyObject* wrap_node(Node* n) {
  if (!n) Py_RETURN_NONE;
  Extras& e = extras(n);
  if (e.py) return Py_NewRef(static_cast<PyObject*>(e.py));
  PyObject* o = new_object(n->name, n, Tensor());
  e.py = o;
  return o;
}

PyObject* wrap_accumulate(const Tensor& leaf) {
  void*& py = grad_meta(leaf.impl()).py_accumulate;
  if (py) return Py_NewRef(static_cast<PyObject*>(py));
  PyObject* o = new_object("torch::autograd::AccumulateGrad", nullptr, leaf);
  py = o;
  return o;
}

void init_node_type(py::module_& m) {
  static PyGetSetDef getset[] = {{"next_functions", node_next_functions, nullptr, "Pairs of the nodes below and the output they stand for.", nullptr},
                                 {"variable", node_variable, nullptr, "The leaf of an AccumulateGrad.", nullptr},
                                 {}};
  static PyMethodDef methods[] = {
      {"__dir__", node_dir, METH_NOARGS, nullptr},
      {"name", node_name, METH_NOARGS, "name($self)\n--\n\nThe node's name, e.g. MulBackward0."},
      {"_sequence_nr", node_sequence_nr, METH_NOARGS, nullptr},
      {"_unpacked", node_saved, METH_NOARGS, nullptr},
      {"register_hook", node_register_hook, METH_O, "register_hook($self, fn)\n--\n\nCalls fn(grad_inputs, grad_outputs) after the node ran."},
      {"register_prehook", node_register_prehook, METH_O, "register_prehook($self, fn)\n--\n\nCalls fn(grad_outputs) before the node runs."},
      {}};
  static PyType_Slot slots[] = {{Py_tp_dealloc, reinterpret_cast<void*>(node_dealloc)},
                                {Py_tp_repr, reinterpret_cast<void*>(node_repr)},
                                {Py_tp_getattro, reinterpret_cast<void*>(node_getattro)},
                                {Py_tp_getset, getset},
                                {Py_tp_methods, methods},
                                {Py_tp_doc, const_cast<char*>("A node of the graph that backward() walks.")},
                                {}};
  static PyType_Spec spec = {"tinygrad_ext._C.Node", sizeof(PyNode), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  g_node_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&spec)).release());
  m.add_object("Node", py::handle(reinterpret_cast<PyObject*>(g_node_type)));
}

}  // namespace tg::python
