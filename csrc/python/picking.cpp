// Functions and methods that pick or place elements.
#include "python/bind.h"

namespace tg::python {

static Tensor put_at(const Tensor& x, TensorList indices, const Tensor& values, bool accumulate) {
  return index_put(x, IndexList(indices.begin(), indices.end()), values, accumulate);
}
static Tensor put_at_(const Tensor& x, TensorList indices, const Tensor& values, bool accumulate) {
  return index_put_(x, IndexList(indices.begin(), indices.end()), values, accumulate);
}

void bind_picking(OpTable& t) {
  t.def<[](const Tensor& x, int64_t dim, int64_t index) { return select(x, dim, index); }, "select">(
      Both, "input, dim, index", "The slice at one position of a dim, as a view without that dim.");
  t.def<&unbind, "unbind">(Both, "input, dim=0", "The slices along a dim, as views.");
  t.def<&index_select, "index_select">(Both, "input, dim, index", "The slices of a dim that `index` names, in its order.");
  t.def<&index_add, "index_add">(Both, "input, dim, index, source, *, alpha=1", "input with alpha * source added to the slices that `index` names.");
  t.def<&index_add_, "index_add_">(Method, "input, dim, index, source, *, alpha=1", "Adds alpha * source to the slices that `index` names.");
  t.def<&index_copy, "index_copy">(Both, "input, dim, index, source", "input with the slices that `index` names replaced by those of `source`.");
  t.def<&index_copy_, "index_copy_">(Method, "input, dim, index, source", "Replaces the slices that `index` names by those of `source`.");
  t.def<&index_fill, "index_fill">(Both, "input, dim, index, value", "input with the slices that `index` names set to `value`.");
  t.def<&index_fill_, "index_fill_">(Method, "input, dim, index, value", "Sets the slices that `index` names to `value`.");
  t.def<&put_at, "index_put">(Both, "input, indices, values, accumulate=False", "input with input[indices] set to `values`, or `values` added there.");
  t.def<&put_at_, "index_put_">(Both, "input, indices, values, accumulate=False", "Sets input[indices] to `values`, or adds `values` there.");
  t.def<&take, "take">(Both, "input, index", "The elements of the flattened input at `index`, in its shape.");
  t.def<&put, "put">(Both, "input, index, source, accumulate=False", "input with the elements at the flat positions `index` replaced by `source`, or `source` added there.");
  t.def<&put_, "put_">(Method, "input, index, source, accumulate=False", "Replaces the elements at the flat positions `index` by `source`, or adds `source` there.");
}

}  // namespace tg::python
