// The loop nest that N operands share: dims of size 1 dropped, dims that every operand walks as one merged. CPU loops and
// CUDA kernels start from this and never see a shape again.
#pragma once

#include "backend/backend.h"
#include <utility>

#include "core/dims.h"

namespace tg {

// Operand 0 gives the shape; the others broadcast to it (a stride of 0). Dim n-1 is the innermost; strides are in elements.
// n >= 1 always: a single element is one dim of size 1.
template <int N> struct Layout {
  int n = 0;
  int64_t numel = 1;
  int64_t sizes[kMaxDims];
  int64_t strides[N][kMaxDims];

  // True iff operand k is dense in the order of this nest.
  bool dense(int k) const { return n == 1 && (strides[k][0] == 1 || sizes[0] == 1); }
  bool splat(int k) const {
    for (int d = 0; d < n; ++d)
      if (strides[k][d] != 0) return false;
    return true;
  }
};

namespace detail {

template <int N> void push_dim(Layout<N>& l, int64_t size, const int64_t (&strides)[N]) {
  l.sizes[l.n] = size;
  for (int k = 0; k < N; ++k) l.strides[k][l.n] = strides[k];
  ++l.n;
}

// Outermost first by operand 0's strides, so that a permuted output is walked in its memory's order.
template <int N> void sort_dims(Layout<N>& l) {
  for (int i = 1; i < l.n; ++i)
    for (int j = i; j > 0 && l.strides[0][j - 1] < l.strides[0][j]; --j) {
      std::swap(l.sizes[j - 1], l.sizes[j]);
      for (int k = 0; k < N; ++k) std::swap(l.strides[k][j - 1], l.strides[k][j]);
    }
}

template <int N> void merge_dims(Layout<N>& l) {
  int out = 0;
  for (int d = 1; d < l.n; ++d) {
    bool joins = true;
    for (int k = 0; k < N; ++k) joins = joins && l.strides[k][out] == l.strides[k][d] * l.sizes[d];
    if (joins) {
      l.sizes[out] *= l.sizes[d];
    } else {
      ++out;
      l.sizes[out] = l.sizes[d];
    }
    for (int k = 0; k < N; ++k) l.strides[k][out] = l.strides[k][d];
  }
  l.n = out + 1;
}

}  // namespace detail

// ordered: keep the logical (row-major) order of elements instead of operand 0's memory order.
template <int N> Layout<N> make_layout(const View* const (&v)[N], bool ordered = false) {
  Layout<N> l;
  const int n = v[0]->n;
  for (int d = 0; d < n; ++d) {
    const int64_t size = v[0]->sizes[d];
    l.numel *= size;
    if (size == 1) continue;
    int64_t s[N];
    for (int k = 0; k < N; ++k) {
      const int dk = d - (n - v[k]->n);
      s[k] = dk < 0 || v[k]->sizes[dk] == 1 ? 0 : v[k]->strides[dk];
    }
    detail::push_dim(l, size, s);
  }
  if (l.n == 0) {
    const int64_t one[N] = {};
    detail::push_dim(l, 1, one);
    return l;
  }
  if (!ordered) detail::sort_dims(l);
  detail::merge_dims(l);
  return l;
}

// Walks the outer dims of a layout (all but the last `inner`), keeping each operand's offset in elements.
template <int N> class Odometer {
 public:
  Odometer(const Layout<N>& l, int inner, int64_t start) : l_(l), outer_(l.n - inner) {
    for (int k = 0; k < N; ++k) offset[k] = 0;
    for (int d = outer_ - 1; d >= 0; --d) {
      at_[d] = start % l.sizes[d];
      start /= l.sizes[d];
      for (int k = 0; k < N; ++k) offset[k] += at_[d] * l.strides[k][d];
    }
  }
  void next() {
    for (int d = outer_ - 1; d >= 0; --d) {
      if (++at_[d] < l_.sizes[d]) {
        for (int k = 0; k < N; ++k) offset[k] += l_.strides[k][d];
        return;
      }
      at_[d] = 0;
      for (int k = 0; k < N; ++k) offset[k] -= (l_.sizes[d] - 1) * l_.strides[k][d];
    }
  }
  int64_t offset[N];

 private:
  const Layout<N>& l_;
  int outer_;
  int64_t at_[kMaxDims];
};

}  // namespace tg
