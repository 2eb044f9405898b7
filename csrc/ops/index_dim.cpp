// Reading and writing whole slices along one dim (index_select and kin), and single elements of the flat tensor (take, put).
#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

static bool is_vector(const Tensor& index) { return index.dim() <= 1; }

// `index` along `dim`; a 0-d tensor is one slice. The indices are in [-n, n).
static Place along(const Tensor& x, int dim, const Tensor& index) {
  GradModeGuard no_grad(false);
  if (x.dim() == 0) return {zeros(index.numel() == 1 ? Dims() : Dims{index.numel()}, DType::Int64), Dims(), 0, 0};
  return {wrap_index(reshape(to(index, DType::Int64), {-1}), x.size(dim)), Dims(), dim, 1};
}

static int64_t slices(const Tensor& x, int dim) { return x.dim() == 0 ? 1 : x.size(dim); }

// Throws `kind` with `op` in front if an index is outside [lo, hi).
static void check_range(ErrorKind kind, const char* op, const Tensor& index, int64_t lo, int64_t hi, int dim) {
  const int64_t bad = find_out_of_range(index, lo, hi);
  if (bad >= 0) fail(kind, op, "index ", index_at(index, bad), " is out of bounds for dimension ", dim, " with size ", hi);
}

static void check_apart(const Tensor& self, const Tensor& index, const Tensor& src) {
  check_no_overlap(self, src);
  check_no_overlap(self, index);
}

static Tensor as_int64(const Tensor& index) {
  GradModeGuard no_grad(false);
  return to(index, DType::Int64);
}

Tensor index_select(const Tensor& x, int64_t dim_arg, const Tensor& index) {
  const int dim = wrap_dim(dim_arg, x.dim());
  TG_CHECK_INDEX(is_vector(index), "index_select(): Index is supposed to be a vector");
  TG_CHECK(x.dim() > 0 || index.numel() == 1, "index_select(): Index to scalar can have only 1 value, got ", index.numel(), " value(s)");
  TG_CHECK(index.dtype() == DType::Int64 || index.dtype() == DType::Int32, "index_select(): Expected dtype int32 or int64 for index");
  const Tensor at = as_int64(index);
  TG_CHECK(x.dim() < 2 || slices(x, dim) > 0 || at.numel() == 0, "index_select(): self indexing axis dim should be positive");
  if (const int64_t bad = find_out_of_range(at, 0, slices(x, dim)); bad >= 0) {
    TG_CHECK(dim != 1 && (x.dim() < 2 || x.numel() > 0), "INDICES element is out of DATA bounds, id=", index_at(at, bad), " axis_dim=", slices(x, dim));
    fail(ErrorKind::Index, "index out of range in self");
  }
  Dims sizes = x.sizes();
  if (x.dim() > 0) sizes[dim] = at.numel();
  const Tensor out = empty(sizes, x.dtype(), x.device());
  const Place p = along(x, dim, at);
  read_values(out, x, p);
  return record_read("IndexSelectBackward0", out, x, p);
}

// ---- index_add, index_copy, index_fill

static Tensor added(const Tensor& self, int64_t dim_arg, const Tensor& index, const Tensor& src, Scalar alpha, bool in_place) {
  const int dim = wrap_dim(dim_arg, self.dim());
  TG_CHECK_INDEX(is_vector(index), "index_add_(): Index is supposed to be a vector, but got dim: ", index.dim(), " with type: ",
                 info(index.dtype()).legacy, " and size: ", index.sizes());
  TG_CHECK(index.dtype() == DType::Int64 || index.dtype() == DType::Int32, "index_add_(): Expected dtype int32/int64 for index but got: ",
           info(index.dtype()).legacy);
  TG_CHECK(src.dtype() == self.dtype(), "index_add_(): self (", info(self.dtype()).legacy, ") and source (", info(src.dtype()).legacy,
           ") must have the same scalar type");
  const int64_t n = src.dim() == 0 && index.numel() == 1 ? 1 : src.size(wrap_dim(dim, src.dim(), false));
  TG_CHECK(index.numel() == n, "index_add_(): Number of indices (", index.numel(), ") should be equal to source.size(dim): (", n, "), for dim: ", dim);
  Dims expected = self.sizes();
  if (self.dim() > 0) expected[dim] = n;
  TG_CHECK(src.sizes() == expected, "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ",
           self.sizes(), " source.shape = ", src.sizes());
  if (in_place) check_apart(self, index, src);
  const Tensor at = as_int64(index);
  if (index.dtype() == DType::Int64 && self.dim() > 1) check_range(ErrorKind::Runtime, "", at, 0, slices(self, dim), dim);
  TG_CHECK_INDEX(find_out_of_range(at, 0, slices(self, dim)) < 0, "index out of range in self");
  const Place p = along(self, dim, at);
  const double scale = is_floating(self.dtype()) ? alpha.to_double() : static_cast<double>(alpha.to_int());
  return write(self, in_place, {src},
      [&](const Tensor& out) {
        GradModeGuard no_grad(false);
        put_values(out, p, scale == 1 ? src : to(mul(src, scalar_tensor(alpha, src.dtype())), src.dtype()), ScatterOp::add);
      },
      [&](const Tensor& out, const Tensor& before) {
        record("IndexAddBackward0", out, {before, src}, save(p.at), args(p.first, p.count, scale),
               [](Saved s, const Tensor& g, Needs needs, int first, int count, double by) -> Grads<2> {
                 if (!needs[1]) return {{g, Tensor()}};
                 const Tensor picked = pick(g, {s[0], Dims(), first, count});
                 return {{g, by == 1 ? picked : mul(picked, by)}};
               });
      },
      row_major_copy);
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, Scalar alpha) {
  return added(x, dim, index, src, alpha, false);
}
Tensor index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Scalar alpha) {
  return added(self, dim, index, src, alpha, true);
}

static std::string words(const Dims& d) {
  std::string s;
  for (int64_t v : d) s += str(s.empty() ? "" : " ", v);
  return s;
}

static Tensor copied(const Tensor& self, int64_t dim_arg, const Tensor& index, const Tensor& src, bool in_place) {
  const int dim = wrap_dim(dim_arg, self.dim());
  TG_CHECK_INDEX(is_vector(index), "index_copy_(): Index should have dimension 1 or 0 (got ", index.dim(), ")");
  TG_CHECK_INDEX(src.dim() == self.dim() || src.dim() == 0 || self.dim() == 0, "index_copy_(): When source and destination are not scalars, "
                 "their dimensionality must match. Source dimensionality (", src.dim(), "), destination dimensionality (", self.dim(), ")");
  TG_CHECK_INDEX(src.dim() > 0 || index.numel() == 1, "index_copy_(): When source is scalar, index should have one element (got ",
                 index.numel(), ")");
  TG_CHECK(index.dtype() == DType::Int64, "index_copy_(): Expected a long tensor for index, but got ", info(index.dtype()).legacy);
  TG_CHECK(src.dtype() == self.dtype(), "index_copy_(): self and source expected to have the same dtype, but got (self) ",
           info(self.dtype()).legacy, " and (source) ", info(src.dtype()).legacy);
  Dims to_slice = self.sizes(), from_slice = src.sizes();
  if (self.dim() > 0) to_slice.erase(dim);
  if (src.dim() > 0) from_slice.erase(dim);
  TG_CHECK(to_slice == from_slice, "index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ",
           words(to_slice), " at dimension ", dim, " and source slice shape: ", words(from_slice), " at dimension 0.");
  const int64_t n = src.dim() == 0 ? 1 : src.size(dim);
  TG_CHECK_INDEX(index.numel() == n, "index_copy_(): Number of indices (", index.numel(), ") should be equal to source.size(dim) (", n, ")");
  if (in_place) check_apart(self, index, src);
  check_range(ErrorKind::Index, "index_copy_(): ", index, 0, slices(self, dim), dim);
  const Place p = self.dim() > 0 ? along(self, dim, index) : Place{zeros(src.sizes(), DType::Int64), Dims(), 0, 0};
  return write(self, in_place, {src}, [&](const Tensor& out) { put_values(out, p, src, ScatterOp::set); },
      [&](const Tensor& out, const Tensor& before) {
        record("IndexCopyBackward0", out, {before, src}, save(p.at), args(p.first, p.count, Dims(src.sizes())),
               [](Saved s, const Tensor& g, Needs needs, int first, int count, const Dims& shape) -> Grads<2> {
                 const Place at{s[0], Dims(), first, count};
                 if (!needs[1]) return {{cleared(g, at), Tensor()}};
                 return {{needs[0] ? cleared(g, at) : Tensor(), reshape(pick(g, at), shape)}};
               });
      },
      row_major_copy);
}

Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src) { return copied(x, dim, index, src, false); }
Tensor index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) { return copied(self, dim, index, src, true); }

static Tensor filled(const Tensor& self, int64_t dim_arg, const Tensor& index, const Tensor& value, bool in_place) {
  TG_CHECK(value.dim() == 0, "index_fill_ only supports a 0-dimensional value tensor, but got tensor with ", value.dim(), " dimension(s).");
  TG_CHECK_INDEX(index.dtype() == DType::Int64, "index_fill_(): Expected dtype int64 for index.");
  if (in_place) check_no_overlap(self, index);
  const int dim = wrap_dim(dim_arg, self.dim());
  TG_CHECK(is_vector(index), "Index has to be a vector/scalar");
  check_range(ErrorKind::Index, "", index, -slices(self, dim), slices(self, dim), dim);
  const Place p = along(self, dim, index);
  return write(self, in_place, {value},
      [&](const Tensor& out) {
        GradModeGuard no_grad(false);
        put_values(out, p, to(value, out.dtype(), true), ScatterOp::set);
      },
      [&](const Tensor& out, const Tensor& before) {
        if (value->wrapped_number) {
          record("IndexFillBackward0", out, {before}, save(p.at), args(p.first, p.count),
                 [](Saved s, const Tensor& g, Needs, int first, int count) -> Grads<1> {
                   return {{cleared(g, {s[0], Dims(), first, count})}};
                 });
        } else {
          const Tensor once = unique(p.at, false)[0];  // a slice named twice is filled once
          record("IndexFillBackward1", out, {before, value}, save(once), args(p.first, p.count),
                 [](Saved s, const Tensor& g, Needs needs, int first, int count) -> Grads<2> {
                   const Place at{s[0], Dims(), first, count};
                   return {{needs[0] ? cleared(g, at) : Tensor(), needs[1] ? sum(pick(g, at)) : Tensor()}};
                 });
        }
      });
}

Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, const Operand& value) { return filled(x, dim, index, value, false); }
Tensor index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Operand& value) { return filled(self, dim, index, value, true); }

// ---- take, put: positions in the flat tensor

static Place flat(const char* op, const Tensor& x, const Tensor& index) {
  TG_CHECK(index.dtype() == DType::Int64, op, "(): Expected a long tensor for index, but got ", info(index.dtype()).legacy);
  TG_CHECK_INDEX(x.numel() > 0 || index.numel() == 0, op, op[0] == 't' ? "(): tried to take from" : "(): Tried to put elements into",
                 " an empty tensor");
  const int64_t bad = find_out_of_range(index, -x.numel(), x.numel());
  TG_CHECK_INDEX(bad < 0, "out of range: tried to access index ", index_at(index, bad), " on a tensor of ", x.numel(), " elements.");
  GradModeGuard no_grad(false);
  return {x.numel() > 0 ? wrap_index(index, x.numel()) : zeros(index.sizes(), DType::Int64), Dims(), 0, x.dim()};
}

Tensor take(const Tensor& x, const Tensor& index) {
  const Place p = flat("take", x, index);
  const Tensor out = empty(index.sizes(), x.dtype(), x.device());
  read_values(out, x, p);
  return record_read("TakeBackward0", out, x, p);
}

static Tensor placed(const Tensor& self, const Tensor& index, const Tensor& src, bool accumulate, bool in_place) {
  TG_CHECK(index.dtype() == DType::Int64, "put_(): Expected a long tensor for index, but got ", info(index.dtype()).legacy);
  TG_CHECK(src.dtype() == self.dtype(), "put_(): self and source expected to have the same dtype, but got self.dtype = ",
           info(self.dtype()).legacy, " and source.dtype = ", info(src.dtype()).legacy);
  TG_CHECK_INDEX(src.numel() == index.numel(), "put_(): Expected source and index to have the same number of elements, but got "
                 "source.numel() = ", src.numel(), ", index.numel() = ", index.numel());
  if (in_place) check_apart(self, index, src);
  const Place p = flat("put_", self, index);
  return write(self, in_place, {src},
      [&](const Tensor& out) {
        GradModeGuard no_grad(false);
        put_values(out, p, reshape(src, index.sizes()), accumulate ? ScatterOp::add : ScatterOp::set);
      },
      [&](const Tensor& out, const Tensor& before) {
        record("PutBackward0", out, {before, src}, save(p.at), args(p.count, accumulate, Dims(src.sizes())),
               [](Saved s, const Tensor& g, Needs needs, int count, bool adds, const Dims& shape) -> Grads<2> {
                 const Place at{s[0], Dims(), 0, count};
                 return {{needs[0] ? adds ? g : cleared(g, at) : Tensor(), needs[1] ? reshape(pick(g, at), shape) : Tensor()}};
               });
      });
}

Tensor put(const Tensor& x, const Tensor& index, const Tensor& src, bool accumulate) { return placed(x, index, src, accumulate, false); }
Tensor put_(const Tensor& self, const Tensor& index, const Tensor& src, bool accumulate) { return placed(self, index, src, accumulate, true); }

}  // namespace tg
