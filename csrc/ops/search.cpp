// Where values stand among others: searchsorted, bucketize, isin; and how often: bincount.
#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

// sorted and values have one dtype; sorted is 1-D or has the leading dims of values.
static Tensor positions_in(const Tensor& sorted, const Tensor& values, bool right) {
  const Tensor out = empty(values.sizes(), DType::Int64, values.device()), s = contiguous(sorted), v = contiguous(values);
  launch(values.numel() * 16, [&](const View& o, const View& a, const View& b) { backend(out.device()).search(o, a, b, right); }, out, s, v);
  return out;
}

Tensor searchsorted(const Tensor& sorted_sequence, const Operand& input, bool out_int32, bool right, std::optional<std::string_view> side,
                    const Tensor& sorter) {
  constexpr const char* kName = "torch.searchsorted(): ";
  GradModeGuard no_grad(false);
  Tensor sorted = sorted_sequence, values = input;
  TG_CHECK(!side || *side == "left" || *side == "right", kName, "side can only be 'left' or 'right' but got ", side.value_or(""));
  TG_CHECK(!side || *side == "right" || !right, kName, "side and right can't be set to opposites, got side of left while right was True");
  TG_CHECK(sorted.dim() > 0, kName, "boundaries tensor should have positive dimension, but got 0 dimension");
  TG_CHECK(values.dim() > 0 || sorted.dim() == 1, kName, "input value can be a scalar only when boundaries tensor dimension is 1, but we got "
           "boundaries tensor dim(", sorted.dim(), ") and input value's dim(", values.dim(), ") numel(", values.numel(), ")");
  Dims lead_sorted = sorted.sizes(), lead_values = values.sizes();
  lead_sorted.resize(sorted.dim() - 1);
  if (values.dim() > 0) lead_values.resize(values.dim() - 1);
  TG_CHECK(sorted.dim() == 1 || lead_sorted == lead_values, kName, "boundaries tensor should be 1 dimension or the first N-1 dimensions of "
           "boundaries tensor and input value tensor must match, but we got boundaries tensor ", sorted.sizes(), " and input value tensor ",
           values.sizes());
  if (sorter.defined()) {
    TG_CHECK(sorter.sizes() == sorted.sizes(), kName, "boundary and sorter must have the same size, but got boundary tensor ", sorted.sizes(),
             "and got sorter tensor ", sorter.sizes());
    TG_CHECK(sorter.dtype() == DType::Int64, kName, "sorter must be a tensor of long dtype but got dtype ", info(sorter.dtype()).legacy);
    TG_CHECK(find_out_of_range(sorter, 0, sorted.size(sorted.dim() - 1)) < 0, kName, "sorter index out of range");
    sorted = gather(sorted, -1, sorter);
  }
  const DType d = result_type(sorted, values);
  TG_CHECK_KIND(NotImplemented, d != DType::Bool, "\"searchsorted_out_cpu\" not implemented for 'Bool'");
  const Tensor out = positions_in(to(sorted, d), to(values, d), right || (side && *side == "right"));
  return out_int32 ? to(out, DType::Int32) : out;
}

Tensor bucketize(const Operand& input, const Tensor& boundaries, bool out_int32, bool right) {
  TG_CHECK(boundaries.dim() == 1, "boundaries tensor must be 1 dimension, but got dim(", boundaries.dim(), ")");
  return searchsorted(boundaries, input, out_int32, right);
}

// Each element stands, if anywhere, where it would be inserted.
Tensor isin(const Operand& elements, const Operand& test_elements, bool assume_unique, bool invert) {
  (void)assume_unique;  // a hint
  GradModeGuard no_grad(false);
  for (const Operand* o : {&elements, &test_elements})
    TG_CHECK((*o)->impl()->dtype != DType::Bool, "Unsupported input type encountered for isin(): Bool");
  const DType d = result_type(elements, test_elements);
  const Tensor x = to(elements, d), among = std::get<0>(sort(reshape(to(test_elements, d), {-1}), 0));
  if (among.numel() == 0) return full(x.sizes(), invert, DType::Bool);
  const Tensor at = minimum(positions_in(among, x, false), among.numel() - 1);
  return invert ? ne(take(among, at), x) : eq(take(among, at), x);
}

Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minlength) {
  TG_CHECK_KIND(NotImplemented, is_integral(x.dtype()), "\"bincount_cpu\" not implemented for '", info(x.dtype()).legacy, "'");
  TG_CHECK(minlength >= 0, "minlength should be >= 0");
  if (x.dim() == 1 && x.numel() == 0) return zeros({minlength}, DType::Int64);
  const Tensor at = to(x, DType::Int64);
  TG_CHECK(x.dim() == 1 && find_out_of_range(at, 0, INT64_MAX) < 0, "bincount only supports 1-d non-negative integral inputs.");
  TG_CHECK(!weights.defined() || weights.sizes() == x.sizes(), "weights should be 1-d and have the same length as input");
  const int64_t n = std::max(largest_index(at) + 1, minlength);
  Tensor values = weights;
  {
    GradModeGuard no_grad(false);
    if (!weights.defined()) values = expand(scalar_tensor(1, DType::Int64), x.sizes());
    else if (!is_floating(weights.dtype())) values = to(weights, DType::Float64);
  }
  const Tensor out = zeros({n}, values.dtype());
  put_values(out, {at, Dims(), 0, 1}, values, ScatterOp::add);
  if (!weights.defined()) return out;
  return record("torch::autograd::NotImplemented", out, {weights}, save(), args(), [](Saved, const Tensor&, Needs) -> Grads<1> {
    fail(ErrorKind::Runtime, "derivative for aten::bincount is not implemented");
  });
}

}  // namespace tg
