// Joining, splitting and repeating as Python functions and methods.
#include "python/bind.h"

namespace tg::python {

namespace {

bool is_int(PyObject* o) { return PyIndex_Check(o) && !(is_tensor(o) && tensor_of(o).dim() > 0); }

// split(x, 2) and split(x, [1, 2]).
std::vector<Tensor> f_split(const Tensor& x, PyObject* size, int64_t dim) {
  static const Signature sig("split_with_sizes", "input, split_sizes");
  const Arg a{sig, 1};
  return is_int(size) ? split(x, Convert<int64_t>::from(size, a), dim) : split(x, Convert<Lengths>::from(size, a), dim);
}

std::vector<Tensor> f_split_with_sizes(const Tensor& x, const Lengths& sizes, int64_t dim) { return split(x, sizes, dim); }

// tensor_split(x, 3), tensor_split(x, (1, 4)), and either as a tensor; under three names.
std::vector<Tensor> f_tensor_split(const Tensor& x, PyObject* given, int64_t dim, PyObject* sections, PyObject* indices) {
  static const Signature sig("tensor_split", "input, indices_or_sections");
  const Arg a{sig, 1};
  PyObject* cuts = given != Py_None ? given : sections != Py_None ? sections : indices;
  TG_CHECK_TYPE(cuts != Py_None, "tensor_split() received an invalid combination of arguments - got no sections or indices");
  if (is_tensor(cuts)) {
    const Tensor& t = tensor_of(cuts);
    TG_CHECK(t.dtype() == DType::Int64, "tensor_split expected tensor_indices_or_sections to have dtype of long, but got ", info(t.dtype()).legacy);
    TG_CHECK(t.dim() <= 1, "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a "
             "tensor with ", t.dim(), " dims");
  }
  return is_int(cuts) ? tensor_split(x, Convert<int64_t>::from(cuts, a), dim) : tensor_split(x, Convert<Lengths>::from(cuts, a), dim);
}

// hsplit, vsplit and dsplit: tensor_split along a fixed dim, into sections only if they come out even.
std::vector<Tensor> split_evenly(const char* op, const Tensor& x, PyObject* cuts, int least_dims, int dim) {
  const Signature sig(op, "input, indices_or_sections");
  const Arg a{sig, 1};
  TG_CHECK(x.dim() >= least_dims, "torch.", op, " requires a tensor with at least ", least_dims, " dimension, but got a tensor with ", x.dim(),
           " dimensions!");
  if (!is_int(cuts)) return tensor_split(x, Convert<Lengths>::from(cuts, a), dim);
  const int64_t n = Convert<int64_t>::from(cuts, a);
  TG_CHECK(n > 0 && x.size(dim) % n == 0, "torch.", op, " attempted to split along dimension ", dim, ", but the size of the dimension ",
           x.size(dim), " is not divisible by the split_size ", n, "!");
  return tensor_split(x, n, dim);
}
std::vector<Tensor> hsplit(const Tensor& x, PyObject* cuts) { return split_evenly("hsplit", x, cuts, 1, x.dim() == 1 ? 0 : 1); }
std::vector<Tensor> vsplit(const Tensor& x, PyObject* cuts) { return split_evenly("vsplit", x, cuts, 2, 0); }
std::vector<Tensor> dsplit(const Tensor& x, PyObject* cuts) { return split_evenly("dsplit", x, cuts, 3, 2); }

// repeat_interleave(x, 2 or tensor, dim), and repeat_interleave(repeats).
Tensor f_repeat_interleave(const Tensor& x, PyObject* repeats, std::optional<int64_t> dim, std::optional<int64_t> output_size) {
  static const Signature sig("repeat_interleave", "input, repeats");
  if (repeats == Py_None) return repeat_interleave(x, output_size);
  if (is_tensor(repeats)) return repeat_interleave(x, tensor_of(repeats), dim, output_size);
  return repeat_interleave(x, Convert<int64_t>::from(repeats, Arg{sig, 1}), dim, output_size);
}

}  // namespace

void bind_join(OpTable& t) {
  t.def<&cat, "cat">(Function, "tensors, dim=0", "The tensors one after the other along a dim.");
  t.def<&cat, "concat">(Function, "tensors, dim=0", "The tensors one after the other along a dim.");
  t.def<&cat, "concatenate">(Function, "tensors, dim=0", "The tensors one after the other along a dim.");
  t.def<&stack, "stack">(Function, "tensors, dim=0", "The tensors side by side along a new dim.");
  t.def<&hstack, "hstack">(Function, "tensors", "The tensors one after the other along dim 1, or dim 0 of vectors.");
  t.def<&vstack, "vstack">(Function, "tensors", "The tensors one after the other along dim 0; vectors are rows.");
  t.def<&vstack, "row_stack">(Function, "tensors", "The tensors one after the other along dim 0; vectors are rows.");
  t.def<&dstack, "dstack">(Function, "tensors", "The tensors one after the other along dim 2; vectors are rows, matrices have depth 1.");
  t.def<&column_stack, "column_stack">(Function, "tensors", "The tensors one after the other along dim 1; vectors are columns.");

  t.def<&f_split, "split">(Function, "tensor, split_size_or_sections, dim=0", "Parts of a size, or of the listed sizes, along a dim, as views.");
  t.def<&f_split, "split">(Method, "input, split_size, dim=0", "Parts of a size, or of the listed sizes, along a dim, as views.");
  t.def<&f_split_with_sizes, "split_with_sizes">(Both, "input, split_sizes, dim=0", "Parts of the listed sizes along a dim, as views.");
  t.def<&chunk, "chunk">(Both, "input, chunks, dim=0", "At most so many parts of equal size along a dim, as views.");
  t.def<&f_tensor_split, "tensor_split">(Both, "input, tensor_indices_or_sections=None, dim=0, *, sections=None, indices=None",
                                         "So many parts, or the parts between indices, along a dim, as views.");
  t.def<&hsplit, "hsplit">(Both, "input, indices_or_sections", "Parts along dim 1, or dim 0 of a vector, as views.");
  t.def<&vsplit, "vsplit">(Both, "input, indices_or_sections", "Parts along dim 0, as views.");
  t.def<&dsplit, "dsplit">(Both, "input, indices_or_sections", "Parts along dim 2, as views.");

  t.def<&repeat, "repeat">(Method, "input, *repeats", "Copies of the tensor, so many along each dim.");
  t.def<&tile, "tile">(Method, "input, *dims", "Copies of the tensor, so many along each of the last dims.");
  t.def<&tile, "tile">(Function, "input, dims: tuple", "Copies of the tensor, so many along each of the last dims.");
  t.def<&f_repeat_interleave, "repeat_interleave">(Function, "input, repeats=None, dim=None, *, output_size=None",
                                                   "Copies of each element along a dim; of a tensor of counts alone, the index that does so.");
  t.def<&f_repeat_interleave, "repeat_interleave">(Method, "input, repeats, dim=None, *, output_size=None", "Copies of each element along a dim.");
}

}  // namespace tg::python
