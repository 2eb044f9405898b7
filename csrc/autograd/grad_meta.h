// What only few tensors have: .grad, hooks, retain_grad.
#pragma once

#include <memory>
#include <vector>

#include "autograd/node.h"

namespace tg {

// Called with a gradient; returns its replacement, or an undefined tensor to leave it as it is.
struct TensorHook {
  virtual ~TensorHook() = default;
  virtual Tensor call(const Tensor& grad) = 0;
  virtual void* py() const { return nullptr; }  // what Python's collector should visit
};

// Called around a node: before with the gradients of its outputs, after with those of its inputs as well.
struct NodeHook {
  virtual ~NodeHook() = default;
  virtual void call(std::vector<Tensor>& grad_in, std::vector<Tensor>& grad_out) = 0;
  virtual void* py() const { return nullptr; }
};

template <class Hook> class HookList {
 public:
  int64_t add(uint32_t nr, std::unique_ptr<Hook> hook) {
    entries_.push_back({++last_id_, nr, std::move(hook)});
    return last_id_;
  }
  void remove(int64_t id) {
    std::erase_if(entries_, [&](const Entry& e) { return e.id == id; });
  }
  // A hook may add or remove hooks while they run: those that stand at the start are called, in order.
  template <class F> void each(F&& f) {
    std::vector<int64_t> ids;
    for (const Entry& e : entries_) ids.push_back(e.id);
    for (int64_t id : ids)
      for (size_t i = 0; i < entries_.size(); ++i)
        if (entries_[i].id == id) {
          std::shared_ptr<Hook> keep = entries_[i].hook;
          f(*keep, entries_[i].nr);
          break;
        }
  }
  template <class F> void each_py(F&& f) {
    for (const Entry& e : entries_) f(e.hook->py());
  }
  bool empty() const { return entries_.empty(); }
  void clear() { std::vector<Entry> gone = std::move(entries_); entries_.clear(); }

 private:
  struct Entry {
    int64_t id;
    uint32_t nr;
    std::shared_ptr<Hook> hook;
  };
  std::vector<Entry> entries_;
  int64_t last_id_ = 0;
};

// Leaves with hooks that are alive: while there are none, a run need not count the edges that lead to them.
inline int64_t g_hooked_leaves = 0;

struct GradMeta {
  Tensor grad;
  HookList<TensorHook> hooks;        // on a leaf; a non-leaf's stand at its node
  HookList<TensorHook> post_hooks;   // register_post_accumulate_grad_hook: called with the leaf itself
  HookList<NodeHook> pre_node_hooks, post_node_hooks;  // of the AccumulateGrad that stands for the leaf
  bool retains_grad = false;
  uint32_t run = 0, slot = 0;        // the engine run that gathers for this leaf, and where
  void* py_accumulate = nullptr;     // the Python object of that AccumulateGrad, while there is one (not owned)
  ~GradMeta() { g_hooked_leaves -= hooked(); }

  bool hooked() const { return !hooks.empty() || !post_hooks.empty() || !pre_node_hooks.empty() || !post_node_hooks.empty(); }
  // Every change of the lists goes through here, so that hooked leaves are counted.
  template <class F> void change_hooks(F f) {
    const bool before = hooked();
    f(*this);
    g_hooked_leaves += hooked() - before;
  }
};

struct Extras {
  HookList<TensorHook> tensor_hooks;  // nr: the output they watch
  HookList<NodeHook> pre_hooks, post_hooks;
  struct Retained { uint32_t nr; TensorImpl* t; };  // weak
  std::vector<Retained> retained;
  void* py = nullptr;  // the Python object of the node, while there is one (not owned)
  ~Extras();
};

inline GradMeta& grad_meta(TensorImpl* t) {
  if (!t->meta) t->meta = new GradMeta;
  return *t->meta;
}
inline Extras& extras(Node* n) {
  if (!n->extras) n->extras = new Extras;
  return *n->extras;
}

inline Extras::~Extras() {
  for (Retained& r : retained) {
    --r.t->weak;
    free_if_unreferenced(r.t);
  }
}

}  // namespace tg
