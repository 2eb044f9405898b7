// grad_fn objects.
#pragma once

#include <functional>
#include <memory>

#include "autograd/grad_meta.h"
#include "python/guard.h"

namespace tg::python {

// A RemovableHandle whose remove() calls the function once.
PyObject* make_handle(std::function<void()> take_away);

// Puts a hook in one of a leaf's lists; answers the handle that takes it away, which does not keep the leaf alive.
template <class Hook> PyObject* add_leaf_hook(const Tensor& t, HookList<Hook> GradMeta::*list, std::unique_ptr<Hook> hook) {
  int64_t id = 0;
  grad_meta(t.impl()).change_hooks([&](GradMeta& m) { id = (m.*list).add(0, std::move(hook)); });
  ++t->weak;
  const std::shared_ptr<TensorImpl> weak(t.impl(), [](TensorImpl* p) {
    --p->weak;
    free_if_unreferenced(p);
  });
  return make_handle([weak, list, id] {
    if (!weak->dead && weak->meta) weak->meta->change_hooks([&](GradMeta& m) { (m.*list).remove(id); });
  });
}

// What a hook returned: a gradient, or nothing in place of None.
Tensor result_of_hook(PyObject* r);
// A gradient that replaces another has its dtype and sizes.
void check_hook_kept(const Tensor& result, const Tensor& grad, PyObject* hook);

PyObject* attribute_of_function(Node& n, PyObject* name);  // of the ctx of a Python function's node

void init_autograd(py::module_& m);
void init_node_type(py::module_& m);
void init_module_base(py::module_& m);

}  // namespace tg::python
