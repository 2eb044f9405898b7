// Reductions. The backend sees keepdim shapes: a dim is reduced where the output has size 1.
#include "core/shape.h"
#include "ops/launch.h"
#include "ops/record.h"
#include "ops/reduce.h"

namespace tg {

// ---- Which dims

Dims reduced_dims(const OptDims& dim, int ndim) {
  Dims r(std::max(ndim, 1), 0);  // 1 where reduced; a tensor without dims takes 0 and -1, once
  if (!dim || dim->empty()) return Dims(ndim, 1);
  for (int64_t d : *dim) {
    const int w = wrap_dim(d, ndim);
    TG_CHECK(!r[w], "dim ", w, " appears multiple times in the list of dims");
    r[w] = 1;
  }
  return ndim == 0 ? Dims() : r;
}

Dims marked_dims(const Dims& reduced) {
  Dims r;
  for (int i = 0; i < reduced.size(); ++i)
    if (reduced[i]) r.push_back(i);
  return r;
}

Dims kept_sizes(const Dims& sizes, const Dims& reduced) {
  Dims r = sizes;
  for (int i = 0; i < r.size(); ++i)
    if (reduced[i]) r[i] = 1;
  return r;
}

Dims dropped_sizes(const Dims& sizes, const Dims& reduced) {
  Dims r;
  for (int i = 0; i < sizes.size(); ++i)
    if (!reduced[i]) r.push_back(sizes[i]);
  return r;
}

double reduced_numel(const Dims& sizes, const Dims& reduced) {
  double n = 1;
  for (int i = 0; i < sizes.size(); ++i)
    if (reduced[i]) n *= static_cast<double>(sizes[i]);
  return n;
}

void check_not_empty(const char* op, const Tensor& x, const OptDims& dim, ErrorKind without_dim) {
  if (x.numel() > 0) return;
  if (!dim || dim->empty())
    fail(without_dim, op, "(): Expected reduction dim to be specified for input.numel() == 0.",
         without_dim == ErrorKind::Runtime ? " Specify the reduction dim with the 'dim' argument." : "");
  for (int64_t d : *dim) {
    const int w = wrap_dim(d, x.dim());
    TG_CHECK_INDEX(x.size(w) > 0, op, "(): Expected reduction dim ", w, " to have non-zero size.");
  }
}

Tensor with_sizes(const Tensor& out, const Dims& sizes) {
  if (out.dim() == sizes.size()) return out;
  return make_dense(out->storage, out.dtype(), sizes, out.numel());
}

Tensor reduce_out(ReduceOp op, const Tensor& x, const Dims& reduced, bool keepdim, DType dtype) {
  const Dims kept = kept_sizes(x.sizes(), reduced);
  Tensor out = empty(keepdim ? kept : dropped_sizes(x.sizes(), reduced), dtype, x.device());
  launch(x.numel(), [&](const View& o, const View& v) { backend(x.device()).reduce(op, o, v); }, with_sizes(out, kept), x);
  return out;
}

Tensor restore_reduced(const Tensor& g, const Dims& sizes, const Dims& reduced, bool keepdim) {
  return keepdim || g.dim() == sizes.size() ? g : reshape(g, kept_sizes(sizes, reduced));
}

Tensor expand_reduced(const Tensor& g, const Dims& sizes, const Dims& reduced, bool keepdim) {
  return expand(restore_reduced(g, sizes, reduced, keepdim), sizes);
}

// ---- sum, mean

Tensor cast_unrecorded(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  GradModeGuard no_grad(false);
  return to(x, dtype);
}

Tensor sum(const Tensor& input, const OptDims& dim, bool keepdim, OptDType dtype) {
  const DType d = sum_dtype(input, dtype);
  const Tensor x = cast_unrecorded(input, d);
  const Dims reduced = reduced_dims(dim, x.dim());
  const Tensor out = reduce_out(ReduceOp::sum, x, reduced, keepdim, d);
  if (!dim)
    return record<"self_sym_sizes">("SumBackward0", out, {input}, save(), args(Dims(x.sizes())),
                                    [](Saved, const Tensor& g, Needs, const Dims& sizes) -> Grads<1> { return {{expand(g, sizes)}}; });
  return record<"self_sym_sizes dim keepdim">("SumBackward1", out, {input}, save(), args(Dims(x.sizes()), *dim, keepdim),
                [](Saved, const Tensor& g, Needs, const Dims& sizes, const Dims& gone, bool kept) -> Grads<1> {
                  return {{expand_reduced(g, sizes, reduced_dims(gone, sizes.size()), kept)}};
                });
}

Tensor mean(const Tensor& input, const OptDims& dim, bool keepdim, OptDType dtype) {
  const DType d = dtype.value_or(input.dtype());
  TG_CHECK(is_floating(d), "mean(): could not infer output dtype. ", dtype ? "Optional" : "Input", " dtype must be either a "
           "floating point or complex dtype. Got: ", info(d).legacy);
  const Tensor x = cast_unrecorded(input, d);
  const Dims reduced = reduced_dims(dim, x.dim());
  Tensor out = reduce_out(ReduceOp::sum, x, reduced, keepdim, d);
  const double n = reduced_numel(x.sizes(), reduced);
  {
    GradModeGuard no_grad(false);
    div_(out, n);
  }
  if (!dim)
    return record<"self_sym_sizes self_sym_numel">("MeanBackward0", out, {input}, save(), args(Dims(x.sizes()), Number{n}),
                  [](Saved, const Tensor& g, Needs, const Dims& sizes, double count) -> Grads<1> { return {{div(expand(g, sizes), count)}}; });
  return record<"self_sym_sizes dim keepdim">("MeanBackward1", out, {input}, save(), args(Dims(x.sizes()), *dim, keepdim, n),
                [](Saved, const Tensor& g, Needs, const Dims& sizes, const Dims& gone, bool kept, double count) -> Grads<1> {
                  return {{div(expand_reduced(g, sizes, reduced_dims(gone, sizes.size()), kept), count)}};
                });
}

// ---- Sums of something else than the elements

// The elements, zero where they are NaN.
static Tensor without_nan(const Tensor& x) { return where(isnan(x), zeros({}, x.dtype(), x.device()), x); }

Tensor nansum(const Tensor& input, const OptDims& dim, bool keepdim, OptDType dtype) {
  if (!is_floating(dtype.value_or(input.dtype())))
    return sum(is_floating(input.dtype()) ? without_nan(input) : input, dim, keepdim, dtype);
  const Tensor x = cast_unrecorded(input, dtype.value_or(input.dtype()));
  const Dims reduced = reduced_dims(dim, x.dim());
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = reduce_out(ReduceOp::sum, without_nan(x), reduced, keepdim, x.dtype());
  }
  return record<"self dim keepdim">("NansumBackward0", out, {input}, save(input), args(dim, keepdim),
                [](Saved s, const Tensor& g, Needs, const OptDims& gone, bool kept) -> Grads<1> {
                  return {{mul(expand_reduced(g, s[0].sizes(), reduced_dims(gone, s[0].dim()), kept), logical_not(isnan(s[0])))}};
                });
}

Tensor nanmean(const Tensor& x, const OptDims& dim, bool keepdim, OptDType dtype) {
  TG_CHECK(is_floating(x.dtype()), "nanmean(): expected input to have floating point or complex dtype but got ", info(x.dtype()).legacy);
  return div(nansum(x, dim, keepdim, dtype), sum(logical_not(isnan(x)), dim, keepdim));
}

Tensor count_nonzero(const Tensor& x, const OptDims& dim) { return sum(ne(x, 0), dim); }

Tensor logsumexp(const Tensor& input, const Dims& dim, bool keepdim) {
  const Tensor x = is_floating(input.dtype()) ? input : to(input, g_default_dtype);
  const Dims reduced = reduced_dims(dim, x.dim());
  Tensor out;
  {
    GradModeGuard no_grad(false);
    if (x.numel() == 0) {
      out = log(sum(exp(x), dim, keepdim));
    } else {
      // The largest element leaves the sum with exponents of at most 0; an infinite one would leave inf - inf.
      Tensor largest = amax(x, dim, true);
      largest = where(isinf(largest), zeros({}, x.dtype(), x.device()), largest);
      out = add(log(sum(exp(sub(x, largest)), dim, true)), largest);
      if (!keepdim) out = with_sizes(out, dropped_sizes(x.sizes(), reduced));
    }
  }
  return record<"self result dim keepdim">("LogsumexpBackward0", out, {x}, save(x, out), args(dim, keepdim),
                [](Saved s, const Tensor& g, Needs, const Dims& gone, bool kept) -> Grads<1> {
                  const Tensor in = s[0];
                  const Dims reduced_in = reduced_dims(gone, in.dim());
                  const auto restore = [&](const Tensor& r) { return restore_reduced(r, in.sizes(), reduced_in, kept); };
                  return {{mul(restore(g), exp(sub(in, restore(s[1]))))}};
                });
}

// ---- Truth

static Tensor truth(ReduceOp op, const Tensor& x, const OptDims& dim, bool keepdim) {
  // No dims at all mean all; an empty list means none.
  const Dims reduced = dim && dim->empty() ? Dims(x.dim(), 0) : reduced_dims(dim, x.dim());
  const Tensor out = reduce_out(op, x, reduced, keepdim, DType::Bool);
  return x.dtype() == DType::UInt8 ? to(out, DType::UInt8) : out;
}

Tensor any(const Tensor& x, const OptDims& dim, bool keepdim) { return truth(ReduceOp::any, x, dim, keepdim); }
Tensor all(const Tensor& x, const OptDims& dim, bool keepdim) { return truth(ReduceOp::all, x, dim, keepdim); }

// ---- The adjoint of broadcasting

Tensor sum_to(const Tensor& x, const Dims& sizes) {
  if (x.sizes() == sizes) return x;
  if (sizes.empty()) return sum(x);
  const int lead = x.dim() - sizes.size();
  Dims dims;
  for (int i = 0; i < x.dim(); ++i)
    if (i < lead || (sizes[i - lead] == 1 && x.size(i) != 1)) dims.push_back(i);
  Tensor r = dims.empty() ? x : sum(x, dims, true);
  return lead > 0 ? view(r, sizes) : r;
}

}  // namespace tg
