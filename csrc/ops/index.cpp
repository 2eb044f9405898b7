// x[indices] and x[indices] = value for index tensors: reading and writing at a Place.
#include <algorithm>

#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

static Tensor unpermuted(const Tensor& x, const Dims& order) {
  if (order.empty()) return x;
  Dims inverse(order.size());
  for (int i = 0; i < order.size(); ++i) inverse[static_cast<int>(order[i])] = i;
  return permute(x, inverse);
}

// What the backend's gather and scatter work on along dim 0: x as rows that dim 0 steps through and that broadcast over
// the shape of the positions, and these spread over the result.
struct Table {
  Tensor rows, index;
};

static Table table_of(const Tensor& x, const Tensor& positions, const Place& p) {
  Tensor at = positions;
  int64_t n = 1, step = 1;
  bool even = true;  // do the indexed dims step through memory evenly?
  for (int d = p.first + p.count - 1; d >= p.first; --d) {
    if (x.size(d) == 1) continue;
    if (n == 1) step = x.strides()[d];
    even &= x.strides()[d] == step * n;
    n *= x.size(d);
  }
  if (!even) {  // then dim 0 walks single elements
    Tensor left = positions;
    at = zeros(positions.sizes(), DType::Int64);
    int64_t reach = 0;
    for (int d = p.first + p.count - 1; d >= p.first; --d) {
      at = add(at, mul(remainder(left, x.size(d)), x.strides()[d]));
      left = floor_divide(left, x.size(d));
      reach += (x.size(d) - 1) * x.strides()[d];
    }
    n = reach + 1;
    step = 1;
  }
  Dims sizes = replaced(x.sizes(), p, Dims(at.dim(), 1)), strides = replaced(x.strides(), p, Dims(at.dim(), 0));
  Dims index_sizes = replaced(Dims(x.dim(), 1), p, at.sizes()), out_sizes = replaced(x.sizes(), p, at.sizes());
  sizes.insert(0, n);
  strides.insert(0, step);
  index_sizes.insert(0, 1);
  out_sizes.insert(0, 1);
  return {make_tensor(x->storage, x.dtype(), sizes, strides, x->offset), expand(reshape(at, index_sizes), out_sizes)};
}

// The same memory with another shape.
static Tensor as_rows(const Tensor& t, int64_t n) {
  return make_tensor(t->storage, t.dtype(), {n, t.numel() / n}, {t.numel() / n, 1}, t->offset);
}

// Dense rows of at least so many elements are worth a call of their own.
static bool by_rows(const Tensor& x, const Tensor& other, const Place& p, int64_t elements) {
  return p.first == 0 && x.is_contiguous() && other.is_contiguous() && other.numel() >= elements * p.at.numel();
}
static int64_t indexed_numel(const Tensor& x, const Place& p) {
  int64_t n = 1;
  for (int d = p.first; d < p.first + p.count; ++d) n *= x.size(d);
  return n;
}

// Dims in the order of the operands' strides, as torch lays out the result of an index: those of x, then those of `at`.
static Dims result_strides(const Tensor& x, const Place& p, const Dims& sizes) {
  const Dims sx = replaced(x.strides(), p, Dims(p.at.dim(), 0));
  Dims sa = replaced(Dims(x.dim(), 0), p, p.at.strides());
  for (int d = 0; d < sizes.size(); ++d)  // the index is reshaped, not broadcast, to dims of size 1
    if (sizes[d] == 1 && (d < p.first || d >= p.first + p.at.dim())) sa[d] = d < p.first ? p.at.numel() : 1;
  return iteration_strides(sizes, std::array{sx, sa});
}

Tensor spread(const Tensor& g, const Place& p, const Dims& sizes) {
  Tensor out = zeros(sizes, g.dtype(), g.device());
  put_values(out, p, g, ScatterOp::add);
  return record("IndexPutBackward0", out, {g}, save(p.at), args(p.first, p.count),
                [](Saved s, const Tensor& gg, Needs, int first, int count) -> Grads<1> {
                  return {{pick(gg, {s[0], Dims(), first, count})}};
                });
}

static void check_positions(const Tensor& at, const Tensor& x, const Place& p) {
  TG_CHECK_INDEX(at.dtype() == DType::Int64, "tensors used as indices must be long, int, byte or bool tensors");
  const int64_t n = indexed_numel(x, p), bad = find_out_of_range(at, 0, n);
  TG_CHECK_INDEX(bad < 0, "index ", index_at(at, bad), " is out of bounds for dimension ", p.first, " with size ", n);
}

void read_values(const Tensor& out, const Tensor& input, const Place& p) {
  if (out.numel() == 0) return;
  GradModeGuard no_grad(false);
  const Tensor x = permuted(input, p.order);
  Backend& be = backend(x.device());
  if (by_rows(x, out, p, 8)) {
    const Tensor at = reshape(p.at, {-1});
    check_positions(at, x, p);
    launch(0, [&](const View& o, const View& a, const View& i) { be.take_rows(o, a, i); }, as_rows(out, at.numel()),
           as_rows(x, indexed_numel(x, p)), at);
  } else {
    check_positions(p.at, x, p);
    const Table t = table_of(x, p.at, p);
    launch(0, [&](const View& o, const View& a, const View& i) { be.gather(o, a, i, 0); }, unsqueeze(out, 0), t.rows, t.index);
  }
}

Tensor record_read(const char* name, const Tensor& out, const Tensor& x, const Place& p) {
  return record(name, out, {x}, save(p.at), args(p.order, p.first, p.count, permuted(x, p.order).sizes()),
                [](Saved s, const Tensor& g, Needs, const Dims& order, int first, int count, const Dims& in) -> Grads<1> {
                  return {{unpermuted(spread(g, {s[0], Dims(), first, count}, in), order)}};
                });
}

Tensor pick(const Tensor& input, const Place& p) {
  const Tensor x = permuted(input, p.order);
  const Dims sizes = replaced(x.sizes(), p, p.at.sizes());
  const Tensor out = empty_strided(sizes, result_strides(x, p, sizes), x.dtype(), x.device());
  read_values(out, input, p);
  return record_read("IndexBackward0", out, input, p);
}

void put_values(const Tensor& self, const Place& p, const Tensor& value, ScatterOp op) {
  GradModeGuard no_grad(false);
  const Tensor x = permuted(self, p.order);
  const Tensor src = expand(value, replaced(x.sizes(), p, p.at.sizes()));
  if (src.numel() == 0) return;
  Backend& be = backend(x.device());
  if (by_rows(x, src, p, 16)) {
    const Tensor at = apart_from(x, reshape(p.at, {-1}));
    check_positions(at, x, p);
    launch(0, [&](const View& o, const View& i, const View& s) { be.put_rows(op, o, i, s); }, as_rows(x, indexed_numel(x, p)), at,
           as_rows(src, at.numel()));
  } else {
    const Tensor at = apart_from(x, p.at);
    check_positions(at, x, p);
    const Table t = table_of(x, at, p);
    launch(0, [&](const View& o, const View& i, const View& s) { be.scatter(op, o, i, s, 0); }, t.rows, t.index, unsqueeze(src, 0));
  }
}

Tensor cleared(const Tensor& g, const Place& p) {
  const Tensor out = clone(detach(g));
  put_values(out, p, scalar_tensor(0, g.dtype()), ScatterOp::set);
  return record("IndexPutBackward0", out, {g}, save(p.at), args(p.order, p.first, p.count),
                [](Saved s, const Tensor& gg, Needs, const Dims& order, int first, int count) -> Grads<1> {
                  return {{cleared(gg, {s[0], order, first, count})}};
                });
}

Tensor row_major_copy(const Tensor& x) {
  const Tensor out = empty(x.sizes(), x.dtype(), x.device());
  copy_(out, x);
  out->storage->version = 0;
  return out;
}

// ---- The ops

Tensor index(const Tensor& x, const IndexList& indices) { return pick(x, place_of(x, indices)); }

static void record_index_put(const Tensor& out, const Tensor& before, const Tensor& value, const Place& p, bool accumulate) {
  record("IndexPutBackward0", out, {before, value}, save(p.at), args(p.order, p.first, p.count, accumulate),
         [](Saved s, const Tensor& g, Needs n, const Dims& order, int first, int count, bool added) -> Grads<2> {
           const Place at{s[0], order, first, count};
           return {{n[0] ? added ? g : cleared(g, at) : Tensor(), n[1] ? pick(g, at) : Tensor()}};
         });
}

// The one mask of an assignment of one value, shaped to broadcast over x: no need then to find where it is true.
static Tensor sole_mask(const Tensor& x, const IndexList& indices) {
  Tensor mask;
  int dim = 0;
  for (const Tensor& t : indices) {
    if (!t.defined()) {
      ++dim;
      continue;
    }
    if (!is_mask(t) || mask.defined()) return Tensor();
    check_mask(x, t, dim);
    dim += t.dim();
    mask = t;
  }
  if (!mask.defined()) return mask;
  Dims sizes = mask.sizes();
  for (; dim < x.dim(); ++dim) sizes.push_back(1);
  TG_CHECK(mask.dtype() == DType::Bool, "masked_fill_ only supports boolean masks, but got mask with dtype unsigned char");
  return reshape(mask, sizes);
}

static Tensor put(const Tensor& self, const IndexList& indices, const Tensor& value, bool accumulate, bool in_place) {
  check_no_overlap(self, value);
  for (const Tensor& t : indices)
    if (t.defined()) check_no_overlap(self, t);
  if (value.numel() == 1 && !accumulate) {
    if (const Tensor mask = sole_mask(self, indices); mask.defined()) {
      const auto fill = [&](const Tensor& out) {
        GradModeGuard no_grad(false);
        const Tensor v = to(reshape(value, {}), out.dtype());
        launch(out.numel(), [&](const View& o, const View& m, const View& s) { backend(out.device()).where(o, m, s, o); }, out, mask, v);
      };
      return write(self, in_place, {value}, fill, [&](const Tensor& out, const Tensor& before) {
        if (wants(before) || wants(value)) record_index_put(out, before, value, place_of(self, indices), false);
      });
    }
  }
  const Place p = place_of(self, indices, value);
  return write(self, in_place, {value}, [&](const Tensor& out) { put_values(out, p, value, accumulate ? ScatterOp::add : ScatterOp::set); },
               [&](const Tensor& out, const Tensor& before) { record_index_put(out, before, value, p, accumulate); });
}

Tensor index_put_(const Tensor& self, const IndexList& indices, const Tensor& value, bool accumulate) {
  return put(self, indices, value, accumulate, true);
}
Tensor index_put(const Tensor& x, const IndexList& indices, const Tensor& value, bool accumulate) {
  return put(x, indices, value, accumulate, false);
}

}  // namespace tg
