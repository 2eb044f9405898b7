// Row and column numbers of the lower and the upper triangle of a matrix.
#include <algorithm>

#include "ops/ops.h"

namespace tg {

using Wide = __int128;  // rows, columns and offsets are any 64-bit numbers

// Row r of the lower triangle holds columns [0, r + offset + 1), kept within the matrix: none before row `first`, all of
// them from row `full` on.
struct Lower {
  Lower(int64_t rows, int64_t cols, Wide offset)
      : first(std::clamp<Wide>(-offset, 0, rows)), full(std::clamp<Wide>(cols - offset - 1, first, rows)),
        numel((first + full + 2 * offset + 1) * (full - first) / 2 + (rows - full) * cols) {}
  Wide first, full, numel;
};

static Tensor triangle(const char* op, bool lower, int64_t rows, int64_t cols, int64_t offset_arg, DType dtype) {
  TG_CHECK(rows >= 0, "row must be non-negative, got", rows);
  TG_CHECK(cols >= 0, "col must be non-negative, got", cols);
  TG_CHECK_KIND(NotImplemented, dtype == DType::Int64 || dtype == DType::Int32, "\"", op, "\" not implemented for '", info(dtype).legacy, "'");
  const Wide offset = lower ? offset_arg : static_cast<Wide>(offset_arg) - 1;  // the upper triangle is what the lower leaves
  const Lower shape(rows, cols, offset);
  const Wide n = lower ? shape.numel : static_cast<Wide>(rows) * cols - shape.numel;
  TG_CHECK(n <= INT64_MAX / 16, op, ": the triangle of a ", rows, " x ", cols, " matrix has too many elements");
  const Tensor out = empty({2, static_cast<int64_t>(n)}, DType::Int64);
  if (n == 0) return to(out, dtype);
  int64_t *row = out.data<int64_t>(), *col = row + out.size(1);
  const int64_t begin = lower ? static_cast<int64_t>(shape.first) : 0, end = lower ? rows : static_cast<int64_t>(shape.full);
  for (int64_t r = begin; r < end; ++r) {
    const int64_t split = static_cast<int64_t>(std::clamp<Wide>(r + offset + 1, 0, cols));
    for (int64_t c = lower ? 0 : split; c < (lower ? split : cols); ++c) *row++ = r, *col++ = c;
  }
  return to(out, dtype);
}

Tensor tril_indices(int64_t rows, int64_t cols, int64_t offset, DType dtype) { return triangle("tril_indices", true, rows, cols, offset, dtype); }
Tensor triu_indices(int64_t rows, int64_t cols, int64_t offset, DType dtype) { return triangle("triu_indices", false, rows, cols, offset, dtype); }

}  // namespace tg
