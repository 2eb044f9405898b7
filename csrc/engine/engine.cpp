#include "engine/engine.h"

#include <algorithm>
#include <unordered_map>

#include "autograd/grad_meta.h"
#include "core/gil.h"
#include "core/shape.h"
#include "ops/ops.h"

namespace tg {

namespace {

// One owner, the whole of its storage's owner too: the memory may be written or given away.
bool is_sole_owner(const Tensor& t) {
  return t->rc == 1 && t->storage->rc == 1 && t->weak == 0 && !t->base && !t->py && !t->grad_fn && t->contiguous;
}

// A gradient is often a view (a transpose, a reshaping) of what its rule dropped: then it is a tensor of its own.
void forget_dropped_base(const Tensor& g) {
  TensorImpl* base = g->base;
  if (!base || base->rc != 1 || base->weak != 0 || base->py || base->grad_fn || base->numel != g->numel) return;
  g->base = nullptr;
  Tensor(intrusive_ptr<TensorImpl>::adopt(base));
}

// acc += g; when nothing is recorded a buffer that nobody else sees is reused.
void accumulate(Tensor& acc, Tensor g) {
  if (!acc.defined()) acc = std::move(g);
  else if (g_grad_enabled) acc = add(acc, g);
  else if (is_sole_owner(acc) && acc.dtype() == g.dtype()) add_(acc, g);
  else if (is_sole_owner(g) && acc.dtype() == g.dtype()) add_(g, acc), acc = std::move(g);
  else acc = add(acc, g);
}

// A gradient has its leaf's strides if the leaf is dense, else it is row-major; the strides of dims of size 1 are free.
bool obeys_layout(const Tensor& g, const TensorImpl& leaf) {
  if (!is_dense(leaf.sizes, leaf.strides)) return g.is_contiguous();
  for (int d = 0; d < g.dim(); ++d)
    if (g.size(d) != 1 && g.strides()[d] != leaf.strides[d]) return false;
  return true;
}

// The one place where a gradient is checked against what it is the gradient of: shape, dtype.
Tensor conform(Tensor g, const Dims& sizes, DType dtype, const char* from, uint32_t index) {
  if (g.sizes() != sizes) {
    bool fits = g.dim() >= sizes.size();
    for (int i = 1; fits && i <= sizes.size(); ++i) {
      const int64_t want = sizes[sizes.size() - i], got = g.size(g.dim() - i);
      fits = want == got || want == 1;
    }
    TG_CHECK(fits, "Function ", from, " returned an invalid gradient at index ", index, " - got ", g.sizes(),
             " but expected shape compatible with ", sizes);
    g = sum_to(g, sizes);
  }
  return g.dtype() == dtype ? g : to(g, dtype);
}

// What a hook left of a gradient that it could write to.
void check_kept(Tensor& g, const Dims& sizes, DType dtype, const char* of) {
  if (!g.defined()) return;
  TG_CHECK(g.sizes() == sizes, "a hook has changed the size of the gradient of ", of, " from ", sizes, " to ", g.sizes());
  if (g.dtype() != dtype) g = to(g, dtype);
}

class Run {
 public:
  explicit Run(const BackwardArgs& a) : a_(a), id_(++last_id_ ? last_id_ : ++last_id_) {}
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  std::vector<Tensor> operator()();

 private:
  struct Leaf {
    Tensor t, grad;
    bool finished = false;
  };
  struct Capture { Node* node; uint32_t nr; TensorImpl* leaf; size_t input; };

  void add_roots();
  void plan();
  void schedule(Node* n);
  Leaf& leaf_of(TensorImpl* t);
  void add_gradient(const Edge& e, Tensor g, const char* from, uint32_t index);
  void add_nothing(const Edge& e);
  void execute(Node& n);
  void gather(Node& n, Tensor* g_out);
  void finish_leaf(Leaf& l);
  void arrived(TensorImpl* leaf);
  bool wanted(const Edge& e) const;

  const BackwardArgs& a_;
  uint32_t id_;
  std::vector<Node*> heap_;  // owned; largest sequence number first
  std::vector<Leaf> leaves_;
  // What is gathered for nodes and leaves that another run has stamped: one that this is nested in, or of another thread.
  std::unordered_map<Node*, std::vector<Tensor>> elsewhere_;
  std::unordered_map<TensorImpl*, uint32_t> leaves_elsewhere_;
  std::unordered_map<Node*, bool> useful_;                    // with inputs: does anything asked for lie below?
  std::unordered_map<TensorImpl*, int64_t> pending_;          // edges that may still bring a gradient, of leaves with hooks
  std::vector<Capture> captures_;
  std::vector<Tensor> captured_;
  bool seen_ = false;  // Python code has run, and may hold gradients that wait in the graph: `g.data = ...` changes these too

  static inline uint32_t last_id_ = 0;
};

bool newer(const Node* a, const Node* b) { return a->seq < b->seq; }  // max-heap on seq

Run::~Run() {
  for (Node* n : heap_) {
    if (n->run == id_) {
      n->run = 0;
      for (uint32_t i = 0; i < n->n_out; ++i) Tensor(intrusive_ptr<TensorImpl>::adopt(std::exchange(n->outs()[i].acc, nullptr)));
    }
    if (--n->rc == 0) destroy(n);
  }
  for (Leaf& l : leaves_)
    if (l.t->meta->run == id_) l.t->meta->run = 0;
}

// Is a gradient along this edge of any use?
bool Run::wanted(const Edge& e) const {
  if (TensorImpl* leaf = e.leaf_tensor()) {
    return a_.inputs.empty() || std::any_of(captures_.begin(), captures_.end(), [&](const Capture& c) { return c.leaf == leaf; });
  }
  if (!e.p) return false;
  if (a_.inputs.empty()) return true;
  const auto it = useful_.find(e.node());
  return it != useful_.end() && it->second;
}

// What must be known before the first step, where anything must: which nodes lead to `inputs`, and how many edges lead to
// leaves with hooks. Plain calls of backward() skip it. No recursion: the graph may be a million nodes deep.
void Run::plan() {
  for (size_t i = 0; i < a_.inputs.size(); ++i) {
    TensorImpl* t = a_.inputs[i].impl();
    Node* n = grad_fn(t);
    TG_CHECK(n || needs_grad(t), "One of the differentiated Tensors does not require grad");
    captures_.push_back(n ? Capture{n, t->output_nr, nullptr, i} : Capture{nullptr, 0, t, i});
  }
  if (captures_.empty() && g_hooked_leaves == 0) return;

  struct Visit { Node* node; uint32_t next; };
  std::vector<Visit> stack;
  std::unordered_map<Node*, bool> seen;
  const auto enter = [&](Node* n) {
    if (!seen.emplace(n, false).second) return;
    useful_[n] = std::any_of(captures_.begin(), captures_.end(), [&](const Capture& c) { return c.node == n; });
    stack.push_back({n, 0});
  };
  for (const Tensor& root : a_.outputs) {
    if (Node* n = grad_fn(root.impl())) enter(n);
    else ++pending_[root.impl()];
    while (!stack.empty()) {
      Visit& v = stack.back();
      if (v.next == v.node->n_in) {
        Node* done = v.node;
        stack.pop_back();
        if (!stack.empty() && useful_[done]) useful_[stack.back().node] = true;
        continue;
      }
      const Edge e = v.node->edges()[v.next++];
      if (TensorImpl* leaf = e.leaf_tensor()) {
        ++pending_[leaf];
        if (!captures_.empty() && wanted(e)) useful_[v.node] = true;
      } else if (e.p) {
        if (seen.contains(e.node())) {
          if (useful_[e.node()]) useful_[v.node] = true;
        } else {
          enter(e.node());
        }
      }
    }
  }
}

void Run::add_roots() {
  for (size_t i = 0; i < a_.outputs.size(); ++i) {
    const Tensor& root = a_.outputs[i];
    TG_CHECK(needs_grad(root), "element ", i, " of tensors does not require grad and does not have a grad_fn");
    Tensor g = i < a_.grads.size() ? a_.grads[i] : Tensor();
    if (g.defined()) {
      TG_CHECK(g.sizes() == root.sizes(), "Mismatch in shape: grad_output[", i, "] has a shape of torch.Size(", g.sizes(),
               ") and output[", i, "] has a shape of torch.Size(", root.sizes(), ").");
    } else {
      TG_CHECK(root.numel() == 1, "grad can be implicitly created only for scalar outputs");
      TG_CHECK(is_floating(root.dtype()), "grad can be implicitly created only for real scalar outputs but got ", info(root.dtype()).legacy);
      g = ones_like(root);
    }
    Edge e;
    set_edge(e, root.impl());
    try {
      add_gradient(e, std::move(g), "backward", static_cast<uint32_t>(i));
    } catch (...) {
      clear_edge(e);
      throw;
    }
    clear_edge(e);
  }
}

// Puts a node on the heap, once.
void Run::schedule(Node* n) {
  if (n->run == id_ || (!elsewhere_.empty() && elsewhere_.contains(n))) return;
  if (n->run == 0) n->run = id_;
  else elsewhere_[n].resize(n->n_out);
  ++n->rc;
  heap_.push_back(n);
  std::push_heap(heap_.begin(), heap_.end(), newer);
}

Run::Leaf& Run::leaf_of(TensorImpl* t) {
  GradMeta& m = grad_meta(t);
  if (m.run == id_) return leaves_[m.slot];
  if (!leaves_elsewhere_.empty())
    if (const auto it = leaves_elsewhere_.find(t); it != leaves_elsewhere_.end()) return leaves_[it->second];
  const auto slot = static_cast<uint32_t>(leaves_.size());
  leaves_.push_back({revived(t), Tensor()});
  if (m.run == 0) m.run = id_, m.slot = slot;
  else leaves_elsewhere_[t] = slot;
  return leaves_.back();
}

void Run::add_gradient(const Edge& e, Tensor g, const char* from, uint32_t index) {
  if (!e.p) return;  // a view made under no_grad leads nowhere
  if (TensorImpl* leaf = e.leaf_tensor()) {
    g = conform(std::move(g), leaf->sizes, leaf->dtype, from, index);
    accumulate(leaf_of(leaf).grad, std::move(g));
    return;
  }
  Node* n = e.node();
  OutMeta& meta = n->outs()[e.nr];
  g = conform(std::move(g), meta.sizes, meta.dtype, from, index);
  schedule(n);
  if (n->run == id_) {
    Tensor acc(intrusive_ptr<TensorImpl>::adopt(std::exchange(meta.acc, nullptr)));
    accumulate(acc, std::move(g));
    meta.acc = acc.release();
    return;
  }
  accumulate(elsewhere_[n][e.nr], std::move(g));
}

// An edge along which no gradient comes: what is below it is visited all the same, for its hooks and Python functions.
void Run::add_nothing(const Edge& e) {
  if (Node* n = e.node()) schedule(n);
  else if (TensorImpl* leaf = e.leaf_tensor(); leaf->meta && !leaf->meta->hooks.empty()) leaf_of(leaf);
}

void Run::gather(Node& n, Tensor* g_out) {
  if (n.run == id_) {
    n.run = 0;
    for (uint32_t i = 0; i < n.n_out; ++i) g_out[i] = Tensor(intrusive_ptr<TensorImpl>::adopt(std::exchange(n.outs()[i].acc, nullptr)));
    return;
  }
  auto node = elsewhere_.extract(&n);
  for (uint32_t i = 0; i < n.n_out; ++i) g_out[i] = std::move(node.mapped()[static_cast<size_t>(i)]);
}

void call_hooks(HookList<TensorHook>& hooks, uint32_t nr, Tensor& g) {
  hooks.each([&](TensorHook& hook, uint32_t watched) {
    if (watched != nr) return;
    if (Tensor replaced = hook.call(g); replaced.defined()) g = std::move(replaced);
  });
}

void call_hooks(HookList<NodeHook>& hooks, std::vector<Tensor>& g_in, std::vector<Tensor>& g_out) {
  hooks.each([&](NodeHook& hook, uint32_t) { hook.call(g_in, g_out); });
}

void set_or_add_grad(Tensor& grad, const Tensor& g) {
  KeepGil one_step;
  if (grad.defined()) grad = add(grad, g);
  else grad = clone(contiguous(g));
}

void check_for_nan(const Node& n, const Tensor* g_in) {
  GradModeGuard no_grad(false);
  for (uint32_t i = 0; i < n.n_in; ++i) {
    if (!g_in[i].defined()) continue;
    TG_CHECK(!item(any(isnan(g_in[i]), {}, false)).to_bool(), "Function '", n.name, "' returned nan values in its ", i, "th output.");
  }
}

void Run::execute(Node& n) {
  Tensor out_buffer[2], in_buffer[4];
  std::vector<Tensor> out_heap, in_heap;
  Tensor* g_out = out_buffer;
  Tensor* g_in = in_buffer;
  if (n.n_out > 2) out_heap.resize(n.n_out), g_out = out_heap.data();
  if (n.n_in > 4) in_heap.resize(n.n_in), g_in = in_heap.data();
  gather(n, g_out);

  if (n.extras) [[unlikely]] {
    seen_ = true;
    for (uint32_t i = 0; i < n.n_out; ++i) {
      call_hooks(n.extras->tensor_hooks, i, g_out[i]);
      if (!g_out[i].defined()) continue;
      for (Extras::Retained& r : n.extras->retained)
        if (r.nr == i && !r.t->dead) set_or_add_grad(grad_meta(r.t).grad, g_out[i]);
    }
  }
  if (!a_.accumulate)
    for (const Capture& c : captures_)
      if (c.node == &n && g_out[c.nr].defined()) accumulate(captured_[c.input], g_out[c.nr]);

  bool mask_buffer[4];
  std::vector<char> mask_heap;
  bool* mask = mask_buffer;
  if (n.n_in > 4) mask_heap.resize(n.n_in), mask = reinterpret_cast<bool*>(mask_heap.data());
  bool any = false;
  for (uint32_t i = 0; i < n.n_in; ++i) any |= mask[i] = wanted(n.edges()[i]);
  if (!any && !a_.inputs.empty()) return;

  if (n.extras && !n.extras->pre_hooks.empty()) [[unlikely]] {
    std::vector<Tensor> none, out(g_out, g_out + n.n_out);
    call_hooks(n.extras->pre_hooks, none, out);
    std::move(out.begin(), out.end(), g_out);
  }
  seen_ |= n.vt->py != nullptr;
  if (seen_) [[unlikely]]
    for (uint32_t i = 0; i < n.n_out; ++i) check_kept(g_out[i], n.outs()[i].sizes, n.outs()[i].dtype, n.name);
  const bool reached = n.vt->py || std::any_of(g_out, g_out + n.n_out, [](const Tensor& g) { return g.defined(); });
  if (reached) n.vt->apply(n, g_out, Needs(n.edges(), mask), g_in);
  if (n.extras && !n.extras->post_hooks.empty()) [[unlikely]] {
    std::vector<Tensor> in(g_in, g_in + n.n_in), out(g_out, g_out + n.n_out);
    call_hooks(n.extras->post_hooks, in, out);
    std::move(in.begin(), in.end(), g_in);
  }
  if (g_anomaly && g_anomaly_nan) [[unlikely]] check_for_nan(n, g_in);
  if (!a_.retain_graph) release_saved(n);
  for (uint32_t i = 0; i < n.n_out; ++i) g_out[i] = Tensor();  // an accumulation below may then reuse the memory

  for (uint32_t i = 0; i < n.n_in; ++i) {
    const Edge& e = n.edges()[i];
    if (!mask[i]) continue;
    if (g_in[i].defined()) add_gradient(e, std::move(g_in[i]), n.name, i);
    else add_nothing(e);
  }
  if (!pending_.empty())
    for (uint32_t i = 0; i < n.n_in; ++i)
      if (TensorImpl* leaf = n.edges()[i].leaf_tensor()) arrived(leaf);
}

// A leaf with hooks is finished as soon as its last edge is: torch calls its hooks then, not at the end.
void Run::arrived(TensorImpl* leaf) {
  if (leaf->dead || --pending_[leaf] > 0 || !leaf->meta || !leaf->meta->hooked()) return;
  if (leaf->meta->run == id_ || leaves_elsewhere_.contains(leaf)) finish_leaf(leaf_of(leaf));
}

void set_leaf_grad(TensorImpl* t, Tensor g) {
  KeepGil one_step;  // another thread may have a gradient for the same leaf
  GradMeta& m = *t->meta;
  if (!g_grad_enabled && g->grad_fn) g = detach(g);
  if (m.grad.defined()) {
    if (g_grad_enabled) m.grad = add(m.grad, g);
    else if (m.grad.sizes() == g.sizes()) add_(m.grad, g);
  } else if (!g_grad_enabled && t->contiguous && (forget_dropped_base(g), is_sole_owner(g))) {
    m.grad = std::move(g);
  } else {
    const bool ours = !g_grad_enabled && g->rc == 1 && !g->py;  // torch takes over what nobody else sees
    const Tensor laid = with_strides(g, ours && obeys_layout(g, *t) ? g.strides() : strides_like(t->sizes, t->strides));
    if (g_grad_enabled) m.grad = copy_(empty_like(laid), laid);  // torch's node: CopyBackwards
    else m.grad = laid == g ? clone(g) : laid;
  }
}

void Run::finish_leaf(Leaf& l) {
  if (std::exchange(l.finished, true)) return;
  Tensor g = std::move(l.grad);
  TensorImpl* t = l.t.impl();
  GradMeta& m = *t->meta;
  seen_ |= m.hooked();
  call_hooks(m.hooks, 0, g);
  if (!a_.accumulate) {
    for (const Capture& c : captures_)
      if (c.leaf == t) captured_[c.input] = g;
    return;
  }
  if (!g.defined()) return;
  std::vector<Tensor> none, out;
  if (m.hooked()) [[unlikely]] {
    out = {g};
    call_hooks(m.pre_node_hooks, none, out);
    g = out[0];
    if (!g.defined()) return;
    if (m.post_node_hooks.empty()) out.clear();  // a gradient that nobody else sees may become .grad itself
  }
  if (seen_) [[unlikely]] check_kept(g, t->sizes, t->dtype, "a leaf");
  set_leaf_grad(t, std::move(g));
  m.post_hooks.each([&](TensorHook& hook, uint32_t) { hook.call(l.t); });
  call_hooks(m.post_node_hooks, none, out);
}

std::vector<Tensor> Run::operator()() {
  GradModeGuard mode(a_.create_graph);
  captured_.resize(a_.inputs.size());
  plan();
  add_roots();
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), newer);
    const NodePtr n = NodePtr::adopt(heap_.back());
    heap_.pop_back();
    execute(*n);
  }
  for (size_t i = 0; i < leaves_.size(); ++i) finish_leaf(leaves_[i]);
  if (a_.accumulate) return {};
  for (size_t i = 0; i < captured_.size(); ++i)
    TG_CHECK(captured_[i].defined() || a_.allow_unused, "The differentiated Tensor at index ", i, " appears to not have been "
             "used in the graph. Set allow_unused=True if this is the desired behavior.");
  return std::move(captured_);
}

}  // namespace

std::vector<Tensor> run_backward(const BackwardArgs& a) { return Run(a)(); }

}  // namespace tg
