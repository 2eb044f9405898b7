// What reductions share: which dims go, and the shapes around them.
#pragma once

#include "ops/ops.h"

namespace tg {

// A mark for each dim: 1 where it is reduced. No dims, or an empty list of them, mean all.
Dims reduced_dims(const OptDims& dim, int ndim);
Dims marked_dims(const Dims& reduced);                          // the marked ones as a list
Dims kept_sizes(const Dims& sizes, const Dims& reduced);        // reduced dims have size 1
Dims dropped_sizes(const Dims& sizes, const Dims& reduced);     // reduced dims are gone
double reduced_numel(const Dims& sizes, const Dims& reduced);   // how many elements make one result

// What sums and products add up in; and the elements as that, not a step in the graph (the engine casts gradients back).
inline DType sum_dtype(const Tensor& x, OptDType dtype) {
  return dtype.value_or(is_floating(x.dtype()) ? x.dtype() : DType::Int64);
}
Tensor cast_unrecorded(const Tensor& x, DType dtype);

// Throws torch's errors where an extreme of nothing is asked for.
void check_not_empty(const char* op, const Tensor& x, const OptDims& dim, ErrorKind without_dim = ErrorKind::Runtime);

// A fresh row-major result, seen with other sizes: with or without its reduced dims.
Tensor with_sizes(const Tensor& out, const Dims& sizes);
Tensor reduce_out(ReduceOp op, const Tensor& x, const Dims& reduced, bool keepdim, DType dtype);

// A result or its gradient with the reduced dims back as size 1; and spread over the input.
Tensor restore_reduced(const Tensor& g, const Dims& sizes, const Dims& reduced, bool keepdim);
Tensor expand_reduced(const Tensor& g, const Dims& sizes, const Dims& reduced, bool keepdim);

// The gradient of a result that stands in x: shared out evenly among the elements that equal it.
// g and y broadcast with x; NaN equals NaN where nan_equal.
Tensor share_among_equals(const Tensor& g, const Tensor& x, const Tensor& y, const Dims& reduced, bool nan_equal);

// The gradient of results picked from x at `index` along dim: zeros of the given sizes with g added at the index.
Tensor put_along(const Tensor& g, const Tensor& index, const Dims& sizes, int dim);
Tensor take_along(const Tensor& x, const Tensor& index, int dim);
// The same for a reduction along dim, whose results may have lost that dim.
Tensor pick_gradient(const Tensor& g, const Tensor& index, const Dims& sizes, int dim, bool keepdim);

}  // namespace tg
