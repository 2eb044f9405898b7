// Other shapes made of views, and repetitions of a tensor.
#include <algorithm>

#include "core/shape.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

// ---- Dims joined and split

Tensor flatten(const Tensor& x, int64_t start, int64_t end) {
  const int b = wrap_dim(start, x.dim()), e = wrap_dim(end, x.dim());
  TG_CHECK(b <= e, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (x.dim() == 0) return reshape(x, {1});
  if (b == e) return x;
  Dims sizes = x.sizes();
  for (int d = e; d > b; --d) {
    sizes[b] *= x.size(d);
    sizes.erase(d);
  }
  return reshape(x, sizes);
}

Tensor ravel(const Tensor& x) { return view(contiguous(x), {-1}); }

Tensor unflatten(const Tensor& x, int64_t dim_arg, const Dims& sizes) {
  TG_CHECK(!sizes.empty(), "unflatten: sizes must be non-empty");
  const int dim = wrap_dim(dim_arg, x.dim(), false);
  const int64_t n = x.size(dim);
  int64_t known = 1;
  bool inferred = false, overflow = false;
  for (const int64_t s : sizes) {
    inferred |= s == -1;
    if (s >= 0) overflow |= __builtin_mul_overflow(known, s, &known);
  }
  const bool fits = !overflow && (inferred ? known == 0 || n % known == 0 : known == n);
  TG_CHECK(fits, "unflatten: Provided sizes ", sizes, " don't multiply up to the size of dim ", dim, " (", n, ") in the input tensor");
  const Dims parts = infer_size(sizes, n);
  Dims shape = x.sizes();
  shape[dim] = parts[0];
  for (int i = 1; i < parts.size(); ++i) shape.insert(dim + i, parts[i]);
  return view(x, shape);
}

Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination) {
  TG_CHECK(source.size() == destination.size(), "movedim: Invalid source or destination dims: source (", source,
           " dims) should contain the same number of dims as destination (", destination, " dims)");
  Dims order(x.dim(), -1), moved(x.dim(), 0);
  for (int i = 0; i < source.size(); ++i) {
    const int from = wrap_dim(source[i], x.dim()), to = wrap_dim(destination[i], x.dim());
    if (x.dim() == 0) return x;
    TG_CHECK(!moved[from], "movedim: repeated dim in `source` (", source, ")");
    TG_CHECK(order[to] < 0, "movedim: repeated dim in `destination` (", destination, ")");
    moved[from] = 1;
    order[to] = from;
  }
  int next = 0;  // the dims that stay behind fill the gaps in order
  for (int64_t& d : order) {
    if (d >= 0) continue;
    while (moved[next]) ++next;
    d = next++;
  }
  return permute(x, order);
}

std::vector<Tensor> broadcast_tensors(TensorList tensors) {
  Dims shape;
  for (const Tensor& x : tensors) shape = broadcast_shapes(shape, x.sizes());
  std::vector<Tensor> r;
  for (const Tensor& x : tensors) r.push_back(x.sizes() == shape ? x : expand(x, shape));
  return r;
}

}  // namespace tg
