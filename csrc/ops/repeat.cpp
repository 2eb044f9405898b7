// Repetitions of a tensor: of the whole (repeat, tile), and of each element (repeat_interleave).
#include <algorithm>

#include "core/shape.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// ---- repeat

// The adjoint: the copies of each element added up.
static Tensor sum_copies(const Tensor& g, const Dims& sizes, const Dims& times) {
  if (std::find(times.begin(), times.end(), 0) != times.end()) return zeros(sizes, g.dtype(), g.device());
  const int lead = times.size() - sizes.size();
  Tensor r = g;
  for (int i = 0; i < lead; ++i) r = sum(r, Dims{0});
  Dims apart, copies;  // each dim as (times, size)
  for (int d = 0; d < sizes.size(); ++d) {
    if (times[lead + d] != 1) {
      copies.push_back(apart.size());
      apart.push_back(times[lead + d]);
    }
    apart.push_back(sizes[d]);
  }
  return copies.empty() ? r : sum(reshape(r, apart), copies);
}

Tensor repeat(const Tensor& x, const Dims& times) {
  TG_CHECK(times.size() >= x.dim(), "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
  const int lead = times.size() - x.dim();
  Dims sizes(times.size());
  for (int d = 0; d < sizes.size(); ++d) {
    const int64_t n = d < lead ? 1 : x.size(d - lead);
    const bool overflow = __builtin_mul_overflow(times[d], n, &sizes[d]);  // torch stumbles over what is left of the product
    TG_CHECK(!overflow, "maximum size for tensor at dimension ", d, " is ", sizes[d], " but size is ", n);
  }
  const Tensor out = empty(sizes, x.dtype(), x.device());
  if (out.numel() > 0) {
    Dims apart, to, from;  // the copies as dims of their own, where x stands still
    for (int d = 0; d < sizes.size(); ++d) {
      const int64_t n = d < lead ? 1 : x.size(d - lead), stride = out.strides()[d];
      if (times[d] != 1 || d < lead) {
        apart.push_back(times[d]);
        to.push_back(n * stride);
        from.push_back(0);
      }
      if (d < lead) continue;
      apart.push_back(n);
      to.push_back(stride);
      from.push_back(x.strides()[d - lead]);
    }
    launch(out.numel(), [&](const View& o, const View& v) { backend(x.device()).copy(o, v); },
           make_tensor(out->storage, x.dtype(), apart, to, 0), make_tensor(x->storage, x.dtype(), apart, from, x->offset));
  }
  return record<"self_sym_sizes repeats">("RepeatBackward0", out, {x}, save(), args(Dims(x.sizes()), times),
                [](Saved, const Tensor& g, Needs, const Dims& in, const Dims& by) -> Grads<1> { return {{sum_copies(g, in, by)}}; });
}

Tensor tile(const Tensor& x, const Dims& times) {
  Dims full(std::max(x.dim() - times.size(), 0), 1);
  for (const int64_t n : times) full.push_back(n);
  return repeat(x, full);
}

// ---- repeat_interleave

Tensor repeat_interleave(const Tensor& input, int64_t times, std::optional<int64_t> dim_arg, std::optional<int64_t> output_size) {
  const Tensor x = dim_arg ? input : flatten(input);
  TG_CHECK(times >= 0, "Repeats must be non-negative");
  const int dim = wrap_dim(dim_arg.value_or(0), x.dim());
  Dims sizes = x.sizes();
  sizes.insert(std::min(dim + 1, x.dim()), times);
  const Tensor spread = expand(unsqueeze(x, dim + 1), sizes);
  const int64_t expected = checked_mul(times, x.size(dim));
  TG_CHECK(!output_size || *output_size == expected, "repeat_interleave: Invalid output_size, expected ", expected, " but got ",
           output_size.value_or(0));
  return flatten(contiguous(clone(spread)), dim, dim + 1);
}

// The number of each position, as often as `repeats` says.
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size) {
  TG_CHECK(repeats.dim() == 1, "repeat_interleave only accept 1D vector as repeat");
  TG_CHECK_KIND(NotImplemented, repeats.dtype() == DType::Int64 || repeats.dtype() == DType::Int32,
                "\"repeat_interleave_cpu\" not implemented for '", info(repeats.dtype()).legacy, "'");
  GradModeGuard no_grad(false);
  if (repeats.numel() == 0) return empty({0}, repeats.dtype(), repeats.device());
  TG_CHECK(!item(any(lt(repeats, 0))).to_bool(), "repeats can not be negative");
  const Tensor ends = cumsum(repeats, 0);
  const int64_t total = item(select(ends, 0, -1)).to_int();
  TG_CHECK(!output_size || *output_size == total, "allocated size does not match required size");
  // A position counts the ends at or before it. One past the last position takes those of trailing zeros too.
  const Tensor counts = zeros({total + 1}, DType::Int64, repeats.device());
  index_add_(counts, 0, ends, ones_like(ends));
  return to(slice(cumsum(counts, 0), 0, 0, total, 1), repeats.dtype(), true);
}

Tensor repeat_interleave(const Tensor& input, const Tensor& repeats, std::optional<int64_t> dim_arg, std::optional<int64_t> output_size) {
  const Tensor x = dim_arg ? input : flatten(input);
  const int dim = wrap_dim(dim_arg.value_or(0), x.dim());
  const int64_t n = x.dim() == 0 ? 1 : x.size(dim);
  TG_CHECK(repeats.dim() <= 1, "repeats must be 0-dim or 1-dim tensor");
  TG_CHECK(repeats.numel() == 1 || repeats.numel() == n, "repeats must have the same size as input along dim, but got repeats.size(0) = ",
           repeats.numel(), " and input.size(", dim, ") = ", n);
  const Tensor each = repeats.numel() == 1 ? expand(reshape(repeats, {1}), {n}) : repeats;
  return index_select(x, dim, repeat_interleave(each, output_size));
}

}  // namespace tg
