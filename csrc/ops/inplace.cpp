#include "ops/inplace.h"

#include <cstring>

#include "core/shape.h"
#include "ops/ops.h"

namespace tg {

// ---- Checks

static std::string op_of(const Node* n) {
  const char* end = n ? std::strstr(n->name, "Backward") : nullptr;
  return n ? end ? std::string(n->name, end) : std::string(n->name) : std::string("a view op");
}

// `modified`: what of the view "is being" or "has been" written.
[[noreturn]] static void fail_view(TensorImpl* view, const char* modified) {
  const std::string what = view->grad_fn ? str("Output ", view->output_nr, " of ", op_of(view->grad_fn), " is a view and ", modified, " modified inplace.")
                                         : str("A view was created in no_grad mode and ", modified, " modified inplace with grad mode enabled.");
  switch (view->view_kind) {
    case ViewKind::MultiOutput:
      fail(ErrorKind::Runtime, what, " This view is the output of a function that returns multiple views. Such functions do not allow the "
           "output views to be modified inplace. You should replace the inplace operation by an out-of-place one.");
    case ViewKind::Function:
      fail(ErrorKind::Runtime, what, " This view was created inside a custom Function (or because an input was returned as-is) and the autograd "
           "logic to handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect "
           "gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.");
    default:
      fail(ErrorKind::Runtime, what, " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving "
           "both the view and the inplace either both inside the no_grad block (if you don't want the inplace to be "
           "tracked) or both outside (if you want the inplace to be tracked).");
  }
}

void check_inplace_history(const Tensor& self, bool recording) {
  TensorImpl* t = self.impl();
  if (recording) {
    if (t->base) {
      if (t->view_kind != ViewKind::Normal) fail_view(t, "is being");
      TG_CHECK(!(t->base->requires_grad && !t->base->grad_fn),
               "a view of a leaf Variable that requires grad is being used in an in-place operation.");
    }
    TG_CHECK(!t->requires_grad || t->grad_fn, "a leaf Variable that requires grad is being used in an in-place operation.");
  }
  TG_CHECK(!t->inference || g_inference_mode, "Inplace update to inference tensor outside InferenceMode is not allowed."
           "You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.");
}

void check_inplace(const Tensor& self, bool recording) {
  check_inplace_history(self, recording);
  TensorImpl* t = self.impl();
  if (!t->contiguous)
    TG_CHECK(!overlaps_itself(t->sizes, t->strides), "unsupported operation: more than one element of the written-to "
             "tensor refers to a single memory location. Please clone() the tensor before performing the operation.");
}

void check_result_castable(DType result, const Tensor& self) {
  TG_CHECK(category(result) <= category(self.dtype()), "result type ", info(result).legacy,
           " can't be cast to the desired output type ", info(self.dtype()).legacy);
}

void check_inplace_shape(const Dims& result, const Tensor& self) {
  TG_CHECK(result == self.sizes(), "output with shape ", self.sizes(), " doesn't match the broadcast shape ", result);
}

// x.data has a storage of its own, over the bytes of x's.
static bool share_storage(const Tensor& a, const Tensor& b) {
  const Storage *s = a->storage.get(), *t = b->storage.get();
  return s == t || s->owner == t || t->owner == s;
}

void check_no_overlap(const Tensor& self, const Tensor& other) {
  if (!share_storage(self, other) || self.numel() == 0 || other.numel() == 0) return;
  if (!is_dense(self.sizes(), self.strides()) || !is_dense(other.sizes(), other.strides())) return;  // too hard to tell
  const char *a = self->data(), *b = other->data();
  TG_CHECK(a >= b + other.numel() * itemsize(other.dtype()) || b >= a + self.numel() * itemsize(self.dtype()),
           "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. "
           "Please clone() the tensor before performing the operation.");
}

void check_no_partial_overlap(const Tensor& self, const Tensor& other) {
  if (!share_storage(self, other)) return;
  const bool same = self->offset == other->offset && self.sizes() == other.sizes() && self.strides() == other.strides();
  if (!same) check_no_overlap(self, other);
}

// ---- History

static Tensor alias(const Tensor& x, StoragePtr storage, Dims strides, int64_t offset) {
  return make_tensor(std::move(storage), x.dtype(), x.sizes(), std::move(strides), offset);
}

Tensor bare_alias(const Tensor& self) { return alias(self, self->storage, self.strides(), self->offset); }

Tensor before_write(const Tensor& self, bool copy) {
  Tensor r;
  if (copy) {
    GradModeGuard no_grad(false);
    r = clone(self);
    r->view_kind = ViewKind::Normal;
  } else {
    r = bare_alias(self);
  }
  if (Node* n = grad_fn(self.impl())) {
    ++n->rc;
    r->grad_fn = n;
    r->output_nr = self->output_nr;
  }
  return r;
}

namespace {

// The history of a base after one of its views was written: outside the view the gradient goes to the base's old history,
// inside it goes through `fn`, the op that wrote.
struct CopySlices {
  NodePtr fn;
  Dims base_sizes, base_strides, sizes, strides;
  int64_t offset;  // of the view within the base

  static void apply(Node& n, const Tensor* g_out, Needs needs, Tensor* g_in) {
    const CopySlices& a = *n.args<CopySlices>();
    const Tensor g = with_strides(g_out[0], a.base_strides);
    const Tensor g_view = as_strided(g, a.sizes, a.strides, g->offset + a.offset);
    std::vector<Tensor> g_fn(a.fn->n_in);
    // fn's own edges say which gradients its rule computes; edge 0 is the view's old history, which the base replaces.
    const Tensor g_dense = contiguous(g_view);
    a.fn->vt->apply(*a.fn, &g_dense, Needs(a.fn->edges(), nullptr), g_fn.data());
    if (needs[0]) {
      const Tensor inside = g_fn[0].defined() ? g_fn[0] : zeros_like(g_dense);
      g_in[0] = as_strided_scatter(g, inside, a.sizes, a.strides, g->offset + a.offset);
    }
    for (uint32_t i = 1; i < n.n_in; ++i) g_in[i] = std::move(g_fn[i]);
  }
  static void drop(Node& n) noexcept { n.args<CopySlices>()->~CopySlices(); }
  static void release(Node& n) noexcept { release_saved(*n.args<CopySlices>()->fn); }
  static constexpr NodeVTable table = {.apply = apply, .drop_args = drop, .release = release};
};

}  // namespace

static void rebase_base(const Tensor& view, Node* fn) {
  TensorImpl* base = view->base;
  NodePtr n(new_node("torch::autograd::CopySlices", &CopySlices::table, fn->n_in, 1, 0, sizeof(CopySlices)));
  new (n->args_memory()) CopySlices{NodePtr(fn), base->sizes, base->strides, view.sizes(), view.strides(), view->offset - base->offset};
  set_edge(n->edges()[0], base);
  for (uint32_t i = 1; i < fn->n_in; ++i) set_edge(n->edges()[i], fn->edges()[i]);
  set_output(n.get(), 0, base);
}

void rebase_history(const Tensor& self, const Tensor& written) {
  Node* fn = written->grad_fn;
  if (!fn) return;
  if (self->base) {
    rebase_base(self, fn);
    refresh_view_history(self.impl());
  } else {
    set_output(fn, 0, self.impl());
  }
}

void refresh_view_history(TensorImpl* view) {
  TensorImpl* base = view->base;
  const bool follows = base->grad_fn || base->requires_grad;
  if (follows && view->view_kind != ViewKind::Normal) fail_view(view, "its base or another view of its base has been");
  view->view_version = view->storage->version;
  if (!follows) return;
  Tensor v(view);
  set_as_strided_history(v, Tensor(base));
}

}  // namespace tg
