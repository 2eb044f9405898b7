// Reading and writing through index tensors. Indices are in range: the ops layer has checked and wrapped them.
#include <cstring>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/lines.h"

namespace tg {
namespace {

// The nest over `shape`'s sizes of three operands, in logical order; operand `indexed` does not move along dim.
Layout<3> indexed_layout(const View& shape, const View* const (&v)[3], int indexed, int dim) {
  Layout<3> l;
  for (int d = 0; d < shape.n; ++d) {
    const int64_t size = shape.sizes[d];
    l.numel *= size;
    if (size == 1) continue;
    int64_t s[3];
    for (int k = 0; k < 3; ++k) s[k] = k == indexed && d == dim ? 0 : v[k]->strides[d];
    detail::push_dim(l, size, s);
  }
  if (l.n == 0) {
    const int64_t zero[3] = {};
    detail::push_dim(l, 1, zero);
  }
  detail::merge_dims(l);
  return l;
}

// Calls f(offsets) for each position in [begin, end).
template <class F> void walk(const Layout<3>& l, int64_t begin, int64_t end, const F& f) {
  const int last = l.n - 1;
  const int64_t inner = l.sizes[last], s0 = l.strides[0][last], s1 = l.strides[1][last], s2 = l.strides[2][last];
  int64_t i = begin % inner;
  for (Odometer<3> o(l, 1, begin / inner); begin < end; o.next(), i = 0)
    for (; i < inner && begin < end; ++i, ++begin) f(o.offset[0] + i * s0, o.offset[1] + i * s1, o.offset[2] + i * s2);
}

template <class F> void dispatch_size(DType d, const F& f) {
  switch (itemsize(d)) {
    case 1: return f.template operator()<uint8_t>();
    case 2: return f.template operator()<uint16_t>();
    case 4: return f.template operator()<uint32_t>();
    default: return f.template operator()<uint64_t>();
  }
}

template <class T> void add_to(T& x, T y) {
  if constexpr (std::is_same_v<T, bool>) x = x | y;
  else if constexpr (std::is_integral_v<T>) x = static_cast<T>(static_cast<uint64_t>(x) + static_cast<uint64_t>(y));
  else x += y;
}

template <class T> void multiply_to(T& x, T y) {
  if constexpr (std::is_same_v<T, bool>) x = x && y;
  else if constexpr (std::is_integral_v<T>) x = static_cast<T>(static_cast<uint64_t>(x) * static_cast<uint64_t>(y));
  else x *= y;
}

// Row i of v (dim 0 dropped).
View row(const View& v, int64_t i) {
  const int64_t n = v.sizes[0] ? v.numel / v.sizes[0] : 0;
  return View{v.p + i * v.strides[0] * itemsize(v.dt), v.dt, static_cast<uint8_t>(v.n - 1), v.contig, n, v.sizes + 1, v.strides + 1};
}

}  // namespace

int64_t CpuBackend::find_out_of_range(const View& index, int64_t lo, int64_t hi, int64_t except) {
  const DenseIn in(*this, index);
  const int64_t* p = in.view.as<int64_t>();
  for (int64_t i = 0; i < index.numel; ++i)
    if ((p[i] < lo || p[i] >= hi) && p[i] != except) return i;
  return -1;
}

void CpuBackend::gather(const View& out, const View& a, const View& index, int dim) {
  if (out.numel == 0) return;
  const View* const v[] = {&out, &a, &index};
  const Layout<3> l = indexed_layout(out, v, 1, dim);
  const int64_t stride = dim_stride(a, dim);
  dispatch_size(out.dt, [&]<class I>() {
    parallel_for(0, l.numel, kGrain, [&](int64_t b, int64_t e) {
      walk(l, b, e, [&](int64_t o, int64_t at, int64_t i) { out.as<I>()[o] = a.as<I>()[at + index.as<int64_t>()[i] * stride]; });
    });
  });
}

void CpuBackend::scatter(ScatterOp op, const View& out, const View& index, const View& src, int dim) {
  if (index.numel == 0) return;
  const View* const v[] = {&out, &index, &src};
  const Layout<3> l = indexed_layout(index, v, 0, dim);
  const int64_t stride = dim_stride(out, dim);
  if (op == ScatterOp::set) {
    dispatch_size(out.dt, [&]<class I>() {
      walk(l, 0, l.numel, [&](int64_t o, int64_t i, int64_t s) { out.as<I>()[o + index.as<int64_t>()[i] * stride] = src.as<I>()[s]; });
    });
  } else {
    dispatch(out.dt, [&]<class T>() {
      const auto combine = op == ScatterOp::add ? add_to<T> : multiply_to<T>;
      walk(l, 0, l.numel, [&](int64_t o, int64_t i, int64_t s) { combine(out.as<T>()[o + index.as<int64_t>()[i] * stride], src.as<T>()[s]); });
    });
  }
}

void CpuBackend::take_rows(const View& out, const View& a, const View& index) {
  if (out.numel == 0) return;
  const int64_t n = out.sizes[0], si = index.strides[0];
  const int64_t* at = index.as<int64_t>();
  if (out.contig && a.contig) {
    const int64_t bytes = out.numel / n * itemsize(out.dt);
    parallel_for(0, n, kGrain * 4 / bytes + 1, [&](int64_t b, int64_t e) {
      for (int64_t i = b; i < e; ++i) std::memcpy(out.p + i * bytes, a.p + at[i * si] * bytes, static_cast<size_t>(bytes));
    });
  } else {
    for (int64_t i = 0; i < n; ++i) copy(row(out, i), row(a, at[i * si]));
  }
}

void CpuBackend::put_rows(ScatterOp op, const View& out, const View& index, const View& src) {
  if (src.numel == 0) return;
  const int64_t n = src.sizes[0], si = index.strides[0];
  const int64_t* at = index.as<int64_t>();
  for (int64_t i = 0; i < n; ++i) {
    const View to = row(out, at[i * si]), from = row(src, i);
    if (op == ScatterOp::set) copy(to, from);
    else binary(BinaryOp::add, to, to, from, 1);
  }
}

int64_t CpuBackend::count_nonzero(const View& a) {
  const DenseIn in(*this, a);
  return dispatch(a.dt, [&]<class T>() {
    int64_t n = 0;
    for (int64_t i = 0; i < a.numel; ++i) n += load<T>(in.view.as<T>() + i) != T(0);
    return n;
  });
}

void CpuBackend::nonzero(const View& out, const View& a) {
  const DenseIn in(*this, a);
  int64_t* o = out.as<int64_t>();
  int64_t left = out.sizes[0];  // what was counted; NumPy may have written to `a` since
  const int64_t row_step = out.strides[0], dim_step = out.strides[1];
  dispatch(a.dt, [&]<class T>() {
    int64_t at[kMaxDims] = {};
    for (int64_t i = 0; i < a.numel && left > 0; ++i) {
      if (load<T>(in.view.as<T>() + i) != T(0)) {
        for (int d = 0; d < a.n; ++d) o[d * dim_step] = at[d];
        o += row_step;
        --left;
      }
      for (int d = a.n - 1; d >= 0 && ++at[d] == a.sizes[d]; --d) at[d] = 0;
    }
  });
  for (; left > 0; --left, o += row_step)  // rows of zeros are in range
    for (int d = 0; d < a.n; ++d) o[d * dim_step] = 0;
}

}  // namespace tg
