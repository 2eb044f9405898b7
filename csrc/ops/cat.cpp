// Joining tensors: cat, stack, and the forms that first give their parts more dims.
#include "core/shape.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// Writes a part into the window of out that begins at `offset`.
static void copy_part(const Tensor& out, const Dims& strides, int64_t offset, const Tensor& part) {
  if (part.numel() == 0) return;
  launch(part.numel(), [&](const View& o, const View& v) { backend(out.device()).copy(o, v); },
         make_tensor(out->storage, out.dtype(), part.sizes(), strides, offset), part);
}

static std::vector<In> inputs_of(TensorList parts) { return {parts.begin(), parts.end()}; }

// ---- cat

// Vectors without elements may stand among parts of any rank, and do not count.
static bool is_nothing(const Tensor& part) { return part.dim() == 1 && part.numel() == 0; }

static void check_matches(const Tensor& part, size_t nr, const Tensor& first, int dim) {
  TG_CHECK(part.dim() == first.dim(), "Tensors must have same number of dimensions: got ", first.dim(), " and ", part.dim());
  for (int d = 0; d < part.dim(); ++d)
    TG_CHECK(d == dim || part.size(d) == first.size(d), "Sizes of tensors must match except in dimension ", dim, ". Expected size ",
             first.size(d), " but got size ", part.size(d), " for tensor number ", nr, " in the list.");
}

Tensor cat(TensorList parts, int64_t dim_arg) {
  TG_CHECK_VALUE(!parts.empty(), "torch.cat(): expected a non-empty list of Tensors");
  const Tensor* first = nullptr;
  for (size_t i = 0; i < parts.size(); ++i) {
    TG_CHECK(parts[i].dim() > 0, "zero-dimensional tensor (at position ", i, ") cannot be concatenated");
    if (!first && !is_nothing(parts[i])) first = &parts[i];
  }
  if (!first) first = &parts[0];
  const int dim = wrap_dim(dim_arg, first->dim());

  Dims sizes = first->sizes();
  sizes[dim] = 0;
  Lengths lengths;  // -1: a part that does not count
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool counts = !is_nothing(parts[i]);
    lengths.push_back(counts ? parts[i].size(dim) : -1);
    if (!counts) continue;
    check_matches(parts[i], i, *first, dim);
    TG_CHECK(!__builtin_add_overflow(sizes[dim], parts[i].size(dim), &sizes[dim]), "cat(): the result is too large");
  }
  const Tensor out = empty(sizes, result_type(parts), first->device());
  int64_t offset = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    copy_part(out, out.strides(), offset, parts[i]);
    if (lengths[i] > 0) offset += lengths[i] * out.strides()[dim];
  }
  return record<"dim">("CatBackward0", out, inputs_of(parts), save(), args(dim_arg, std::move(lengths)),
                [](Saved, const Tensor& g, Needs n, int64_t d, const Lengths& counts) -> GradList {
                  GradList grads;
                  int64_t at = 0;
                  for (const int64_t count : counts) {
                    const bool needed = n[grads.size()];
                    grads.push_back(!needed ? Tensor() : count < 0 ? zeros({0}, g.dtype(), g.device()) : slice(g, d, at, at + count, 1));
                    at += std::max<int64_t>(count, 0);
                  }
                  return grads;
                });
}

// ---- stack

Tensor stack(TensorList parts, int64_t dim_arg) {
  TG_CHECK(!parts.empty(), "stack expects a non-empty TensorList");
  const int dim = wrap_dim(dim_arg, parts[0].dim() + 1);
  for (size_t i = 1; i < parts.size(); ++i)
    TG_CHECK(parts[i].sizes() == parts[0].sizes(), "stack expects each tensor to be equal size, but got ", parts[0].sizes(),
             " at entry 0 and ", parts[i].sizes(), " at entry ", i);
  Dims sizes = parts[0].sizes();
  sizes.insert(dim, static_cast<int64_t>(parts.size()));
  const Tensor out = empty(sizes, result_type(parts), parts[0].device());
  Dims strides = out.strides();
  strides.erase(dim);
  for (size_t i = 0; i < parts.size(); ++i) copy_part(out, strides, static_cast<int64_t>(i) * out.strides()[dim], parts[i]);
  return record<"dim">("StackBackward0", out, inputs_of(parts), save(), args(dim_arg, static_cast<int64_t>(parts.size())),
                       [](Saved, const Tensor& g, Needs n, int64_t d, int64_t count) -> GradList {
    GradList grads;
    for (int64_t i = 0; i < count; ++i) grads.push_back(n[static_cast<size_t>(i)] ? select(g, d, i) : Tensor());
    return grads;
  });
}

// ---- Parts with at least so many dims

template <class F> static std::vector<Tensor> each(const char* op, TensorList parts, F widen) {
  TG_CHECK(!parts.empty(), op, " expects a non-empty TensorList");
  std::vector<Tensor> wide;
  for (const Tensor& part : parts) wide.push_back(widen(part));
  return wide;
}

static Tensor row(const Tensor& x) { return x.dim() == 0 ? reshape(x, {1, 1}) : x.dim() == 1 ? unsqueeze(x, 0) : x; }

Tensor hstack(TensorList parts) {
  const auto wide = each("hstack", parts, [](const Tensor& x) { return x.dim() == 0 ? reshape(x, {1}) : x; });
  return cat(wide, wide[0].dim() == 1 ? 0 : 1);
}

Tensor vstack(TensorList parts) { return cat(each("vstack", parts, row), 0); }

Tensor dstack(TensorList parts) {
  return cat(each("dstack", parts, [](const Tensor& x) {
    return x.dim() == 0 ? reshape(x, {1, 1, 1}) : x.dim() < 3 ? unsqueeze(row(x), 2) : x;
  }), 2);
}

Tensor column_stack(TensorList parts) {
  return hstack(each("column_stack", parts, [](const Tensor& x) { return x.dim() <= 1 ? reshape(x, {x.numel(), 1}) : x; }));
}

}  // namespace tg
