// Functions and methods that take a mask or answer where something is true.
#include "python/bind.h"
#include "python/warn.h"

namespace tg::python {

namespace {

PyObject* f_nonzero(const Tensor& x, bool as_tuple) { return as_tuple ? to_python("", nonzero_tuple(x)) : wrap(nonzero(x)); }

[[noreturn]] void fail_where() {
  fail(ErrorKind::Type, "where() received an invalid combination of arguments: it takes a condition alone, or a condition and two tensors or numbers");
}
bool is_operand(PyObject* o) { return is_tensor(o) || is_number(o); }
Operand operand(PyObject* o) { return is_tensor(o) ? Operand(tensor_of(o)) : Operand(to_scalar(o)); }

void warn_of_bytes(const Tensor& condition) {
  static bool said;
  if (condition.dtype() == DType::UInt8) [[unlikely]]
    warn_once(said, "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future version of PyTorch. "
                    "Use a boolean condition instead.");
}

PyObject* f_where(const Tensor& condition, PyObject* input, PyObject* other) {
  if (input == Py_None && other == Py_None) return to_python("", nonzero_tuple(condition));
  if (!is_operand(input) || !is_operand(other)) fail_where();
  warn_of_bytes(condition);
  return wrap(where(condition, operand(input), operand(other)));
}
Tensor m_where(const Tensor& self, PyObject* condition, PyObject* other) {
  if (!is_tensor(condition) || !is_operand(other)) fail_where();
  warn_of_bytes(tensor_of(condition));
  return where(tensor_of(condition), self, operand(other));
}

}  // namespace

void bind_masks(OpTable& t) {
  t.def<&f_nonzero, "nonzero">(Both, "input, *, as_tuple=False", "The positions of all elements that are not zero, one in a row; as_tuple: one index tensor for each dim.");
  t.def<&nonzero, "argwhere">(Both, "input", "The positions of all elements that are not zero, one in a row.");
  t.def<&f_where, "where">(Function, "condition, input=None, other=None", "input where condition is true, else other; of a condition alone, where it is true.");
  t.def<&m_where, "where">(Method, "input, condition, other", "self where condition is true, else other.");
  t.def<&masked_select, "masked_select">(Both, "input, mask", "The elements where mask is true, in one row.");
  t.def<&masked_fill, "masked_fill">(Both, "input, mask, value", "input with `value` where mask is true.");
  t.def<&masked_fill_, "masked_fill_">(Method, "input, mask, value", "Writes `value` where mask is true.");
  t.def<&masked_scatter, "masked_scatter">(Both, "input, mask, source", "input with the elements of source, in order, where mask is true.");
  t.def<&masked_scatter_, "masked_scatter_">(Method, "input, mask, source", "Writes the elements of source, in order, where mask is true.");
}

}  // namespace tg::python
