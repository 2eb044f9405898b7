// Values without repetition: unique, unique_consecutive, along a dim too. torch has no gradients for them.
#include <algorithm>

#include "core/shape.h"
#include "ops/index.h"
#include "ops/launch.h"

namespace tg {

namespace {

// Runs of equal neighbours in a sequence of n.
struct Runs {
  Tensor first;   // where each begins
  Tensor number;  // which one each position belongs to
  Tensor length;
};

// differs[i]: position i + 1 is not what position i is.
Runs find_runs(int64_t n, const Tensor& differs) {
  if (n == 0) return {zeros({0}, DType::Int64), zeros({0}, DType::Int64), zeros({0}, DType::Int64)};
  const Tensor later = add(reshape(nonzero(differs), {-1}), 1), first = zeros({later.numel() + 1}, DType::Int64);
  const Tensor end = full({later.numel() + 1}, n, DType::Int64), number = zeros({n}, DType::Int64), steps = to(differs, DType::Int64);
  copy_(slice(first, 0, 1, INT64_MAX, 1), later);
  copy_(slice(end, 0, 0, later.numel(), 1), later);
  if (n > 1)
    launch(n, [&](const View& o, const View& a) { backend(differs.device()).scan(ScanOp::sum, o, nullptr, a, 0); },
           slice(number, 0, 1, n, 1), steps);
  return {first, number, sub(end, first)};
}

// True where a row differs from the row above.
Tensor changes(const Tensor& rows) {
  const int64_t n = rows.size(0);
  if (n < 2) return zeros({0}, DType::Bool);
  const Tensor differs = ne(slice(rows, 0, 1, n, 1), slice(rows, 0, 0, n - 1, 1));
  if (rows.dim() == 1) return differs;
  const Tensor any = empty({n - 1, 1}, DType::Bool);
  launch(rows.numel(), [&](const View& o, const View& a) { backend(rows.device()).reduce(ReduceOp::any, o, a); }, any, differs);
  return reshape(any, {-1});
}

// The order that sorts rows by their first element, then the second, ...: stable sorts from the last column on.
Tensor row_order(const Tensor& rows) {
  Tensor order = arange(0, rows.size(0), 1, DType::Int64);
  for (int64_t c = rows.size(1) - 1; c >= 0; --c)
    order = take(order, std::get<1>(sort(index_select(select(rows, 1, c), 0, order), 0, false)));
  return order;
}

// From positions in sorted order to positions as they were.
Tensor unsorted(const Tensor& number, const Tensor& order) { return index_copy(number, 0, order, number); }

enum class Variant : uint8_t { flat, dim, consecutive };

Tensor record_unique(Variant v, const Tensor& out, const Tensor& x) {
  static constexpr const char* kNodes[] = {"Unique2Backward0", "UniqueDimBackward0", "UniqueConsecutiveBackward0"};
  return record(kNodes[static_cast<int>(v)], out, {x}, save(), args(v), [](Saved, const Tensor&, Needs, Variant which) -> Grads<1> {
    fail(ErrorKind::NotImplemented, "the derivative for '",
         which == Variant::flat ? "_unique2" : which == Variant::dim ? "unique_dim" : "unique_consecutive", "' is not implemented.");
  });
}

}  // namespace

std::array<Tensor, 3> unique(const Tensor& x, bool consecutive, std::optional<int64_t> dim_arg) {
  std::array<Tensor, 3> r;
  {
    GradModeGuard no_grad(false);
    if (!dim_arg) {
      Tensor values = reshape(x, {-1}), order;
      if (!consecutive) {
        const std::array<Tensor, 2> sorted = sort(values, 0, false);
        values = sorted[0];
        order = sorted[1];
      }
      const Runs runs = find_runs(values.numel(), changes(values));
      const Tensor number = consecutive ? runs.number : unsorted(runs.number, order);
      r = {take(values, runs.first), make_dense(number->storage, DType::Int64, x.sizes(), x.numel()), runs.length};
    } else {
      const int dim = wrap_dim(*dim_arg, x.dim(), false);
      const auto empty_dims = std::count(x.sizes().begin(), x.sizes().end(), 0);
      TG_CHECK(x.size(dim) > 0 || empty_dims == 1, "Number of zero sized dimensions is more than one, so unique cannot be applied ");
      TG_CHECK(x.size(dim) == 0 || empty_dims == 0, "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
      Dims order, back(x.dim());  // dim first, and as it was
      order.push_back(dim);
      for (int d = 0; d < x.dim(); ++d)
        if (d != dim) order.push_back(d);
      for (int d = 0; d < x.dim(); ++d) back[static_cast<int>(order[d])] = d;
      const Tensor slices = contiguous(permuted(x, order));
      const int64_t n = x.size(dim);
      const Tensor rows = n > 0 ? view(slices, {n, -1}) : zeros({0, 1}, x.dtype());
      const Tensor sorted = consecutive ? arange(0, n, 1, DType::Int64) : row_order(rows);
      const Runs runs = find_runs(n, changes(index_select(rows, 0, sorted)));
      r = {permuted(index_select(slices, 0, take(sorted, runs.first)), back), unsorted(runs.number, sorted), runs.length};
    }
  }
  r[0] = record_unique(consecutive ? Variant::consecutive : dim_arg ? Variant::dim : Variant::flat, r[0], x);
  return r;
}

}  // namespace tg
