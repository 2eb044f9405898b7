// Copies between strides and dtypes.
#include <cstring>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/dense.h"

namespace tg {
namespace {

// The dim along which `a` is dense, where the output's own dense dim (the last) is another: a transposed copy. -1: none.
int transposed_dim(const Layout<2>& l) {
  const int last = l.n - 1;
  if (l.strides[0][last] != 1 || l.strides[1][last] <= 1) return -1;
  for (int d = 0; d < last; ++d)
    if (l.strides[1][d] == 1) return d;
  return -1;
}

void move_dim(Layout<2>& l, int from, int to) {  // towards the end
  for (int d = from; d < to; ++d) {
    std::swap(l.sizes[d], l.sizes[d + 1]);
    for (auto& s : l.strides) std::swap(s[d], s[d + 1]);
  }
}

void copy_same_dtype(const CopyKernels& c, const View& out, const View& a) {
  const int64_t item = itemsize(out.dt);
  const View* const v[] = {&out, &a};
  Layout<2> l = make_layout<2>(v);
  const int last = l.n - 1;
  const auto at = [&](const View& x, int64_t offset) { return x.p + offset * item; };

  if (const int d = transposed_dim(l); d >= 0) {
    move_dim(l, d, last - 1);
    const int64_t rows = l.sizes[last - 1], cols = l.sizes[last];
    const int64_t o_ld = l.strides[0][last - 1], a_ld = l.strides[1][last];
    const auto transpose = c.transpose[log2_size(out.dt)];
    const int64_t planes = l.numel / (rows * cols);
    if (planes == 1) {
      const bool stream = to_stream(out);
      parallel_for(0, rows, (kGrain + cols - 1) / cols, [&](int64_t b, int64_t e) {
        transpose(e - b, cols, at(out, b * o_ld), o_ld, at(a, b), a_ld, stream);
        if (stream) stream_fence();
      }, 64);
    } else {
      parallel_for(0, planes, (kGrain + rows * cols - 1) / (rows * cols), [&](int64_t b, int64_t e) {
        for (Odometer<2> o(l, 2, b); b < e; ++b, o.next()) transpose(rows, cols, at(out, o.offset[0]), o_ld, at(a, o.offset[1]), a_ld, false);
      });
    }
    return;
  }

  const auto strided = c.strided[log2_size(out.dt)];
  const int64_t inner = l.sizes[last], so = l.strides[0][last], sa = l.strides[1][last];
  if (l.n == 1) {
    const bool stream = so == 1 && sa == 1 && to_stream(out);
    parallel_for(0, inner, kGrain, [&](int64_t b, int64_t e) {
      if (!stream) return strided(e - b, at(out, b * so), so, at(a, b * sa), sa);
      c.stream((e - b) * item, at(out, b), at(a, b));
      stream_fence();
    }, 64);
  } else {
    parallel_for(0, l.numel / inner, (kGrain + inner - 1) / inner, [&](int64_t b, int64_t e) {
      for (Odometer<2> o(l, 1, b); b < e; ++b, o.next()) strided(inner, at(out, o.offset[0]), so, at(a, o.offset[1]), sa);
    });
  }
}

}  // namespace

void CpuBackend::copy(const View& out, const View& a) {
  if (out.numel == 0) return;
  const auto convert = k_.copy->convert[static_cast<int>(out.dt)][static_cast<int>(a.dt)];
  if (out.contig && a.contig && a.numel == out.numel && out.numel < kGrain) return convert(out.numel, out.p, a.p);
  if (out.dt == a.dt) return copy_same_dtype(*k_.copy, out, a);
  const auto spread = k_.copy->strided[log2_size(out.dt)];
  const View* const v[] = {&out, &a};
  for_each_run(*k_.copy, v, [=, item = itemsize(out.dt)](int64_t n, char* const* x, const int64_t* s) {
    if (s[1]) return convert(n, x[0], x[1]);
    convert(1, x[0], x[1]);
    spread(n - 1, x[0] + item, 1, x[0], 0);
  });
}

}  // namespace tg
