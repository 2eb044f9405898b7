// Sorting along a dim, selecting from it and searching in it; NaN is the largest value.
#include <algorithm>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/lines.h"

namespace tg {
namespace {

template <class T> bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  else return a < b;
}

template <class T> struct Item { T value; int64_t index; };

// Orders each line by f(items), then writes as many of its front as the outputs hold.
template <class T, class F> void order_lines(const View& values, const View& indices, const View& a, int dim, const F& f) {
  const int64_t n = dim_size(a, dim), kept = dim_size(values, dim);
  const int64_t s = dim_stride(a, dim), sv = dim_stride(values, dim), si = dim_stride(indices, dim);
  const View* const v[] = {&a, &values, &indices};
  for_each_line(v, dim, [&](const int64_t* at) {
    std::vector<Item<T>> line(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) line[static_cast<size_t>(i)] = {a.as<T>()[at[0] + i * s], i};
    f(line);
    for (int64_t i = 0; i < kept; ++i) {
      values.as<T>()[at[1] + i * sv] = line[static_cast<size_t>(i)].value;
      indices.as<int64_t>()[at[2] + i * si] = line[static_cast<size_t>(i)].index;
    }
  });
}

// The first k in front, as torch picks them: which of equal elements that are is the library's choice.
template <class Line, class Before> void select_front(Line& line, int64_t k, bool sorted, const Before& before) {
  const auto begin = line.begin(), end = line.end();
  if (k * 64 <= static_cast<int64_t>(line.size())) {
    std::partial_sort(begin, begin + k, end, before);
  } else {
    std::nth_element(begin, begin + (k - 1), end, before);
    if (sorted) std::sort(begin, begin + (k - 1), before);
  }
}

// Quickselect with the middle of three as the pivot, which decides the index of equal elements.
template <class T> Item<T> kth(std::vector<Item<T>>& line, size_t k) {
  const auto after = [&](size_t i, size_t j) { return less(line[j].value, line[i].value); };
  const auto order = [&](size_t i, size_t j) {
    if (after(i, j)) std::swap(line[i], line[j]);
  };
  size_t lo = 0, hi = line.size() - 1;
  while (hi > lo + 1) {
    std::swap(line[lo + (hi - lo) / 2], line[lo + 1]);
    order(lo + 1, hi);
    order(lo, hi);
    order(lo + 1, lo);
    size_t i = lo + 1, j = hi;
    for (;;) {
      do ++i;
      while (after(lo, i));
      do --j;
      while (after(j, lo));
      if (j < i) break;
      std::swap(line[i], line[j]);
    }
    std::swap(line[lo], line[j]);
    if (j <= k) lo = i;
    if (j >= k) hi = j - 1;
    if (lo > hi) break;
  }
  if (hi == lo + 1) order(lo, hi);
  return line[k];
}

// How many of n sorted elements come before x; right: equal ones too. NaN stands at the end.
template <class T, bool RIGHT> int64_t count_before(const T* p, int64_t n, T x) {
  int64_t lo = 0, hi = n;
  while (lo < hi) {
    const int64_t mid = lo + (hi - lo) / 2;
    if (RIGHT ? p[mid] > x : p[mid] >= x) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

}  // namespace

void CpuBackend::sort(const View& values, const View& indices, const View& a, int dim, bool descending) {
  if (a.numel == 0) return;
  dispatch(a.dt, [&]<class T>() {
    order_lines<T>(values, indices, a, dim, [&](auto& line) {
      using I = Item<T>;
      if (descending) std::stable_sort(line.begin(), line.end(), [](const I& x, const I& y) { return less(y.value, x.value); });
      else std::stable_sort(line.begin(), line.end(), [](const I& x, const I& y) { return less(x.value, y.value); });
    });
  });
}

void CpuBackend::topk(const View& values, const View& indices, const View& a, int dim, bool largest, bool sorted) {
  const int64_t k = dim_size(values, dim);
  dispatch(a.dt, [&]<class T>() {
    order_lines<T>(values, indices, a, dim, [&](auto& line) {
      using I = Item<T>;
      if (largest) select_front(line, k, sorted, [](const I& x, const I& y) { return less(y.value, x.value); });
      else select_front(line, k, sorted, [](const I& x, const I& y) { return less(x.value, y.value); });
    });
  });
}

void CpuBackend::kth_value(const View& values, const View& indices, const View& a, int dim, int64_t k) {
  dispatch(a.dt, [&]<class T>() {
    order_lines<T>(values, indices, a, dim, [&](auto& line) { line[0] = kth<T>(line, static_cast<size_t>(k - 1)); });
  });
}

void CpuBackend::search(const View& out, const View& sorted, const View& values, bool right) {
  if (out.numel == 0) return;
  const int64_t n = sorted.sizes[sorted.n - 1], line = values.n ? values.sizes[values.n - 1] : 1;
  dispatch(sorted.dt, [&]<class T>() {
    parallel_for(0, out.numel, kGrain / 16, [&](int64_t b, int64_t e) {
      for (int64_t i = b; i < e; ++i) {
        const T* p = sorted.as<T>() + (sorted.n == 1 ? 0 : i / line * n);
        const T x = values.as<T>()[i];
        out.as<int64_t>()[i] = right ? count_before<T, true>(p, n, x) : count_before<T, false>(p, n, x);
      }
    });
  });
}

}  // namespace tg
