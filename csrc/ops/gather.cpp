// gather and scatter: an index as long as the result (or the source) picks a position along one dim for every element.
#include <algorithm>

#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

// ---- Checks

static void check_index_dtype(const char* op, const Tensor& index) {
  TG_CHECK(index.numel() == 0 || index.dtype() == DType::Int64 || index.dtype() == DType::Int32, op, "(): Expected dtype int32/int64 for index");
}

static int at_least_1d(const Tensor& t) { return std::max(t.dim(), 1); }
static int64_t size_at(const Tensor& t, int d) { return t.dim() == 0 ? 1 : t.size(d); }

static void check_positions(const Tensor& index, const Tensor& self, int dim) {
  const int64_t n = size_at(self, dim), bad = find_out_of_range(index, 0, n);
  TG_CHECK(bad < 0, "index ", index_at(index, bad), " is out of bounds for dimension ", dim, " with size ", n);
}

static void check_gather(const Tensor& x, const Tensor& index, int dim) {
  check_index_dtype("gather", index);
  if (index.numel() == 0) return;
  TG_CHECK(at_least_1d(index) == at_least_1d(x), "Index tensor must have the same number of dimensions as input tensor");
  for (int d = 0; d < x.dim(); ++d)
    TG_CHECK(d == dim || size_at(index, d) <= x.size(d), "Size does not match at dimension ", d, " expected index ", index.sizes(),
             " to be no larger than self ", x.sizes(), " apart from dimension ", dim);
}

// src is undefined where a number is scattered.
static void check_scatter(const Tensor& self, const Tensor& index, const Tensor& src, int dim) {
  TG_CHECK(!src.defined() || src.dtype() == self.dtype(), "scatter(): Expected self.dtype to be equal to src.dtype");
  check_index_dtype("scatter", index);
  if (index.numel() == 0) return;
  TG_CHECK(at_least_1d(index) == at_least_1d(self), "Index tensor must have the same number of dimensions as self tensor");
  bool fits = true;
  for (int d = 0; d < at_least_1d(self); ++d) fits &= d == dim || size_at(index, d) <= size_at(self, d);
  if (!src.defined()) {
    TG_CHECK(fits, "Expected index ", index.sizes(), " to be no larger than self ", self.sizes(), " apart from dimension ", dim);
    return;
  }
  for (int d = 0; fits && d < at_least_1d(self); ++d) fits &= size_at(index, d) <= size_at(src, src.dim() == 0 ? d : wrap_dim(d, src.dim()));
  TG_CHECK(at_least_1d(index) == at_least_1d(src), "Index tensor must have the same number of dimensions as src tensor");
  TG_CHECK(fits, "Expected index ", index.sizes(), " to be no larger than self ", self.sizes(), " apart from dimension ", dim,
           " and to be no larger size than src ", src.sizes());
}

// ---- The work, unrecorded. A 0-d tensor is one of size 1. The GIL is held from the checks until the positions were used.

static Tensor positions(const Tensor& index) {
  GradModeGuard no_grad(false);
  return to(index, DType::Int64);
}

static Tensor with_dims(const Tensor& t) {
  return t.dim() > 0 ? t : make_tensor(t->storage, t.dtype(), {1}, {1}, t->offset);
}

void gather_into(const Tensor& out, const Tensor& x, const Tensor& index, int dim) {
  if (out.numel() == 0) return;
  check_gather(x, index, dim);
  const Tensor at = positions(index);
  check_positions(at, x, dim);
  launch(0, [&](const View& o, const View& a, const View& i) { backend(out.device()).gather(o, a, i, dim); }, with_dims(out), with_dims(x),
         with_dims(at));
}

void scatter_into(ScatterOp op, const Tensor& self, const Tensor& index, const Tensor& src, int dim) {
  if (index.numel() == 0) return;
  check_scatter(self, index, src, dim);
  const Tensor at = apart_from(self, positions(index));
  check_positions(at, self, dim);
  launch(0, [&](const View& o, const View& i, const View& s) { backend(self.device()).scatter(op, o, i, s, dim); }, with_dims(self), with_dims(at),
         with_dims(src));
}

// ---- gather

Tensor gather(const Tensor& x, int64_t dim_arg, const Tensor& index) {
  const int dim = wrap_dim(dim_arg, x.dim());
  check_gather(x, index, dim);
  const Tensor at = positions(index);
  const Tensor out = empty(index.sizes(), x.dtype(), x.device());
  gather_into(out, x, at, dim);
  return record<"index dim">("GatherBackward0", out, {x}, save(at), args(dim_arg, Dims(x.sizes())),
                [](Saved s, const Tensor& g, Needs, int64_t d, const Dims& in) -> Grads<1> {
                  return {{scatter_add(zeros(in, g.dtype(), g.device()), d, s[0], g)}};
                });
}

Tensor take_along_dim(const Tensor& x, const Tensor& indices, std::optional<int64_t> dim_arg) {
  if (!dim_arg) return gather(reshape(x, {-1}), 0, reshape(indices, {-1}));
  TG_CHECK(x.dim() == indices.dim(), "torch.take_along_dim(): input and indices should have the same number of dimensions, but got ",
           x.dim(), " dimensions for input, and ", indices.dim(), " dimensions for indices");
  TG_CHECK(indices.dtype() == DType::Int64, "torch.take_along_dim(): dtype of indices should be Long but got ", info(indices.dtype()).legacy);
  const int dim = wrap_dim(*dim_arg, x.dim());
  TG_CHECK_INDEX(x.dim() > 0, "Dimension specified as 0 but tensor has no dimensions");
  Dims target = x.sizes(), source = indices.sizes();
  target[dim] = indices.size(dim);
  source[dim] = x.size(dim);
  Tensor index = expand(indices, broadcast_shapes(target, indices.sizes()));
  if (index.numel() > 0) index = remainder(index, x.size(dim));
  return gather(expand(x, broadcast_shapes(source, x.sizes())), dim, index);
}

// ---- scatter

static void check_apart(const Tensor& self, const Tensor& index, const Tensor& src) {
  check_no_overlap(self, index);
  if (src.defined()) check_no_overlap(self, src);
}

static Tensor scattered(const Tensor& self, int64_t dim_arg, const Tensor& index, const Tensor& src, ScatterOp op, bool in_place) {
  const int dim = wrap_dim(dim_arg, self.dim());
  check_scatter(self, index, src, dim);
  if (in_place) check_apart(self, index, src);
  const Tensor at = positions(index);
  return write(self, in_place, {src}, [&](const Tensor& out) { scatter_into(op, out, at, src, dim); },
      [&](const Tensor& out, const Tensor& before) {
        if (op == ScatterOp::add) {
          record<"index dim">("ScatterAddBackward0", out, {before, src}, save(at), args(dim_arg),
                 [](Saved s, const Tensor& g, Needs n, int64_t d) -> Grads<2> { return {{g, n[1] ? gather(g, d, s[0]) : Tensor()}}; });
        } else {
          record<"index dim">("ScatterBackward0", out, {before, src}, save(at), args(dim_arg), [](Saved s, const Tensor& g, Needs n, int64_t d) -> Grads<2> {
            return {{n[0] ? scatter(g, d, s[0], 0) : Tensor(), n[1] ? gather(g, d, s[0]) : Tensor()}};
          });
        }
      },
      row_major_copy);
}

static Tensor scattered_number(const Tensor& self, int64_t dim_arg, const Tensor& index, const Tensor& value, bool in_place) {
  const int dim = wrap_dim(dim_arg, self.dim());
  check_scatter(self, index, Tensor(), dim);
  if (in_place) check_apart(self, index, Tensor());
  const Tensor at = positions(index);
  return write(self, in_place, {},
      [&](const Tensor& out) {
        GradModeGuard no_grad(false);
        scatter_into(ScatterOp::set, out, at, expand(to(value, out.dtype()), index.sizes()), dim);
      },
      [&](const Tensor& out, const Tensor& before) {
        record<"index dim">("ScatterBackward1", out, {before}, save(at), args(dim_arg),
               [](Saved s, const Tensor& g, Needs, int64_t d) -> Grads<1> { return {{scatter(g, d, s[0], 0)}}; });
      },
      row_major_copy);
}

Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Operand& src) {
  return src->impl()->wrapped_number ? scattered_number(x, dim, index, src, false) : scattered(x, dim, index, src, ScatterOp::set, false);
}
Tensor scatter_(const Tensor& self, int64_t dim, const Tensor& index, const Operand& src) {
  return src->impl()->wrapped_number ? scattered_number(self, dim, index, src, true) : scattered(self, dim, index, src, ScatterOp::set, true);
}
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) {
  return scattered(x, dim, index, src, ScatterOp::add, false);
}
Tensor scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  return scattered(self, dim, index, src, ScatterOp::add, true);
}

// scatter(..., reduce="add" | "multiply"), for which torch has no gradient.
Tensor scatter_with(const Tensor& self, int64_t dim_arg, const Tensor& index, const Operand& src_operand, std::string_view reduce, bool in_place) {
  TG_CHECK(reduce == "add" || reduce == "multiply", "reduce argument must be either add or multiply.");
  const int dim = wrap_dim(dim_arg, self.dim());
  const Tensor given = src_operand->impl()->wrapped_number ? Tensor() : static_cast<const Tensor&>(src_operand);
  check_scatter(self, index, given, dim);
  if (in_place) check_apart(self, index, given);
  const Tensor at = positions(index);
  const Tensor src = given.defined() ? given : expand(to(src_operand, self.dtype()), index.sizes());
  return write(self, in_place, {src},
      [&](const Tensor& out) { scatter_into(reduce == "add" ? ScatterOp::add : ScatterOp::multiply, out, at, src, dim); },
      [&](const Tensor& out, const Tensor& before) {
        record("torch::autograd::NotImplemented", out, {before, src}, save(), args(), [](Saved, const Tensor&, Needs) -> Grads<2> {
          fail(ErrorKind::Runtime, "derivative for aten::scatter is not implemented");
        });
      },
      row_major_copy);
}

}  // namespace tg
