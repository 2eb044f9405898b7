// Functions and methods about order: sorting, selecting, searching, reversing.
#include "python/bind.h"
#include "python/options.h"
#include "python/warn.h"

namespace tg::python {

namespace {

// stable says what is always so.
Named<2> f_sort(const Tensor& x, int64_t dim, bool descending, PyObject*) { return {sort(x, dim, descending)}; }
Tensor f_argsort(const Tensor& x, int64_t dim, bool descending, PyObject*) { return std::get<1>(sort(x, dim, descending)); }
Tensor f_msort(const Tensor& x) { return std::get<0>(sort(x, 0, false)); }
Named<2> f_topk(const Tensor& x, int64_t k, int64_t dim, bool largest, bool sorted) { return {topk(x, k, dim, largest, sorted)}; }
Named<2> f_kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim) { return {kthvalue(x, k, dim, keepdim)}; }

PyObject* unique_results(const std::array<Tensor, 3>& r, bool inverse, bool counts) {
  if (!inverse && !counts) return wrap(r[0]);
  std::vector<Tensor> asked = {r[0]};
  if (inverse) asked.push_back(r[1]);
  if (counts) asked.push_back(r[2]);
  return to_python("", asked);
}
// sorted=False allows any order; ours is sorted, as torch's is.
PyObject* f_unique(const Tensor& x, bool, bool return_inverse, bool return_counts, std::optional<int64_t> dim) {
  return unique_results(unique(x, false, dim), return_inverse, return_counts);
}
PyObject* f_unique_consecutive(const Tensor& x, bool return_inverse, bool return_counts, std::optional<int64_t> dim) {
  return unique_results(unique(x, true, dim), return_inverse, return_counts);
}

Tensor f_isin(const Operand& elements, const Operand& test_elements, bool assume_unique, bool invert) {
  TG_CHECK_TYPE(!elements->impl()->wrapped_number || !test_elements->impl()->wrapped_number,
                "isin() received an invalid combination of arguments: one of the two must be a tensor");
  return isin(elements, test_elements, assume_unique, invert);
}

// Once for each of the three arguments that are copied first.
void warn_of_copies(const Tensor& boundaries, const Tensor& values, const Tensor& sorter) {
  if (values.numel() == 0) return;
  static bool said[3];
  const auto check = [](bool& said_of, const Tensor& t, const char* name) {
    if (t.defined() && !t.is_contiguous() && (!said_of || g_warn_always)) [[unlikely]]  // before the text is put together
      warn_once(said_of, str("torch.searchsorted(): ", name, " tensor is non-contiguous, this will lower the performance due to extra data copy "
                             "when converting non-contiguous tensor to contiguous, please use contiguous ", name, " tensor if possible. This "
                             "message will only appear once per program.").c_str());
  };
  check(said[0], values, "input value");
  check(said[1], boundaries, "boundary");
  check(said[2], sorter, "sorter");
}

Tensor f_searchsorted(const Tensor& sorted, const Operand& input, bool out_int32, bool right, std::optional<std::string_view> side,
                      const Tensor& sorter) {
  const Tensor r = searchsorted(sorted, input, out_int32, right, side, sorter);
  warn_of_copies(sorted, input, sorter);
  return r;
}
Tensor f_bucketize(const Operand& input, const Tensor& boundaries, bool out_int32, bool right) {
  const Tensor r = bucketize(input, boundaries, out_int32, right);
  warn_of_copies(boundaries, input, {});
  return r;
}

Tensor f_fliplr(const Tensor& x) {
  TG_CHECK(x.dim() >= 2, "Input must be >= 2-d.");
  return flip(x, {1});
}
Tensor f_flipud(const Tensor& x) {
  TG_CHECK(x.dim() >= 1, "Input must be >= 1-d.");
  return flip(x, {0});
}

Tensor f_tril_indices(int64_t row, int64_t col, int64_t offset, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  return finished(tril_indices(row, col, offset, dtype.value_or(DType::Int64)), pin_memory, requires_grad);
}
Tensor f_triu_indices(int64_t row, int64_t col, int64_t offset, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  return finished(triu_indices(row, col, offset, dtype.value_or(DType::Int64)), pin_memory, requires_grad);
}

}  // namespace

void bind_ordering(OpTable& t) {
  t.def<&f_sort, "sort">(Both, "input, dim=-1, descending=False, *, stable=None", "The elements of each line along dim in order, and where they were; equal ones keep their order, NaN is largest.");
  t.def<&f_argsort, "argsort">(Both, "input, dim=-1, descending=False, *, stable=False", "The positions that put each line along dim in order.");
  t.def<&f_msort, "msort">(Both, "input", "The elements in order along the first dim.");
  t.def<&f_topk, "topk">(Both, "input, k, dim=-1, largest=True, sorted=True", "The k largest (or smallest) elements along dim, and where they are.");
  t.def<&f_kthvalue, "kthvalue">(Both, "input, k, dim=-1, keepdim=False", "The k-th smallest element along dim, counted from 1, and where it is.");
  t.def<&f_unique, "unique">(Both, "input, sorted=True, return_inverse=False, return_counts=False, dim=None", "The different elements (or slices of dim) in order; with the place of each input element among them, and how often each occurs.");
  t.def<&f_unique_consecutive, "unique_consecutive">(Both, "input, return_inverse=False, return_counts=False, dim=None", "The first of each run of equal neighbours.");
  t.def<&f_searchsorted, "searchsorted">(Function, "sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None", "How many elements of the sorted sequence come before each of input.");
  t.def<&f_bucketize, "bucketize">(Function, "input, boundaries, *, out_int32=False, right=False", "How many boundaries come before each element.");
  t.def<&f_isin, "isin">(Function, "elements, test_elements, *, assume_unique=False, invert=False", "True for elements that are among test_elements.");
  t.def<&bincount, "bincount">(Both, "input, weights=None, minlength=0", "How often each number from 0 on occurs, or the sum of its weights.");

  t.def<&flip, "flip">(Method, "input, *dims", "The elements in reverse order along the dims.");
  t.def<&flip, "flip">(Function, "input, dims: tuple", "The elements in reverse order along the dims.");
  t.def<&f_fliplr, "fliplr">(Both, "input", "The columns in reverse order.");
  t.def<&f_flipud, "flipud">(Both, "input", "The rows in reverse order.");
  t.def<&roll, "roll">(Both, "input, shifts, dims=()", "Elements moved along the dims by the shifts; what leaves at one end comes in at the other.");
  t.def<&rot90, "rot90">(Both, "input, k=1, dims: tuple=(0, 1)", "k quarter turns in the plane of two dims.");
  t.def<&f_tril_indices, "tril_indices">(Function, "row, col, offset=0, *" TG_OPTIONS, "Rows and columns of the lower triangle of a matrix.");
  t.def<&f_triu_indices, "triu_indices">(Function, "row, col, offset=0, *" TG_OPTIONS, "Rows and columns of the upper triangle of a matrix.");
}

}  // namespace tg::python
