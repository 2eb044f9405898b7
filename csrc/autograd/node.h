// The graph: a Node per recorded op, in one block of memory:
//
//   Node | OutMeta x n_out | Edge x n_in | SavedTensor x n_saved | the rule's arguments
//
// Ownership never forms a cycle. A tensor owns its grad_fn; a Node owns the Nodes below it and what it saved, but refers
// weakly to leaves and to its own outputs (see SavedTensor). So `backward(create_graph=True)` (leaf -> .grad -> graph -> leaf) leaks nothing.
// Nothing recurses over the graph: dying nodes wait in a list that one loop drains.
#pragma once

#include <new>
#include <optional>
#include <type_traits>
#include <variant>

#include "autograd/grad_mode.h"
#include "core/scalar.h"
#include "core/tensor.h"

namespace tg {

struct Extras;

// Where the gradient of an input goes: to a Node's output, to a leaf, or nowhere.
struct Edge {
  void* p = nullptr;
  uint32_t nr = 0;
  bool leaf = false;

  Node* node() const { return leaf ? nullptr : static_cast<Node*>(p); }
  TensorImpl* leaf_tensor() const { return leaf ? static_cast<TensorImpl*>(p) : nullptr; }
  explicit operator bool() const { return p != nullptr; }
};

// What the engine must know of an output to check its gradient, and the gradient gathered by the run that owns the node.
struct OutMeta {
  TensorImpl* acc = nullptr;  // owned
  DType dtype = DType::Float32;
  Device device;
  Dims sizes;
};

// Strong tensors are owned. Leaves, outputs of this very node, and views (which own their base, and that may be a leaf) are
// not: of these the storage is owned, and a view's grad_fn, and with them the tensor is built anew when it has died.
struct SavedTensor {
  enum Kind : uint8_t { Empty, Strong, Leaf, Output, View };
  TensorImpl* t = nullptr;       // owned if Strong, else weak
  Storage* storage = nullptr;    // owned
  Node* fn = nullptr;            // a View's history, owned; the node itself for an Output
  uint32_t output_nr = 0;
  uint32_t version = 0;
  Kind kind = Empty;
  DType dtype = DType::Float32;  // t may have been given other data since
};

// needs[i]: is the gradient of input i asked for?
class Needs {
 public:
  Needs(const Edge* edges, const bool* mask) : edges_(edges), mask_(mask) {}
  bool operator[](size_t i) const { return edges_[i].p && (!mask_ || mask_[i]); }

 private:
  const Edge* edges_;
  const bool* mask_;  // null: every edge
};

// A rule's argument as Python shows it.
using Argument = std::variant<std::monostate, bool, int64_t, double, Scalar, Dims, Lengths>;

struct NodeVTable {
  // g_out: n_out gradients, undefined where none arrived; g_in: n_in, written where needed.
  void (*apply)(Node&, const Tensor* g_out, Needs, Tensor* g_in);
  void (*drop_args)(Node&) noexcept = nullptr;  // null: nothing to destroy
  void (*release)(Node&) noexcept = nullptr;  // what else goes with the saved tensors after backward
  void* (*py)(Node&) noexcept = nullptr;      // a Python object that the args own, for Python's collector
  // torch's names of what is saved (see SavedNames in ops/record.h), and the arguments by number.
  const char* names = "";
  Argument (*argument)(Node&, int) = nullptr;
};

struct Node {
  uint32_t rc;
  uint32_t n_in;
  uint32_t bytes;
  uint32_t run;  // the engine run that gathers gradients here; 0: none
  uint32_t n_out;
  int n_saved;
  bool released;  // saved tensors are gone
  uint64_t seq;
  const char* name;
  const NodeVTable* vt;
  Extras* extras;  // owned; hooks and the Python object, off the hot path

  OutMeta* outs() { return reinterpret_cast<OutMeta*>(this + 1); }
  Edge* edges() { return reinterpret_cast<Edge*>(outs() + n_out); }
  SavedTensor* saved() { return reinterpret_cast<SavedTensor*>(edges() + n_in); }
  void* args_memory() { return saved() + n_saved; }
  template <class A> A* args() { return std::launder(static_cast<A*>(args_memory())); }
};
static_assert(sizeof(Node) % alignof(OutMeta) == 0);

void destroy(Node* n) noexcept;
using NodePtr = intrusive_ptr<Node>;

// A node with no edges, saved tensors or args yet (args_bytes are reserved behind it); rc is 0.
Node* new_node(const char* name, const NodeVTable* vt, uint32_t n_in, int n_out, int n_saved, size_t args_bytes);
void set_edge(Edge& e, TensorImpl* input);  // nothing if the input needs no gradient
void set_edge(Edge& e, const Edge& from);   // a counted copy
void clear_edge(Edge& e) noexcept;
void set_output(Node* n, uint32_t nr, TensorImpl* out);  // makes n out's history
void save_tensor(SavedTensor& s, TensorImpl* t, const Node* n);
Tensor unpack(Node& n, int i);
void release_saved(Node& n) noexcept;

// A view whose base was written in place since takes its history from the base; defined in ops/inplace.cpp.
void refresh_view_history(TensorImpl* view);

inline Node* grad_fn(TensorImpl* t) {
  if (t->base && t->view_version != t->storage->version) [[unlikely]] refresh_view_history(t);
  return t->grad_fn;
}
// A view needs what its base does, even one that has no history of its own since it was made under no_grad.
inline bool needs_grad(const TensorImpl* t) {
  return t->grad_fn || t->requires_grad || (t->base && (t->base->grad_fn || t->base->requires_grad));
}
inline bool needs_grad(const Tensor& t) { return t.defined() && needs_grad(t.impl()); }

// What a rule sees of the tensors given to save(...).
class Saved {
 public:
  explicit Saved(Node& n) : n_(n) {}
  Tensor operator[](int i) const { return unpack(n_, i); }

 private:
  Node& n_;
};

}  // namespace tg
