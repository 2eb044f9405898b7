// Reductions as Python functions and methods.
#include "python/bind.h"

namespace tg::python {

namespace {

// A `dim` whose default is `...`: left out (sum()), or None or () for all dims (sum(dim=None)); the graph tells them apart.
struct GivenDims { OptDims dims; };

void check_dim_was_given(const char* op, PyObject* dim, bool keepdim) {
  TG_CHECK_TYPE(!keepdim || (dim != Py_Ellipsis && dim != Py_None), op, "() received an invalid combination of arguments - got (keepdim=bool) without dim");
}

template <Text Name, Tensor (*F)(const Tensor&, const OptDims&, bool, OptDType)>
Tensor over_given(const Tensor& x, const GivenDims& dim, bool keepdim, OptDType dtype) {
  if (!dim.dims) check_dim_was_given(Name.s, Py_Ellipsis, keepdim);
  return F(x, dim.dims, keepdim, dtype);
}

constexpr const char* name_of(bool largest) { return largest ? "max" : "min"; }

// max(input), max(input, dim, keepdim) and max(input, other).
template <bool MAX> PyObject* f_extreme(const Tensor& x, PyObject* dim, bool keepdim, PyObject* other) {
  static const Signature sig(name_of(MAX), "input, dim, keepdim, other");
  PyObject* second = other != Py_None ? other : dim;
  if (is_tensor(second) && !keepdim) return wrap(MAX ? maximum(x, tensor_of(second)) : minimum(x, tensor_of(second)));
  check_dim_was_given(name_of(MAX), dim, keepdim);
  if (dim == Py_None) return wrap(MAX ? max(x) : min(x));
  if (PyFloat_Check(dim)) fail(ErrorKind::Type, name_of(MAX), "() received an invalid combination of arguments - got (Tensor, float)");
  const int64_t d = Convert<int64_t>::from(dim, Arg{sig, 1});
  return wrap_named(name_of(MAX), (MAX ? max(x, d, keepdim) : min(x, d, keepdim)).data(), 2);
}

template <std::array<Tensor, 2> (*F)(const Tensor&, int64_t)> Named<2> named_scan(const Tensor& x, int64_t dim) { return {F(x, dim)}; }

Named<2> f_aminmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) { return {aminmax(x, dim, keepdim)}; }

Tensor f_prod(const Tensor& x, PyObject* dim, bool keepdim, OptDType dtype) {
  static const Signature sig("prod", "input, dim, keepdim, dtype");
  check_dim_was_given("prod", dim, keepdim);
  if (dim == Py_Ellipsis) return prod(x, {}, false, dtype);
  if (dim == Py_None) fail(ErrorKind::Type, "prod() received an invalid combination of arguments - got (Tensor, dim=NoneType)");
  return prod(x, Convert<int64_t>::from(dim, Arg{sig, 1}), keepdim, dtype);
}

}  // namespace

template <> struct Convert<const GivenDims&> {
  static GivenDims from(PyObject* o, const Arg& a) {
    if (o == Py_Ellipsis) return {};
    return {o == Py_None ? Dims() : Convert<Dims>::from(o, a)};
  }
};

void bind_reduce(OpTable& t) {
  t.def<&over_given<"sum", sum>, "sum">(Both, "input, dim=..., keepdim=False, *, dtype=None", "Sum of all elements, or along dim. Integers add up to int64.");
  t.def<&over_given<"mean", mean>, "mean">(Both, "input, dim=..., keepdim=False, *, dtype=None", "Mean of all elements, or along dim.");
  t.def<&nansum, "nansum">(Both, "input, dim=None, keepdim=False, *, dtype=None", "Sum, NaN counting as zero.");
  t.def<&nanmean, "nanmean">(Both, "input, dim=None, keepdim=False, *, dtype=None", "Mean of the elements that are not NaN.");
  t.def<&f_prod, "prod">(Both, "input, dim=..., keepdim=False, *, dtype=None", "Product of all elements, or along dim.");
  t.def<&logsumexp, "logsumexp">(Both, "input, dim, keepdim=False", "log(sum(exp(input))) along dim, without overflow.");
  t.def<&any, "any">(Both, "input, dim=None, keepdim=False", "True iff an element is true.");
  t.def<&all, "all">(Both, "input, dim=None, keepdim=False", "True iff all elements are true.");
  t.def<&count_nonzero, "count_nonzero">(Both, "input, dim=None", "How many elements are not zero.");

  t.def<&equal, "equal">(Both, "input, other", "True iff the shapes are the same and all elements are equal.");
  t.def<&isclose, "isclose">(Both, "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", "True where |input - other| <= atol + rtol * |other|.");
  t.def<&allclose, "allclose">(Both, "input, other, rtol=1e-05, atol=1e-08, equal_nan=False", "True iff all elements are close, see isclose().");

  t.def<&f_extreme<true>, "max">(Both, "input, dim=None, keepdim=False, *, other=None",
                                 "Largest element; along dim with its index; or the larger of two elements, where `dim` is a tensor.");
  t.def<&f_extreme<false>, "min">(Both, "input, dim=None, keepdim=False, *, other=None",
                                  "Smallest element; along dim with its index; or the smaller of two elements, where `dim` is a tensor.");
  t.def<&amax, "amax">(Both, "input, dim=(), keepdim=False", "Largest element along dims; the gradient is shared by equals.");
  t.def<&amin, "amin">(Both, "input, dim=(), keepdim=False", "Smallest element along dims; the gradient is shared by equals.");
  t.def<&f_aminmax, "aminmax">(Both, "input, *, dim=None, keepdim=False", "Smallest and largest element.");
  t.def<&argmax, "argmax">(Both, "input, dim=None, keepdim=False", "Position of the largest element, the first of equals.");
  t.def<&argmin, "argmin">(Both, "input, dim=None, keepdim=False", "Position of the smallest element, the first of equals.");

  t.def<&cumsum, "cumsum">(Both, "input, dim, *, dtype=None", "Sums of the elements up to each position along dim.");
  t.def<&cumprod, "cumprod">(Both, "input, dim, *, dtype=None", "Products of the elements up to each position along dim.");
  t.def<&cumsum_, "cumsum_">(Method, "input, dim, *, dtype=None", "Sums of the elements up to each position along dim, in place.");
  t.def<&cumprod_, "cumprod_">(Method, "input, dim, *, dtype=None", "Products of the elements up to each position along dim, in place.");
  t.def<&named_scan<cummax>, "cummax">(Both, "input, dim", "Largest element up to each position along dim, and its index.");
  t.def<&named_scan<cummin>, "cummin">(Both, "input, dim", "Smallest element up to each position along dim, and its index.");
}

}  // namespace tg::python
