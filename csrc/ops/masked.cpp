// Masks: where elements are true, and ops on those places.
#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

// (count, dim) with a column for each dim, the GIL held between the count and the rows; a column is dense, because it is the column that becomes an index.
Tensor nonzero(const Tensor& x) {
  Backend& be = backend(x.device());
  int64_t n = 0;
  launch(0, [&](const View& v) { n = be.count_nonzero(v); }, x);
  Tensor out = empty_strided({n, x.dim()}, {1, n}, DType::Int64);
  launch(0, [&](const View& o, const View& v) { be.nonzero(o, v); }, out, x);
  return out;
}

std::vector<Tensor> nonzero_tuple(const Tensor& x) {
  return unbind(nonzero(x.dim() == 0 ? reshape(detach(x), {1}) : x), 1);
}

// ---- masked_select

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  TG_CHECK(mask.dtype() == DType::Bool, "masked_select: expected BoolTensor for mask");
  const Dims sizes = broadcast_shapes(mask.sizes(), x.sizes());
  Place p;
  Tensor wide;
  {
    GradModeGuard no_grad(false);
    const Dims full = sizes.empty() ? Dims{1} : sizes;  // a 0-d tensor is one of size 1
    wide = expand(x, full);
    p = place_of(wide, {expand(mask, full)});
  }
  const Tensor out = empty(p.at.sizes(), x.dtype(), x.device());
  read_values(out, wide, p);
  return record("MaskedSelectBackward0", out, {x}, save(p.at), args(Dims(wide.sizes())),
                [](Saved s, const Tensor& g, Needs, const Dims& from) -> Grads<1> {
                  return {{spread(g, {s[0], Dims(), 0, from.size()}, from)}};  // the engine sums it to x's shape
                });
}

// ---- masked_fill

static const char* type_name(DType d) {
  if (d == DType::UInt8) return "unsigned char";
  if (d == DType::Int8) return "signed char";
  if (d == DType::Int16) return "short int";
  if (d == DType::Int64) return "long int";
  return info(d).c_name;
}

static Tensor filled(const Tensor& self, const Tensor& mask, const Tensor& value, bool in_place) {
  Dims sizes;
  if (!in_place) sizes = broadcast_shapes(mask.sizes(), self.sizes());
  TG_CHECK(value.dim() == 0, "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ", value.dim(), " dimension(s).");
  TG_CHECK(mask.dtype() == DType::Bool, "masked_fill_ only supports boolean masks, but got mask with dtype ", type_name(mask.dtype()));
  if (value->wrapped_number) item(value).check_fits(self.dtype());
  if (in_place) {
    sizes = broadcast_shapes(self.sizes(), mask.sizes());
    check_inplace_shape(sizes, self);
    check_no_overlap(self, mask);
  }
  const auto compute = [&](const Tensor& out, const Tensor& x) {
    GradModeGuard no_grad(false);
    launch(out.numel(), [&](const View& o, const View& m, const View& v, const View& a) { backend(out.device()).where(o, m, v, a); }, out, mask,
           to(value, out.dtype()), x);
  };
  const auto record_on = [&](const Tensor& out, const Tensor& before) {
    if (value->wrapped_number) {
      record<"mask">("MaskedFillBackward0", out, {before}, save(mask), args(),
             [](Saved s, const Tensor& g, Needs) -> Grads<1> { return {{masked_fill(g, s[0], 0)}}; });
    } else {
      record<"mask">("MaskedFillBackward1", out, {before, value}, save(mask), args(), [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
        return {{n[0] ? masked_fill(g, s[0], 0) : Tensor(), n[1] ? sum(where(s[0], g, 0)) : Tensor()}};
      });
    }
  };
  if (in_place) return inplace(self, {value}, false, [&](const Tensor& out) { compute(out, out); }, record_on);
  const Tensor out = empty(sizes, self.dtype(), self.device());
  compute(out, self);
  record_on(out, self);
  return out;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value) { return filled(x, mask, value, false); }
Tensor masked_fill_(const Tensor& self, const Tensor& mask, const Operand& value) { return filled(self, mask, value, true); }

// ---- masked_scatter

// The first elements of src, in order, go where mask is true.
static Tensor masked_scattered(const Tensor& self, const Tensor& given_mask, const Tensor& src, bool in_place) {
  TG_CHECK(src.dtype() == self.dtype(), "masked_scatter: expected self and source to have same dtypes but got", info(self.dtype()).legacy,
           " and ", info(src.dtype()).legacy);
  TG_CHECK(given_mask.dtype() == DType::Bool, "masked_scatter_ only supports boolean masks, but got mask with dtype ", info(given_mask.dtype()).legacy);
  if (in_place) {
    TG_CHECK(given_mask.dim() <= self.dim(), "expand(CPUBoolType{", given_mask.sizes(), "}, size=", self.sizes(), "): the number of sizes provided (",
             self.dim(), ") must be greater or equal to the number of dimensions in the tensor (", given_mask.dim(), ")");
    check_no_overlap(self, src);
    check_no_overlap(self, given_mask);
  }
  Tensor x = self, mask;
  Place p;
  {
    GradModeGuard no_grad(false);
    if (!in_place) x = expand(self, broadcast_shapes(given_mask.sizes(), self.sizes()));
    mask = expand(given_mask, x.sizes());
    const int64_t n = x.dim() == 0 ? item(mask).to_bool() : 0;
    p = x.dim() == 0 ? Place{zeros({n}, DType::Int64), Dims(), 0, 0} : place_of(x, {mask});
    TG_CHECK(p.at.numel() <= src.numel(), "Number of elements of source < number of ones in mask");
  }
  return write(x, in_place, {src},
      [&](const Tensor& out) {
        GradModeGuard no_grad(false);
        put_values(out, p, slice(reshape(src, {-1}), 0, 0, p.at.numel(), 1), ScatterOp::set);
      },
      [&](const Tensor& out, const Tensor& before) {
        record<"mask source_sym_sizes">("MaskedScatterBackward0", out, {in_place ? before : self, src}, save(given_mask), args(Dims(src.sizes())),
               [](Saved s, const Tensor& g, Needs n, const Dims& shape) -> Grads<2> {
                 const Tensor m = s[0];  // broadcasts
                 if (!n[1]) return {{masked_fill(g, m, 0), Tensor()}};
                 const Tensor used = masked_select(g, m);
                 const Place first{arange(0, used.numel(), 1, DType::Int64), Dims(), 0, 1};
                 return {{n[0] ? masked_fill(g, m, 0) : Tensor(), reshape(spread(used, first, {checked_numel(shape)}), shape)}};
               });
      },
      row_major_copy);
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& src) { return masked_scattered(x, mask, src, false); }
Tensor masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& src) { return masked_scattered(self, mask, src, true); }

}  // namespace tg
