// Cutting a tensor along a dim into views.
#include "core/shape.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// ---- split, chunk: the views of one node

template <SavedNames names> static std::vector<Tensor> split_into(const char* node, const Tensor& x, int dim, int64_t dim_arg, Lengths lengths) {
  const ViewKind kind = g_grad_enabled ? ViewKind::MultiOutput : ViewKind::NoGrad;
  std::vector<Tensor> parts;
  int64_t at = 0;
  for (const int64_t length : lengths) {
    Dims sizes = x.sizes();
    sizes[dim] = length;
    parts.push_back(make_view(x, std::move(sizes), x.strides(), x->offset + at * x.strides()[dim], kind));
    at += length;
  }
  if (parts.empty()) return parts;
  return record<names>(node, std::move(parts), {x}, save(), args(Dims(x.sizes()), dim_arg, std::move(lengths), x.dtype()),
                [](Saved, std::span<const Tensor> g, Needs, const Dims& whole, int64_t d, const Lengths& counts, DType dtype) -> Grads<1> {
                  std::vector<Tensor> grads(g.begin(), g.end());
                  for (size_t i = 0; i < grads.size(); ++i) {
                    if (grads[i].defined()) continue;
                    Dims sizes = whole;
                    sizes[wrap_dim(d, sizes.size())] = counts[i];
                    grads[i] = zeros(sizes, dtype);
                  }
                  return {{cat(grads, d)}};
                });
}

// n parts of `length`, the last one shorter where it does not come out even.
static Lengths even_lengths(int64_t size, int64_t length) {
  Lengths lengths;
  for (int64_t at = 0; at < size; at += length) lengths.push_back(std::min(length, size - at));
  return lengths;
}

std::vector<Tensor> split(const Tensor& x, int64_t length, int64_t dim_arg) {
  TG_CHECK(x.dim() > 0, "split expects at least a 1-dimensional tensor");
  TG_CHECK(length >= 0, "split expects split_size be non-negative, but got split_size=", length);
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK(length > 0 || x.size(dim) == 0, "split_size can only be 0 if dimension size is 0, but got dimension size of ", x.size(dim));
  return split_into<"self_sym_sizes dim">("SplitBackward0", x, dim, dim_arg, x.size(dim) == 0 ? Lengths{0} : even_lengths(x.size(dim), length));
}

static std::string listed(const Lengths& lengths) {
  std::string text = "[";
  for (size_t i = 0; i < lengths.size(); ++i) text += (i ? ", " : "") + std::to_string(lengths[i]);
  return text + "]";
}

std::vector<Tensor> split(const Tensor& x, const Lengths& lengths, int64_t dim_arg) {
  TG_CHECK(x.dim() > 0, "split expects at least a 1-dimensional tensor");
  const int dim = wrap_dim(dim_arg, x.dim());
  int64_t left = x.size(dim);
  bool even = true;
  for (const int64_t length : lengths) {
    TG_CHECK(length >= 0, "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=", listed(lengths));
    even &= length <= left;
    left -= even ? length : 0;
  }
  TG_CHECK(even && left == 0, "split_with_sizes expects split_sizes to sum exactly to ", x.size(dim), " (input tensor's size at dimension ",
           dim, "), but got split_sizes=", listed(lengths));
  return split_into<"self_sym_sizes dim split_sizes">("SplitWithSizesBackward0", x, dim, dim_arg, lengths);
}

std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim_arg) {
  TG_CHECK(x.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  TG_CHECK(chunks > 0, "chunk expects `chunks` to be greater than 0, got: ", chunks);
  const int64_t size = x.size(wrap_dim(dim_arg, x.dim()));
  if (size == 0) return split(x, Lengths(static_cast<size_t>(chunks), 0), dim_arg);
  return split(x, size / chunks + (size % chunks != 0), dim_arg);
}

// ---- tensor_split and kin: slices

// Cuts before each index, as slices do: they may be negative, out of range and out of order.
std::vector<Tensor> tensor_split(const Tensor& x, const Lengths& indices, int64_t dim_arg) {
  TG_CHECK(x.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with ", x.dim(), " dims");
  const int dim = wrap_dim(dim_arg, x.dim());
  std::vector<Tensor> parts;
  int64_t start = 0;
  for (const int64_t end : indices) {
    parts.push_back(slice(x, dim, start, end, 1));
    start = end;
  }
  parts.push_back(slice(x, dim, start, x.size(dim), 1));
  return parts;
}

// Sections as even as can be, the longer ones first.
std::vector<Tensor> tensor_split(const Tensor& x, int64_t sections, int64_t dim_arg) {
  TG_CHECK(x.dim() > 0, "tensor_split expected at least a 1-dimensional tensor, but got a tensor with ", x.dim(), " dims");
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK(sections > 0, "number of sections must be larger than 0, got ", sections);
  const int64_t size = x.size(dim), least = size / sections, longer = size % sections;
  Lengths indices;
  for (int64_t i = 1, at = 0; i < sections; ++i) indices.push_back(at += least + (i <= longer));
  return tensor_split(x, indices, dim);
}

}  // namespace tg
