// From strided views to the dense runs that kernels take, and to dense copies where an algorithm wants its operands so.
#pragma once

#include <bit>

#include "backend/cpu/allocator.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/parallel.h"
#include "backend/layout.h"

namespace tg {

inline int log2_size(DType d) { return std::countr_zero(static_cast<unsigned>(itemsize(d))); }

// Work below this many elements stays on one thread. Measured with two: to fork and join costs 2 us, and the cheapest op takes
// 4 us for so many elements in the cache; from here on two threads are faster for every op.
inline constexpr int64_t kGrain = 32768;

// A result of at least this many bytes goes past the caches. It would be gone again when it is wanted, and a line that is
// written whole need not be read first, which is a third of the traffic of a + b.
inline constexpr int64_t kStreamBytes = 16 << 20;
inline bool to_stream(const View& out) {
  return out.numel >= kStreamBytes / itemsize(out.dt) && reinterpret_cast<uintptr_t>(out.p) % 64 == 0;
}
// After a thread's last streaming store, before others may read what it wrote.
inline void stream_fence() {
#ifdef __x86_64__
  __builtin_ia32_sfence();
#endif
}

// Calls f(rows, columns, offset) for the parts, each a matrix of the nest's last two dims, that make up its elements
// [begin, end); the offset is operand k's.
template <int N, class F> void for_each_part(const Layout<N>& l, int k, int64_t begin, int64_t end, const F& f) {
  const int last = l.n - 1, inner = l.n > 1 ? 2 : 1;
  const int64_t cols = l.sizes[last], rows = inner == 2 ? l.sizes[last - 1] : 1;
  const int64_t col = l.strides[k][last], row = inner == 2 ? l.strides[k][last - 1] : 0;
  int64_t i = begin / cols % rows, j = begin % cols;
  for (Odometer<N> o(l, inner, begin / (rows * cols)); begin < end; o.next(), i = 0) {
    while (begin < end && i < rows) {
      int64_t m = (end - begin) / cols, n = cols;
      if (j != 0 || m == 0) {
        m = 1;
        n = cols - j < end - begin ? cols - j : end - begin;
      } else if (m > rows - i) {
        m = rows - i;
      }
      f(m, n, o.offset[k] + i * row + j * col);
      begin += m * n;
      i += m;
      j = 0;
    }
  }
}

// The elements [begin, end) of operand k in the order of the nest, to or from a dense buffer.
template <int N> void gather_run(const CopyKernels& c, const Layout<N>& l, int k, DType dt, const char* base, int64_t begin, int64_t end, char* buffer) {
  const int64_t item = itemsize(dt), col = l.strides[k][l.n - 1], row = l.n > 1 ? l.strides[k][l.n - 2] : 0;
  for_each_part(l, k, begin, end, [&](int64_t m, int64_t n, int64_t offset) {
    c.gather[log2_size(dt)](m, n, buffer, base + offset * item, row, col);
    buffer += m * n * item;
  });
}
template <int N> void scatter_run(const CopyKernels& c, const Layout<N>& l, int k, DType dt, char* base, int64_t begin, int64_t end, const char* buffer) {
  const int64_t item = itemsize(dt), col = l.strides[k][l.n - 1], row = l.n > 1 ? l.strides[k][l.n - 2] : 0;
  for_each_part(l, k, begin, end, [&](int64_t m, int64_t n, int64_t offset) {
    c.scatter[log2_size(dt)](m, n, base + offset * item, row, col, buffer);
    buffer += m * n * item;
  });
}

// True iff some input runs along the output's last dim but one, and all others along its last: a 2-D transposition.
template <int N> bool crosses(const Layout<N>& l) {
  const int last = l.n - 1;
  if (l.n < 2 || l.strides[0][last] != 1 || l.sizes[last] < 16 || l.sizes[last - 1] < 8) return false;
  for (int k = 1; k < N; ++k)
    if (static_cast<uint64_t>(l.strides[k][last]) > 1 && l.strides[k][last - 1] != 1) return false;
  return true;
}

// for_each_run where crosses(l): in blocks of rows and columns, the crossing operands turned round in small buffers.
template <int N, class F> void for_each_block(const CopyKernels& c, const Layout<N>& l, const View* const (&v)[N], const F& f) {
  constexpr int64_t kRows = 32, kCols = 64;
  const int last = l.n - 1;
  const int64_t rows = l.sizes[last - 1], cols = l.sizes[last];
  const int64_t down = (rows + kRows - 1) / kRows, across = (cols + kCols - 1) / kCols, each = down * across;
  parallel_for(0, l.numel / (rows * cols) * each, kGrain / (kRows * kCols), [&](int64_t b, int64_t e) {
    alignas(64) char buffer[N][kRows * kCols * 8];
    for (; b < e; ++b) {
      const Odometer<N> o(l, 2, b / each);
      const int64_t i = b % each / across * kRows, j = b % across * kCols;
      const int64_t m = rows - i < kRows ? rows - i : kRows, n = cols - j < kCols ? cols - j : kCols;
      char* p[N];
      int64_t s[N], down_step[N];
      for (int k = 0; k < N; ++k) {
        const int64_t item = itemsize(v[k]->dt), si = l.strides[k][last - 1], sj = l.strides[k][last];
        p[k] = v[k]->p + (o.offset[k] + i * si + j * sj) * item;
        s[k] = sj;
        down_step[k] = si * item;
        if (static_cast<uint64_t>(sj) > 1) {
          c.transpose[log2_size(v[k]->dt)](m, n, buffer[k], kCols, p[k], sj, false);
          p[k] = buffer[k];
          s[k] = 1;
          down_step[k] = kCols * item;
        }
      }
      for (int64_t r = 0; r < m; ++r) {
        f(n, p, s);
        for (int k = 0; k < N; ++k) p[k] += down_step[k];
      }
    }
  });
}

// Calls f(n, pointers, strides) for runs that cover all elements of v[0] once. Strides are 1 or 0 (one value), v[0]'s is 1.
// Long inner runs go straight through; short or strided ones by way of small dense tiles, one call for many short rows.
template <int N, class F> void for_each_run(const CopyKernels& c, const View* const (&v)[N], const F& f) {
  constexpr int64_t kTile = 512, kShort = 64;
  if (v[0]->numel == 0) return;
  const Layout<N> l = make_layout<N>(v);
  int64_t item[N];
  for (int k = 0; k < N; ++k) item[k] = itemsize(v[k]->dt);

  if (l.numel == 1) {
    char* p[N];
    int64_t s[N] = {1};
    for (int k = 0; k < N; ++k) p[k] = v[k]->p;
    return f(1, p, s);
  }
  const int last = l.n - 1;
  bool straight = l.strides[0][last] == 1 && (l.n == 1 || l.sizes[last] >= kShort);
  for (int k = 0; k < N; ++k) straight = straight && static_cast<uint64_t>(l.strides[k][last]) <= 1;
  if (straight && l.n == 1) {
    bool stream = to_stream(*v[0]);
    for (int k = 1; k < N; ++k) stream = stream && v[k]->p != v[0]->p;  // in place, the lines are read anyway
    parallel_for(0, l.numel, kGrain, [&](int64_t b, int64_t e) {
      char* p[N];
      int64_t s[N];
      for (int k = 0; k < N; ++k) {
        s[k] = l.strides[k][0];
        p[k] = v[k]->p + b * s[k] * item[k];
      }
      if (!stream) return f(e - b, p, s);
      alignas(64) char tile[kTile * 8];
      for (char* o = p[0]; b < e; b += kTile, o += kTile * item[0]) {
        const int64_t n = e - b < kTile ? e - b : kTile;
        p[0] = tile;
        f(n, p, s);
        c.stream(n * item[0], o, tile);
        for (int k = 1; k < N; ++k) p[k] += n * s[k] * item[k];
      }
      stream_fence();
    }, 64);
  } else if (straight) {
    const int64_t inner = l.sizes[last];
    parallel_for(0, l.numel / inner, (kGrain + inner - 1) / inner, [&](int64_t b, int64_t e) {
      char* p[N];
      int64_t s[N];
      for (int k = 0; k < N; ++k) s[k] = l.strides[k][last];
      for (Odometer<N> o(l, 1, b); b < e; ++b, o.next()) {
        for (int k = 0; k < N; ++k) p[k] = v[k]->p + o.offset[k] * item[k];
        f(inner, p, s);
      }
    });
  } else if (crosses(l)) {
    for_each_block(c, l, v, f);
  } else {
    bool splat[N], dense[N];
    for (int k = 0; k < N; ++k) {
      splat[k] = k > 0 && l.splat(k);
      dense[k] = v[k]->contig && v[k]->numel == l.numel && v[0]->contig;
    }
    parallel_for(0, l.numel, kGrain, [&](int64_t b, int64_t e) {
      alignas(64) char tile[N][kTile * 8];
      char* p[N];
      int64_t s[N];
      for (int k = 0; k < N; ++k) s[k] = splat[k] ? 0 : 1;
      for (; b < e; b += kTile) {
        const int64_t n = e - b < kTile ? e - b : kTile;
        for (int k = 0; k < N; ++k) {
          p[k] = splat[k] ? v[k]->p : dense[k] ? v[k]->p + b * item[k] : tile[k];
          if (k > 0 && p[k] == tile[k]) gather_run(c, l, k, v[k]->dt, v[k]->p, b, b + n, tile[k]);
        }
        f(n, p, s);
        if (!dense[0]) scatter_run(c, l, 0, v[0]->dt, v[0]->p, b, b + n, tile[0]);
      }
    }, kTile);
  }
}

// A row-major dense stand-in for a view: the view itself where it is one, else a copy in scratch memory.
class DenseIn {
 public:
  DenseIn(Backend& b, const View& v) : view(v), copy_(v.contig ? 0 : static_cast<size_t>(v.numel * itemsize(v.dt))) {
    if (v.contig) return;
    make_dense(v);
    b.copy(view, v);
  }
  DenseIn(const DenseIn&) = delete;
  View view;

 protected:
  DenseIn(const View& v) : view(v), copy_(v.contig ? 0 : static_cast<size_t>(v.numel * itemsize(v.dt))) {
    if (!v.contig) make_dense(v);
  }

 private:
  void make_dense(const View& v) {
    view.p = copy_.as<char>();
    view.strides = strides_;
    view.contig = true;
    int64_t s = 1;
    for (int d = v.n - 1; d >= 0; --d) {
      strides_[d] = s;
      s *= v.sizes[d];
    }
  }
  Scratch copy_;
  int64_t strides_[kMaxDims];
};

// The same for an output: what was written is copied back at the end of the scope.
class DenseOut : public DenseIn {
 public:
  DenseOut(Backend& b, const View& v, bool reads_old = false) : DenseIn(v), backend_(b), out_(v) {
    if (reads_old && !v.contig) b.copy(view, v);
  }
  ~DenseOut() {
    if (!out_.contig) backend_.copy(out_, view);
  }

 private:
  Backend& backend_;
  const View& out_;
};

}  // namespace tg
