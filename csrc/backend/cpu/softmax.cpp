// The softmax family, and what the negative log likelihood needs beside it.
#include <algorithm>
#include <numeric>
#include <utility>

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

// ---- Negative log likelihood

namespace {

// Calls f(b, class, weight) for the rows that count.
template <class T, class F> void for_each_row(const View& target, const View* weight, int64_t ignore_index, const F& f) {
  const int64_t step = target.n ? target.strides[0] : 0, w_step = weight ? weight->strides[0] : 0;
  const int64_t* t = target.as<int64_t>();
  for (int64_t b = 0; b < target.numel; ++b, t += step)
    if (*t != ignore_index) f(b, *t, weight ? weight->as<T>()[*t * w_step] : T(1));
}

template <class F> auto dispatch_float(DType d, const F& f) {
  return d == DType::Float64 ? f.template operator()<double>() : f.template operator()<float>();
}

}  // namespace

void CpuBackend::nll_rows(const View& out, const View& logp, const View& target, const View* weight, int64_t ignore_index) {
  dispatch_float(logp.dt, [&]<class T>() {
    const int64_t row = logp.strides[0], col = logp.strides[1];
    T* o = out.as<T>();
    std::fill_n(o, out.numel, T(0));
    for_each_row<T>(target, weight, ignore_index, [&](int64_t b, int64_t c, T w) { o[b] = -logp.as<T>()[b * row + c * col] * w; });
  });
}

NllSums CpuBackend::nll_sums(const View& logp, const View& target, const View* weight, int64_t ignore_index) {
  int ceil_log2 = 0;
  while ((int64_t{1} << ceil_log2) < target.numel) ++ceil_log2;
  const int power = std::max(4, ceil_log2 / 8);
  const int64_t mask = (int64_t{1} << power) - 1;
  return dispatch_float(logp.dt, [&]<class T>() -> NllSums {
    const int64_t row = logp.strides[0], col = logp.strides[1];
    T loss[8] = {}, total[8] = {};
    for_each_row<T>(target, weight, ignore_index, [&](int64_t b, int64_t c, T w) {
      loss[0] -= logp.as<T>()[b * row + c * col] * w;
      total[0] += w;
      for (int j = 0; j < 7 && (b & mask << (j * power)) == 0; ++j) {
        loss[j + 1] += std::exchange(loss[j], T(0));
        total[j + 1] += std::exchange(total[j], T(0));
      }
    });
    const auto sum = [](const T (&p)[8]) { return static_cast<double>(std::accumulate(p, p + 8, T(0))); };
    return {sum(loss), sum(total)};
  });
}

void CpuBackend::nll_grad(const View& grad_in, const View& grad, const View& target, const View* weight, int64_t ignore_index, double divisor) {
  dispatch_float(grad_in.dt, [&]<class T>() {
    const int64_t classes = grad_in.numel ? grad_in.sizes[1] : 0, step = grad.numel > 1 ? grad.strides[0] : 0;
    T* g = grad_in.as<T>();
    std::fill_n(g, grad_in.numel, T(0));
    for_each_row<T>(target, weight, ignore_index, [&](int64_t b, int64_t c, T w) {
      g[b * classes + c] = -(grad.as<T>()[b * step] / static_cast<T>(divisor)) * w;
    });
  });
}

}  // namespace tg
