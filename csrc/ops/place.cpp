// From index tensors to a Place: masks become positions, ranges are checked, dims that are apart brought together.
#include <algorithm>

#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

bool is_mask(const Tensor& t) { return t.dtype() == DType::Bool || t.dtype() == DType::UInt8; }

void check_mask(const Tensor& x, const Tensor& mask, int at) {
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
  if (lo >= hi) return index.numel() > 0 ? 0 : -1;
  int64_t found = -1;
  launch(0, [&](const View& i) { found = backend(index.device()).find_out_of_range(i, lo, hi, lo); }, index);
  return found;
}

Tensor apart_from(const Tensor& self, const Tensor& index) {
  const auto end = [](const Tensor& t) {
    int64_t last = 0;
    for (int d = 0; d < t.dim(); ++d) last += (t.size(d) - 1) * t.strides()[d];
    return t->data() + (last + 1) * itemsize(t.dtype());
  };
  if (index.numel() == 0 || self.numel() == 0 || index->data() >= end(self) || self->data() >= end(index)) return index;
  return clone(index);
}

int64_t largest_index(const Tensor& index) {
  const Tensor out = empty(Dims(index.dim(), 1), DType::Int64);
  launch(0, [&](const View& o, const View& i) { backend(index.device()).reduce(ReduceOp::max, o, i); }, out, index);
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
  fail(ErrorKind::Index, "index ", index_at(expand(indices[which], shape), first), " is out of bounds for dimension ", which, " with size ",
       sizes[static_cast<int>(which)]);
}

Tensor wrap_index(const Tensor& index, int64_t n) {
  return find_out_of_range(index, 0, n) < 0 ? index : remainder(index, n);
}

Tensor permuted(const Tensor& x, const Dims& order) {
  if (order.empty()) return x;
  Dims sizes, strides;
  for (int64_t d : order) sizes.push_back(x.size(static_cast<int>(d))), strides.push_back(x.strides()[static_cast<int>(d)]);
  return make_tensor(x->storage, x.dtype(), sizes, strides, x->offset);
}

static bool broadcasts_to(const Dims& from, const Dims& to) {
  bool fits = from.size() <= to.size();
  for (int i = 1; fits && i <= from.size(); ++i) {
    const int64_t n = from[from.size() - i];
    fits = n == 1 || n == to[to.size() - i];
  }
  return fits;
}

static void check_value(const Tensor& x, const Tensor& value, const Dims& target) {
  TG_CHECK(broadcasts_to(value.sizes(), target), "shape mismatch: value tensor of shape ", value.sizes(),
           " cannot be broadcast to indexing result of shape ", target);
  TG_CHECK(value.dtype() == x.dtype(), "Index put requires the source and destination dtypes match, got ", info(x.dtype()).legacy,
           " for the destination and ", info(value.dtype()).legacy, " for the source.");
}

Dims replaced(const Dims& d, const Place& p, const Dims& by) {
  Dims r(d.data(), p.first);
  for (int64_t v : by) r.push_back(v);
  for (int i = p.first + p.count; i < d.size(); ++i) r.push_back(d[i]);
  return r;
}

// A mask alone names its positions directly, in range as they are.
static Place place_of_mask(const Tensor& x, const Tensor& mask, int dim, const Tensor& value) {
  check_mask(x, mask, dim);
  const Place p{select(nonzero(reshape(mask, {-1})), 1, 0), Dims(), dim, mask.dim()};
  if (value.defined()) check_value(x, value, replaced(x.sizes(), p, p.at.sizes()));
  return p;
}

Place place_of(const Tensor& x, const IndexList& given, const Tensor& value) {
  GradModeGuard no_grad(false);
  const auto defined = [](const Tensor& t) { return t.defined(); };
  const auto first = std::find_if(given.begin(), given.end(), defined);
  if (first != given.end() && first + 1 == given.end() && is_mask(*first) && (*first).dim() > 0)
    return place_of_mask(x, *first, static_cast<int>(first - given.begin()), value);
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
  if (value.defined()) check_value(x, value, replaced(permuted(x, p.order).sizes(), p, shape));
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

}  // namespace tg
