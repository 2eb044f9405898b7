// The losses of torch.nn.functional, with its argument lists. What is deprecated or wrong goes to tinygrad_ext.nn for torch's
// warnings and errors.
#include "core/shape.h"
#include "python/bind.h"

namespace tg::python {

namespace {

std::optional<Reduction> parse(PyObject* o) {
  static PyObject* const names[] = {PyUnicode_InternFromString("none"), PyUnicode_InternFromString("mean"), PyUnicode_InternFromString("sum")};
  for (int i = 0; i < 3; ++i)
    if (o == names[i]) return static_cast<Reduction>(i);
  for (int i = 0; PyUnicode_Check(o) && i < 3; ++i)  // a string that was not interned
    if (PyUnicode_Compare(o, names[i]) == 0) return static_cast<Reduction>(i);
  return std::nullopt;
}

Reduction reduction_of(PyObject* size_average, PyObject* reduce, PyObject* reduction) {
  const bool legacy = size_average != Py_None || reduce != Py_None;
  if (!legacy) [[likely]] {
    if (const auto r = parse(reduction)) return *r;
  }
  const py::module_ module = py::module_::import("tinygrad_ext.nn._reduction");
  const py::object name = legacy ? module.attr("legacy_get_string")(py::handle(size_average), py::handle(reduce))
                                 : module.attr("check")(py::handle(reduction));
  return *parse(name.ptr());
}

void warn_sizes(const Tensor& x, const Tensor& target) {
  py::module_::import("tinygrad_ext.nn._functional.loss").attr("warn_sizes")(x, target, 2);
}

// f(input, target) of one shape, after torch's warning if they had to be broadcast.
template <class F> Tensor of_one_shape(const Tensor& x, const Tensor& target, F f) {
  if (x.sizes() == target.sizes()) [[likely]] return f(x, target);
  warn_sizes(x, target);
  const Dims sizes = broadcast_shapes(x.sizes(), target.sizes());
  return f(x.sizes() == sizes ? x : expand(x, sizes), target.sizes() == sizes ? target : expand(target, sizes));
}

Tensor weighted(const Tensor& terms, const Tensor& weight, Reduction r) {
  TG_CHECK_VALUE(weight.sizes() == terms.sizes(), "Weights and input must have the same size.");
  const Tensor y = mul(terms, weight);
  return r == Reduction::Mean ? div(sum(y), sum(weight)) : reduced(y, r);
}

// What torch's Python code asks for its size() before anything else: an object without one is told so by that.
struct Sized {
  const Tensor& tensor;
  operator const Tensor&() const { return tensor; }
};

Tensor mse(Sized x, Sized target, PyObject* size_average, PyObject* reduce, PyObject* reduction, const Tensor& weight) {
  const Reduction r = reduction_of(size_average, reduce, reduction);
  return of_one_shape(x, target, [&](const Tensor& a, const Tensor& b) {
    return weight.defined() ? weighted(square(sub(a, b)), weight, r) : mse_loss(a, b, r);
  });
}

Tensor l1(Sized x, Sized target, PyObject* size_average, PyObject* reduce, PyObject* reduction, const Tensor& weight) {
  const Reduction r = reduction_of(size_average, reduce, reduction);
  return of_one_shape(x, target, [&](const Tensor& a, const Tensor& b) {
    return weight.defined() ? weighted(abs(sub(a, b)), weight, r) : l1_loss(a, b, r);
  });
}

// The tensors of a loss of classes. Errors name the function that torch's Python code calls.
template <Text Name> std::array<const Tensor*, 3> loss_tensors(PyObject* x, PyObject* target, PyObject* weight) {
  static const Signature sig(Name.s, "input, target, weight=None");
  const auto tensor = [](PyObject* o, int i) { return &Convert<const Tensor&>::from(o, Arg{sig, i}); };
  return {tensor(x, 0), tensor(target, 1), tensor(weight, 2)};
}

Reduction plain(PyObject* reduction) { return reduction_of(Py_None, Py_None, reduction); }

}  // namespace

template <> struct Convert<Sized> {
  static Sized from(PyObject* o, const Arg& a) {
    if (!is_tensor(o)) Ref::steal(PyObject_GetAttrString(o, "size"));
    return {Convert<const Tensor&>::from(o, a)};
  }
};

void bind_loss(OpTable& t) {
  t.def<[](PyObject* input, PyObject* classes, PyObject* factors, PyObject* size_average, int64_t ignore_index, PyObject* reduce,
           PyObject* reduction, double label_smoothing) {
    const auto [x, target, weight] = loss_tensors<"cross_entropy_loss">(input, classes, factors);
    return cross_entropy(*x, *target, *weight, ignore_index, reduction_of(size_average, reduce, reduction), label_smoothing);
  }, "cross_entropy">(PythonFunction, "input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0",
                      "Negative log likelihood of the target under softmax(input): classes as integers, or their probabilities.\n\n"
                      "loss = -weight[target] * log_softmax(input)[target]\n\nArgs:\n    input: scores of shape (C), (N, C) or (N, C, d1, d2, ...).\n"
                      "    target: classes without the dimension of size C, or probabilities of input's shape.\n    weight: a factor for each class.\n"
                      "    ignore_index: a class that does not count.\n    reduction: 'none', 'mean' or 'sum'.\n"
                      "    label_smoothing: the share of the target that goes to all classes alike.");
  t.def<[](PyObject* input, PyObject* classes, PyObject* factors, PyObject* size_average, int64_t ignore_index, PyObject* reduce,
           PyObject* reduction) {
    const auto [x, target, weight] = loss_tensors<"nll_loss_nd">(input, classes, factors);
    return nll_loss(*x, *target, *weight, ignore_index, reduction_of(size_average, reduce, reduction));
  }, "nll_loss">(PythonFunction, "input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'",
      "Negative log likelihood of classes: -weight[target] * input[target], input being log-probabilities.");
  t.def<&mse, "mse_loss">(PythonFunction, "input, target, size_average=None, reduce=None, reduction='mean', weight=None",
                          "Squared error, (input - target) ** 2; a mean with weights divides by their sum.");
  t.def<&l1, "l1_loss">(PythonFunction, "input, target, size_average=None, reduce=None, reduction='mean', weight=None",
                        "Absolute error, |input - target|; a mean with weights divides by their sum.");
  t.def<[](const Tensor& x, const Tensor& target, PyObject* reduction, double beta) { return smooth_l1_loss(x, target, plain(reduction), beta); },
        "smooth_l1_loss">(Function, "input, target, reduction='mean', beta=1.0", "Squared error over 2 beta below beta, absolute error less beta / 2 above.");
  t.def<[](const Tensor& x, const Tensor& target, PyObject* reduction, double delta) { return huber_loss(x, target, plain(reduction), delta); },
        "huber_loss">(Function, "input, target, reduction='mean', delta=1.0", "Half the squared error up to delta, delta * (absolute error - delta / 2) above.");
  t.def<[](const Tensor& x, const Tensor& target, PyObject* reduction, bool log_target) { return kl_div(x, target, plain(reduction), log_target); },
        "kl_div">(Function, "input, target, reduction='mean', log_target=False", "target * (log target - input), input being log-probabilities.");
  t.def<[](Sized x, Sized target, const Tensor& weight, PyObject* size_average, PyObject* reduce, PyObject* reduction) {
    return binary_cross_entropy(x, target, weight, reduction_of(size_average, reduce, reduction));
  }, "binary_cross_entropy">(PythonFunction, "input, target, weight=None, size_average=None, reduce=None, reduction='mean'",
                             "-(target * log(input) + (1 - target) * log(1 - input)), logarithms being at least -100.");
  t.def<[](Sized x, Sized target, const Tensor& weight, PyObject* size_average, PyObject* reduce, PyObject* reduction,
           const Tensor& pos_weight) {
    return binary_cross_entropy_with_logits(x, target, weight, pos_weight, reduction_of(size_average, reduce, reduction));
  }, "binary_cross_entropy_with_logits">(PythonFunction, "input, target, weight=None, size_average=None, reduce=None, reduction='mean', pos_weight=None",
                                         "binary_cross_entropy of sigmoid(input), without overflow; pos_weight is a factor of the targets' part.");
}

}  // namespace tg::python
