// Views: other windows on the same storage. Each is one line of stride arithmetic and its inverse as the rule.
#include <algorithm>

#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/ops.h"

namespace tg {

// Notes on r, a window on x's storage, that it is a view of x.
static Tensor as_view(Tensor r, const Tensor& x, ViewKind kind = ViewKind::Normal) {
  TensorImpl* base = x->base ? x->base : x.impl();
  ++base->rc;
  r->base = base;
  r->view_version = r->storage->version;
  r->view_kind = kind != ViewKind::Normal ? kind : g_grad_enabled ? x->view_kind == ViewKind::MultiOutput ? ViewKind::MultiOutput : ViewKind::Normal : ViewKind::NoGrad;
  r->inference = x->inference;
  return r;
}

Tensor make_view(const Tensor& x, Dims sizes, Dims strides, int64_t offset, ViewKind kind) {
  return as_view(make_tensor(x->storage, x.dtype(), std::move(sizes), std::move(strides), offset), x, kind);
}

Tensor detach(const Tensor& x) {
  Tensor r = make_tensor(x->storage, x.dtype(), x.sizes(), x.strides(), x->offset);
  r->inference = x->inference;
  return r;
}

Tensor with_strides(const Tensor& x, const Dims& strides) {
  if (x.strides() == strides) return x;
  Tensor out = empty_strided(x.sizes(), strides, x.dtype(), x.device());
  {
    GradModeGuard no_grad(false);
    copy_(out, x);
    out->storage->version = 0;
  }
  return record("CloneBackward0", out, {x}, save(), args(), [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}

// ---- as_strided and its adjoint. `offset` counts from the input's first element; both lay tensors out by its strides.

// x laid out by strides that may leave gaps, which are zero: a window may look into them.
static Tensor without_garbage(const Tensor& x, const Dims& strides) {
  if (is_dense(x.sizes(), strides)) return with_strides(x, strides);
  const Tensor out = empty_strided(x.sizes(), strides, x.dtype(), x.device());
  {
    GradModeGuard no_grad(false);
    zero_(make_tensor(out->storage, out.dtype(), {static_cast<int64_t>(out->storage->nbytes) / itemsize(out.dtype())}, {1}, 0));
    copy_data(out, x);
    out->storage->version = 0;
  }
  return record("CloneBackward0", out, {x}, save(), args(), [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}

static Tensor strided_window(const Tensor& x, const Dims& in_strides, const Dims& sizes, const Dims& strides, int64_t offset) {
  const Tensor laid = without_garbage(x, in_strides);
  return as_strided(laid, sizes, strides, laid->offset + offset);
}

static Tensor strided_window_adjoint(const Tensor& g, const Dims& in_sizes, const Dims& in_strides, const Dims& strides, int64_t offset) {
  Tensor out = empty_strided(in_sizes, in_strides, g.dtype(), g.device());
  {
    GradModeGuard no_grad(false);
    // Over the storage's elements in a row, so that gaps and overlaps are both right.
    const int64_t span = static_cast<int64_t>(out->storage->nbytes) / itemsize(g.dtype());
    Tensor flat = make_tensor(out->storage, out.dtype(), {span}, {1}, 0);
    zero_(flat);
    if (!overlaps_itself(g.sizes(), strides)) {
      copy_(make_tensor(out->storage, out.dtype(), g.sizes(), strides, offset), g);
    } else {
      const Tensor positions = as_strided(arange(0, span, 1, DType::Int64), g.sizes(), strides, offset);
      index_add_(flat, 0, reshape(positions, {-1}), reshape(g, {-1}));
    }
    out->storage->version = 0;
  }
  return record("AsStridedBackward0", out, {g}, save(), args(in_strides, Dims(g.sizes()), strides, offset),
                [](Saved, const Tensor& gg, Needs, const Dims& laid, const Dims& sizes, const Dims& steps, int64_t start) -> Grads<1> {
                  return {{strided_window(gg, laid, sizes, steps, start)}};
                });
}

static Tensor record_as_strided(const Tensor& out, const Tensor& x) {
  return record("AsStridedBackward0", out, {x}, save(), args(Dims(x.sizes()), Dims(x.strides()), Dims(out.strides()), out->offset - x->offset),
                [](Saved, const Tensor& g, Needs, const Dims& in_sizes, const Dims& in_strides, const Dims& strides,
                   int64_t offset) -> Grads<1> {
                  return {{strided_window_adjoint(g, in_sizes, in_strides, strides, offset)}};
                });
}

Tensor as_strided(const Tensor& x, const Dims& sizes, const Dims& strides, int64_t offset) {
  TG_CHECK(sizes.size() == strides.size(), "mismatch in length of strides and shape");
  return record_as_strided(make_view(x, sizes, strides, offset), x);
}

void set_as_strided_history(const Tensor& view, const Tensor& base) {
  GradModeGuard grad(true);
  record_as_strided(view, base);
}

Tensor as_strided_scatter(const Tensor& x, const Tensor& src, const Dims& sizes, const Dims& strides, int64_t offset) {
  Tensor out = empty_strided(x.sizes(), x.strides(), x.dtype(), x.device());
  const int64_t relative = offset - x->offset;
  {
    GradModeGuard no_grad(false);
    copy_(out, x);
    copy_(make_tensor(out->storage, out.dtype(), sizes, strides, relative), src);
    out->storage->version = 0;
  }
  return record("AsStridedScatterBackward0", out, {x, src}, save(), args(sizes, strides, relative, Dims(x.strides())),
                [](Saved, const Tensor& g, Needs n, const Dims& window, const Dims& steps, int64_t start, const Dims& in_strides) -> Grads<2> {
                  const Tensor laid = with_strides(g, in_strides);
                  return {{n[0] ? as_strided_scatter(laid, zeros(window, g.dtype(), g.device()), window, steps, laid->offset + start) : Tensor(),
                           n[1] ? strided_window(g, in_strides, window, steps, start) : Tensor()}};
                });
}

// ---- Shapes

Tensor alias(const Tensor& x) {
  return record("AliasBackward0", make_view(x, x.sizes(), x.strides(), x->offset), {x}, save(), args(),
                [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}

static Tensor reshaped_view(const char* node, const Tensor& x, Dims sizes, Dims strides) {
  return record<"self_sym_sizes">(node, make_view(x, std::move(sizes), std::move(strides), x->offset), {x}, save(), args(Dims(x.sizes())),
                [](Saved, const Tensor& g, Needs, const Dims& in) -> Grads<1> { return {{reshape(g, in)}}; });
}

Tensor view(const Tensor& x, const Dims& sizes) {
  Dims to = infer_size(sizes, x.numel()), strides;
  TG_CHECK(view_strides(x.sizes(), x.strides(), to, strides), "view size is not compatible with input tensor's size and "
           "stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.");
  return reshaped_view("ViewBackward0", x, std::move(to), std::move(strides));
}

// A view of fresh memory that nobody else sees: torch does not count it as a view.
Tensor unsafe_view(const Tensor& x, const Dims& sizes) {
  Dims to = infer_size(sizes, x.numel()), strides;
  TG_CHECK(view_strides(x.sizes(), x.strides(), to, strides), "unsafe_view: not viewable");
  return record<"self_sym_sizes">("UnsafeViewBackward0", make_tensor(x->storage, x.dtype(), std::move(to), std::move(strides), x->offset), {x}, save(),
                args(Dims(x.sizes())),
                [](Saved, const Tensor& g, Needs, const Dims& in) -> Grads<1> { return {{reshape(g, in)}}; });
}

Tensor reshape(const Tensor& x, const Dims& sizes) {
  Dims to = infer_size(sizes, x.numel()), strides;
  if (view_strides(x.sizes(), x.strides(), to, strides))
    return reshaped_view(x.is_contiguous() ? "ViewBackward0" : "ReshapeAliasBackward0", x, std::move(to), std::move(strides));
  Tensor copy = empty(x.sizes(), x.dtype(), x.device());
  {
    GradModeGuard no_grad(false);
    copy_(copy, x);
    copy->storage->version = 0;
  }
  copy = record("CloneBackward0", copy, {x}, save(), args(), [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
  return unsafe_view(copy, to);
}

Tensor expand(const Tensor& x, const Dims& sizes) {
  Dims to = sizes;
  TG_CHECK(to.size() >= x.dim(), "expand(torch.", info(x.dtype()).legacy, "Tensor{", x.sizes(), "}, size=", sizes,
           "): the number of sizes provided (", sizes.size(), ") must be greater or equal to the number of dimensions in "
           "the tensor (", x.dim(), ")");
  const int lead = to.size() - x.dim();
  for (int i = 0; i < to.size(); ++i) {
    if (to[i] != -1) continue;
    TG_CHECK(i >= lead, "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ", i);
    to[i] = x.size(i - lead);
  }
  Dims strides = expand_strides(x.sizes(), x.strides(), to);
  for (const int64_t n : to) TG_CHECK(n >= 0, "numel: integer multiplication overflow");  // torch's words for a negative size
  return record<"self_sym_sizes">("ExpandBackward0", make_view(x, std::move(to), std::move(strides), x->offset), {x}, save(), args(Dims(x.sizes())),
                [](Saved, const Tensor& g, Needs, const Dims& in) -> Grads<1> { return {{sum_to(g, in)}}; });
}

Tensor unsqueeze(const Tensor& x, int64_t dim) {
  const int d = wrap_dim(dim, x.dim() + 1);
  Dims sizes = x.sizes(), strides = x.strides();
  strides.insert(d, d < x.dim() ? x.size(d) * x.strides()[d] : 1);
  sizes.insert(d, 1);
  return record<"dim">("UnsqueezeBackward0", make_view(x, std::move(sizes), std::move(strides), x->offset), {x}, save(), args(dim),
                [](Saved, const Tensor& g, Needs, int64_t at) -> Grads<1> { return {{squeeze(g, Dims{at})}}; });
}

static Tensor squeezed(const Tensor& x, const Dims& dims) {
  Dims sizes, strides;
  for (int i = 0; i < x.dim(); ++i) {
    const bool named = std::find(dims.begin(), dims.end(), i) != dims.end();
    if (x.size(i) == 1 && named) continue;
    sizes.push_back(x.size(i));
    strides.push_back(x.strides()[i]);
  }
  return make_view(x, std::move(sizes), std::move(strides), x->offset);
}

static Dims wrapped(const Dims& dims, int ndim) {
  Dims r = dims;
  for (int64_t* d = r.begin(); d != r.end(); ++d) {
    *d = wrap_dim(*d, ndim);
    TG_CHECK(std::find(r.begin(), d, *d) == d, "dim ", *d, " appears multiple times in the list of dims");
  }
  return r;
}

Tensor unsqueezed(const Tensor& g, const Dims& sizes, const Dims& dims) {
  Tensor r = g;
  for (int i = 0; i < sizes.size(); ++i)
    if (sizes[i] == 1 && std::find(dims.begin(), dims.end(), i) != dims.end()) r = unsqueeze(r, i);
  return r;
}

static Dims all_dims(int ndim) {
  Dims all(ndim);
  for (int i = 0; i < ndim; ++i) all[i] = i;
  return all;
}

Tensor squeeze(const Tensor& x) {
  return record<"self_sym_sizes">("SqueezeBackward0", squeezed(x, all_dims(x.dim())), {x}, save(), args(Dims(x.sizes())),
                [](Saved, const Tensor& g, Needs, const Dims& in) -> Grads<1> { return {{unsqueezed(g, in, all_dims(in.size()))}}; });
}

Tensor squeeze(const Tensor& x, const Dims& dims) {
  const Tensor out = squeezed(x, wrapped(dims, x.dim()));
  if (dims.size() == 1)
    return record<"self_sym_sizes dim">("SqueezeBackward1", out, {x}, save(), args(Dims(x.sizes()), dims[0]),
                  [](Saved, const Tensor& g, Needs, const Dims& in, int64_t dim) -> Grads<1> { return {{unsqueezed(g, in, {wrap_dim(dim, in.size())})}}; });
  return record<"self_sym_sizes dim">("SqueezeBackward2", out, {x}, save(), args(Dims(x.sizes()), dims),
                [](Saved, const Tensor& g, Needs, const Dims& in, const Dims& gone) -> Grads<1> { return {{unsqueezed(g, in, wrapped(gone, in.size()))}}; });
}

// ---- Orders of dims

static Tensor transposed(const Tensor& x, int a, int b) { return as_view(make_transposed(x, a, b), x); }

Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  const int a = wrap_dim(dim0, x.dim()), b = wrap_dim(dim1, x.dim());
  return record<"dim0 dim1">("TransposeBackward0", transposed(x, a, b), {x}, save(), args(dim0, dim1),
                [](Saved, const Tensor& g, Needs, int64_t i, int64_t j) -> Grads<1> { return {{transpose(g, i, j)}}; });
}

Tensor t(const Tensor& x) {
  TG_CHECK(x.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is ", x.dim(), "D");
  return record("TBackward0", transposed(x, 0, x.dim() < 2 ? 0 : 1), {x}, save(), args(),
                [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{t(g)}}; });
}

Tensor permute(const Tensor& x, const Dims& dims) {
  TG_CHECK(dims.size() == x.dim(), "permute(sparse_coo): number of dimensions in the tensor input does not match the "
           "length of the desired ordering of dimensions i.e. input.dim() = ", x.dim(), " is not equal to len(dims) = ", dims.size());
  Dims order(x.dim()), sizes(x.dim()), strides(x.dim()), seen(x.dim(), 0);
  for (int i = 0; i < x.dim(); ++i) {
    const int d = wrap_dim(dims[i], x.dim());
    TG_CHECK(!seen[d], "permute(): duplicate dims are not allowed.");
    seen[d] = 1;
    order[i] = d;
    sizes[i] = x.size(d);
    strides[i] = x.strides()[d];
  }
  return record<"dims">("PermuteBackward0", make_view(x, std::move(sizes), std::move(strides), x->offset), {x}, save(), args(dims),
                [](Saved, const Tensor& g, Needs, const Dims& forward) -> Grads<1> {
                  Dims inverse(forward.size());
                  for (int i = 0; i < forward.size(); ++i) inverse[wrap_dim(forward[i], forward.size())] = i;
                  return {{permute(g, inverse)}};
                });
}

// ---- Parts

// zeros with g at one part: the adjoint of select and slice.
static Tensor select_adjoint(const Tensor& g, const Dims& sizes, int64_t dim, int64_t index) {
  Tensor out = zeros(sizes, g.dtype(), g.device());
  {
    GradModeGuard no_grad(false);
    copy_(select(out, dim, index), g);
    out->storage->version = 0;
  }
  return record("SelectBackward0", out, {g}, save(), args(dim, index),
                [](Saved, const Tensor& gg, Needs, int64_t d, int64_t i) -> Grads<1> { return {{select(gg, d, i)}}; });
}

Tensor select(const Tensor& x, int64_t dim, int64_t index) {
  TG_CHECK_INDEX(x.dim() > 0, "select() cannot be applied to a 0-dim tensor.");
  const int d = wrap_dim(dim, x.dim());
  TG_CHECK_INDEX(index >= -x.size(d) && index < x.size(d), "select(): index ", index, " out of range for tensor of size ",
                 x.sizes(), " at dimension ", d);
  const int64_t i = index < 0 ? index + x.size(d) : index;
  Dims sizes = x.sizes(), strides = x.strides();
  const int64_t offset = x->offset + i * strides[d];
  sizes.erase(d);
  strides.erase(d);
  return record<"self_sym_sizes dim index">("SelectBackward0", make_view(x, std::move(sizes), std::move(strides), offset), {x}, save(), args(Dims(x.sizes()), dim, index),
                [](Saved, const Tensor& g, Needs, const Dims& in, int64_t at, int64_t nr) -> Grads<1> {
                  return {{select_adjoint(g, in, at, nr)}};
                });
}

static Tensor slice_adjoint(const Tensor& g, const Dims& sizes, int64_t dim, int64_t start, int64_t end, int64_t step) {
  Tensor out = zeros(sizes, g.dtype(), g.device());
  {
    GradModeGuard no_grad(false);
    copy_(slice(out, dim, start, end, step), g);
    out->storage->version = 0;
  }
  return record("SliceBackward0", out, {g}, save(), args(dim, start, end, step),
                [](Saved, const Tensor& gg, Needs, int64_t at, int64_t from, int64_t to, int64_t by) -> Grads<1> {
                  return {{slice(gg, at, from, to, by)}};
                });
}

Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step) {
  TG_CHECK(x.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  const int d = wrap_dim(dim, x.dim());
  TG_CHECK(step > 0, "slice step must be positive");
  const int64_t n = x.size(d);
  const auto clip = [n](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + n : i, 0, n); };
  const int64_t b = clip(start), e = std::max(clip(end), b);
  Dims sizes = x.sizes(), strides = x.strides();
  const int64_t offset = x->offset + b * strides[d];
  // As torch computes it: of steps near 2**63 the size turns negative, which is refused with the view.
  int64_t padded = 0, stride = 0;
  if (__builtin_add_overflow(e - b, step - 1, &padded)) padded = INT64_MIN;
  sizes[d] = padded / step;
  const bool overflow = __builtin_mul_overflow(strides[d], step, &stride);
  TG_CHECK(!overflow || sizes[d] <= 1, "Storage size calculation overflowed with sizes=", sizes, " and strides=", strides);
  strides[d] = overflow ? strides[d] : stride;
  return record<"self_sym_sizes dim start end step">("SliceBackward0", make_view(x, std::move(sizes), std::move(strides), offset), {x}, save(),
                args(Dims(x.sizes()), dim, start, end, step),
                [](Saved, const Tensor& g, Needs, const Dims& in, int64_t at, int64_t from, int64_t to, int64_t by) -> Grads<1> {
                  return {{slice_adjoint(g, in, at, from, to, by)}};
                });
}

Tensor narrow(const Tensor& x, int64_t dim_arg, int64_t start, int64_t length) {
  TG_CHECK(x.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  TG_CHECK(length >= 0, "narrow(): length must be non-negative.");
  const int dim = wrap_dim(dim_arg, x.dim());
  const int64_t n = x.size(dim);
  TG_CHECK_INDEX(start >= -n && start <= n, "start out of range (expected to be in range of [", -n, ", ", n, "], but got ", start, ")");
  const int64_t from = start < 0 ? start + n : start;
  TG_CHECK(length <= n - from, "start (", from, ") + length (", length, ") exceeds dimension size (", n, ").");
  return slice(x, dim_arg, from, from + length, 1);
}

}  // namespace tg
