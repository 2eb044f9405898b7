// Stable sorting along a dim; NaN is the largest value.
#include <algorithm>
#include <numeric>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/lines.h"

namespace tg {
namespace {

template <class T> bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  else return a < b;
}

template <class T> void sort_lines(const View& values, const View& indices, const View& a, int dim, bool descending) {
  const int64_t n = dim_size(a, dim), s = dim_stride(a, dim), sv = dim_stride(values, dim), si = dim_stride(indices, dim);
  const View* const v[] = {&a, &values, &indices};
  for_each_line(v, dim, [&](const int64_t* at) {
    struct Item { T value; int64_t index; };
    std::vector<Item> line(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) line[static_cast<size_t>(i)] = {a.as<T>()[at[0] + i * s], i};
    if (descending) std::stable_sort(line.begin(), line.end(), [](const Item& x, const Item& y) { return less(y.value, x.value); });
    else std::stable_sort(line.begin(), line.end(), [](const Item& x, const Item& y) { return less(x.value, y.value); });
    for (int64_t i = 0; i < n; ++i) {
      values.as<T>()[at[1] + i * sv] = line[static_cast<size_t>(i)].value;
      indices.as<int64_t>()[at[2] + i * si] = line[static_cast<size_t>(i)].index;
    }
  });
}

}  // namespace

void CpuBackend::sort(const View& values, const View& indices, const View& a, int dim, bool descending) {
  if (a.numel == 0) return;
  dispatch(a.dt, [&]<class T>() { sort_lines<T>(values, indices, a, dim, descending); });
}

}  // namespace tg
