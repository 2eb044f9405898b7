// x[indices] and x[indices] = value for index tensors.
//
// Everything is brought to one form, a Place: a run of adjacent dims, after a permutation if they were apart, gives way
// to the shape of `at`, whose elements are row-major positions within those dims.
#include <algorithm>

#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

// ---- From index tensors to a Place

static bool is_mask(const Tensor& t) { return t.dtype() == DType::Bool || t.dtype() == DType::UInt8; }

static void check_mask(const Tensor& x, const Tensor& mask, int at) {
  for (int d = 0; d < mask.dim(); ++d) {
    TG_CHECK_INDEX(at + d < x.dim(), "too many indices for tensor of dimension ", x.dim());
    TG_CHECK_INDEX(mask.size(d) == x.size(at + d), "The shape of the mask ", mask.sizes(), " at index ", d,
                   " does not match the shape of the indexed tensor ", x.sizes(), " at index ", at + d);
  }
}

// A mask stands for the positions of its true elements, one index tensor for each of its dims.
static IndexList without_masks(const Tensor& x, const IndexList& given) {
  IndexList r;
  for (const Tensor& t : given) {
    if (!t.defined()) {
      r.push_back(t);
    } else if (is_mask(t)) {
      check_mask(x, t, static_cast<int>(r.size()));
      const Tensor where_true = nonzero(t);
      for (int d = 0; d < t.dim(); ++d) r.push_back(contiguous(select(where_true, 1, d)));
    } else {
      TG_CHECK_INDEX(t.dtype() == DType::Int64 || t.dtype() == DType::Int32, "tensors used as indices must be long, int, byte or bool tensors");
      r.push_back(to(t, DType::Int64));
    }
  }
  TG_CHECK_INDEX(static_cast<int>(r.size()) <= x.dim(), "too many indices for tensor of dimension ", x.dim());
  return r;
}

static Dims common_shape(const IndexList& indices) {
  Dims r;
  for (const Tensor& t : indices) {
    if (!t.defined()) continue;
    try {
      r = broadcast_shapes(r, t.sizes());
    } catch (const Error&) {
      std::string shapes;
      for (const Tensor& i : indices)
        if (i.defined()) shapes += str(shapes.empty() ? "" : ", ", i.sizes());
      fail(ErrorKind::Index, "shape mismatch: indexing tensors could not be broadcast together with shapes ", shapes);
    }
  }
  return r;
}

int64_t find_out_of_range(const Tensor& index, int64_t lo, int64_t hi) {
  int64_t found = -1;
  launch(index.numel(), [&](const View& i) { found = backend(index.device()).find_out_of_range(i, lo, hi, lo); }, index);
  return found;
}

int64_t largest_index(const Tensor& index) {
  const Tensor out = empty(Dims(index.dim(), 1), DType::Int64);
  launch(index.numel(), [&](const View& o, const View& i) { backend(index.device()).reduce(ReduceOp::max, o, i); }, out, index);
  return item(out).to_int();
}

int64_t index_at(const Tensor& index, int64_t i) {
  GradModeGuard no_grad(false);
  return item(select(reshape(index, {-1}), 0, i)).to_int();
}

// torch walks all indices of one element, then those of the next: the first bad one by that order is named.
static void check_range(const IndexList& indices, const Dims& sizes, const Dims& shape) {
  int64_t first = -1;
  size_t which = 0;
  for (size_t k = 0; k < indices.size(); ++k) {
    const int64_t n = sizes[static_cast<int>(k)];
    const int64_t at = find_out_of_range(expand(indices[k], shape), -n, n);
    if (at >= 0 && (first < 0 || at < first)) first = at, which = k;
  }
  if (first < 0) return;
  fail(ErrorKind::Index, "index ", index_at(expand(indices[which], shape), first), " is out of bounds for dimension ", which, " with size ", sizes[static_cast<int>(which)]);
}

Tensor wrap_index(const Tensor& index, int64_t n) {
  return find_out_of_range(index, 0, n) < 0 ? index : remainder(index, n);
}

Place place_of(const Tensor& x, const IndexList& given) {
  GradModeGuard no_grad(false);
  const IndexList all = without_masks(x, given);
  Dims dims, rest, sizes;
  IndexList indices;
  for (int d = 0; d < x.dim(); ++d) {
    if (d < static_cast<int>(all.size()) && all[static_cast<size_t>(d)].defined()) {
      dims.push_back(d);
      sizes.push_back(x.size(d));
      indices.push_back(all[static_cast<size_t>(d)]);
    } else {
      rest.push_back(d);
    }
  }
  const Dims shape = common_shape(all);
  Place p{Tensor(), Dims(), dims.empty() ? 0 : static_cast<int>(dims[0]), dims.size()};
  if (!dims.empty() && dims.back() - dims[0] + 1 != dims.size()) {  // apart: torch moves them to the front
    p.order = dims;
    for (int64_t d : rest) p.order.push_back(d);
    p.first = 0;
  }
  const auto none = [](const Dims& d) { return std::find(d.begin(), d.end(), 0) != d.end(); };
  TG_CHECK_INDEX(!none(sizes) || none(shape), "index is out of bounds for dimension with size 0");
  if (none(shape) || x.numel() == 0 || dims.empty()) {  // no element will be touched, or the only one there is
    p.at = zeros(shape, DType::Int64);
    return p;
  }
  check_range(indices, sizes, shape);
  for (int k = 0; k < dims.size(); ++k) {
    const Tensor i = wrap_index(indices[static_cast<size_t>(k)], sizes[k]);
    p.at = k == 0 ? i : add(mul(p.at, sizes[k]), i);
  }
  return p;
}

// ---- Reading and writing at a Place

// x's elements with its dims in another order, without history.
static Tensor permuted(const Tensor& x, const Dims& order) {
  if (order.empty()) return x;
  Dims sizes, strides;
  for (int64_t d : order) sizes.push_back(x.size(static_cast<int>(d))), strides.push_back(x.strides()[static_cast<int>(d)]);
  return make_tensor(x->storage, x.dtype(), sizes, strides, x->offset);
}

static Tensor unpermuted(const Tensor& x, const Dims& order) {
  if (order.empty()) return x;
  Dims inverse(order.size());
  for (int i = 0; i < order.size(); ++i) inverse[static_cast<int>(order[i])] = i;
  return permute(x, inverse);
}

// The entries of `d` with those of the indexed dims replaced.
static Dims replaced(const Dims& d, const Place& p, const Dims& by) {
  Dims r(d.data(), p.first);
  for (int64_t v : by) r.push_back(v);
  for (int i = p.first + p.count; i < d.size(); ++i) r.push_back(d[i]);
  return r;
}

// What the backend's gather and scatter work on along dim 0: x as rows that dim 0 steps through and that broadcast over
// the shape of `at`, and `at` spread over the result.
struct Table {
  Tensor rows, index;
};

static Table table_of(const Tensor& x, const Place& p) {
  Tensor at = p.at;
  int64_t n = 1, step = 1;
  bool even = true;  // do the indexed dims step through memory evenly?
  for (int d = p.first + p.count - 1; d >= p.first; --d) {
    if (d == p.first + p.count - 1) step = x.strides()[d];
    even &= x.strides()[d] == step * n;
    n *= x.size(d);
  }
  if (!even) {  // then dim 0 walks single elements
    Tensor left = p.at;
    at = zeros(p.at.sizes(), DType::Int64);
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
  const Dims sx = replaced(x.strides(), p, Dims(p.at.dim(), 0)), sa = replaced(Dims(x.dim(), 0), p, p.at.strides());
  const int n = sizes.size();
  // > 0: a must lie inside b; < 0: it must not; 0: nothing says so.
  const auto compare = [&](int a, int b) {
    for (const Dims* s : {&sx, &sa}) {
      if ((*s)[a] == 0 || (*s)[b] == 0) continue;
      if ((*s)[a] != (*s)[b]) return (*s)[a] < (*s)[b] ? -1 : 1;
      if (sizes[a] > sizes[b]) return 1;
    }
    return 0;
  };
  Dims order(n);  // innermost first
  for (int i = 0; i < n; ++i) order[i] = n - 1 - i;
  for (int i = 1; i < n; ++i)
    for (int at = i, j = i - 1; j >= 0; --j) {
      const int c = compare(static_cast<int>(order[j]), static_cast<int>(order[at]));
      if (c < 0) break;
      if (c > 0) std::swap(order[j], order[at]), at = j;
    }
  Dims strides(n);
  int64_t stride = 1;
  for (int64_t d : order) {
    strides[static_cast<int>(d)] = stride;
    stride = checked_mul(stride, std::max<int64_t>(sizes[static_cast<int>(d)], 1));
  }
  return strides;
}

Tensor spread(const Tensor& g, const Place& p, const Dims& sizes) {
  Tensor out = zeros(sizes, g.dtype(), g.device());
  put_values(out, p, g, ScatterOp::add);
  return record("IndexPutBackward0", out, {g}, save(p.at), args(p.first, p.count),
                [](Saved s, const Tensor& gg, Needs, int first, int count) -> Grads<1> {
                  return {{pick(gg, {s[0], Dims(), first, count})}};
                });
}

void read_values(const Tensor& out, const Tensor& input, const Place& p) {
  if (out.numel() == 0) return;
  GradModeGuard no_grad(false);
  const Tensor x = permuted(input, p.order);
  Backend& be = backend(x.device());
  if (by_rows(x, out, p, 8)) {
    launch(out.numel(), [&](const View& o, const View& a, const View& i) { be.take_rows(o, a, i); }, as_rows(out, p.at.numel()),
           as_rows(x, indexed_numel(x, p)), reshape(p.at, {-1}));
  } else {
    const Table t = table_of(x, p);
    launch(out.numel(), [&](const View& o, const View& a, const View& i) { be.gather(o, a, i, 0); }, unsqueeze(out, 0), t.rows, t.index);
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
    launch(src.numel(), [&](const View& o, const View& i, const View& s) { be.put_rows(op, o, i, s); }, as_rows(x, indexed_numel(x, p)),
           reshape(p.at, {-1}), as_rows(src, p.at.numel()));
  } else {
    const Table t = table_of(x, p);
    launch(src.numel(), [&](const View& o, const View& i, const View& s) { be.scatter(op, o, i, s, 0); }, t.rows, t.index, unsqueeze(src, 0));
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

static bool broadcasts_to(const Dims& from, const Dims& to) {
  bool fits = from.size() <= to.size();
  for (int i = 1; fits && i <= from.size(); ++i) {
    const int64_t n = from[from.size() - i];
    fits = n == 1 || n == to[to.size() - i];
  }
  return fits;
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
  const Place p = place_of(self, indices);
  const Dims target = replaced(permuted(self, p.order).sizes(), p, p.at.sizes());
  TG_CHECK(broadcasts_to(value.sizes(), target), "shape mismatch: value tensor of shape ", value.sizes(),
           " cannot be broadcast to indexing result of shape ", target);
  TG_CHECK(value.dtype() == self.dtype(), "Index put requires the source and destination dtypes match, got ", info(self.dtype()).legacy,
           " for the destination and ", info(value.dtype()).legacy, " for the source.");
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
