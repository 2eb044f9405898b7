#include "python/tensor.h"

#include <structmember.h>

#include "autograd/grad_meta.h"
#include "core/pool.h"  // TG_ASAN
#include "python/slots.h"

namespace tg::python {

// Memory of plain tensors' objects, with the collector's header before it, kept for the next ones. A Tensor's is made and freed
// with every op: the way through CPython's allocator and collector costs a fifth of a small one.
#ifdef TG_ASAN
constexpr int kSpares = 0;
#else
constexpr int kSpares = 64;
#endif
static PyObject* g_spares[kSpares + 1];
static int g_spare_count = 0;

static PyObject* allocate(PyTypeObject* type) {
  if (type != g_tensor_type || g_spare_count == 0) return type->tp_alloc(type, 0);
  PyObject* o = g_spares[--g_spare_count];
  reinterpret_cast<PyTensor*>(o)->dict = reinterpret_cast<PyTensor*>(o)->weakrefs = nullptr;
  PyObject_Init(o, type);
  PyObject_GC_Track(o);
  return o;
}

static void deallocate(PyObject* o, PyTypeObject* type) {
  if (type == g_tensor_type && g_spare_count < kSpares) g_spares[g_spare_count++] = o;
  else type->tp_free(o);
  Py_DECREF(type);
}

PyObject* wrap_as(PyTypeObject* type, const Tensor& t) {
  PyObject* o = allocate(type);
  if (!o) return nullptr;
  new (&reinterpret_cast<PyTensor*>(o)->t) Tensor(t);
  t->py = o;
  return o;
}

PyObject* wrap(const Tensor& t) {
  if (!t.defined()) Py_RETURN_NONE;
  PyObject* o = static_cast<PyObject*>(t->py);
  if (!o) return wrap_as(g_tensor_type, t);
  if (!t->owns_py) return Py_NewRef(o);
  t->owns_py = false;  // Python owns the tensor again, and the caller gets the reference that the tensor had
  ++t->rc;
  return o;
}

// Python dropped the object of a tensor that something else still owns, such as a graph. Where it would be missed (it has
// attributes, a class of its own or weak references) the tensor owns it from now on, and it comes back from wrap().
static bool kept_by_tensor(PyObject* o) {
  PyTensor* self = reinterpret_cast<PyTensor*>(o);
  TensorImpl* t = self->t.impl();
  if (!t || t->py != o || t->rc == 1 || (!self->dict && !self->weakrefs && Py_TYPE(o) == g_tensor_type)) return false;
  Py_SET_REFCNT(o, 1);
  if (!PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
  t->owns_py = true;
  --t->rc;
  return true;
}

static bool drop_py(TensorImpl* t) noexcept {
  PyObject* o = static_cast<PyObject*>(t->py);
  t->owns_py = false;
  const bool found_again = Py_REFCNT(o) > 1;  // by a weak reference
  if (!found_again) {
    t->py = nullptr;
    reinterpret_cast<PyTensor*>(o)->t.release();
  }
  Py_DECREF(o);
  return !found_again;
}

static void tensor_dealloc(PyObject* o) {
  if (kept_by_tensor(o)) return;
  PyTensor* self = reinterpret_cast<PyTensor*>(o);
  PyTypeObject* type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  // What runs below may find the tensor again, in a graph: then it gets a new object.
  if (self->t.defined() && self->t->py == o) self->t->py = nullptr;
  Py_TRASHCAN_BEGIN(o, tensor_dealloc)  // NumPy arrays and tensors may own each other in long chains
  if (self->weakrefs) PyObject_ClearWeakRefs(o);
  Py_CLEAR(self->dict);
  self->t.~Tensor();
  deallocate(o, type);
  Py_TRASHCAN_END
}

template <class Hook> static int visit_hooks(HookList<Hook>& hooks, visitproc visit, void* arg) {
  int r = 0;
  hooks.each_py([&](void* p) {
    if (r == 0 && p) r = visit(static_cast<PyObject*>(p), arg);
  });
  return r;
}

// Hooks belong to the tensor: while this object is its only owner they are this object's, and a cycle through them is garbage.
static int tensor_traverse(PyObject* o, visitproc visit, void* arg) {
  PyTensor* self = reinterpret_cast<PyTensor*>(o);
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(self->dict);
  TensorImpl* t = self->t.impl();
  if (!t || t->rc != 1) return 0;
  if (t->meta) {
    if (int r = visit_hooks(t->meta->hooks, visit, arg)) return r;
    if (int r = visit_hooks(t->meta->post_hooks, visit, arg)) return r;
    if (int r = visit_hooks(t->meta->pre_node_hooks, visit, arg)) return r;
    if (int r = visit_hooks(t->meta->post_node_hooks, visit, arg)) return r;
  }
  Node* n = t->grad_fn;
  if (n && n->rc == 1) {
    if (n->vt->py) Py_VISIT(static_cast<PyObject*>(n->vt->py(*n)));
    if (n->extras)
      if (int r = visit_hooks(n->extras->tensor_hooks, visit, arg)) return r;
  }
  return 0;
}

static int tensor_clear(PyObject* o) {
  PyTensor* self = reinterpret_cast<PyTensor*>(o);
  Py_CLEAR(self->dict);
  TensorImpl* t = self->t.impl();
  if (t && t->rc == 1) {
    if (t->meta)
      t->meta->change_hooks([](GradMeta& m) {
        m.hooks.clear();
        m.post_hooks.clear();
        m.pre_node_hooks.clear();
        m.post_node_hooks.clear();
      });
    if (t->grad_fn && t->grad_fn->rc == 1 && (t->grad_fn->extras || t->grad_fn->vt->py)) {
      const NodePtr gone = NodePtr::adopt(std::exchange(t->grad_fn, nullptr));
    }
  }
  return 0;
}

static PyObject* tensor_new(PyTypeObject* type, PyObject* args, PyObject* kw) {
  return guarded([&] { return construct_legacy(type, args, kw); });
}

static Py_hash_t tensor_hash(PyObject* o) {
  return static_cast<Py_hash_t>(reinterpret_cast<uintptr_t>(o) >> 4);
}

void init_tensor_type(py::module_& m) {
  static PyMemberDef members[] = {{"__dictoffset__", T_PYSSIZET, offsetof(PyTensor, dict), READONLY, nullptr},
                                  {"__weaklistoffset__", T_PYSSIZET, offsetof(PyTensor, weakrefs), READONLY, nullptr},
                                  {}};
  std::vector<PyType_Slot> slots = {{Py_tp_new, reinterpret_cast<void*>(tensor_new)},
                                    {Py_tp_dealloc, reinterpret_cast<void*>(tensor_dealloc)},
                                    {Py_tp_traverse, reinterpret_cast<void*>(tensor_traverse)},
                                    {Py_tp_clear, reinterpret_cast<void*>(tensor_clear)},
                                    {Py_tp_hash, reinterpret_cast<void*>(tensor_hash)},
                                    {Py_tp_members, members},
                                    {Py_tp_getset, tensor_getset()},
                                    {Py_tp_doc, const_cast<char*>("A multi-dimensional array of one element type that remembers how it was computed.")}};
  add_number_slots(slots);
  add_container_slots(slots);
  slots.push_back({});
  PyType_Spec spec = {"tinygrad_ext.Tensor", sizeof(PyTensor), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots.data()};
  g_tensor_type = reinterpret_cast<PyTypeObject*>(Ref::steal(PyType_FromSpec(&spec)).release());
  g_tensor_type->tp_name = "Tensor";  // as messages of CPython name it, e.g. of a missing attribute
  m.add_object("Tensor", py::handle(reinterpret_cast<PyObject*>(g_tensor_type)));
  g_drop_py = drop_py;
}

}  // namespace tg::python
