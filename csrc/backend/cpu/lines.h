// Ops along one dim: every line (one position of the other dims) is walked with a stride.
#pragma once

#include "backend/cpu/dense.h"

namespace tg {

// Calls f(offsets) for each line along `dim` of operands of one shape (or of size 1 at dim); offsets are in elements.
template <int N, class F> void for_each_line(const View* const (&v)[N], int dim, const F& f) {
  Layout<N> l;
  int64_t length = 1;
  for (int d = 0; d < v[0]->n; ++d) {
    if (d == dim) {
      length = v[0]->sizes[d];
      continue;
    }
    const int64_t size = v[0]->sizes[d];
    l.numel *= size;
    if (size == 1) continue;
    int64_t s[N];
    for (int k = 0; k < N; ++k) s[k] = v[k]->strides[d];
    detail::push_dim(l, size, s);
  }
  if (l.numel == 0) return;
  if (l.n == 0) {
    const int64_t zero[N] = {};
    detail::push_dim(l, 1, zero);
  }
  detail::merge_dims(l);
  parallel_for(0, l.numel, length > kGrain ? 1 : kGrain / (length > 0 ? length : 1), [&](int64_t b, int64_t e) {
    for (Odometer<N> o(l, 0, b); b < e; ++b, o.next()) f(o.offset);
  });
}

inline int64_t dim_size(const View& v, int dim) { return v.n ? v.sizes[dim] : 1; }
inline int64_t dim_stride(const View& v, int dim) { return v.n ? v.strides[dim] : 0; }

// a is better than b: NaN beats all in both directions.
template <bool MAX, class T> inline bool beats(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a) return b == b;
    if (b != b) return false;
  }
  return MAX ? a > b : a < b;
}

}  // namespace tg
