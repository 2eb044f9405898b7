// Views in place: the tensor itself gets other sizes and strides; its elements stay where they are.
#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/ops.h"

namespace tg {

// `made` is a fresh, unrecorded view of self whose geometry self takes over; record_on(after, before) records the op.
template <class Record> static const Tensor& take_geometry(const Tensor& self, const Tensor& made, Record record_on) {
  const bool recording = g_grad_enabled && needs_grad(self);
  check_inplace_history(self, recording);
  const Tensor before = before_write(self, false);
  TensorImpl* t = self.impl();
  t->sizes = made.sizes();
  t->strides = made.strides();
  t->contiguous = made.is_contiguous();
  ++t->storage->version;
  if (!recording) return self;
  const Tensor after = bare_alias(self);
  record_on(after, before);
  set_output(after->grad_fn, 0, t);
  t->view_version = t->storage->version;
  return self;
}

template <class Make> static Tensor unrecorded(Make make) {
  GradModeGuard no_grad(false);
  return make();
}

static const Tensor& swapped(const char* node, const Tensor& self, int a, int b) {
  return take_geometry(self, unrecorded([&] { return transpose(self, a, b); }), [&](const Tensor& after, const Tensor& before) {
    record(node, after, {before}, save(), args(a, b),
           [](Saved, const Tensor& g, Needs, int i, int j) -> Grads<1> { return {{transpose(g, i, j)}}; });
  });
}

const Tensor& transpose_(const Tensor& self, int64_t dim0, int64_t dim1) {
  return swapped("TransposeBackward1", self, wrap_dim(dim0, self.dim()), wrap_dim(dim1, self.dim()));
}

const Tensor& t_(const Tensor& self) {
  TG_CHECK(self.dim() <= 2, "t_() expects a tensor with <= 2 dimensions, but self is ", self.dim(), "D");
  return swapped("TBackward1", self, 0, self.dim() < 2 ? 0 : 1);
}

const Tensor& unsqueeze_(const Tensor& self, int64_t dim_arg) {
  const int dim = wrap_dim(dim_arg, self.dim() + 1);
  return take_geometry(self, unrecorded([&] { return unsqueeze(self, dim); }), [&](const Tensor& after, const Tensor& before) {
    record("UnsqueezeBackward1", after, {before}, save(), args(dim),
           [](Saved, const Tensor& g, Needs, int d) -> Grads<1> { return {{squeeze(g, Dims{d})}}; });
  });
}

static const Tensor& squeezed(const char* node, const Tensor& self, const Tensor& made, const Dims& dims) {
  return take_geometry(self, made, [&](const Tensor& after, const Tensor& before) {
    record(node, after, {before}, save(), args(Dims(before.sizes()), dims),
           [](Saved, const Tensor& g, Needs, const Dims& sizes, const Dims& gone) -> Grads<1> { return {{unsqueezed(g, sizes, gone)}}; });
  });
}

const Tensor& squeeze_(const Tensor& self) {
  Dims all(self.dim());
  for (int d = 0; d < self.dim(); ++d) all[d] = d;
  return squeezed("SqueezeBackward3", self, unrecorded([&] { return squeeze(self); }), all);
}
const Tensor& squeeze_(const Tensor& self, const Dims& dims) {
  Dims wrapped = dims;
  for (int64_t& d : wrapped) d = wrap_dim(d, self.dim());
  return squeezed(dims.size() == 1 ? "SqueezeBackward4" : "SqueezeBackward5", self, unrecorded([&] { return squeeze(self, dims); }), wrapped);
}

}  // namespace tg
