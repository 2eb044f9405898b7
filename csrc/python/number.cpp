// Operators. An operand that is neither a tensor nor a number is another type's business: NotImplemented.
#include "autograd/grad_mode.h"
#include "autograd/node.h"
#include "python/convert.h"
#include "python/numpy.h"
#include "python/slots.h"
#include "python/warn.h"

namespace tg::python {

namespace {

bool is_operand(PyObject* o) { return is_tensor(o) || is_number(o); }

Operand operand(PyObject* o) { return is_tensor(o) ? Operand(tensor_of(o)) : Operand(to_scalar(o)); }

using BinaryFn = Tensor (*)(const Operand&, const Operand&);

// torch computes array / tensor as reciprocal(tensor) * array, and compares arrays with tensors for equality; every other
// operator it leaves to NumPy.
bool is_array_beside_tensor(PyObject* a, PyObject* b) { return (is_tensor(a) && is_numpy_array(b)) || (is_tensor(b) && is_numpy_array(a)); }

template <BinaryFn F> PyObject* binary(PyObject* a, PyObject* b) noexcept {
  return guarded([&]() -> PyObject* {
    if (!is_operand(a) || !is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
    return wrap(F(operand(a), operand(b)));
  });
}

template <class Inplace> PyObject* inplace_binary(PyObject* self, PyObject* other, Inplace f) noexcept {
  return guarded([&]() -> PyObject* {
    if (!is_operand(other)) Py_RETURN_NOTIMPLEMENTED;
    f(tensor_of(self), operand(other));
    return Py_NewRef(self);
  });
}

template <Tensor (*F)(const Tensor&)> PyObject* unary(PyObject* a) noexcept {
  return guarded([&] { return wrap(F(tensor_of(a))); });
}

bool is_plain_number(const Operand& o) { return o->impl()->wrapped_number; }

// The operators where torch treats a number on the left in its own way.
Tensor op_add(const Operand& a, const Operand& b) { return is_plain_number(a) ? add(b, a) : add(a, b); }
Tensor op_mul(const Operand& a, const Operand& b) { return is_plain_number(a) ? mul(b, a) : mul(a, b); }
Tensor op_sub(const Operand& a, const Operand& b) { return is_plain_number(a) ? rsub(b, a) : sub(a, b); }
Tensor op_div(const Operand& a, const Operand& b) { return is_plain_number(a) ? mul(reciprocal(b), a) : div(a, b); }
Tensor op_floordiv(const Operand& a, const Operand& b) { return floor_divide(a, b); }
Tensor op_mod(const Operand& a, const Operand& b) { return is_plain_number(a) ? remainder_of_number(item(a), b) : remainder(a, b); }
Tensor op_and(const Operand& a, const Operand& b) { return bitwise_and(a, b); }
Tensor op_or(const Operand& a, const Operand& b) { return bitwise_or(a, b); }
Tensor op_xor(const Operand& a, const Operand& b) { return bitwise_xor(a, b); }
Tensor op_lshift(const Operand& a, const Operand& b) { return bitwise_left_shift(a, b); }
Tensor op_rshift(const Operand& a, const Operand& b) { return bitwise_right_shift(a, b); }
Tensor op_pow(const Operand& a, const Operand& b) { return power(a, b); }
Tensor op_neg(const Tensor& x) { return neg(x); }
Tensor op_abs(const Tensor& x) { return abs(x); }
Tensor op_invert(const Tensor& x) {
  TG_CHECK_TYPE(!is_floating(x.dtype()), "~ (operator.invert) is only implemented on integer and Boolean-type tensors");
  return x.dtype() == DType::Bool ? logical_not(x) : bitwise_not(x);
}

PyObject* nb_power(PyObject* a, PyObject* b, PyObject* modulus) {
  if (modulus != Py_None) Py_RETURN_NOTIMPLEMENTED;
  return binary<op_pow>(a, b);
}
PyObject* nb_true_divide(PyObject* a, PyObject* b) {
  if (!is_tensor(a) && is_numpy_array(a))
    return guarded([&] { return PyNumber_Multiply(Ref::steal(wrap(reciprocal(tensor_of(b)))).get(), a); });
  return binary<op_div>(a, b);
}
PyObject* nb_inplace_power(PyObject* a, PyObject* b, PyObject*) {
  return inplace_binary(a, b, [](const Tensor& s, const Operand& o) { power_(s, o); });
}
PyObject* nb_matmul(PyObject* a, PyObject* b) {
  return guarded([&]() -> PyObject* {
    if (!is_tensor(a) || !is_tensor(b)) Py_RETURN_NOTIMPLEMENTED;
    return wrap(matmul(tensor_of(a), tensor_of(b)));
  });
}
PyObject* nb_positive(PyObject* a) noexcept {
  return guarded([&] {
    TG_CHECK(tensor_of(a).dtype() != DType::Bool, "The `+` operator, on a bool tensor is not supported.");
    return Py_NewRef(a);
  });
}

#define TG_INPLACE(slot, fn) \
  PyObject* slot(PyObject* a, PyObject* b) { return inplace_binary(a, b, [](const Tensor& s, const Operand& o) { fn(s, o); }); }
TG_INPLACE(nb_iadd, add_)
TG_INPLACE(nb_isub, sub_)
TG_INPLACE(nb_imul, mul_)
TG_INPLACE(nb_idiv, div_)
TG_INPLACE(nb_ifloordiv, floor_divide_)
TG_INPLACE(nb_imod, remainder_)
TG_INPLACE(nb_iand, bitwise_and_)
TG_INPLACE(nb_ior, bitwise_or_)
TG_INPLACE(nb_ixor, bitwise_xor_)
TG_INPLACE(nb_ilshift, bitwise_left_shift_)
TG_INPLACE(nb_irshift, bitwise_right_shift_)
#undef TG_INPLACE

PyObject* compare(PyObject* a, PyObject* b, int op) noexcept {
  return guarded([&]() -> PyObject* {
    if ((op == Py_EQ || op == Py_NE) && is_array_beside_tensor(a, b)) {
      warn_if_read_only(is_tensor(a) ? b : a);
      const Tensor x = is_tensor(a) ? tensor_of(a) : from_numpy_any(a), y = is_tensor(b) ? tensor_of(b) : from_numpy_any(b);
      return wrap(op == Py_EQ ? eq(x, y) : ne(x, y));
    }
    if (!is_operand(a) || !is_operand(b)) Py_RETURN_NOTIMPLEMENTED;
    const Operand x = operand(a), y = operand(b);
    switch (op) {
      case Py_LT: return wrap(lt(x, y));
      case Py_LE: return wrap(le(x, y));
      case Py_EQ: return wrap(eq(x, y));
      case Py_NE: return wrap(ne(x, y));
      case Py_GT: return wrap(gt(x, y));
      default: return wrap(ge(x, y));
    }
  });
}

// ---- One element as a Python number

int nb_bool(PyObject* o) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    TG_CHECK(t.numel() <= 1, "Boolean value of Tensor with more than one value is ambiguous");
    TG_CHECK(t.numel() == 1, "Boolean value of Tensor with no values is ambiguous");
    return static_cast<int>(item(t).to_bool());
  }, -1);
}

Scalar only_element(const Tensor& t) {
  TG_CHECK_VALUE(t.numel() == 1, "only one element tensors can be converted to Python scalars");
  return item(t);
}

PyObject* nb_float(PyObject* o) {
  return guarded([&] { return PyFloat_FromDouble(to_float(tensor_of(o))); });
}
PyObject* nb_int(PyObject* o) {
  return guarded([&] {
    const Scalar s = only_element(tensor_of(o));
    return s.is_floating() ? PyLong_FromDouble(s.to_double()) : PyLong_FromLongLong(s.to_int());
  });
}
PyObject* nb_index(PyObject* o) {
  return guarded([&] {
    TG_CHECK_TYPE(tensor_of(o).numel() == 1 && !is_floating(tensor_of(o).dtype()),
                  "only integer tensors of a single element can be converted to an index");
    return PyLong_FromLongLong(item(tensor_of(o)).to_int());
  });
}

}  // namespace

double to_float(const Tensor& t) {
  if (g_grad_enabled && needs_grad(t)) [[unlikely]] {
    static bool said;
    warn_once(said, "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
                    "Consider using tensor.detach() first.");
  }
  return only_element(t).to_double();
}

void add_number_slots(std::vector<PyType_Slot>& slots) {
  const auto add = [&](int id, auto* f) { slots.push_back({id, reinterpret_cast<void*>(f)}); };
  add(Py_nb_add, binary<op_add>);
  add(Py_nb_subtract, binary<op_sub>);
  add(Py_nb_multiply, binary<op_mul>);
  add(Py_nb_true_divide, nb_true_divide);
  add(Py_nb_floor_divide, binary<op_floordiv>);
  add(Py_nb_remainder, binary<op_mod>);
  add(Py_nb_and, binary<op_and>);
  add(Py_nb_or, binary<op_or>);
  add(Py_nb_xor, binary<op_xor>);
  add(Py_nb_lshift, binary<op_lshift>);
  add(Py_nb_rshift, binary<op_rshift>);
  add(Py_nb_power, nb_power);
  add(Py_nb_matrix_multiply, nb_matmul);
  add(Py_nb_negative, unary<op_neg>);
  add(Py_nb_absolute, unary<op_abs>);
  add(Py_nb_invert, unary<op_invert>);
  add(Py_nb_positive, nb_positive);
  add(Py_nb_inplace_add, nb_iadd);
  add(Py_nb_inplace_subtract, nb_isub);
  add(Py_nb_inplace_multiply, nb_imul);
  add(Py_nb_inplace_true_divide, nb_idiv);
  add(Py_nb_inplace_floor_divide, nb_ifloordiv);
  add(Py_nb_inplace_remainder, nb_imod);
  add(Py_nb_inplace_and, nb_iand);
  add(Py_nb_inplace_or, nb_ior);
  add(Py_nb_inplace_xor, nb_ixor);
  add(Py_nb_inplace_lshift, nb_ilshift);
  add(Py_nb_inplace_rshift, nb_irshift);
  add(Py_nb_inplace_power, nb_inplace_power);
  add(Py_tp_richcompare, compare);
  add(Py_nb_bool, nb_bool);
  add(Py_nb_float, nb_float);
  add(Py_nb_int, nb_int);
  add(Py_nb_index, nb_index);
}

}  // namespace tg::python
