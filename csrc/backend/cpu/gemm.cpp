#include "backend/cpu/gemm.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <type_traits>

#include "backend/cpu/kernels.h"
#include "backend/cpu/parallel.h"

namespace tg {
namespace {

constexpr int64_t kThreadWork = 256 * 1024;  // multiply-adds worth a thread: 3.5 us, against the 2 us of a fork and join
constexpr int64_t kFirstLevel = 24 * 1024;   // half of a common first-level cache

int64_t second_level() {
#ifdef _SC_LEVEL2_CACHE_SIZE
  static const int64_t bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (bytes > 0) return bytes;
#endif
  return 1024 * 1024;
}

// C (m x n) = start + A (m x k) B (k x n), any strides.
template <class T> struct Problem {
  int64_t m, n, k;
  const T* a;
  int64_t a_row, a_col;
  const T* b;
  int64_t b_row, b_col;
  T* c;
  int64_t c_row;
  const T* start;  // the first addend; null: none
  int64_t start_row, start_col;
};

template <class T> bool dense_a(const Problem<T>& p) { return p.a_col == 1 || p.a_row == 1 || p.m == 1; }

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// How many terms one chain of fma takes before the chains are added up, as torch sums (whatever m and n): a result's bits
// depend on its row of A, its column of B and its first addend alone.
int64_t k_block(int64_t k) { return k <= kGemmDepth ? k : k < 2 * kGemmDepth ? k / 2 : kGemmDepth; }

// Scratch of one thread, kept until the thread ends.
template <class T> T* scratch(int which, int64_t count) {
  struct Free {
    void operator()(char* p) const { ::operator delete(p, std::align_val_t(64)); }
  };
  thread_local std::unique_ptr<char, Free> memory[2];
  thread_local size_t capacity[2] = {};
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  if (capacity[which] < bytes) {
    capacity[which] = 0;
    memory[which].reset();
    memory[which].reset(static_cast<char*>(::operator new(bytes, std::align_val_t(64))));
    capacity[which] = bytes;
  }
  return reinterpret_cast<T*>(memory[which].get());
}

// The block of the sum from term q, for rows i.. of C.
template <class T> GemmBlock<T> block_at(const Problem<T>& p, int64_t i, int64_t q) {
  GemmBlock<T> g;
  g.m = p.m - i, g.n = p.n, g.k = std::min(k_block(p.k), p.k - q);
  g.a = p.a + i * p.a_row + q * p.a_col, g.a_row = p.a_row, g.a_col = p.a_col;
  g.b = p.b + q * p.b_row, g.b_row = p.b_row, g.b_col = p.b_col;
  g.c = p.c + i * p.c_row, g.c_row = p.c_row;
  if (q) g.start = g.c, g.start_row = p.c_row;
  else g.start = p.start ? p.start + i * p.start_row : nullptr, g.start_row = p.start_row;
  g.layout = p.a_col == 1 ? ALayout::Rows : ALayout::Columns;
  g.a_copy = g.b_copy = nullptr;
  g.a_packed = g.b_packed = false;
  g.ahead = nullptr;
  return g;
}

template <class T> void move_to_columns(GemmBlock<T>& g, const GemmBlock<T>& whole, int64_t j, int64_t n) {
  g.n = std::min(n, whole.n - j);
  g.b = whole.b + j * whole.b_col;
  g.c = whole.c + j;
  g.start = whole.start ? whole.start + j : nullptr;
}

// A walk over the panel of B from column j: to `copy`, if it is a full one with dense rows.
template <class T> GemmAhead ahead(const GemmKernelsFor<T>& kernels, const GemmBlock<T>& g, int64_t j, T* copy) {
  constexpr int64_t size = sizeof(T);
  if (!g.b) return {};
  const char* const p = reinterpret_cast<const char*>(g.b + j * g.b_col);
  const int64_t n = std::min(kernels.nr, g.n - j);
  if (g.b_row == 1) return {p, g.b_col * size, g.k * size, n, from_line(p), nullptr};
  if (g.b_col != 1) return {};
  if (n < kernels.nr) return {p, g.b_row * size, n * size, g.k, from_line(p), nullptr};
  return {p, g.b_row * size, n * size, g.k, 0, reinterpret_cast<char*>(copy)};
}

// A is read in place if its rows or columns are dense, B panel by panel, each copied for all rows but few.
template <class T> void by_panels(const GemmKernelsFor<T>& kernels, const Problem<T>& p) {
  T* const panel = scratch<T>(1, kernels.b_room());
  T* const rows = dense_a(p) ? nullptr : scratch<T>(0, kernels.a_room(p.m));
  GemmAhead nothing = {};
  for (int64_t q = 0; q < p.k; q += k_block(p.k)) {
    const GemmBlock<T> whole = block_at(p, 0, q);
    GemmBlock<T> g = whole;
    g.ahead = &nothing;
    g.a_copy = rows;
    for (int64_t j = 0; j < p.n; j += kernels.nr) {
      move_to_columns(g, whole, j, kernels.nr);
      g.b_copy = p.b_col != 1 || p.m >= 2 * kernels.mr ? panel : nullptr;
      g.b_packed = false;
      if (p.b_col != 1) kernels.pack_b(g);
      kernels.block(g);
      g.a_packed = rows != nullptr;
    }
  }
}

// Large operands: A is copied, as much of it as stays in the second-level cache beside C; of B one panel stays in the first, and
// the next is copied meanwhile.
template <class T> void packed(const GemmKernelsFor<T>& kernels, const Problem<T>& p) {
  const int64_t parts = ceil_div(p.m, second_level() / 5 / static_cast<int64_t>(sizeof(T)) / kGemmDepth);
  const int64_t height = ceil_div(ceil_div(p.m, parts), kernels.mr) * kernels.mr;
  T* const rows = scratch<T>(0, kernels.a_room(height));
  T* panel = scratch<T>(1, 2 * kernels.b_room());
  T* next_panel = panel + kernels.b_room();
  bool b_packed = false;
  for (int64_t i = 0; i < p.m; i += height)
    for (int64_t q = 0; q < p.k; q += k_block(p.k)) {
      const GemmBlock<T> whole = block_at(p, i, q);
      GemmBlock<T> g = whole;
      GemmAhead walk;
      g.m = std::min(height, whole.m);
      g.a_copy = rows;
      g.ahead = &walk;
      // What follows this block: the next part of the sum, or of the rows.
      const bool last = q + g.k >= p.k;
      const GemmBlock<T> next = last && i + height >= p.m ? GemmBlock<T>{} : block_at(p, last ? i + height : i, last ? 0 : q + g.k);
      for (int64_t j = 0; j < p.n; j += kernels.nr) {
        move_to_columns(g, whole, j, kernels.nr);
        g.b_copy = panel;
        g.b_packed = b_packed;
        if (p.b_col != 1) kernels.pack_b(g);
        const int64_t j2 = j + kernels.nr < p.n ? j + kernels.nr : 0;
        walk = ahead(kernels, j2 ? whole : next, j2, next_panel);
        kernels.block(g);
        g.a_packed = true;
        b_packed = walk.to;
        std::swap(panel, next_panel);
      }
    }
}

// A single row meets each element of B once: nothing is worth a copy.
template <class T> void single_row(const GemmKernelsFor<T>& kernels, const Problem<T>& p) {
  const int64_t n = p.n / kernels.nr * kernels.nr;
  for (int64_t j = 0; j < n; j += kernels.nr)
    for (int64_t q = 0; q < p.k; q += k_block(p.k)) {
      const GemmBlock<T> whole = block_at(p, 0, q);
      GemmBlock<T> g = whole;
      move_to_columns(g, whole, j, kernels.nr);
      kernels.row(g);
    }
  if (n == p.n) return;
  Problem<T> rest = p;
  rest.n -= n, rest.b += n * p.b_col, rest.c += n;
  if (p.start) rest.start += n;
  by_panels(kernels, rest);
}

// One thread's part.
template <class T> void run(const GemmKernelsFor<T>& kernels, const Problem<T>& p) {
  const int64_t size = sizeof(T), bytes = (p.m * p.k + p.k * p.n + p.m * p.n) * size;
  const bool few_rows = p.m <= 2 * kernels.mr;
  if (dense_a(p) && p.b_col == 1 && p.k <= 32 && !few_rows && p.m * p.n * size > second_level() / 16) {
    // Hardly more than writing C: along its rows, as the hardware's prefetcher expects.
    for (int64_t i = 0; i < p.m; i += kernels.mr) {
      GemmBlock<T> g = block_at(p, i, 0);
      g.m = std::min(kernels.mr, g.m);
      kernels.block(g);
    }
  } else if (dense_a(p) && (p.b_col == 1 || p.n == 1) && (few_rows || k_block(p.k) * p.n * size <= kFirstLevel)) {
    for (int64_t q = 0; q < p.k; q += k_block(p.k)) kernels.block(block_at(p, 0, q));
  } else if (p.m == 1 && p.b_row == 1) {
    single_row(kernels, p);
  } else if (few_rows || p.n <= 4 * kernels.nr || bytes <= second_level() / 3 * 2) {
    by_panels(kernels, p);
  } else {
    packed(kernels, p);
  }
}

// c = start, or zeros.
template <class T> void fill(const Problem<T>& p) {
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t j = 0; j < p.n; ++j) p.c[i * p.c_row + j] = p.start ? p.start[i * p.start_row + j * p.start_col] : T(0);
}

// Threads take rectangles of C, so none needs another's work. Where rows are many, rows are cut: each thread copies its part of A,
// and B's panels for as many tiles as one thread would. Else columns, between lines of the cache, so that each copies its part of B.
// A gradient of weights, with fewer terms than rows, is cut by rows too: so are the weights when an optimizer's threads update them
// and when the next forward's read them, which find them in their own caches.
template <class T> void share(const GemmKernelsFor<T>& kernels, const Problem<T>& p, int64_t threads) {
  constexpr int64_t line = 64 / sizeof(T);
  const int64_t lines = ceil_div(p.n, line);
  int64_t col_parts = p.m / threads >= (p.k < p.m ? 4 : 16) * kernels.mr ? 1 : std::min(threads, lines);
  while (threads % col_parts) --col_parts;
  const int64_t row_parts = std::min(threads / col_parts, p.m);
  parallel_for(0, row_parts * col_parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const int64_t r = part / col_parts, s = part % col_parts;
      const int64_t i = p.m * r / row_parts, j = lines * s / col_parts * line;
      Problem<T> q = p;
      q.m = p.m * (r + 1) / row_parts - i;
      q.n = std::min(p.n, lines * (s + 1) / col_parts * line) - j;
      q.a += i * p.a_row, q.b += j * p.b_col, q.c += i * p.c_row + j;
      if (q.start) q.start += i * p.start_row + j;
      run(kernels, q);
    }
  });
}

template <class T> void multiply(const GemmKernelsFor<T>& kernels, Problem<T>& p, bool parallel) {
  if (p.k == 0) return fill(p);
  const bool single_column = p.n == 1 && p.m > 1 && p.c_row == 1;
  if (p.start && (single_column ? p.start_row : p.n > 1 ? p.start_col : 1) != 1) {
    fill(p);
    p.start = p.c, p.start_row = p.c_row, p.start_col = 1;
  }
  // It is a single row of the transposed product, which vectorises over rows.
  if (single_column) p = {1, p.m, p.k, p.b, p.b_col, p.b_row, p.a, p.a_col, p.a_row, p.c, p.m, p.start, p.m, 1};
  const int64_t threads = parallel ? std::min<int64_t>(p.m * p.n * p.k / kThreadWork, cpu_threads()) : 1;
  if (threads > 1) share(kernels, p, threads);
  else run(kernels, p);
}

// Integers wrap around, so they are summed unsigned and in any order.
template <class T> void multiply(const Problem<T>& p) {
  using U = std::make_unsigned_t<T>;
  fill(p);
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t q = 0; q < p.k; ++q) {
      const uint64_t a = static_cast<U>(p.a[i * p.a_row + q * p.a_col]);
      for (int64_t j = 0; j < p.n; ++j) {
        T& c = p.c[i * p.c_row + j];
        c = static_cast<T>(static_cast<U>(static_cast<U>(c) + a * static_cast<U>(p.b[q * p.b_row + j * p.b_col])));
      }
    }
}

// The stride of v along dim `from_last` counted from the last; 0 where v has no such dim or repeats one value along it.
int64_t stride(const View& v, int from_last) {
  const int d = v.n - 1 - from_last;
  return d >= 0 && v.sizes[d] != 1 ? v.strides[d] : 0;
}

template <class T> Problem<T> problem(const View& c, const View& a, const View& b, const View* start) {
  Problem<T> p;
  p.m = c.sizes[c.n - 2], p.n = c.sizes[c.n - 1], p.k = a.sizes[a.n - 1];
  p.a = a.as<T>(), p.a_row = a.strides[a.n - 2], p.a_col = a.strides[a.n - 1];
  p.b = b.as<T>(), p.b_row = b.strides[b.n - 2], p.b_col = b.strides[b.n - 1];
  p.c = c.as<T>(), p.c_row = p.n;
  p.start = start ? start->as<T>() : nullptr;
  p.start_row = start ? stride(*start, 1) : 0, p.start_col = start ? stride(*start, 0) : 0;
  return p;
}

// f(i-th product), all of them.
template <class T, class F> void batch(const View& c, const View& a, const View& b, const View* start, const F& f) {
  const Problem<T> first = problem<T>(c, a, b, start);
  const int64_t work = first.m * first.n * std::max<int64_t>(first.k, 1);
  parallel_for(0, c.sizes[0], std::max<int64_t>(1, kThreadWork / work), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Problem<T> p = first;
      p.a += i * stride(a, 2), p.b += i * stride(b, 2), p.c += i * p.m * p.n;
      if (start) p.start += i * stride(*start, 2);
      f(p);
    }
  });
}

template <class T> void floating(const GemmKernelsFor<T>& kernels, const View& c, const View& a, const View& b, const View* start) {
  if (c.n == 3) return batch<T>(c, a, b, start, [&](Problem<T>& p) { multiply(kernels, p, c.sizes[0] == 1); });
  Problem<T> p = problem<T>(c, a, b, start);
  multiply(kernels, p, true);
}

template <class T> void integer(const View& c, const View& a, const View& b, const View* start) {
  if (c.n == 3) return batch<T>(c, a, b, start, [](Problem<T>& p) { multiply(p); });
  multiply(problem<T>(c, a, b, start));
}

}  // namespace

void cpu_gemm(const View& c, const View& a, const View& b, const Epilogue& epilogue) {
  if (c.numel == 0) return;
  const View* start = epilogue.accumulate ? &c : epilogue.bias;
  switch (c.dt) {
    case DType::Float32: return floating(kernels().gemm->f32, c, a, b, start);
    case DType::Float64: return floating(kernels().gemm->f64, c, a, b, start);
    case DType::Int64: return integer<int64_t>(c, a, b, start);
    case DType::Int32: return integer<int32_t>(c, a, b, start);
    case DType::Int16: return integer<int16_t>(c, a, b, start);
    case DType::Int8: return integer<int8_t>(c, a, b, start);
    case DType::UInt8: return integer<uint8_t>(c, a, b, start);
    case DType::Bool: break;  // refused by the ops layer
  }
}

}  // namespace tg
