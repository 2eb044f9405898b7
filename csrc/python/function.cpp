// autograd.Function: a node whose rule is a Python method. The node owns ctx; ctx sees the node only while backward runs.
#include "autograd/grad_meta.h"
#include "ops/inplace.h"
#include "python/bind.h"
#include "python/node.h"
#include "python/slots.h"

namespace tg::python {

namespace {

struct FunctionArgs {
  PyObject* ctx;  // owned
  std::string name;
  std::vector<bool> takes_tensor;  // of forward's arguments; the node has an edge for each tensor

  static void apply(Node& n, const Tensor* g_out, Needs needs, Tensor* g_in);
  static void drop(Node& n) noexcept {
    FunctionArgs* a = n.args<FunctionArgs>();
    Py_DECREF(a->ctx);
    a->~FunctionArgs();
  }
  static void* py(Node& n) noexcept { return n.args<FunctionArgs>()->ctx; }
  static constexpr NodeVTable table = {.apply = apply, .drop_args = drop, .py = py};
};

// ctx._node is the node while backward lasts, or a look at ctx through the node.
class NodeInContext {
 public:
  NodeInContext(PyObject* ctx, Node* n) : ctx_(ctx), before_(Ref::steal(PyObject_GetAttrString(ctx, "_node"))) {
    const Ref node = Ref::steal(wrap_node(n));
    if (PyObject_SetAttrString(ctx, "_node", node.get()) < 0) throw py::error_already_set();
  }
  ~NodeInContext() {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    if (PyObject_SetAttrString(ctx_, "_node", before_.get()) < 0) PyErr_Clear();
    PyErr_Restore(type, value, trace);
  }
  NodeInContext(const NodeInContext&) = delete;
  NodeInContext& operator=(const NodeInContext&) = delete;

 private:
  PyObject* ctx_;
  Ref before_;
};

bool truth(PyObject* o, const char* attribute) {
  const Ref v = Ref::steal(PyObject_GetAttrString(o, attribute));
  return PyObject_IsTrue(v.get()) == 1;
}

void FunctionArgs::apply(Node& n, const Tensor* g_out, Needs needs, Tensor* g_in) {
  const FunctionArgs& a = *n.args<FunctionArgs>();
  const Ref ctx = Ref::borrow(a.ctx);
  const bool materialize = truth(ctx.get(), "materialize_grads");
  std::vector<Tensor> grads;
  for (uint32_t i = 0; i < n.n_out; ++i) {
    const OutMeta& m = n.outs()[i];
    grads.push_back(g_out[i].defined() || !materialize ? g_out[i] : zeros(m.sizes, m.dtype, m.device));
  }
  const Ref arguments = Ref::steal(to_python("", grads));
  Ref result;
  {
    const NodeInContext visible(ctx.get(), &n);
    const Ref method = Ref::steal(PyObject_GetAttrString(ctx.get(), "apply"));
    result = Ref::steal(PyObject_Call(method.get(), arguments.get(), nullptr));
  }
  if (!PyTuple_Check(result.get())) {
    Ref one = Ref::steal(PyTuple_New(1));
    PyTuple_SET_ITEM(one.get(), 0, result.release());
    result = std::move(one);
  }
  const auto given = static_cast<size_t>(PyTuple_GET_SIZE(result.get())), expected = a.takes_tensor.size();
  bool fits = given >= expected;  // more Nones than inputs are forgiven, as torch does
  for (size_t i = expected; i < given; ++i) fits &= PyTuple_GET_ITEM(result.get(), static_cast<Py_ssize_t>(i)) == Py_None;
  TG_CHECK(fits, "function ", n.name, " returned an incorrect number of gradients (expected ", expected, ", got ", given, ")");
  for (size_t i = 0, edge = 0; i < expected; ++i) {
    PyObject* g = PyTuple_GET_ITEM(result.get(), static_cast<Py_ssize_t>(i));
    if (!a.takes_tensor[i]) {
      TG_CHECK(g == Py_None, "function ", n.name, " returned a gradient different than None at position ", i + 1,
               ", but the corresponding forward input was not a Variable");
      continue;
    }
    const size_t nr = edge++;
    if (g == Py_None) continue;
    TG_CHECK(is_tensor(g), "expected Variable or None (got ", Py_TYPE(g)->tp_name, ")");
    if (needs[nr]) g_in[nr] = tensor_of(g);
  }
}

// What ctx.save_for_backward and its kin were given: a tuple, since what is called meanwhile could change a list.
Ref tuple_in(PyObject* ctx, const char* attribute) {
  const Ref v = Ref::steal(PyObject_GetAttrString(ctx, attribute));
  if (v.get() == Py_None) return Ref::steal(PyTuple_New(0));
  TG_CHECK(PyTuple_Check(v.get()), "autograd internal error: ", attribute, " attribute is expected to be a tuple but is ");
  return v;
}

bool is_one_of(PyObject* item, PyObject* tuple) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i)
    if (PyTuple_GET_ITEM(tuple, i) == item) return true;
  return false;
}

bool contains(PyObject* ctx, const char* attribute, PyObject* item) { return is_one_of(item, tuple_in(ctx, attribute).get()); }

void check_dirty_returned(PyObject* ctx, PyObject* outputs) {
  const Ref dirty = tuple_in(ctx, "dirty_tensors");
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(dirty.get()); ++i)
    TG_CHECK(is_one_of(PyTuple_GET_ITEM(dirty.get(), i), outputs), "Some elements marked as dirty during the forward method were not returned "
             "as output. The inputs that are modified inplace must all be outputs of the Function.");
}

NodePtr make_function_node(PyObject* cls, PyObject* ctx, PyObject* inputs, int n_out, int n_saved) {
  std::string name = std::string(py::str(py::handle(cls).attr("__name__"))) + "Backward";
  std::vector<bool> tensors;
  uint32_t n_in = 0;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(inputs); ++i) {
    tensors.push_back(is_tensor(PyTuple_GET_ITEM(inputs, i)));
    n_in += tensors.back();
  }
  NodePtr n(new_node("", &FunctionArgs::table, n_in, n_out, n_saved, sizeof(FunctionArgs)));
  FunctionArgs* a = new (n->args_memory()) FunctionArgs{Py_NewRef(ctx), std::move(name), std::move(tensors)};
  n->name = a->name.c_str();
  for (size_t i = 0, edge = 0; i < a->takes_tensor.size(); ++i)
    if (a->takes_tensor[i]) set_edge(n->edges()[edge++], tensor_of(PyTuple_GET_ITEM(inputs, static_cast<Py_ssize_t>(i))).impl());
  return n;
}

// Saved tensors: an output is saved as the node's own, without its history.
void save_for_backward(Node& n, PyObject* saved) {
  for (int i = 0; i < n.n_saved; ++i) {
    PyObject* item = PyTuple_GET_ITEM(saved, i);
    TG_CHECK_TYPE(item == Py_None || is_tensor(item), "save_for_backward can only save variables, but argument ", i, " is of type ", Py_TYPE(item)->tp_name);
    if (item != Py_None) save_tensor(n.saved()[i], tensor_of(item).impl(), &n);
  }
}

// An output of forward as the caller sees it: an input that was handed through or changed in place becomes the node's,
// other tensors are taken as they are.
PyObject* output_of(Node* n, uint32_t nr, PyObject* o, PyObject* ctx, PyObject* inputs) {
  const Tensor& t = tensor_of(o);
  if (contains(ctx, "non_differentiable", o)) return Py_NewRef(o);
  if (contains(ctx, "dirty_tensors", o)) {
    TG_CHECK(!t->requires_grad || t->grad_fn || t->base, "a leaf Variable that requires grad has been used in an in-place operation.");
    check_inplace(t, true);
    const Tensor written = bare_alias(t);
    set_output(n, nr, written.impl());
    rebase_history(t, written);
    return Py_NewRef(o);
  }
  if (is_one_of(o, inputs) || t->base || t->requires_grad) {
    const Tensor alias = make_view(t, t.sizes(), t.strides(), t->offset, n->n_out > 1 ? ViewKind::MultiOutput : ViewKind::Function);
    set_output(n, nr, alias.impl());
    return wrap(alias);
  }
  set_output(n, nr, t.impl());
  return Py_NewRef(o);
}

PyObject* apply_function(PyObject* cls, PyObject* ctx, PyObject* inputs, PyObject* outputs) {
  TG_CHECK_TYPE(PyTuple_Check(inputs) && PyTuple_Check(outputs), "_apply_function(): inputs and outputs must be tuples");
  bool recording = false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(inputs) && g_grad_enabled; ++i)
    if (PyObject* in = PyTuple_GET_ITEM(inputs, i); is_tensor(in)) recording |= needs_grad(tensor_of(in));
  const Py_ssize_t count = PyTuple_GET_SIZE(outputs);
  for (Py_ssize_t i = 0; i < count; ++i)
    if (PyObject* o = PyTuple_GET_ITEM(outputs, i); is_tensor(o) && contains(ctx, "dirty_tensors", o)) ++tensor_of(o)->storage->version;
  check_dirty_returned(ctx, outputs);
  const Ref saved = tuple_in(ctx, "to_save");
  tuple_in(ctx, "non_differentiable");  // refused where nothing is recorded too
  if (!recording) return Py_NewRef(outputs);

  const NodePtr n = make_function_node(cls, ctx, inputs, static_cast<int>(count), static_cast<int>(PyTuple_GET_SIZE(saved.get())));
  Ref result = Ref::steal(PyTuple_New(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* o = PyTuple_GET_ITEM(outputs, i);
    if (is_tensor(o)) {  // an output without a gradient still has zeros of its own shape to show for it
      OutMeta& m = n->outs()[i];
      m.dtype = tensor_of(o).dtype();
      m.sizes = tensor_of(o).sizes();
    }
    const bool differentiable = is_tensor(o) && is_floating(tensor_of(o).dtype());
    PyTuple_SET_ITEM(result.get(), i, Ref::steal(differentiable ? output_of(n.get(), static_cast<uint32_t>(i), o, ctx, inputs) : Py_NewRef(o)).release());
  }
  save_for_backward(*n, saved.get());
  if (PyObject_SetAttrString(ctx, "to_save", Ref::steal(PyTuple_New(0)).get()) < 0) throw py::error_already_set();
  return result.release();
}

}  // namespace

PyObject* attribute_of_function(Node& n, PyObject* name) {
  PyObject* ctx = n.args<FunctionArgs>()->ctx;
  const NodeInContext visible(ctx, &n);
  return PyObject_GetAttr(ctx, name);
}

void bind_function(OpTable& t) { t.def<&apply_function, "_apply_function">(Function, "function, ctx, inputs, outputs"); }

}  // namespace tg::python
