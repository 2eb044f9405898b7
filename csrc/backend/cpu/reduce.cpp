// Reductions over any set of dims.
#include <cstring>
#include <limits>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/dense.h"

namespace tg {
namespace {

template <class T> T lowest() { return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest(); }
template <class T> T highest() { return std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max(); }

// The value of a reduction over nothing.
template <class T> T identity(ReduceOp op) {
  [[maybe_unused]] const T lowest = tg::lowest<T>(), highest = tg::highest<T>();
  switch (op) {
#define REDUCE(name, kind, value, doc) \
  case ReduceOp::name: return static_cast<T>(value);
#include "op_tables/reduce.def"
    case ReduceOp::kCount: break;
  }
  __builtin_unreachable();
}

// Operand 0 is the output (stride 0 where reduced), operand 1 the input. Reduced dims stand innermost, in the order of the
// input's strides; the kept ones outside, in the order of the output's. This is the nest in which torch sums.
Layout<2> reduction_layout(const View& out, const View& a) {
  Layout<2> l;
  for (int d = 0; d < a.n; ++d) {
    if (a.sizes[d] == 1) continue;
    l.numel *= a.sizes[d];
    const int64_t s[2] = {out.sizes[d] == 1 ? 0 : out.strides[d], a.strides[d]};
    detail::push_dim(l, a.sizes[d], s);
  }
  const auto inside = [&](int x, int y) {  // x belongs further inside than y
    const int64_t ox = l.strides[0][x], oy = l.strides[0][y];
    if ((ox == 0) != (oy == 0)) return ox == 0;
    return ox != oy ? ox < oy : l.strides[1][x] < l.strides[1][y];
  };
  for (int i = 1; i < l.n; ++i)
    for (int j = i; j > 0 && inside(j - 1, j); --j) {
      std::swap(l.sizes[j - 1], l.sizes[j]);
      for (auto& s : l.strides) std::swap(s[j - 1], s[j]);
    }
  if (l.n == 0) {
    const int64_t zero[2] = {};
    detail::push_dim(l, 1, zero);
  }
  detail::merge_dims(l);
  return l;
}

// The sum of one dense row, its chunks shared out among threads.
double sum_row(const ReduceKernels& r, int f, int64_t n, const void* a) {
  const int64_t count = n < 4 * kGrain ? 0 : r.sum_chunks[f](n);
  if (count < 2) return r.sum_inner[f](n, a, nullptr);
  const Scratch chunks(static_cast<size_t>(count) * 128);
  parallel_for(0, count, (kGrain * count + n - 1) / n, [&](int64_t b, int64_t e) { r.sum_chunk[f](n, a, b, e, chunks.as<void>()); });
  return r.sum_inner[f](n, a, chunks.as<void>());
}

// The sum of the innermost two dims of the nest at each position of the others, by the kernel that torch would take.
template <class T> void sum_floats(const ReduceKernels& r, const Layout<2>& l, const View& out, const View& a) {
  constexpr int f = kDType<T> == DType::Float64;
  constexpr int64_t V = 32 / static_cast<int64_t>(sizeof(T));
  const int last = l.n - 1, inner = l.n > 1 ? 2 : 1;
  const int64_t n0 = l.sizes[last], n1 = inner == 2 ? l.sizes[last - 1] : 1;
  const int64_t s0 = l.strides[1][last], s1 = inner == 2 ? l.strides[1][last - 1] : 0;
  const int64_t so = inner == 2 ? l.strides[0][last - 1] : 0;
  const bool reduces = l.strides[0][last] == 0;
  const bool rows = s0 == 1 && n0 >= V, cols = !rows && s1 == 1 && n1 >= V, strided_rows = !cols && s0 < s1;

  const auto plane = [&](T* o, const T* p, int64_t b, int64_t e) {  // positions [b, e) of dim last - 1
    if (!reduces) {
      for (int64_t j = b; j < e; ++j)
        for (int64_t i = 0; i < n0; ++i) o[j * so + i * l.strides[0][last]] += p[j * s1 + i * s0];
    } else if (rows) {
      for (int64_t j = b; j < e; ++j) o[j * so] += static_cast<T>(n1 == 1 ? sum_row(r, f, n0, p) : r.sum_inner[f](n0, p + j * s1, nullptr));
    } else if (strided_rows) {
      for (int64_t j = b; j < e; ++j) o[j * so] += static_cast<T>(r.sum_strided[f](n0, p + j * s1, s0));
    } else {
      r.sum_outer[f](n0, e - b, o + b * so, so, p + b * s1, s0, s1, cols);
    }
  };

  const int64_t planes = l.numel / (n0 * n1);
  if (planes == 1 && so != 0) {
    // Columns are grouped from the left, so a cut must fall between groups.
    parallel_for(0, n1, (kGrain + n0 - 1) / n0, [&](int64_t b, int64_t e) { plane(out.as<T>(), a.as<T>(), b, e); }, cols ? 4 * V : 4);
    return;
  }
  // Planes of one output element are added in order, so only outputs are shared out.
  int64_t shared = 1;
  for (int d = 0; d < l.n - inner && l.strides[0][d] != 0; ++d) shared *= l.sizes[d];
  const int64_t each = planes / shared;
  parallel_for(0, shared, (kGrain + n0 * n1 * each - 1) / (n0 * n1 * each), [&](int64_t b, int64_t e) {
    int64_t left = (e - b) * each;
    for (Odometer<2> o(l, inner, b * each); left > 0; --left, o.next()) plane(out.as<T>() + o.offset[0], a.as<T>() + o.offset[1], 0, n1);
  });
}

void reduce_generic(const ReduceKernels& k, ReduceOp op, const Layout<2>& l, const View& out, const View& a) {
  const auto fold = k.fold[static_cast<int>(op)][static_cast<int>(a.dt)];
  const auto accumulate = k.accumulate[static_cast<int>(op)][static_cast<int>(a.dt)];
  const int64_t io = itemsize(out.dt), ia = itemsize(a.dt);
  const int last = l.n - 1;
  // The kept dim next to the reduced ones is walked innermost when it is dense: whole rows are joined at once.
  int kept = last;
  while (kept >= 0 && l.strides[0][kept] == 0) --kept;
  const bool by_rows = kept >= 0 && l.strides[0][kept] == 1 && l.strides[1][kept] == 1 && l.strides[1][last] != 1 && l.sizes[kept] >= 8;

  Layout<2> m = l;
  if (by_rows)
    for (int d = kept; d < last; ++d) {
      std::swap(m.sizes[d], m.sizes[d + 1]);
      for (auto& s : m.strides) std::swap(s[d], s[d + 1]);
    }
  const int64_t n = m.sizes[last], count = m.numel / n;
  const bool reduces = m.strides[0][last] == 0;
  const auto run = [&](int64_t b, int64_t e) {  // lines [b, e) of the nest
    for (Odometer<2> o(m, 1, b); b < e; ++b, o.next()) {
      char* to = out.p + o.offset[0] * io;
      const char* from = a.p + o.offset[1] * ia;
      if (by_rows) accumulate(n, to, from);
      else if (reduces) fold(n, to, from, m.strides[1][last]);
      else
        for (int64_t i = 0; i < n; ++i) fold(1, to + i * m.strides[0][last] * io, from + i * m.strides[1][last] * ia, 1);
    }
  };
  // Lines of one output element stay together; the outputs of the outer kept dims are shared out.
  int64_t shared = 1;
  for (int d = 0; d < last && m.strides[0][d] != 0; ++d) shared *= m.sizes[d];
  const int64_t each = count / shared;
  parallel_for(0, shared, (kGrain + n * each - 1) / (n * each), [&](int64_t b, int64_t e) { run(b * each, e * each); });
}

// All elements to one, where their order does not matter: parts first, then the parts.
bool reduce_in_parts(const ReduceKernels& k, ReduceOp op, const Layout<2>& l, const View& out, const View& a) {
  if (out.numel != 1 || l.n != 1 || l.numel < 2 * kGrain || (op == ReduceOp::prod && is_floating(a.dt))) return false;
  const int64_t n = l.numel, s = l.strides[1][0], io = itemsize(out.dt), ia = itemsize(a.dt), part = kGrain, count = (n + part - 1) / part;
  const Scratch parts(static_cast<size_t>(count * io));
  char* const p = parts.as<char>();
  const auto fold = k.fold[static_cast<int>(op)][static_cast<int>(a.dt)];
  parallel_for(0, count, 1, [&](int64_t b, int64_t e) {
    for (; b < e; ++b) {
      std::memcpy(p + b * io, out.p, static_cast<size_t>(io));  // the identity
      fold(n - b * part < part ? n - b * part : part, p + b * io, a.p + b * part * s * ia, s);
    }
  });
  k.fold[static_cast<int>(op)][static_cast<int>(out.dt)](count, out.p, p, 1);
  return true;
}

// A loss, or the gradient of a bias: the sum of all of a small dense array, or of the rows of a small dense matrix.
bool sum_small(const ReduceKernels& r, const View& out, const View& a) {
  if (!a.contig || !out.contig || a.numel >= kGrain || a.numel == 0) return false;
  const int f = float_index(a.dt);
  if (out.numel == 1) {
    const double sum = r.sum_inner[f](a.numel, a.p, nullptr);
    if (a.dt == DType::Float64) *out.as<double>() = 0 + sum;
    else *out.as<float>() = 0 + static_cast<float>(sum);
    return true;
  }
  if (a.n != 2 || out.sizes[0] != 1 || out.sizes[1] != a.sizes[1] || a.sizes[0] == 1) return false;
  std::memset(out.p, 0, static_cast<size_t>(out.numel * itemsize(out.dt)));
  r.sum_outer[f](a.sizes[0], a.sizes[1], out.p, 1, a.p, a.sizes[1], 1, a.sizes[1] * itemsize(a.dt) >= 32);
  return true;
}

}  // namespace

void CpuBackend::reduce(ReduceOp op, const View& out, const View& a) {
  const bool floats = op == ReduceOp::sum && is_floating(a.dt);
  if (floats && sum_small(*k_.reduce, out, a)) return;
  dispatch(out.dt, [&]<class T>() {
    T value = identity<T>(op);
    copy(out, View{reinterpret_cast<char*>(&value), out.dt, 0, true, 1, nullptr, nullptr});
  });
  if (a.numel == 0) return;
  const Layout<2> l = reduction_layout(out, a);
  if (floats && a.dt == DType::Float32) sum_floats<float>(*k_.reduce, l, out, a);
  else if (floats) sum_floats<double>(*k_.reduce, l, out, a);
  else if (!reduce_in_parts(*k_.reduce, op, l, out, a)) reduce_generic(*k_.reduce, op, l, out, a);
}

}  // namespace tg
