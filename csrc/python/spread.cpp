// Variance, norms, medians, triangles and diagonals.
#include "python/bind.h"
#include "python/warn.h"

namespace tg::python {

namespace {

// var(x), var(x, unbiased), var(x, dim, unbiased, keepdim), var(x, dim, correction=, keepdim=).
struct SpreadArgs {
  OptDims dim;
  double correction = 1;
  SpreadArgs(PyObject* dim_arg, PyObject* unbiased, PyObject* correction_arg) {
    static const Signature sig("var", "dim, correction");
    if (PyBool_Check(dim_arg)) {
      unbiased = dim_arg;
    } else if (dim_arg != Py_None) {
      dim = Convert<Dims>::from(dim_arg, Arg{sig, 0});
    }
    if (unbiased == Py_False) correction = 0;
    if (correction_arg != Py_None) correction = Convert<double>::from(correction_arg, Arg{sig, 1});
  }
};

// As torch, which counts a result without elements as one.
void warn_of_freedom(const char* name, const Tensor& x, const Tensor& result, double correction) {
  const double n = static_cast<double>(x.numel()), groups = static_cast<double>(std::max<int64_t>(result.numel(), 1));
  if (n - correction * groups <= 0) [[unlikely]]
    warn(str(name, "(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by "
             "output numel).").c_str());
}

#define TG_SPREAD "input, dim=None, unbiased=None, keepdim=False, *, correction=None"

Tensor f_var(const Tensor& x, PyObject* dim, PyObject* unbiased, bool keepdim, PyObject* correction) {
  const SpreadArgs a(dim, unbiased, correction);
  const Tensor r = var(x, a.dim, a.correction, keepdim);
  warn_of_freedom("var", x, r, a.correction);
  return r;
}
Tensor f_std(const Tensor& x, PyObject* dim, PyObject* unbiased, bool keepdim, PyObject* correction) {
  const SpreadArgs a(dim, unbiased, correction);
  const Tensor r = std_deviation(x, a.dim, a.correction, keepdim);
  warn_of_freedom("std", x, r, a.correction);
  return r;
}

std::vector<Tensor> f_var_mean(const Tensor& x, PyObject* dim, PyObject* unbiased, bool keepdim, PyObject* correction) {
  const SpreadArgs a(dim, unbiased, correction);
  const auto r = var_mean(x, a.dim, a.correction, keepdim);
  warn_of_freedom("var_mean", x, r[0], a.correction);
  return {r[0], r[1]};
}
std::vector<Tensor> f_std_mean(const Tensor& x, PyObject* dim, PyObject* unbiased, bool keepdim, PyObject* correction) {
  const SpreadArgs a(dim, unbiased, correction);
  const auto r = std_mean(x, a.dim, a.correction, keepdim);
  warn_of_freedom("std_mean", x, r[0], a.correction);
  return {r[0], r[1]};
}

// p: a number, "fro" or "nuc" (the nuclear norm is not covered); 'fro' of any dims is the 2-norm of their elements.
Tensor f_norm(const Tensor& x, PyObject* p, PyObject* dim, bool keepdim, OptDType dtype) {
  static const Signature sig("norm", "p, dim");
  double order = 2;
  if (PyUnicode_Check(p)) {
    const std::string_view text = Convert<std::string_view>::from(p, Arg{sig, 0});
    TG_CHECK(text == "fro" || text == "nuc", "linalg.matrix_norm: Order ", text, " not supported.");
    TG_CHECK(text == "fro", "norm(): p='", text, "' is not covered; use 'fro' or a number");
  } else if (p != Py_None) {
    order = Convert<double>::from(p, Arg{sig, 0});
  }
  return vector_norm(x, order, dim == Py_None ? OptDims() : OptDims(Convert<Dims>::from(dim, Arg{sig, 1})), keepdim, dtype);
}

Named<2> named_median(const Tensor& x, int64_t dim, bool keepdim, bool ignore_nan) { return {median(x, dim, keepdim, ignore_nan)}; }

PyObject* f_median(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  return dim ? to_python("median", named_median(x, *dim, keepdim, false)) : wrap(median(x));
}
PyObject* f_nanmedian(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  return dim ? to_python("nanmedian", named_median(x, *dim, keepdim, true)) : wrap(median(x, true));
}

}  // namespace

void bind_spread(OpTable& t) {
  t.def<&f_var, "var">(Both, TG_SPREAD, "Variance: the mean squared distance from the mean, over n - correction.");
  t.def<&f_std, "std">(Both, TG_SPREAD, "Standard deviation: the square root of the variance.");
  t.def<&f_var_mean, "var_mean">(Function, TG_SPREAD, "Variance and mean.");
  t.def<&f_std_mean, "std_mean">(Function, TG_SPREAD, "Standard deviation and mean.");
  t.def<&vector_norm, "linalg_vector_norm">(Function, "x, ord=2, dim=None, keepdim=False, *, dtype=None", "Norm of the elements: sum(abs(x) ** ord) ** (1 / ord).");
  t.def<&f_norm, "norm">(Both, "input, p='fro', dim=None, keepdim=False, dtype=None", "Norm of the elements: sum(abs(x) ** p) ** (1 / p).");
  t.def<&f_median, "median">(Both, "input, dim=None, keepdim=False", "The lower median of all elements, or along dim with its index.");
  t.def<&f_nanmedian, "nanmedian">(Both, "input, dim=None, keepdim=False", "The median of the elements that are not NaN.");
  t.def<&tril, "tril">(Both, "input, diagonal=0", "The lower triangle of matrices, zeros above.");
  t.def<&triu, "triu">(Both, "input, diagonal=0", "The upper triangle of matrices, zeros below.");
  t.def<&tril_, "tril_">(Method, "input, diagonal=0", "Becomes its lower triangle, zeros above.");
  t.def<&triu_, "triu_">(Method, "input, diagonal=0", "Becomes its upper triangle, zeros below.");
  t.def<&diagonal, "diagonal">(Both, "input, offset=0, dim1=0, dim2=1", "The elements whose index in dim2 is offset more than in dim1, as a view.");
  t.def<&diag_embed, "diag_embed">(Both, "input, offset=0, dim1=-2, dim2=-1", "Matrices with the last dim on their diagonals, zeros elsewhere.");
  t.def<&diag, "diag">(Both, "input, diagonal=0", "A matrix with the vector on its diagonal, or the diagonal of a matrix.");
  t.def<&trace, "trace">(Both, "input", "The sum of the diagonal.");
  t.def<&outer, "outer">(Both, "input, vec2", "The matrix of products of two vectors' elements.");
  t.def<&outer, "ger">(Both, "input, vec2", "The matrix of products of two vectors' elements.");
}

}  // namespace tg::python
