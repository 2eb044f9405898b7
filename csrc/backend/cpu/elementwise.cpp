// Elementwise ops: the common dense cases go straight to a kernel, the others through for_each_run.
#include <limits>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/dense.h"

namespace tg {
namespace {

// Operand v of an op with dense output of n elements: 1 dense, 0 one value, -1 neither.
inline int64_t simple_stride(const View& v, int64_t n) { return v.contig && v.numel == n ? 1 : v.numel == 1 ? 0 : -1; }

// A unary row's parameters are limits: past the dtype's own they mean its end.
inline double limit(DType d, double p) {
  if (is_floating(d) || d == DType::Bool) return p;
  return dispatch(d, [p]<class T>() {
    constexpr double lo = static_cast<double>(std::numeric_limits<T>::lowest()), hi = static_cast<double>(std::numeric_limits<T>::max());
    return p < lo ? lo : p > hi ? hi : p;
  });
}

}  // namespace

void CpuBackend::unary(UnaryOp op, const View& out, const View& a, double p, double q) {
  const UnaryKernel f = k_.unary->fn[static_cast<int>(op)][static_cast<int>(a.dt)];
  if (p != 0 || q != 0) p = limit(a.dt, p), q = limit(a.dt, q);
  if (out.contig && a.contig && out.numel == a.numel && out.numel < kGrain) {
    if (out.numel) f(out.numel, out.p, a.p, p, q);
    return;
  }
  const View* const v[] = {&out, &a};
  const auto spread = k_.copy->strided[log2_size(out.dt)];
  for_each_run(*k_.copy, v, [=, item = itemsize(out.dt)](int64_t n, char* const* x, const int64_t* s) {
    if (s[1]) return f(n, x[0], x[1], p, q);
    f(1, x[0], x[1], p, q);
    spread(n - 1, x[0] + item, 1, x[0], 0);
  });
}

void CpuBackend::binary(BinaryOp op, const View& out, const View& a, const View& b, double p) {
  const BinaryKernel f = k_.binary->fn[static_cast<int>(op)][static_cast<int>(a.dt)];
  if (out.contig && out.numel < kGrain) {
    const int64_t sa = simple_stride(a, out.numel), sb = simple_stride(b, out.numel);
    if ((sa | sb) >= 0) {
      if (out.numel) f(out.numel, out.p, a.p, sa, b.p, sb, p);
      return;
    }
  }
  const View* const v[] = {&out, &a, &b};
  for_each_run(*k_.copy, v, [=](int64_t n, char* const* x, const int64_t* s) { f(n, x[0], x[1], s[1], x[2], s[2], p); });
}

void CpuBackend::ternary(TernaryOp op, const View& out, const View& a, const View& b, const View& c, double p) {
  const TernaryKernel f = k_.ternary->fn[static_cast<int>(op)][static_cast<int>(a.dt)];
  const View* const v[] = {&out, &a, &b, &c};
  for_each_run(*k_.copy, v, [=](int64_t n, char* const* x, const int64_t* s) { f(n, x[0], x[1], s[1], x[2], s[2], x[3], s[3], p); });
}

void CpuBackend::where(const View& out, const View& cond, const View& a, const View& b) {
  const auto f = k_.ternary->where[log2_size(out.dt)];
  const View* const v[] = {&out, &cond, &a, &b};
  for_each_run(*k_.copy, v, [=](int64_t n, char* const* x, const int64_t* s) { f(n, x[0], x[1], s[1], x[2], s[2], x[3], s[3]); });
}

}  // namespace tg
