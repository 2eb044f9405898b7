// The softmax family, and what the negative log likelihood needs beside it.
#include <algorithm>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/dense.h"

namespace tg {
namespace {

// A dense array seen as outer x n x inner around dim.
struct Planes {
  int64_t outer = 1, n = 1, inner = 1;
  Planes(const View& v, int dim) {
    for (int d = 0; d < v.n; ++d) (d < dim ? outer : d == dim ? n : inner) *= v.sizes[d];
  }
  bool empty() const { return outer * n * inner == 0; }
};

// rows(first, count) where the dim is innermost; cols(plane, column, columns) where it is not.
template <class Rows, class Cols> void split(const Planes& s, const Rows& rows, const Cols& cols) {
  constexpr int64_t kColumns = 64;
  if (s.inner == 1) {
    parallel_for(0, s.outer, std::max<int64_t>(1, kGrain / 4 / s.n), [&](int64_t b, int64_t e) { rows(b, e - b); });
    return;
  }
  const int64_t pieces = (s.inner + kColumns - 1) / kColumns;
  parallel_for(0, s.outer * pieces, std::max<int64_t>(1, kGrain / 4 / (s.n * std::min(kColumns, s.inner))), [&](int64_t b, int64_t e) {
    for (; b < e; ++b) {
      const int64_t j = b % pieces * kColumns;
      cols(b / pieces, j, std::min(kColumns, s.inner - j));
    }
  });
}

}  // namespace

void CpuBackend::softmax(SoftmaxOp op, const View& out, const View& a, int dim) {
  const Planes s(a, dim);
  if (s.empty()) return;
  const int f = float_index(a.dt), o = static_cast<int>(op);
  const int64_t item = itemsize(a.dt);
  const DenseIn in(*this, a);
  const DenseOut res(*this, out);
  split(s,
        [&](int64_t r, int64_t count) { k_.softmax->rows[o][f](count, s.n, res.view.p + r * s.n * item, in.view.p + r * s.n * item); },
        [&](int64_t plane, int64_t j, int64_t m) {
          const int64_t at = (plane * s.n * s.inner + j) * item;
          k_.softmax->cols[o][f](s.n, m, s.inner, res.view.p + at, in.view.p + at);
        });
}

void CpuBackend::softmax_grad(SoftmaxOp op, const View& grad_in, const View& grad, const View& out, int dim) {
  const Planes s(out, dim);
  if (s.empty()) return;
  const int f = float_index(out.dt), o = static_cast<int>(op);
  const int64_t item = itemsize(out.dt);
  const DenseIn g(*this, grad), y(*this, out);
  const DenseOut gi(*this, grad_in);
  split(s,
        [&](int64_t r, int64_t count) {
          const int64_t at = r * s.n * item;
          k_.softmax->rows_grad[o][f](count, s.n, gi.view.p + at, g.view.p + at, y.view.p + at);
        },
        [&](int64_t plane, int64_t j, int64_t m) {
          const int64_t at = (plane * s.n * s.inner + j) * item;
          k_.softmax->cols_grad[o][f](s.n, m, s.inner, gi.view.p + at, g.view.p + at, y.view.p + at);
        });
}

int64_t CpuBackend::nll_rows(const View& out, const View& logp, const View& target, const View* weight, int64_t ignore_index) {
  int64_t counted = 0;
  const auto run = [&]<class T>() {
    const int64_t n = target.numel, sb = logp.strides[0], sc = logp.strides[1];
    const int64_t st = target.n ? target.strides[0] : 0, so = out.n ? out.strides[0] : 0, sw = weight && weight->n ? weight->strides[0] : 0;
    for (int64_t b = 0; b < n; ++b) {
      const int64_t t = target.as<int64_t>()[b * st];
      T v = 0;
      if (t != ignore_index) {
        v = -logp.as<T>()[b * sb + t * sc];
        if (weight) v *= weight->as<T>()[t * sw];
        ++counted;
      }
      out.as<T>()[b * so] = v;
    }
  };
  if (logp.dt == DType::Float64) run.template operator()<double>();
  else run.template operator()<float>();
  return counted;
}

double CpuBackend::nll_sum(const View& a) {
  const auto run = [&]<class T>() {
    const int64_t n = a.numel, s = a.n ? a.strides[0] : 0;
    int ceil_log2 = 0;
    while ((int64_t{1} << ceil_log2) < n) ++ceil_log2;
    const int power = std::max(4, ceil_log2 / 8);
    const int64_t mask = (int64_t{1} << power) - 1;
    T p[8] = {};
    for (int64_t b = 0; b < n; ++b) {
      p[0] += a.as<T>()[b * s];
      for (int j = 0; j < 7 && (b & mask << (j * power)) == 0; ++j) {
        p[j + 1] += p[j];
        p[j] = 0;
      }
    }
    T total = 0;
    for (const T x : p) total += x;
    return static_cast<double>(total);
  };
  return a.dt == DType::Float64 ? run.template operator()<double>() : run.template operator()<float>();
}

}  // namespace tg
