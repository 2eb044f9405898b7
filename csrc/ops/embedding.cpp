// Look-up tables: rows of a weight by index, and rows of the identity (one_hot).
#include "core/shape.h"
#include "ops/index.h"

namespace tg {

static Tensor rows_named(const Tensor& indices) {
  TG_CHECK(indices.dtype() == DType::Int64 || indices.dtype() == DType::Int32, "Expected tensor for argument #1 'indices' to have one of the "
           "following scalar types: Long, Int; but got torch.", info(indices.dtype()).legacy, "Tensor instead (while checking arguments for embedding)");
  return to(indices, DType::Int64);
}

// The row padding_idx gets no gradient; -1: every row does.
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx) {
  TG_CHECK(weight.dim() == 2, "'weight' must be 2-D");
  const Tensor at = rows_named(indices);
  TG_CHECK_INDEX(find_out_of_range(at, 0, weight.size(0)) < 0, "index out of range in self");
  const Place p{at, Dims(), 0, 1};
  Dims sizes = indices.sizes();
  sizes.push_back(weight.size(1));
  const Tensor out = empty(sizes, weight.dtype(), weight.device());
  read_values(out, weight, p);
  return record<"indices padding_idx">("EmbeddingBackward0", out, {weight}, save(indices), args(padding_idx, Dims(weight.sizes())),
                [](Saved s, const Tensor& g, Needs, int64_t padding, const Dims& in) -> Grads<1> {
                  const Tensor r = spread(g, {rows_named(s[0]), Dims(), 0, 1}, in);
                  if (padding < 0 || padding >= in[0]) return {{r}};
                  return {{cleared(r, {scalar_tensor(padding, DType::Int64), Dims(), 0, 1})}};
                });
}

Tensor one_hot(const Tensor& x, int64_t num_classes) {
  TG_CHECK(x.dtype() == DType::Int64, "one_hot is only applicable to index tensor of type LongTensor.");
  TG_CHECK(x.numel() > 0 || num_classes > 0, "Can not infer total number of classes from empty tensor.");
  Dims sizes = x.sizes();
  if (x.numel() > 0) {
    TG_CHECK(find_out_of_range(x, 0, INT64_MAX) < 0, "Class values must be non-negative.");
    const int64_t largest = largest_index(x);
    if (num_classes == -1) num_classes = largest + 1;
    TG_CHECK(num_classes > largest, "Class values must be smaller than num_classes.");
  }
  sizes.push_back(num_classes);
  const Tensor out = zeros(sizes, DType::Int64);
  if (x.numel() > 0) scatter_(out, -1, unsqueeze(x, -1), 1);
  out->storage->version = 0;
  return out;
}

}  // namespace tg
