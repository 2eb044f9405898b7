// Ops that walk a line keeping a running value: argmax, argmin, cumulative sums, products and extremes.
#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/lines.h"

namespace tg {
namespace {

template <class T, bool MAX> void extreme(const View& values, const View& indices, const View& a, int dim) {
  const int64_t n = dim_size(a, dim), s = dim_stride(a, dim);
  const View* const v[] = {&a, &values, &indices};
  for_each_line(v, dim, [&](const int64_t* at) {
    const T* p = a.as<T>() + at[0];
    int64_t best = 0;
    for (int64_t i = 1; i < n; ++i)
      if (beats<MAX>(p[i * s], p[best * s])) best = i;
    values.as<T>()[at[1]] = p[best * s];
    indices.as<int64_t>()[at[2]] = best;
  });
}

// Floats are summed in double, as torch does, and each prefix is rounded once.
template <class T, bool SUM> void cumulate(const View& out, const View& a, int dim) {
  using A = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;
  const int64_t n = dim_size(a, dim), s = dim_stride(a, dim), so = dim_stride(out, dim);
  const View* const v[] = {&a, &out};
  for_each_line(v, dim, [&](const int64_t* at) {
    const T* p = a.as<T>() + at[0];
    T* o = out.as<T>() + at[1];
    A r = SUM ? 0 : 1;
    for (int64_t i = 0; i < n; ++i) {
      const A x = static_cast<A>(p[i * s]);
      r = SUM ? r + x : r * x;
      o[i * so] = static_cast<T>(r);
    }
  });
}

// The last of equal extremes gives the index.
template <class T, bool MAX> void cumulate_extreme(const View& out, const View& indices, const View& a, int dim) {
  const int64_t n = dim_size(a, dim), s = dim_stride(a, dim), so = dim_stride(out, dim), si = dim_stride(indices, dim);
  const View* const v[] = {&a, &out, &indices};
  for_each_line(v, dim, [&](const int64_t* at) {
    const T* p = a.as<T>() + at[0];
    int64_t best = 0;
    for (int64_t i = 0; i < n; ++i) {
      if (!beats<MAX>(p[best * s], p[i * s])) best = i;
      out.as<T>()[at[1] + i * so] = p[best * s];
      indices.as<int64_t>()[at[2] + i * si] = best;
    }
  });
}

}  // namespace

void CpuBackend::arg_reduce(ArgReduceOp op, const View& values, const View& indices, const View& a, int dim) {
  dispatch(a.dt, [&]<class T>() {
    if (op == ArgReduceOp::max) extreme<T, true>(values, indices, a, dim);
    else extreme<T, false>(values, indices, a, dim);
  });
}

void CpuBackend::scan(ScanOp op, const View& out, const View* indices, const View& a, int dim) {
  dispatch(a.dt, [&]<class T>() {
    switch (op) {
      case ScanOp::sum: return cumulate<T, true>(out, a, dim);
      case ScanOp::prod: return cumulate<T, false>(out, a, dim);
      case ScanOp::max: return cumulate_extreme<T, true>(out, *indices, a, dim);
      case ScanOp::min: return cumulate_extreme<T, false>(out, *indices, a, dim);
      case ScanOp::kCount: break;
    }
  });
}

}  // namespace tg
