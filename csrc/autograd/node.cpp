#include "autograd/node.h"

#include <algorithm>
#include <cstring>

#include "autograd/grad_meta.h"

namespace tg {

// One count for all threads: the engine takes a larger number for a later op, whichever thread recorded it.
static constinit uint64_t g_next_seq = 1;
static constinit thread_local Node* g_dead = nullptr;
static constinit thread_local bool g_draining = false;
static constinit thread_local GradMeta* g_dead_metas = nullptr;
static constinit thread_local bool g_draining_metas = false;

Node* new_node(const char* name, const NodeVTable* vt, uint32_t n_in, int n_out, int n_saved, size_t args_bytes) {
  const size_t bytes = sizeof(Node) + sizeof(OutMeta) * static_cast<size_t>(n_out) + sizeof(Edge) * n_in +
                       sizeof(SavedTensor) * static_cast<size_t>(n_saved) + args_bytes;
  TG_CHECK(bytes <= UINT32_MAX, name, ": too many inputs or outputs for one node");
  Node* n = static_cast<Node*>(pool::take(bytes));
  n->rc = 0;
  n->n_in = n_in;
  n->bytes = static_cast<uint32_t>(bytes);
  n->run = 0;
  n->n_out = static_cast<uint32_t>(n_out);
  n->n_saved = n_saved;
  n->released = false;
  n->seq = g_next_seq++;
  n->name = name;
  n->vt = vt;
  n->extras = nullptr;
  for (int i = 0; i < n_out; ++i) new (n->outs() + i) OutMeta;
  for (uint32_t i = 0; i < n_in; ++i) new (n->edges() + i) Edge;
  for (int i = 0; i < n_saved; ++i) new (n->saved() + i) SavedTensor;
  return n;
}

void set_edge(Edge& e, TensorImpl* input) {
  if (Node* n = grad_fn(input)) {
    ++n->rc;
    e = {n, input->output_nr, false};
  } else if (input->requires_grad) {
    ++input->weak;
    e = {input, 0, true};
  }
}

void set_edge(Edge& e, const Edge& from) {
  clear_edge(e);
  e = from;
  if (Node* n = e.node()) ++n->rc;
  if (TensorImpl* t = e.leaf_tensor()) ++t->weak;
}

static void drop_weak(TensorImpl* t) noexcept {
  --t->weak;
  free_if_unreferenced(t);
}

void clear_edge(Edge& e) noexcept {
  Node* n = e.node();
  TensorImpl* t = e.leaf_tensor();
  e = Edge();
  if (n && --n->rc == 0) destroy(n);
  if (t) drop_weak(t);
}

// A tensor that keeps its gradient keeps that of its newest value.
static void move_retained(Node* from, Node* to, uint32_t nr, TensorImpl* t) {
  if (!from->extras) return;
  std::vector<Extras::Retained>& list = from->extras->retained;
  const auto at = std::find_if(list.begin(), list.end(), [&](const Extras::Retained& r) { return r.t == t; });
  if (at == list.end()) return;
  list.erase(at);
  extras(to).retained.push_back({nr, t});
}

void set_output(Node* n, uint32_t nr, TensorImpl* out) {
  OutMeta& m = n->outs()[nr];
  m.dtype = out->dtype;
  m.device = out->device;
  m.sizes = out->sizes;
  ++n->rc;
  if (Node* before = out->grad_fn) {
    if (out->meta && out->meta->retains_grad) move_retained(before, n, nr, out);
    if (--before->rc == 0) destroy(before);
  }
  out->grad_fn = n;
  out->output_nr = nr;
}

void save_tensor(SavedTensor& s, TensorImpl* t, const Node* n) {
  TG_CHECK(!t->inference, "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
           "inference mode in computation tracked by autograd. To work around this, you can make a clone to get a "
           "normal tensor and use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`.");
  s.t = t;
  s.storage = t->storage.get();
  ++s.storage->rc;
  s.version = s.storage->version;
  Node* fn = grad_fn(t);
  s.kind = fn == n ? SavedTensor::Output : !fn && t->requires_grad ? SavedTensor::Leaf : t->base ? SavedTensor::View : SavedTensor::Strong;
  s.output_nr = t->output_nr;
  s.dtype = t->dtype;
  if (s.kind == SavedTensor::Strong) {
    ++t->rc;
    return;
  }
  ++t->weak;
  s.fn = fn;
  if (fn && s.kind == SavedTensor::View) ++fn->rc;
}

static void release(SavedTensor& s) noexcept {
  const SavedTensor old = s;
  s = SavedTensor();
  if (old.kind == SavedTensor::Empty) return;
  if (--old.storage->rc == 0) destroy(old.storage);
  if (old.kind == SavedTensor::Strong) {
    if (--old.t->rc == 0) destroy(old.t);
    return;
  }
  drop_weak(old.t);
  if (old.fn && old.kind == SavedTensor::View && --old.fn->rc == 0) destroy(old.fn);
}

void release_saved(Node& n) noexcept {
  n.released = true;
  if (n.vt->release) n.vt->release(n);
  for (int i = 0; i < n.n_saved; ++i) release(n.saved()[i]);
}

[[noreturn]] static void fail_modified(const SavedTensor& s, const Node& n) {
  std::string which = s.t->dtype == DType::Bool ? str("[CPUBoolType ", s.t->sizes, "]")  // which torch has no legacy name for
                                                : str("[torch.", info(s.t->dtype).legacy, "Tensor ", s.t->sizes, "]");
  const Node* fn = s.kind == SavedTensor::Output ? &n : s.t->dead ? s.fn : grad_fn(s.t);
  if (fn && s.kind == SavedTensor::View) {  // torch tells a view's history anew when its storage was written
    which += str(", which is output ", s.output_nr, " of AsStrided,");
  } else if (fn) {
    const char* end = std::strstr(fn->name, "Backward");
    which += str(", which is output ", s.output_nr, " of ",
                 end ? std::string(fn->name, end) : std::string(fn->name), ",");
  }
  fail(ErrorKind::Runtime, "one of the variables needed for gradient computation has been modified by an inplace "
       "operation: ", which, " is at version ", s.storage->version, "; expected version ", s.version,
       " instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
       "torch.autograd.set_detect_anomaly(True, check_nan=False).");
}

Tensor unpack(Node& n, int i) {
  TG_CHECK(!n.released, "Trying to backward through the graph a second time (or directly access saved tensors after "
           "they have already been freed). Saved intermediate values of the graph are freed when you call .backward() "
           "or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if "
           "you need to access saved tensors after calling backward.");
  SavedTensor& s = n.saved()[i];
  if (s.kind == SavedTensor::Empty) return Tensor();
  if (s.storage->version != s.version) [[unlikely]] fail_modified(s, n);
  TensorImpl* t = s.t;
  if (t->storage.get() == s.storage) [[likely]] {  // x.data = y changes it
    if (s.kind == SavedTensor::Strong) return Tensor(t);
    if (s.kind == SavedTensor::Leaf) return revived(t);
    if (!t->dead && t->grad_fn == s.fn) return Tensor(t);
  }
  Tensor r = make_tensor(StoragePtr(s.storage), s.dtype, t->sizes, t->strides, t->offset);
  if (s.kind == SavedTensor::Leaf) r->requires_grad = true;
  if (Node* fn = s.fn) {
    ++fn->rc;
    r->grad_fn = fn;
    r->output_nr = s.output_nr;
  }
  return r;
}

static void destroy_now(Node* n) noexcept {
  if (n->vt->drop_args) n->vt->drop_args(*n);
  delete n->extras;
  for (int i = 0; i < n->n_saved; ++i) release(n->saved()[i]);
  for (uint32_t i = 0; i < n->n_in; ++i) clear_edge(n->edges()[i]);
  for (uint32_t i = 0; i < n->n_out; ++i) {
    OutMeta& m = n->outs()[i];
    if (m.acc && --m.acc->rc == 0) destroy(m.acc);
    m.~OutMeta();
  }
  pool::give(n, n->bytes);
}

void destroy(Node* n) noexcept {
  n->seq = reinterpret_cast<uintptr_t>(g_dead);  // a dead node's seq is free to link the list
  g_dead = n;
  if (g_draining) return;
  g_draining = true;
  while (g_dead) {
    Node* next = g_dead;
    g_dead = reinterpret_cast<Node*>(next->seq);
    destroy_now(next);
  }
  g_draining = false;
}

// Gradients may have gradients, in long chains: these die in a loop too.
static void destroy(GradMeta* m) noexcept {
  m->py_accumulate = std::exchange(g_dead_metas, m);  // free to link the list: that object would own the leaf
  if (g_draining_metas) return;
  g_draining_metas = true;
  while (g_dead_metas) {
    GradMeta* next = g_dead_metas;
    g_dead_metas = static_cast<GradMeta*>(next->py_accumulate);
    delete next;
  }
  g_draining_metas = false;
}

static void release_autograd(TensorImpl* t) noexcept {
  if (GradMeta* m = std::exchange(t->meta, nullptr)) destroy(m);
  if (Node* n = std::exchange(t->grad_fn, nullptr); n && --n->rc == 0) destroy(n);
}

[[maybe_unused]] static const bool g_registered = (g_release_autograd = release_autograd, true);

}  // namespace tg
