// Functions and methods that pick or place elements by index.
#include "python/bind.h"
#include "python/warn.h"

namespace tg::python {

namespace {

Tensor f_select(const Tensor& x, int64_t dim, int64_t index) { return select(x, dim, index); }

Tensor f_narrow(const Tensor& x, int64_t dim_arg, PyObject* start_arg, int64_t length) {
  static const Signature sig("narrow", "input, dim, start, length");
  TG_CHECK(!is_tensor(start_arg) || (tensor_of(start_arg).dim() == 0 && is_integral(tensor_of(start_arg).dtype())),
           "start must be an 0-dim integral Tensor.");
  return narrow(x, dim_arg, Convert<int64_t>::from(start_arg, Arg{sig, 2}), length);
}

Tensor f_index_put(const Tensor& x, TensorList indices, const Tensor& values, bool accumulate) {
  return index_put(x, IndexList(indices.begin(), indices.end()), values, accumulate);
}
Tensor f_index_put_(const Tensor& x, TensorList indices, const Tensor& values, bool accumulate) {
  return index_put_(x, IndexList(indices.begin(), indices.end()), values, accumulate);
}

// scatter(dim, index, src | value), with the fourth argument a tensor or a number.
Tensor scatter_any(const Tensor& x, int64_t dim, const Tensor& index, PyObject* src, PyObject* value, std::optional<std::string_view> reduce, bool in_place) {
  static const Signature sig("scatter", "input, dim, index, src");
  TG_CHECK_TYPE((src == Py_None) != (value == Py_None), "scatter() received an invalid combination of arguments: it takes either src or value");
  PyObject* given = src == Py_None ? value : src;
  TG_CHECK_TYPE(is_tensor(given) || is_number(given), "scatter() received an invalid combination of arguments - got a ", Py_TYPE(given)->tp_name,
                " for src");
  const Operand operand = Convert<const Operand&>::from(given, Arg{sig, 3});
  static bool said;
  if (reduce && is_tensor(given))
    warn_once(said, "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch release. "
                    "Use torch.scatter_reduce instead for more reduction options.");
  if (reduce) return scatter_with(x, dim, index, operand, *reduce, in_place);
  return in_place ? scatter_(x, dim, index, operand) : scatter(x, dim, index, operand);
}
Tensor f_scatter(const Tensor& x, int64_t dim, const Tensor& index, PyObject* src, PyObject* value, std::optional<std::string_view> reduce) {
  return scatter_any(x, dim, index, src, value, reduce, false);
}
Tensor f_scatter_(const Tensor& x, int64_t dim, const Tensor& index, PyObject* src, PyObject* value, std::optional<std::string_view> reduce) {
  return scatter_any(x, dim, index, src, value, reduce, true);
}

Tensor f_gather(const Tensor& x, int64_t dim, const Tensor& index, bool sparse_grad) {
  TG_CHECK(!sparse_grad, "gather(): sparse_grad=True is not supported");
  return gather(x, dim, index);
}

Tensor f_embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx, bool scale_grad_by_freq, bool sparse) {
  TG_CHECK(!scale_grad_by_freq && !sparse, "embedding(): scale_grad_by_freq=True and sparse=True are not supported");
  return embedding(weight, indices, padding_idx);
}

}  // namespace

void bind_picking(OpTable& t) {
  t.def<&f_select, "select">(Both, "input, dim, index", "The slice at one position of a dim, as a view without that dim.");
  t.def<&f_narrow, "narrow">(Both, "input, dim, start, length", "`length` positions of a dim from `start` on, as a view.");
  t.def<&unbind, "unbind">(Both, "input, dim=0", "The slices along a dim, as views.");

  t.def<&index_select, "index_select">(Both, "input, dim, index", "The slices of a dim that `index` names, in its order.");
  t.def<&index_add, "index_add">(Both, "input, dim, index, source, *, alpha=1", "input with alpha * source added to the slices that `index` names.");
  t.def<&index_add_, "index_add_">(Method, "input, dim, index, source, *, alpha=1", "Adds alpha * source to the slices that `index` names.");
  t.def<&index_copy, "index_copy">(Both, "input, dim, index, source", "input with the slices that `index` names replaced by those of `source`.");
  t.def<&index_copy_, "index_copy_">(Method, "input, dim, index, source", "Replaces the slices that `index` names by those of `source`.");
  t.def<&index_fill, "index_fill">(Both, "input, dim, index, value", "input with the slices that `index` names set to `value`.");
  t.def<&index_fill_, "index_fill_">(Method, "input, dim, index, value", "Sets the slices that `index` names to `value`.");
  t.def<&f_index_put, "index_put">(Both, "input, indices, values, accumulate=False", "input with input[indices] set to `values`, or with `values` added there.");
  t.def<&f_index_put_, "index_put_">(Both, "input, indices, values, accumulate=False", "Sets input[indices] to `values`, or adds `values` there.");
  t.def<&take, "take">(Both, "input, index", "The elements of the flattened input at `index`, in its shape.");
  t.def<&put, "put">(Method, "input, index, source, accumulate=False", "input with the elements at the flat positions `index` replaced by `source`, or with `source` added there.");
  t.def<&put_, "put_">(Method, "input, index, source, accumulate=False", "Replaces the elements at the flat positions `index` by `source`, or adds `source` there.");

  t.def<&f_gather, "gather">(Both, "input, dim, index, *, sparse_grad=False", "out[i][j] = input[index[i][j]][j] for dim 0; other dims alike.");
  t.def<&take_along_dim, "take_along_dim">(Both, "input, indices, dim=None", "gather() with input and indices broadcast; without dim, of flat tensors.");
  t.def<&f_scatter, "scatter">(Both, "input, dim, index, src=None, *, value=None, reduce=None", "input with out[index[i][j]][j] = src[i][j] for dim 0; other dims alike.");
  t.def<&f_scatter_, "scatter_">(Method, "input, dim, index, src=None, *, value=None, reduce=None", "self[index[i][j]][j] = src[i][j] for dim 0; other dims alike.");
  t.def<&scatter_add, "scatter_add">(Both, "input, dim, index, src", "input with out[index[i][j]][j] += src[i][j] for dim 0; other dims alike.");
  t.def<&scatter_add_, "scatter_add_">(Method, "input, dim, index, src", "self[index[i][j]][j] += src[i][j] for dim 0; other dims alike.");

  t.def<&f_embedding, "embedding">(Function, "weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False", "Rows of `weight`, one for each index.");
  t.def<&one_hot, "one_hot">(Function, "tensor, num_classes=-1", "Rows of the identity matrix, one for each class number.");
}

}  // namespace tg::python
