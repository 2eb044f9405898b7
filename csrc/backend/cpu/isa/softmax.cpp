// Softmax, log-softmax and their gradients.
#include "backend/cpu/isa/vmath.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

// All lanes joined by halves: the upper half to the lower until one is left.
template <class V, class F> TG_INLINE Lane<V> join_lanes(V v, F join) {
  if constexpr (sizeof(V) > 16) {
    return join_lanes(join(half<0>(v), half<1>(v)), join);
  } else if constexpr (kLanesOf<V> == 4) {
    v = join(v, V{v[2], v[3], v[2], v[3]});
    return join(v, V{v[1], v[1], v[1], v[1]})[0];
  } else {
    return join(v, V{v[1], v[1]})[0];
  }
}
template <class V> TG_INLINE Lane<V> tree_sum(V v) { return join_lanes(v, [](auto a, auto b) TG_INLINE_LAMBDA { return a + b; }); }

// Sum over a row of n in torch's order: lane-wise over whole vectors, the rest joined to the first lanes, then by halves; left
// to right where there is no whole vector. f(i) gives the vector of terms at i, zero past the end; tail(acc, i) joins the rest.
template <class V, class F, class Tail> TG_INLINE Lane<V> sum_lanes(int64_t n, F f, Tail tail) {
  constexpr int64_t L = kLanesOf<V>;
  V acc = f(0);
  if (n < L) {
    Lane<V> lanes[L], s;
    store(lanes, acc);
    s = lanes[0];
    for (int64_t i = 1; i < n; ++i) s += lanes[i];
    return s;
  }
  int64_t i = L;
  for (; i + L <= n; i += L) acc += f(i);
  return tree_sum(i < n ? tail(acc, i) : acc);
}

template <class V> TG_INLINE V load_part(const Lane<V>* p, int64_t left) { return left >= kLanesOf<V> ? load<V>(p) : load_n<V>(p, left); }
template <class V> TG_INLINE void store_part(Lane<V>* p, V v, int64_t left) {
  if (left >= kLanesOf<V>) store(p, v);
  else store_n(p, v, left);
}

// x with `rest` in the lanes from the n-th on.
template <class V> TG_INLINE V first_lanes(V x, int64_t n, V rest = V{}) {
  if (n >= kLanesOf<V>) return x;
  Mask<V> lane;
  for (int i = 0; i < kLanesOf<V>; ++i) lane[i] = static_cast<Lane<Mask<V>>>(i);
  return lane < static_cast<Lane<Mask<V>>>(n) ? x : rest;
}

// The largest element; a NaN may be passed over, for it makes the whole row NaN later.
template <class T> TG_INLINE T row_max(int64_t n, const T* a) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>, U = 4;  // maxima that do not wait for each other
  const auto larger = [](auto x, auto m) TG_INLINE_LAMBDA { return x > m ? x : m; };
  const V low = splat<V>(-static_cast<T>(__builtin_inf()));
  V m[U] = {low, low, low, low};
  int64_t i = 0;
  for (; i + U * L <= n; i += U * L)
    for (int k = 0; k < U; ++k) m[k] = larger(load<V>(a + i + k * L), m[k]);
  for (; i + L <= n; i += L) m[0] = larger(load<V>(a + i), m[0]);
  if (i < n) m[1] = larger(first_lanes(load_n<V>(a + i, n - i), n - i, low), m[1]);
  return join_lanes(larger(larger(m[0], m[1]), larger(m[2], m[3])), larger);
}

// Sum of e^(x - m) over a row, the terms left in o (where o is not null).
template <class T> TG_INLINE T sum_exp(int64_t n, T m, const T* a, T* o) {
  using V = Vec<T>;
  const auto term = [&](int64_t i) TG_INLINE_LAMBDA {
    const V e = first_lanes(exp_poly_not_positive(load_part<V>(a + i, n - i) - m), n - i);
    if (o) store_part(o + i, e, n - i);
    return e;
  };
  return sum_lanes<V>(n, term, [&](V acc, int64_t i) TG_INLINE_LAMBDA { return acc + term(i); });
}

template <class T> void softmax_rows(int64_t count, int64_t n, void* po, const void* pa) {
  using V = Vec<T>;
  for (int64_t r = 0; r < count; ++r) {
    T* o = static_cast<T*>(po) + r * n;
    const T* a = static_cast<const T*>(pa) + r * n;
    const T inverse = T(1) / sum_exp(n, row_max(n, a), a, o);
    for (int64_t i = 0; i < n; i += kLanes<T>) store_part(o + i, load_part<V>(o + i, n - i) * inverse, n - i);
  }
}

// Short rows in groups, whose logarithms are taken together.
template <class T> void log_softmax_rows(int64_t count, int64_t n, void* po, const void* pa) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  const int64_t group = n <= 512 ? L : 1;
  for (int64_t first = 0; first < count; first += group) {
    const int64_t rows = count - first < group ? count - first : group;
    T* o = static_cast<T*>(po) + first * n;
    const T* a = static_cast<const T*>(pa) + first * n;
    T top[L], sums[L];
    store(sums, splat<V>(T(1)));
    for (int64_t r = 0; r < rows; ++r) {
      top[r] = row_max(n, a + r * n);
      sums[r] = sum_exp<T>(n, top[r], a + r * n, nullptr);
    }
    store(sums, log(load<V>(sums)));
    for (int64_t r = 0; r < rows; ++r, a += n, o += n)
      for (int64_t i = 0; i < n; i += L) store_part(o + i, (load_part<V>(a + i, n - i) - top[r]) - sums[r], n - i);
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
      const V e = exp_poly_not_positive(load_part<V>(a + i * ld, m - j) - top);
      s += e;
      if constexpr (OP == SoftmaxOp::softmax) store_part(o + i * ld, e, m - j);
    }
    const V log_s = OP == SoftmaxOp::softmax ? s : log(s);
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
// acc plus one element's term of that sum; the product is not rounded.
template <SoftmaxOp OP, class V> TG_INLINE V add_term(V acc, V g, V y) {
  if constexpr (OP == SoftmaxOp::softmax) return fma(g, y, acc);
  else return acc + g;
}

template <SoftmaxOp OP, class T> void rows_grad(int64_t count, int64_t n, void* po, const void* pg, const void* py) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  for (int64_t r = 0; r < count; ++r) {
    T* o = static_cast<T*>(po) + r * n;
    const T* g = static_cast<const T*>(pg) + r * n;
    const T* y = static_cast<const T*>(py) + r * n;
    // Only the last, partial vector is joined by a fused multiply-add: that is how torch's compiler left it.
    const V s = splat<V>(sum_lanes<V>(n, [&](int64_t i) TG_INLINE_LAMBDA {
      const V x = load_part<V>(g + i, n - i);
      return OP == SoftmaxOp::softmax ? x * load_part<V>(y + i, n - i) : x;
    }, [&](V acc, int64_t i) TG_INLINE_LAMBDA { return add_term<OP>(acc, load_n<V>(g + i, n - i), load_n<V>(y + i, n - i)); }));
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
    for (int64_t i = 0; i < n; ++i) s = add_term<OP>(s, load_part<V>(g + i * ld, m - j), load_part<V>(y + i * ld, m - j));
    for (int64_t i = 0; i < n; ++i)
      store_part(o + i * ld, grad<OP>(load_part<V>(g + i * ld, m - j), load_part<V>(y + i * ld, m - j), s), m - j);
  }
}

#define TG_BOTH(f)                                                                      \
  {{f<SoftmaxOp::softmax, float>, f<SoftmaxOp::softmax, double>},                       \
   {f<SoftmaxOp::log_softmax, float>, f<SoftmaxOp::log_softmax, double>}}

}  // namespace

extern const SoftmaxKernels softmax_kernels;
const SoftmaxKernels softmax_kernels = {{{softmax_rows<float>, softmax_rows<double>}, {log_softmax_rows<float>, log_softmax_rows<double>}}, TG_BOTH(cols), TG_BOTH(rows_grad), TG_BOTH(cols_grad)};

}  // namespace tg::TG_ISA
