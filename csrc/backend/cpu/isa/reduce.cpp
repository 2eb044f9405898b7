// Inner loops of reductions.
#include "backend/cpu/isa/vmath.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

// ---- rows of op_tables/reduce.def -----------------------------------------------------------------------------------

// A is what the op accumulates in: int64 for integer sums and products, T itself for extremes, bool for any and all.
struct sum_row {
  template <class T> using Acc = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
  template <class A> static TG_INLINE A join(A a, A b) {
    if constexpr (std::is_same_v<A, int64_t>) return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    else return a + b;
  }
};
struct prod_row {
  template <class T> using Acc = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
  template <class A> static TG_INLINE A join(A a, A b) {
    if constexpr (std::is_same_v<A, int64_t>) return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    else return a * b;
  }
};
struct max_row {
  template <class T> using Acc = T;
  template <class A> static TG_INLINE A join(A a, A b) { return ((a > b) | (a != a)) ? a : b; }
};
struct min_row {
  template <class T> using Acc = T;
  template <class A> static TG_INLINE A join(A a, A b) { return ((a < b) | (a != a)) ? a : b; }
};
struct any_row {
  template <class T> using Acc = bool;
  static TG_INLINE bool join(bool a, bool b) { return a | b; }
};
struct all_row {
  template <class T> using Acc = bool;
  static TG_INLINE bool join(bool a, bool b) { return a & b; }
};

template <class A, class T> TG_INLINE A as(T x) {
  if constexpr (std::is_same_v<A, bool>) return x != T(0);
  else return static_cast<A>(x);
}

template <class Row, class T> void fold(int64_t n, void* acc, const void* pa, int64_t s) {
  using A = typename Row::template Acc<T>;
  const T* a = static_cast<const T*>(pa);
  A r = *static_cast<A*>(acc);
  if constexpr (std::is_floating_point_v<A>) {
    // Four vectors side by side, then lane by lane; of 32 bytes for products, which is the order in which torch multiplies.
    using V = Vec<T, std::is_same_v<Row, prod_row> ? 32 : kWidth>;
    constexpr int64_t L = kLanesOf<V>;
    if (s == 1 && n >= 4 * L) {
      V v[4];
      for (int k = 0; k < 4; ++k) v[k] = load<V>(a + k * L);
      int64_t i = 4 * L;
      for (; i + 4 * L <= n; i += 4 * L)
        for (int k = 0; k < 4; ++k) v[k] = Row::join(v[k], load<V>(a + i + k * L));
      const V w = Row::join(Row::join(v[0], v[1]), Row::join(v[2], v[3]));
      T lanes = w[0];
      for (int k = 1; k < L; ++k) lanes = Row::join(lanes, w[k]);
      r = Row::join(r, lanes);
      a += i;
      n -= i;
    }
  }
  for (int64_t i = 0; i < n; ++i) r = Row::join(r, as<A>(element<T>(a, i * s)));
  *static_cast<A*>(acc) = r;
}

template <class Row, class T> void accumulate(int64_t n, void* __restrict__ acc, const void* __restrict__ pa) {
  using A = typename Row::template Acc<T>;
  A* r = static_cast<A*>(acc);
  const T* a = static_cast<const T*>(pa);
  for (int64_t i = 0; i < n; ++i) r[i] = Row::join(r[i], as<A>(element<T>(a, i)));
}

// ---- floating sums --------------------------------------------------------------------------------------------------

// Sums are taken in cascades whose shape depends on the count alone, with vectors of 32 bytes whatever the instruction
// set: the order, and so the bits, are torch's on every machine and for any number of threads.
template <class T> constexpr int64_t kSumLanes = 32 / static_cast<int64_t>(sizeof(T));

// N values that are summed side by side.
template <class T, int N> struct Pack {
  static constexpr int kBytes = N * static_cast<int>(sizeof(T));
  static constexpr int kVec = kBytes < kWidth ? kBytes : kWidth;
  static constexpr int kCount = kBytes / kVec;
  using V = Vec<T, kVec>;
  V v[kCount];
  TG_INLINE void clear() {
    for (int k = 0; k < kCount; ++k) v[k] = V{};
  }
  TG_INLINE void add(const Pack& o) {
#pragma GCC unroll 8
    for (int k = 0; k < kCount; ++k) v[k] += o.v[k];
  }
  TG_INLINE void add(const T* p) {
#pragma GCC unroll 8
    for (int k = 0; k < kCount; ++k) v[k] += load<V>(p + k * (kVec / static_cast<int>(sizeof(T))));
  }
};

TG_INLINE int cascade_power(int64_t n) {
  const int ceil_log2 = n <= 1 ? 0 : 64 - __builtin_clzll(static_cast<unsigned long long>(n - 1));
  return ceil_log2 / 4 > 4 ? ceil_log2 / 4 : 4;
}

// Sum of n items, item i being added to a Pack by add(pack, i), in four levels: step = 2^power items to a level-0 sum, step of
// those to a level-1 sum, and so on. A level-1 sum depends on its own step^2 items alone: threads may have made them before.
template <class P, class Add> TG_INLINE P block_sum(int64_t first, int64_t step, Add add) {
  P block;
  block.clear();
  for (int64_t j = 0; j < step; ++j) add(block, first + j);
  return block;
}
template <class P, class Add> TG_INLINE P chunk_sum(int64_t first, int64_t step, Add add) {
  P chunk;
  chunk.clear();
  for (int64_t j = 0; j < step; ++j) chunk.add(block_sum<P>(first + j * step, step, add));
  return chunk;
}
template <class P, class Add> TG_INLINE P cascade(int64_t n, Add add, const P* chunks = nullptr) {
  if (n < 16) {  // not one whole block
    P sum;
    sum.clear();
    for (int64_t i = 0; i < n; ++i) add(sum, i);
    return sum;
  }
  const int power = cascade_power(n);
  const int64_t step = int64_t{1} << power, chunk = step << power;
  P acc[4];
  for (P& a : acc) a.clear();
  int64_t i = 0;
  while (i + step <= n) {
    if (chunks && i % chunk == 0 && i + chunk <= n) {
      acc[1] = chunks[i / chunk];
      i += chunk;
    } else {
      acc[1].add(block_sum<P>(i, step, add));
      i += step;
    }
    for (int level = 2; level < 4; ++level) {
      if (i & ((step - 1) << ((level - 1) * power))) break;
      acc[level].add(acc[level - 1]);
      acc[level - 1].clear();
    }
  }
  for (; i < n; ++i) add(acc[0], i);
  for (int level = 1; level < 4; ++level) acc[0].add(acc[level]);
  return acc[0];
}

// Four interleaved cascades over items of N values, item i at a + i * s; the values' sums go to out.
template <class T, int N> TG_INLINE void row_sum(int64_t n, const T* a, int64_t s, T* out, const Pack<T, 4 * N>* chunks = nullptr) {
  const int64_t n4 = n / 4;
  Pack<T, 4 * N> p;
  if (s == N) {
    p = cascade<Pack<T, 4 * N>>(n4, [&](Pack<T, 4 * N>& q, int64_t i) TG_INLINE_LAMBDA { q.add(a + 4 * N * i); }, chunks);
  } else {
    struct Four {
      Pack<T, N> k[4];
      TG_INLINE void clear() { for (auto& x : k) x.clear(); }
      TG_INLINE void add(const Four& o) { for (int j = 0; j < 4; ++j) k[j].add(o.k[j]); }
    };
    const Four f = cascade<Four>(n4, [&](Four& q, int64_t i) TG_INLINE_LAMBDA {
      for (int j = 0; j < 4; ++j) q.k[j].add(a + (4 * i + j) * s);
    });
    __builtin_memcpy(&p, &f, sizeof p);
  }
  T sums[4 * N];
  __builtin_memcpy(sums, &p, sizeof sums);
  for (int64_t i = 4 * n4; i < n; ++i)
    for (int j = 0; j < N; ++j) sums[j] += a[i * s + j];
  for (int j = 0; j < N; ++j) out[j] = ((sums[j] + sums[N + j]) + sums[2 * N + j]) + sums[3 * N + j];
}

template <class T> double sum_strided(int64_t n, const void* a, int64_t s) {
  T r;
  row_sum<T, 1>(n, static_cast<const T*>(a), s, &r);
  return static_cast<double>(r);
}

// The items of a dense row are of four vectors of 32 bytes; its level-1 sums are 128 bytes each.
template <class T> using RowItem = Pack<T, 4 * kSumLanes<T>>;

template <class T> int64_t sum_chunks(int64_t n) {
  const int64_t items = n / (4 * kSumLanes<T>);
  return items >> (2 * cascade_power(items));
}
template <class T> void sum_chunk(int64_t n, const void* pa, int64_t first, int64_t last, void* chunks) {
  constexpr int64_t N = 4 * kSumLanes<T>;
  const T* a = static_cast<const T*>(pa);
  const int64_t step = int64_t{1} << cascade_power(n / N);
  for (; first < last; ++first) {
    const auto sum = chunk_sum<RowItem<T>>(first * step * step, step, [&](RowItem<T>& q, int64_t i) TG_INLINE_LAMBDA { q.add(a + N * i); });
    __builtin_memcpy(static_cast<char*>(chunks) + first * static_cast<int64_t>(sizeof sum), &sum, sizeof sum);
  }
}
template <class T> double sum_inner(int64_t n, const void* pa, const void* chunks) {
  constexpr int64_t V = kSumLanes<T>;
  const T* a = static_cast<const T*>(pa);
  if (n < V) return sum_strided<T>(n, a, 1);
  T lanes[V];
  row_sum<T, V>(n / V, a, V, lanes, static_cast<const RowItem<T>*>(chunks));
  T r = 0;
  for (int64_t i = n / V * V; i < n; ++i) r += a[i];
  for (int64_t j = 0; j < V; ++j) r += lanes[j];
  return static_cast<double>(r);
}

// Columns [j, j + G * 4V) of sum_outer side by side: 128 * G bytes of each row are read before the next row's.
template <class T, int G> TG_INLINE void sum_strip(int64_t rows, const T* a, int64_t row, T* sums) {
  using P = RowItem<T>;
  constexpr int64_t N = 4 * kSumLanes<T>;
  const int power = cascade_power(rows);
  const int64_t step = int64_t{1} << power;
  P acc[4][G];
  for (auto& level : acc)
    for (P& p : level) p.clear();
  int64_t i = 0;
  for (; i + step <= rows;) {
    for (int g = 0; g < G; ++g) acc[1][g].add(block_sum<P>(i, step, [&](P& q, int64_t k) TG_INLINE_LAMBDA { q.add(a + k * row + g * N); }));
    i += step;
    for (int level = 2; level < 4; ++level) {
      if (i & ((step - 1) << ((level - 1) * power))) break;
      for (int g = 0; g < G; ++g) {
        acc[level][g].add(acc[level - 1][g]);
        acc[level - 1][g].clear();
      }
    }
  }
  for (; i < rows; ++i)
    for (int g = 0; g < G; ++g) acc[0][g].add(a + i * row + g * N);
  for (int g = 0; g < G; ++g) {
    for (int level = 1; level < 4; ++level) acc[0][g].add(acc[level][g]);
    __builtin_memcpy(sums + g * N, &acc[0][g], sizeof(P));
  }
}

template <class T> void sum_outer(int64_t rows, int64_t cols, void* po, int64_t so, const void* pa, int64_t row, int64_t col, bool wide) {
  constexpr int64_t V = kSumLanes<T>;
  T* out = static_cast<T*>(po);
  const T* a = static_cast<const T*>(pa);
  int64_t j = 0;
  constexpr int G = 8;
  T sums[G * 4 * V];
  const auto put = [&](int64_t n) {
    for (int64_t k = 0; k < n; ++k) out[(j + k) * so] += sums[k];
  };
  if (wide) {
    for (; j + G * 4 * V <= cols; j += G * 4 * V) {
      sum_strip<T, G>(rows, a + j, row, sums);
      put(G * 4 * V);
    }
    for (; j + 4 * V <= cols; j += 4 * V) {
      sum_strip<T, 1>(rows, a + j, row, sums);
      put(4 * V);
    }
    for (; j + V <= cols; j += V) {
      row_sum<T, V>(rows, a + j, row, sums);
      put(V);
    }
  } else {
    for (; j + 4 <= cols; j += 4) {
      const auto p = cascade<Pack<T, 4>>(rows, [&](Pack<T, 4>& q, int64_t i) TG_INLINE_LAMBDA {
        const T* r = a + i * row + j * col;
        const T four[4] = {r[0], r[col], r[2 * col], r[3 * col]};
        q.add(four);
      });
      __builtin_memcpy(sums, &p, sizeof p);
      put(4);
    }
  }
  for (; j < cols; ++j) {
    row_sum<T, 1>(rows, a + j * col, row, sums);
    put(1);
  }
}

#define TG_ALL(f, Row) {f<Row, bool>, f<Row, uint8_t>, f<Row, int8_t>, f<Row, int16_t>, f<Row, int32_t>, f<Row, int64_t>, f<Row, float>, f<Row, double>},

}  // namespace

extern const ReduceKernels reduce_kernels;
const ReduceKernels reduce_kernels = {
    {
#define REDUCE(name, ...) TG_ALL(fold, name##_row)
#include "op_tables/reduce.def"
    },
    {
#define REDUCE(name, ...) TG_ALL(accumulate, name##_row)
#include "op_tables/reduce.def"
    },
    {sum_inner<float>, sum_inner<double>},
    {sum_chunks<float>, sum_chunks<double>},
    {sum_chunk<float>, sum_chunk<double>},
    {sum_strided<float>, sum_strided<double>},
    {sum_outer<float>, sum_outer<double>},
};

}  // namespace tg::TG_ISA
