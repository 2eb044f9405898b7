// Softmax, log-softmax and their gradients.
#include "backend/cpu/isa/vmath.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

template <class T> TG_INLINE T log_of_sum(T s) { return static_cast<T>(__builtin_log(static_cast<double>(s))); }

// Sum of n values f(i) .. f(i + L - 1) given as vectors (fewer lanes count at the end), in torch's order: lane-wise over whole
// vectors, the rest onto the first lanes, then by halves; left to right where there is no whole vector.
template <class V, class F> TG_INLINE Lane<V> reduce_lanes(int64_t n, F f) {
  using T = Lane<V>;
  constexpr int64_t L = kLanesOf<V>;
  T lanes[L];
  if (n < L) {
    store(lanes, f(0));
    T s = lanes[0];
    for (int64_t i = 1; i < n; ++i) s += lanes[i];
    return s;
  }
  V acc = f(0);
  int64_t i = L;
  for (; i + L <= n; i += L) acc += f(i);
  if (i < n) {
    T tail[L];
    store(tail, f(i));
    store(lanes, acc);
    for (int64_t k = 0; k < n - i; ++k) lanes[k] += tail[k];
  } else {
    store(lanes, acc);
  }
  for (int64_t half = L / 2; half >= 1; half /= 2)
    for (int64_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  return lanes[0];
}

template <class V> TG_INLINE V load_part(const Lane<V>* p, int64_t left) { return left >= kLanesOf<V> ? load<V>(p) : load_n<V>(p, left); }
template <class V> TG_INLINE void store_part(Lane<V>* p, V v, int64_t left) {
  if (left >= kLanesOf<V>) store(p, v);
  else store_n(p, v, left);
}

template <class T> TG_INLINE T row_max(int64_t n, const T* a) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  T m = a[0];
  int64_t i = 0;
  if (n >= L) {
    V v = load<V>(a);
    for (i = L; i + L <= n; i += L) v = maximum(load<V>(a + i), v);
    for (int64_t k = 0; k < L; ++k) m = m > v[k] ? m : v[k];
  }
  for (; i < n; ++i) m = m > a[i] ? m : a[i];
  return m;
}

template <SoftmaxOp OP, class T> void rows(int64_t count, int64_t n, void* po, const void* pa) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  for (int64_t r = 0; r < count; ++r) {
    T* o = static_cast<T*>(po) + r * n;
    const T* a = static_cast<const T*>(pa) + r * n;
    const T m = row_max(n, a);
    if constexpr (OP == SoftmaxOp::softmax) {
      const T s = reduce_lanes<V>(n, [&](int64_t i) TG_INLINE_LAMBDA {
        const V e = exp_poly(load_part<V>(a + i, n - i) - m);
        store_part(o + i, e, n - i);
        return e;
      });
      const T scale = T(1) / s;
      for (int64_t i = 0; i < n; i += L) store_part(o + i, load_part<V>(o + i, n - i) * scale, n - i);
    } else {
      const T s = reduce_lanes<V>(n, [&](int64_t i) TG_INLINE_LAMBDA { return exp_poly(load_part<V>(a + i, n - i) - m); });
      const T log_s = log_of_sum(s);
      for (int64_t i = 0; i < n; i += L) store_part(o + i, (load_part<V>(a + i, n - i) - m) - log_s, n - i);
    }
  }
}

template <SoftmaxOp OP, class T> void cols(int64_t n, int64_t m, int64_t ld, void* po, const void* pa) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  for (int64_t j = 0; j < m; j += L) {
    T* o = static_cast<T*>(po) + j;
    const T* a = static_cast<const T*>(pa) + j;
    V top = load_part<V>(a, m - j);
    for (int64_t i = 1; i < n; ++i) top = maximum(load_part<V>(a + i * ld, m - j), top);
    V s{};
    for (int64_t i = 0; i < n; ++i) {
      const V e = exp_poly(load_part<V>(a + i * ld, m - j) - top);
      s += e;
      if constexpr (OP == SoftmaxOp::softmax) store_part(o + i * ld, e, m - j);
    }
    const V log_s = OP == SoftmaxOp::softmax ? s : lanewise(s, [](T x) { return log_of_sum(x); });
    for (int64_t i = 0; i < n; ++i) {
      if constexpr (OP == SoftmaxOp::softmax) store_part(o + i * ld, load_part<V>(o + i * ld, m - j) / s, m - j);
      else store_part(o + i * ld, (load_part<V>(a + i * ld, m - j) - top) - log_s, m - j);
    }
  }
}

// One element's gradient from g, the forward's y and the sum over the line (of g * y for softmax, of g for log_softmax).
template <SoftmaxOp OP, class V> TG_INLINE V grad(V g, V y, V sum) {
  if constexpr (OP == SoftmaxOp::softmax) return (g - sum) * y;
  else return fma(V{} - exp_poly(y), sum, g);
}
template <SoftmaxOp OP, class V> TG_INLINE V grad_term(V g, V y) {
  if constexpr (OP == SoftmaxOp::softmax) return g * y;
  else return g;
}

template <SoftmaxOp OP, class T> void rows_grad(int64_t count, int64_t n, void* po, const void* pg, const void* py) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  for (int64_t r = 0; r < count; ++r) {
    T* o = static_cast<T*>(po) + r * n;
    const T* g = static_cast<const T*>(pg) + r * n;
    const T* y = static_cast<const T*>(py) + r * n;
    const V s = splat<V>(reduce_lanes<V>(n, [&](int64_t i) TG_INLINE_LAMBDA {
      return grad_term<OP>(load_part<V>(g + i, n - i), load_part<V>(y + i, n - i));
    }));
    for (int64_t i = 0; i < n; i += L)
      store_part(o + i, grad<OP>(load_part<V>(g + i, n - i), load_part<V>(y + i, n - i), s), n - i);
  }
}

template <SoftmaxOp OP, class T> void cols_grad(int64_t n, int64_t m, int64_t ld, void* po, const void* pg, const void* py) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  for (int64_t j = 0; j < m; j += L) {
    const T* g = static_cast<const T*>(pg) + j;
    const T* y = static_cast<const T*>(py) + j;
    T* o = static_cast<T*>(po) + j;
    V s{};
    for (int64_t i = 0; i < n; ++i) s += grad_term<OP>(load_part<V>(g + i * ld, m - j), load_part<V>(y + i * ld, m - j));
    for (int64_t i = 0; i < n; ++i)
      store_part(o + i * ld, grad<OP>(load_part<V>(g + i * ld, m - j), load_part<V>(y + i * ld, m - j), s), m - j);
  }
}

#define TG_BOTH(f)                                                                      \
  {{f<SoftmaxOp::softmax, float>, f<SoftmaxOp::softmax, double>},                       \
   {f<SoftmaxOp::log_softmax, float>, f<SoftmaxOp::log_softmax, double>}}

}  // namespace

extern const SoftmaxKernels softmax_kernels;
const SoftmaxKernels softmax_kernels = {TG_BOTH(rows), TG_BOTH(cols), TG_BOTH(rows_grad), TG_BOTH(cols_grad)};

}  // namespace tg::TG_ISA
