// The graph as Python sees it: grad_fn objects, hooks, grad mode, backward().
#include <functional>

#include "autograd/grad_meta.h"
#include "engine/engine.h"
#include "python/bind.h"
#include "python/node.h"
#include "python/slots.h"
#include "python/warn.h"

namespace tg::python {

namespace {

// ---- Hooks

struct PyTensorHook : TensorHook {
  explicit PyTensorHook(PyObject* f) : f_(Ref::borrow(f)) {}
  Tensor call(const Tensor& grad) override {
    const Ref g = Ref::steal(wrap(grad));
    const Ref returned = Ref::steal(PyObject_CallOneArg(f_.get(), g.get()));
    const Tensor r = result_of_hook(returned.get());
    if (r.defined() && grad.defined()) check_hook_kept(r, grad, f_.get());
    return r;
  }
  void* py() const override { return f_.get(); }
  Ref f_;
};

struct PyPostAccumulateHook : TensorHook {
  explicit PyPostAccumulateHook(PyObject* f) : f_(Ref::borrow(f)) {}
  Tensor call(const Tensor& leaf) override {
    const Ref t = Ref::steal(wrap(leaf));
    Ref::steal(PyObject_CallOneArg(f_.get(), t.get()));
    return Tensor();
  }
  void* py() const override { return f_.get(); }
  Ref f_;
};

// What a RemovableHandle takes for a dict of hooks: pop() takes the hook away, also after the tensor is gone.
struct OneHook {
  std::function<void()> take_away;
  void pop(py::handle, py::handle) {
    if (take_away) std::exchange(take_away, nullptr)();
  }
};

PyObject* register_hook(const Tensor& t, PyObject* f) {
  TG_CHECK(needs_grad(t), "cannot register a hook on a tensor that doesn't require gradient");
  if (Node* n = grad_fn(t.impl())) {
    const int64_t id = extras(n).tensor_hooks.add(t->output_nr, std::make_unique<PyTensorHook>(f));
    return make_handle([node = NodePtr(n), id] { node->extras->tensor_hooks.remove(id); });
  }
  return add_leaf_hook<TensorHook>(t, &GradMeta::hooks, std::make_unique<PyTensorHook>(f));
}

PyObject* register_post_accumulate_grad_hook(const Tensor& t, PyObject* f) {
  TG_CHECK(needs_grad(t), "cannot register a hook on a tensor that doesn't require gradient");
  TG_CHECK(!t->grad_fn, "post accumulate grad hooks cannot be registered on non-leaf tensors");
  return add_leaf_hook<TensorHook>(t, &GradMeta::post_hooks, std::make_unique<PyPostAccumulateHook>(f));
}

// ---- Methods of tensors

PyObject* requires_grad_(PyObject* self, bool value) {
  set_requires_grad(tensor_of(self), value);
  return Py_NewRef(self);
}

PyObject* detach_(PyObject* self) {
  const Tensor& t = tensor_of(self);
  TG_CHECK(!t->base, "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, "
           "and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these "
           "gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as a solution.");
  const NodePtr gone = NodePtr::adopt(std::exchange(t->grad_fn, nullptr));
  t->output_nr = 0;
  t->requires_grad = false;
  return Py_NewRef(self);
}

void retain_grad(const Tensor& t) {
  TG_CHECK(needs_grad(t), "can't retain_grad on Tensor that has requires_grad=False");
  Node* n = grad_fn(t.impl());
  if (!n || (t->meta && t->meta->retains_grad)) return;
  grad_meta(t.impl()).retains_grad = true;
  ++t->weak;
  extras(n).retained.push_back({t->output_nr, t.impl()});
}

std::vector<Tensor> tensors_of(PyObject* o, const char* what) {
  std::vector<Tensor> r;
  if (o == Py_None) return r;
  if (is_tensor(o)) return {tensor_of(o)};
  const Ref items = Ref::steal(PySequence_Fast(o, what));
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(items.get(), i);
    TG_CHECK_TYPE(is_tensor(item) || item == Py_None, what, ": expected a Tensor or None, got ", Py_TYPE(item)->tp_name);
    r.push_back(item == Py_None ? Tensor() : tensor_of(item));
  }
  return r;
}

// The inputs of a backward: those that are results keep their gradients from now on.
std::vector<Tensor> inputs_of(PyObject* o, bool accumulate) {
  std::vector<Tensor> r = tensors_of(o, "backward(): inputs");
  for (const Tensor& t : r) {
    TG_CHECK(t.defined(), "all inputs have to be Tensors or GradientEdges, but got NoneType");
    if (accumulate) retain_grad(t);
  }
  return r;
}

// In torch's words, although ours make no cycle: a script should hear the same from both.
void warn_of_create_graph(int level) {
  static bool said;
  warn_once(said, "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can cause "
                  "a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this function, make "
                  "sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak.", level);
}

void backward(const Tensor& self, PyObject* gradient, std::optional<bool> retain_graph, bool create_graph, PyObject* inputs_arg) {
  TG_CHECK_TYPE(gradient == Py_None || is_tensor(gradient), "gradients can be either Tensors or None, but got ", Py_TYPE(gradient)->tp_name);
  const Tensor grad = gradient == Py_None ? Tensor() : tensor_of(gradient);
  const std::vector<Tensor> inputs = inputs_of(inputs_arg, true);
  TG_CHECK(inputs_arg == Py_None || !inputs.empty(), "`inputs` argument to `backward()` cannot be empty.");
  run_backward({.outputs = {&self, 1}, .grads = {&grad, 1}, .inputs = inputs, .retain_graph = retain_graph.value_or(create_graph),
                .create_graph = create_graph});
  if (create_graph) warn_of_create_graph(1);
}

PyObject* run_backward_py(PyObject* outputs_arg, PyObject* grads_arg, bool retain_graph, bool create_graph, PyObject* inputs_arg,
                          bool allow_unused, bool accumulate) {
  const std::vector<Tensor> outputs = tensors_of(outputs_arg, "outputs"), grads = tensors_of(grads_arg, "grad_outputs"),
                            inputs = inputs_of(inputs_arg, accumulate);
  for (const Tensor& t : outputs) TG_CHECK_TYPE(t.defined(), "element of tensors to differentiate is None");
  const std::vector<Tensor> r = run_backward({.outputs = outputs, .grads = grads, .inputs = inputs, .retain_graph = retain_graph,
                                              .create_graph = create_graph, .accumulate = accumulate, .allow_unused = allow_unused});
  if (accumulate && create_graph) warn_of_create_graph(2);  // called by autograd.backward
  if (accumulate) Py_RETURN_NONE;
  return to_python("", r);
}

bool set_grad_enabled(bool v) { return std::exchange(g_grad_enabled, v); }
bool is_grad_enabled() { return g_grad_enabled; }
bool set_inference_mode(bool v) { return std::exchange(g_inference_mode, v); }
bool is_inference_mode_enabled() { return g_inference_mode; }

void set_anomaly(bool enabled, bool check_nan) {
  g_anomaly = enabled;
  g_anomaly_nan = check_nan;
}
bool is_anomaly_enabled() { return g_anomaly; }
bool is_anomaly_check_nan_enabled() { return g_anomaly_nan; }

PyObject* make_subclass(PyObject* cls, const Tensor& data, bool requires_grad) {
  TG_CHECK_TYPE(PyType_Check(cls) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(cls), g_tensor_type),
                "_make_subclass: cls must be a subclass of Tensor");
  const Tensor t = detach(data);
  if (requires_grad)
    TG_CHECK(is_floating(t.dtype()), "Only Tensors of floating point and complex dtype can require gradients");
  t->requires_grad = requires_grad;
  return wrap_as(reinterpret_cast<PyTypeObject*>(cls), t);
}

}  // namespace

PyObject* make_handle(std::function<void()> take_away) {
  const py::object hook = py::cast(OneHook{std::move(take_away)});
  py::object handle = py::module_::import("tinygrad_ext.utils.hooks").attr("RemovableHandle")(hook);
  handle.attr("_hook") = hook;  // it refers to its dicts weakly
  return handle.release().ptr();
}

void set_requires_grad(const Tensor& t, bool value) {
  TG_CHECK(!t->grad_fn || value, "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
           "subgraph that doesn't require differentiation use var_no_grad = var.detach().");
  TG_CHECK(!value || is_floating(t.dtype()), "only Tensors of floating point dtype can require gradients");
  TG_CHECK(!value || !t->inference || g_inference_mode, "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
  if (!t->grad_fn) t->requires_grad = value;
}

void bind_autograd(OpTable& t) {
  t.def<&requires_grad_, "requires_grad_">(Method, "input, requires_grad=True", "Lets gradients flow to this leaf (or not).");
  t.def<&detach, "detach">(Both, "input", "The same elements without a history; shares memory.");
  t.def<&detach_, "detach_">(Method, "input", "Forgets the history, in place.");
  t.def<&retain_grad, "retain_grad">(Method, "input", "Keeps the gradient of a non-leaf in .grad.");
  t.def<&register_hook, "register_hook">(Method, "input, hook", "Calls hook(grad) when the gradient of this tensor is known; what it returns replaces it.");
  t.def<&register_post_accumulate_grad_hook, "register_post_accumulate_grad_hook">(Method, "input, hook", "Calls hook(param) after .grad of this leaf was updated.");
  t.def<&backward, "backward">(Method, "input, gradient=None, retain_graph=None, create_graph=False, inputs=None",
                               "Adds d self / d leaf to .grad of every leaf, or of `inputs` alone.");
  t.def<&run_backward_py, "_run_backward">(Function, "outputs, grad_outputs, retain_graph, create_graph, inputs, allow_unused, accumulate");
  t.def<&set_grad_enabled, "_set_grad_enabled">(Function, "mode", "Turns recording on or off; answers what it was.");
  t.def<&is_grad_enabled, "is_grad_enabled">(Function, "", "True iff the graph is being recorded.");
  t.def<&set_inference_mode, "_set_inference_mode">(Function, "mode");
  t.def<&is_inference_mode_enabled, "is_inference_mode_enabled">(Function, "", "True inside inference_mode().");
  t.def<&set_anomaly, "set_anomaly_enabled">(Function, "enabled, check_nan=True", "Turns anomaly mode on or off.");
  t.def<&is_anomaly_enabled, "is_anomaly_enabled">(Function, "", "True iff anomaly mode is on.");
  t.def<&is_anomaly_check_nan_enabled, "is_anomaly_check_nan_enabled">(Function, "", "True iff anomaly mode looks for NaN.");
  t.def<&make_subclass, "_make_subclass">(Function, "cls, data, requires_grad=False");
}

void init_autograd(py::module_& m) {
  py::class_<OneHook>(m, "_OneHook").def("pop", &OneHook::pop);
  init_node_type(m);
}

}  // namespace tg::python
