#include "backend/cpu/gemm.h"

#include <algorithm>
#include <memory>
#include <type_traits>

#include "backend/cpu/kernels.h"
#include "backend/cpu/parallel.h"

namespace tg {
namespace {

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

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// How many terms one chain of fma takes before the chains are added up, as torch sums (whatever m and n): a result's bits
// depend on its row of A, its column of B and its first addend alone.
int64_t k_block(int64_t k) { return k <= kGemmDepth ? k : k < 2 * kGemmDepth ? k / 2 : kGemmDepth; }

// Scratch of one thread, kept until the thread ends.
template <class T> T* buffer(size_t count, int which) {
  struct Free {
    void operator()(char* p) const { ::operator delete(p, std::align_val_t(64)); }
  };
  thread_local std::unique_ptr<char, Free> memory[2];
  thread_local size_t capacity[2] = {};
  const size_t bytes = count * sizeof(T);
  if (capacity[which] < bytes) {
    memory[which].reset();
    capacity[which] = 0;
    memory[which].reset(static_cast<char*>(::operator new(bytes, std::align_val_t(64))));
    capacity[which] = bytes;
  }
  return reinterpret_cast<T*>(memory[which].get());
}

// A plan to call up an x by y piece of a matrix, one of whose strides is 1.
template <class T> GemmAhead ahead(int64_t mr, const T* p, int64_t x_stride, int64_t x, int64_t y_stride, int64_t y) {
  if (x_stride == 1) std::swap(x_stride, y_stride), std::swap(x, y);
  constexpr int64_t size = sizeof(T), line = 64;
  const int64_t row = x_stride * size, length = y * size;
  const char* c = reinterpret_cast<const char*>(p);
  if (y_stride != 1) return {};
  if (length <= 2 * line) return {c, mr * row, row, line, ceil_div(x, mr)};
  if (length <= mr * line) return {c, 2 * row, line, row, ceil_div(x, 2)};
  return {c, row, line, mr * line, x};
}

// One thread's part. A is packed for up to kBlockBytes of it at a time, to stay in the second-level cache; of B one panel of
// nr columns, to stay in the first.
template <class T> void run(const GemmKernelsFor<T>& kernels, const Problem<T>& p) {
  constexpr int64_t kBlockBytes = 384 * 1024 + 4096*4;
  const int64_t depth = k_block(p.k);
  const bool pack_b = p.b_col != 1 || p.m > 4 * kernels.mr;
  const bool pack_a = pack_b && p.n > 4 * kernels.nr && p.m > kernels.mr;
  int64_t rows = p.m;
  if (pack_a) {
    const int64_t parts = ceil_div(p.m, kBlockBytes / static_cast<int64_t>(sizeof(T)) / kGemmDepth);
    rows = ceil_div(ceil_div(p.m, parts), kernels.mr) * kernels.mr;
  }
  const int64_t cols = pack_b ? kernels.nr : p.n;
  T* const a_buffer = pack_a ? buffer<T>(static_cast<size_t>(std::min(rows, p.m) * kGemmDepth), 0) : nullptr;
  T* const b_buffer = pack_b ? buffer<T>(static_cast<size_t>(kernels.nr * kGemmDepth), 1) : nullptr;

  for (int64_t i = 0; i < p.m; i += rows) {
    for (int64_t q = 0; q < p.k; q += depth) {
      GemmBlock<T> g;
      g.m = std::min(rows, p.m - i);
      g.k = std::min(depth, p.k - q);
      g.a = p.a + i * p.a_row + q * p.a_col, g.a_row = p.a_row, g.a_col = p.a_col, g.layout = ALayout::Strided;
      const bool last_q = q + depth >= p.k;
      const int64_t i2 = last_q ? i + rows : i, q2 = last_q ? 0 : q + depth;
      GemmAhead next_a = {};
      if (pack_a) {
        kernels.pack_a(g, a_buffer);
        if (i2 < p.m) next_a = ahead(kernels.mr, p.a + i2 * p.a_row + q2 * p.a_col, p.a_row, std::min(rows, p.m - i2), p.a_col, std::min(depth, p.k - q2));
      }
      const int64_t tiles = g.m / kernels.mr;
      for (int64_t j = 0; j < p.n; j += cols) {
        g.n = std::min(cols, p.n - j);
        g.b = p.b + q * p.b_row + j * p.b_col, g.b_row = p.b_row, g.b_col = p.b_col;
        if (pack_b) kernels.pack_b(g, b_buffer);
        if (pack_a) {
          const bool last_j = j + cols >= p.n;
          const int64_t j3 = last_j ? 0 : j + cols, q3 = last_j ? q2 : q;
          g.ahead[0] = ahead(kernels.mr, p.b + q3 * p.b_row + j3 * p.b_col, p.b_col, std::min(cols, p.n - j3), p.b_row, std::min(depth, p.k - q3));
          g.ahead[1] = next_a;
          g.ahead[1].units = std::min(next_a.units, std::max<int64_t>(0, tiles - g.ahead[0].units));
          if (ceil_div(p.n - j, cols) > ceil_div(next_a.units, std::max<int64_t>(1, tiles - g.ahead[0].units)) + 1) g.ahead[1].units = 0;
          next_a.p += g.ahead[1].units * next_a.unit;
          next_a.units -= g.ahead[1].units;
        }
        g.c = p.c + i * p.c_row + j, g.c_row = p.c_row;
        if (q) g.start = g.c, g.start_row = g.c_row;
        else g.start = p.start ? p.start + i * p.start_row + j : nullptr, g.start_row = p.start_row;
        kernels.block(g);
      }
    }
  }
}

// c = start, or zeros.
template <class T> void fill(const Problem<T>& p) {
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t j = 0; j < p.n; ++j) p.c[i * p.c_row + j] = p.start ? p.start[i * p.start_row + j * p.start_col] : T(0);
}

// Threads take rectangles of C, so none needs another's work. Columns are cut first: packing B twice costs more than A.
template <class T> void multiply(const GemmKernelsFor<T>& kernels, Problem<T> p, int64_t max_threads) {
  if (p.k == 0) return fill(p);
  // A single column is a single row of the transposed product, which vectorises over rows.
  const bool swap = p.n == 1 && p.m > 1 && p.c_row == 1;
  if (p.start && (swap ? p.start_row : p.n > 1 ? p.start_col : 1) != 1) {
    fill(p);
    p.start = p.c, p.start_row = p.c_row, p.start_col = 1;
  }
  if (swap) p = {1, p.m, p.k, p.b, p.b_col, p.b_row, p.a, p.a_col, p.a_row, p.c, p.m, p.start, p.m, 1};
  constexpr int64_t kThreadWork = 256 * 1024;  // multiply-adds worth a thread
  const int64_t threads = std::min<int64_t>(max_threads, p.m * p.n * p.k / kThreadWork);
  if (threads <= 1) return run(kernels, p);

  const int64_t col_tiles = (p.n + kernels.nr - 1) / kernels.nr, row_tiles = (p.m + kernels.mr - 1) / kernels.mr;
  int64_t col_parts = std::min(threads, col_tiles);
  while (threads % col_parts) --col_parts;
  const int64_t row_parts = std::min(threads / col_parts, row_tiles);
  parallel_for(0, row_parts * col_parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const int64_t r = part / col_parts, s = part % col_parts;
      const int64_t i = row_tiles * r / row_parts * kernels.mr, j = col_tiles * s / col_parts * kernels.nr;
      Problem<T> q = p;
      q.m = std::min(p.m, row_tiles * (r + 1) / row_parts * kernels.mr) - i;
      q.n = std::min(p.n, col_tiles * (s + 1) / col_parts * kernels.nr) - j;
      q.a += i * p.a_row;
      q.b += j * p.b_col;
      q.c += i * p.c_row + j;
      if (q.start) q.start += i * p.start_row + j;
      run(kernels, q);
    }
  });
}

// Integers wrap around, so they are summed unsigned and in any order.
template <class T> void multiply_integers(const Problem<T>& p) {
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

}  // namespace

void cpu_gemm(const View& c, const View& a, const View& b, const Epilogue& epilogue) {
  if (c.numel == 0) return;
  const View* start = epilogue.accumulate ? &c : epilogue.bias;
  const int64_t batch = c.n == 3 ? c.sizes[0] : 1;
  dispatch(c.dt, [&]<class T>() {
    if constexpr (!std::is_same_v<T, bool>) {
      const Problem<T> whole = {c.sizes[c.n - 2], c.sizes[c.n - 1], a.sizes[a.n - 1],
                                a.as<T>(), a.strides[a.n - 2], a.strides[a.n - 1],
                                b.as<T>(), b.strides[b.n - 2], b.strides[b.n - 1],
                                c.as<T>(), c.sizes[c.n - 1],
                                start ? start->as<T>() : nullptr, start ? stride(*start, 1) : 0, start ? stride(*start, 0) : 0};
      const auto at = [&](int64_t i) {
        Problem<T> p = whole;
        p.a += i * stride(a, 2);
        p.b += i * stride(b, 2);
        p.c += i * p.m * p.n;
        if (start) p.start += i * stride(*start, 2);
        return p;
      };
      if constexpr (std::is_integral_v<T>) {
        for (int64_t i = 0; i < batch; ++i) multiply_integers(at(i));
      } else {
        const GemmKernels& table = *kernels().gemm;
        const GemmKernelsFor<T>* k;
        if constexpr (std::is_same_v<T, float>) k = &table.f32;
        else k = &table.f64;
        if (batch == 1) return multiply(*k, whole, cpu_threads());
        constexpr int64_t kThreadWork = 256 * 1024;
        const int64_t work = whole.m * whole.n * std::max<int64_t>(whole.k, 1);
        parallel_for(0, batch, std::max<int64_t>(1, kThreadWork / work), [&](int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; ++i) multiply(*k, at(i), 1);
        });
      }
    }
  });
}

}  // namespace tg
