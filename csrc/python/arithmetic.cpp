// Elementwise functions that are not rows of op_tables, and torch's other names for those that are.
#include "python/bind.h"

namespace tg::python {

namespace {

Rounding rounding(PyObject* mode) {
  if (mode == Py_None) return Rounding::None;
  const char* text = PyUnicode_Check(mode) ? PyUnicode_AsUTF8(mode) : nullptr;
  const std::string_view name = text ? text : "";
  TG_CHECK(name == "trunc" || name == "floor", "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '", name, "'");
  return name == "trunc" ? Rounding::Trunc : Rounding::Floor;
}

std::optional<Scalar> number_or_none(PyObject* o) { return o == Py_None ? std::nullopt : std::optional<Scalar>(to_scalar(o)); }

// Bounds are tensors or numbers, not one of each.
template <class Tensors, class Numbers> auto with_bounds(PyObject* min, PyObject* max, Tensors tensors, Numbers numbers) {
  const auto is_bound = [](PyObject* o, bool tensor) { return o == Py_None || (tensor ? is_tensor(o) : is_number(o)); };
  if (is_bound(min, false) && is_bound(max, false)) return numbers(number_or_none(min), number_or_none(max));
  TG_CHECK_TYPE(is_bound(min, true) && is_bound(max, true), "clamp() received an invalid combination of arguments - got (Tensor, ",
                Py_TYPE(min)->tp_name, ", ", Py_TYPE(max)->tp_name, "): give two tensors or two numbers");
  const auto tensor = [](PyObject* o) -> const Tensor& { return o == Py_None ? undefined_tensor() : tensor_of(o); };
  return tensors(tensor(min), tensor(max));
}

Tensor clamp_any(const Tensor& x, PyObject* min, PyObject* max) {
  return with_bounds(min, max, [&](const Tensor& lo, const Tensor& hi) { return clamp(x, lo, hi); },
                     [&](std::optional<Scalar> lo, std::optional<Scalar> hi) { return clamp(x, lo, hi); });
}

Tensor clamp_any_(const Tensor& x, PyObject* min, PyObject* max) {
  return with_bounds(min, max, [&](const Tensor& lo, const Tensor& hi) { return clamp_(x, lo, hi); },
                     [&](std::optional<Scalar> lo, std::optional<Scalar> hi) { return clamp_(x, lo, hi); });
}

constexpr const char* type_name(DType d) { return is_floating(d) ? "float" : d == DType::Bool ? "bool" : "int"; }

Tensor pow_any(const Operand& base, const Operand& exponent) {
  const Tensor &a = base, &b = exponent;
  TG_CHECK_TYPE(!a->wrapped_number || !b->wrapped_number, "pow() received an invalid combination of arguments - got (", type_name(a.dtype()), ", ",
                type_name(b.dtype()), "), but expected one of:\n * (Tensor input, Tensor exponent, *, Tensor out = None)\n"
                " * (Number self, Tensor exponent, *, Tensor out = None)\n * (Tensor input, Number exponent, *, Tensor out = None)\n");
  return power(base, exponent);
}

Tensor positive(const Tensor& x) {
  TG_CHECK(x.dtype() != DType::Bool, "The `+` operator, on a bool tensor is not supported.");
  return x;
}

constexpr const char* kAliases[][2] = {
    {"absolute", "abs"},     {"negative", "neg"},     {"multiply", "mul"},      {"subtract", "sub"},      {"divide", "div"},
    {"true_divide", "div"},  {"fix", "trunc"},        {"arcsin", "asin"},       {"arccos", "acos"},       {"arctan", "atan"},
    {"arcsinh", "asinh"},    {"arccosh", "acosh"},    {"arctanh", "atanh"},     {"arctan2", "atan2"},     {"clip", "clamp"},
    {"not_equal", "ne"},     {"less", "lt"},          {"less_equal", "le"},     {"greater", "gt"},        {"greater_equal", "ge"},
};

}  // namespace

void bind_arithmetic(OpTable& t) {
  t.def<&pow_any, "pow">(Both, "input, exponent", "Power, element by element: input ** exponent.");
  t.def<&power_, "pow_">(Method, "input, exponent", "Power, element by element: input ** exponent. In place.");
  t.def<&square, "square">(Both, "input", "Square of each element.");
  t.def<&square_, "square_">(Both, "input", "Square of each element. In place.");
  t.def<&rsub, "rsub">(Function, "input, other, *, alpha=1", "Difference with the operands exchanged: other - alpha * input.");
  t.def<[](const Operand& a, const Operand& b, PyObject* mode) { return mode == Py_Ellipsis ? div(a, b) : divide(a, b, rounding(mode)); }, "div">(
      Both, "input, other, *, rounding_mode=...", "Quotient, element by element; rounding_mode 'trunc' rounds it towards zero, 'floor' down.");
  t.def<[](const Tensor& a, const Operand& b, PyObject* mode) -> decltype(auto) { return mode == Py_Ellipsis ? div_(a, b) : divide_(a, b, rounding(mode)); },
        "div_">(Method, "input, other, *, rounding_mode=...", "Quotient, element by element. In place.");
  t.def<&floor_divide, "floor_divide">(Both, "input, other", "Quotient rounded down, Python's //.");
  t.def<&floor_divide_, "floor_divide_">(Method, "input, other", "Quotient rounded down, Python's //. In place.");
  t.def<[](const Tensor& x, std::optional<int64_t> d) { return d ? round_decimals(x, *d) : round(x); }, "round">(
      Both, "input, *, decimals=None", "Nearest whole number, or number of so many decimals; halves go to the even one.");
  t.def<[](const Tensor& x, std::optional<int64_t> d) { return d ? round_decimals_(x, *d) : round_(x); }, "round_">(
      Both, "input, *, decimals=None", "Nearest whole number, or number of so many decimals. In place.");
  t.def<&positive, "positive">(Both, "input", "The tensor itself.");
  t.def<[](const Tensor& x, std::optional<double> nan, std::optional<double> posinf, std::optional<double> neginf) {
    return nan_to_num(x, {nan, posinf, neginf});
  }, "nan_to_num">(Both, "input, nan=0.0, posinf=None, neginf=None", "NaN and the infinities replaced: by 0 and the largest and lowest number, unless given.");
  t.def<[](const Tensor& x, std::optional<double> nan, std::optional<double> posinf, std::optional<double> neginf) {
    return nan_to_num_(x, {nan, posinf, neginf});
  }, "nan_to_num_">(Both, "input, nan=0.0, posinf=None, neginf=None", "NaN and the infinities replaced. In place.");

  t.def<&isclose, "isclose">(Both, "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", "True where |input - other| <= atol + rtol * |other|.");
  t.def<&allclose, "allclose">(Both, "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", "Whether |input - other| <= atol + rtol * |other| everywhere.");
  t.def<&equal, "equal">(Both, "input, other", "Whether two tensors have one shape and equal elements.");

  t.def<&clamp_any, "clamp">(Both, "input, min=None, max=None", "Elements limited to [min, max]; max wins where they cross.");
  t.def<&clamp_any_, "clamp_">(Both, "input, min=None, max=None", "Elements limited to [min, max]. In place.");
  t.def<&clamp_min, "clamp_min">(Both, "input, min", "Elements raised to min where they are smaller.");
  t.def<&clamp_min_, "clamp_min_">(Both, "input, min", "Elements raised to min where they are smaller. In place.");
  t.def<&clamp_max, "clamp_max">(Both, "input, max", "Elements lowered to max where they are larger.");
  t.def<&clamp_max_, "clamp_max_">(Both, "input, max", "Elements lowered to max where they are larger. In place.");

  t.def<&lerp, "lerp">(Both, "input, end, weight", "input + weight * (end - input), the point at weight between two ends.");
  t.def<&lerp_, "lerp_">(Method, "input, end, weight", "input + weight * (end - input). In place.");
  t.def<&addcmul, "addcmul">(Both, "input, tensor1, tensor2, *, value=1", "input + value * tensor1 * tensor2, element by element.");
  t.def<&addcmul_, "addcmul_">(Method, "input, tensor1, tensor2, *, value=1", "input + value * tensor1 * tensor2. In place.");
  t.def<&addcdiv, "addcdiv">(Both, "input, tensor1, tensor2, *, value=1", "input + value * tensor1 / tensor2, element by element.");
  t.def<&addcdiv_, "addcdiv_">(Method, "input, tensor1, tensor2, *, value=1", "input + value * tensor1 / tensor2. In place.");

  for (const auto& [name, of] : kAliases) t.alias(name, of);
}

}  // namespace tg::python
