// Variance, norms, triangles and diagonals, and multinomial draws.
#include <cmath>
#include <limits>

#include "autograd/grad_mode.h"
#include "core/shape.h"
#include "python/bind.h"

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

#define TG_SPREAD "input, dim=None, unbiased=None, keepdim=False, *, correction=None"

Tensor f_var(const Tensor& x, PyObject* dim, PyObject* unbiased, bool keepdim, PyObject* correction) {
  const SpreadArgs a(dim, unbiased, correction);
  return var(x, a.dim, a.correction, keepdim);
}
Tensor f_std(const Tensor& x, PyObject* dim, PyObject* unbiased, bool keepdim, PyObject* correction) {
  const SpreadArgs a(dim, unbiased, correction);
  return std_deviation(x, a.dim, a.correction, keepdim);
}

// p: a number, "fro" or "nuc" (the nuclear norm is not covered); 'fro' of any dims is the 2-norm of their elements.
Tensor f_norm(const Tensor& x, PyObject* p, PyObject* dim, bool keepdim, OptDType dtype) {
  static const Signature sig("norm", "p, dim");
  double order = 2;
  if (PyUnicode_Check(p)) {
    const std::string_view text = Convert<std::string_view>::from(p, Arg{sig, 0});
    TG_CHECK(text == "fro", "norm(): p='", text, "' is not covered; use 'fro' or a number");
  } else if (p != Py_None) {
    order = Convert<double>::from(p, Arg{sig, 0});
  }
  return vector_norm(dtype ? to(x, *dtype) : x, order, dim == Py_None ? OptDims() : OptDims(Convert<Dims>::from(dim, Arg{sig, 1})), keepdim);
}

// The lower median: the middle element in order; NaN if there is one.
Named<2> median_along(const Tensor& x, int64_t dim, bool keepdim) {
  const int d = wrap_dim(dim, x.dim());
  const int64_t n = x.dim() == 0 ? 1 : x.size(d);
  TG_CHECK_INDEX(n > 0, "median(): Expected reduction dim ", d, " to have non-zero size.");
  bool nan = false;
  if (is_floating(x.dtype())) {
    GradModeGuard no_grad(false);
    nan = item(any(isnan(x), {}, false)).to_bool();
  }
  return {kthvalue(x, nan ? n : (n - 1) / 2 + 1, dim, keepdim)};
}
PyObject* f_median(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  if (dim) return to_python("median", median_along(x, *dim, keepdim));
  return wrap(median_along(reshape(x, {-1}), 0, false).tensors[0]);
}

// Draws of categories (torch_facts' recipe: exponentials without replacement, the cumulative sum with).
Tensor f_multinomial(const Tensor& p_, int64_t n, bool replacement, Generator* g) {
  TG_CHECK(p_.dim() == 1 || p_.dim() == 2, "prob_dist must be 1 or 2 dim");
  TG_CHECK(is_floating(p_.dtype()), "multinomial only supports floating-point dtypes for probabilities, got: ", info(p_.dtype()).legacy);
  TG_CHECK(n > 0, "cannot sample n_sample <= 0 samples");
  const int64_t k = p_.size(p_.dim() - 1);
  TG_CHECK(replacement || n <= k, "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  GradModeGuard no_grad(false);
  const Tensor p = contiguous(detach(p_));
  TG_CHECK(item(all(logical_and(isfinite(p), ge(p, 0)))).to_bool(), "probability tensor contains either `inf`, `nan` or element < 0");
  const Tensor total = sum(p, Dims{-1}, true);
  TG_CHECK(item(all(gt(total, 0))).to_bool(), "invalid multinomial distribution (sum of probabilities <= 0)");
  if (!replacement) {
    const Tensor s = div(p, exponential_(empty_like(p), 1, *g));
    if (n == 1) return argmax(s, -1, true);
    return topk(s, n, -1, true, true)[1];
  }
  const Tensor c = cumsum(p, -1);
  div_(c, slice(c, -1, k - 1, k, 1));
  Dims out_sizes = p.sizes();
  out_sizes[p.dim() - 1] = n;
  Tensor out = empty(out_sizes, DType::Int64);
  int64_t* o = out.data<int64_t>();
  dispatch(p.dtype(), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>) {
      for (int64_t row = 0; row < p.numel() / k; ++row) {
        T* line = c.data<T>() + row * k;
        line[k - 1] = 1;
        for (int64_t i = 0; i < n; ++i) {
          const double u = g->uniform_double();
          *o++ = std::lower_bound(line, line + k, u, [](T a, double b) { return static_cast<double>(a) < b; }) - line;
        }
      }
    }
  });
  return out;
}

}  // namespace

void bind_spread(OpTable& t) {
  t.def<&f_var, "var">(Both, TG_SPREAD, "Variance: the mean squared distance from the mean, over n - correction.");
  t.def<&f_std, "std">(Both, TG_SPREAD, "Standard deviation: the square root of the variance.");
  t.def<&f_norm, "norm">(Both, "input, p='fro', dim=None, keepdim=False, dtype=None", "Norm of the elements: sum(abs(x) ** p) ** (1 / p).");
  t.def<&f_median, "median">(Both, "input, dim=None, keepdim=False", "The lower median of all elements, or along dim with its index.");
  t.def<&tril, "tril">(Both, "input, diagonal=0", "The lower triangle of matrices, zeros above.");
  t.def<&triu, "triu">(Both, "input, diagonal=0", "The upper triangle of matrices, zeros below.");
  t.def<&diagonal, "diagonal">(Both, "input, offset=0, dim1=0, dim2=1", "The elements whose index in dim2 is offset more than in dim1, as a view.");
  t.def<&diag, "diag">(Both, "input, diagonal=0", "A matrix with the vector on its diagonal, or the diagonal of a matrix.");
  t.def<&trace, "trace">(Both, "input", "The sum of the diagonal.");
  t.def<&outer, "outer">(Both, "input, vec2", "The matrix of products of two vectors' elements.");
  t.def<&outer, "ger">(Both, "input, vec2", "The matrix of products of two vectors' elements.");
  t.def<&f_multinomial, "multinomial">(Both, "input, num_samples, replacement=False, *, generator=None", "Draws categories with the given (unnormalized) probabilities.");
}

}  // namespace tg::python
