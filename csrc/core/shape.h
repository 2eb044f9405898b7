// Arithmetic on sizes and strides. Every product is checked: sizes come from users and from files.
#pragma once

#include <span>

#include "core/dims.h"

namespace tg {

int64_t checked_mul(int64_t a, int64_t b);
int64_t checked_numel(const Dims& sizes);  // throws for negative sizes and for products over int64
// Bytes from the start of the storage to the end of the last element; throws where they are over int64.
int64_t checked_bytes(const Dims& sizes, const Dims& strides, int64_t offset, int64_t itemsize);
Dims contiguous_strides(const Dims& sizes);
bool is_contiguous(const Dims& sizes, const Dims& strides);
// True iff the elements fill a block of memory exactly once, in whatever order of dims.
bool is_dense(const Dims& sizes, const Dims& strides);
// Strides of a gradient for a leaf with these: its own if it is dense, else row-major.
Dims strides_like(const Dims& sizes, const Dims& strides);

// Strides of a fresh result over operands with such strides (0 where broadcast): its dims in the order of theirs, the first
// operand that tells two dims apart deciding.
Dims iteration_strides(const Dims& sizes, std::span<const Dims> operands);

// -ndim <= d < ndim, else torch's IndexError; a 0-d tensor counts as one dim unless scalar_ok is false.
int wrap_dim(int64_t d, int ndim, bool scalar_ok = true);
Dims broadcast_shapes(const Dims& a, const Dims& b);
// sizes with one -1 replaced, for view and reshape.
Dims infer_size(const Dims& sizes, int64_t numel);
// Strides of a view of (sizes, strides) with shape `to`; false where only a copy can have that shape.
bool view_strides(const Dims& sizes, const Dims& strides, const Dims& to, Dims& out);
// Strides that repeat (sizes, strides) over `to`: zero in new and broadcast dims. Throws torch's expand error.
Dims expand_strides(const Dims& sizes, const Dims& strides, const Dims& to);
// True iff two index tuples may name one element (a dim of size > 1 with stride 0 and the like).
bool overlaps_itself(const Dims& sizes, const Dims& strides);

}  // namespace tg
