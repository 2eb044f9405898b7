// Random fills and regular sequences.
#include <algorithm>
#include <cmath>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/dense.h"
#include "core/generator.h"
#include "core/scalar.h"

namespace tg {
namespace {

constexpr int64_t kBlock = 1024;  // words drawn at a time

void uniform_floats(const RandomKernels& k, Generator& g, float* o, int64_t n, float from, float to) {
  uint32_t words[kBlock];
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = std::min(kBlock, n - i);
    g.fill32(words, m);
    k.uniform_float(m, o + i, words, from, to);
  }
}
// Calls f(i, k) for i in [0, n) with a fresh k of 53 bits, the double uniform being k 2^-53.
template <class F> void draw53(Generator& g, int64_t n, const F& f) {
  uint32_t words[kBlock];
  for (int64_t i = 0; i < n; i += kBlock / 2) {
    const int64_t m = std::min(kBlock / 2, n - i);
    g.fill32(words, 2 * m);
    for (int64_t j = 0; j < m; ++j) f(i + j, static_cast<int64_t>((uint64_t{words[2 * j]} & 0x1fffff) << 32 | words[2 * j + 1]));
  }
}
void uniform_doubles(Generator& g, double* o, int64_t n, double from, double to) {
  draw53(g, n, [=](int64_t i, int64_t k) {
    const double x = std::fma(static_cast<double>(k) * 0x1p-53, to - from, from);
    o[i] = x == to ? from : x;
  });
}
template <class T> void uniform(const RandomKernels& k, Generator& g, T* o, int64_t n, double from, double to) {
  if constexpr (std::is_same_v<T, float>) uniform_floats(k, g, o, n, static_cast<float>(from), static_cast<float>(to));
  else uniform_doubles(g, o, n, from, to);
}

// blocks: transform 16 uniforms at a time; a last partial block is drawn anew over the last 16 places.
template <class T> void normal(const RandomKernels& k, Generator& g, T* o, int64_t n, double mean, double std, bool blocks) {
  if (!blocks) {
    for (int64_t i = 0; i < n; ++i) o[i] = static_cast<T>(std::fma(g.normal(), std, mean));
    return;
  }
  const auto transform = k.normal[std::is_same_v<T, double>];
  uniform<T>(k, g, o, n, 0, 1);
  transform(n / 16, o, mean, std);
  if (n % 16) {
    uniform<T>(k, g, o + n - 16, 16, 0, 1);
    transform(1, o + n - 16, mean, std);
  }
}

// wide: two words a number. range 0 stands for 2^64.
template <class T> void integers(Generator& g, T* o, int64_t n, int64_t from, uint64_t range, bool wide) {
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t r = wide ? g.random64() : g.random32();
    o[i] = static_cast<T>(static_cast<int64_t>((range ? r % range : r) + static_cast<uint64_t>(from)));
  }
}

// Floats are start + i * step in double; torch rounds the first of each eight (doubles: four) and steps on from there, except
// in a last block of less than twice that.
template <class T> void arange_floats(T* o, int64_t n, double start, double step) {
  constexpr int64_t V = 32 / static_cast<int64_t>(sizeof(T));
  const int64_t whole = n / (2 * V) * (2 * V);
  const auto at = [=](int64_t i) { return static_cast<T>(std::fma(step, static_cast<double>(i), start)); };
  for (int64_t i = 0; i < whole; i += V) {
    const double base = static_cast<double>(at(i));
    for (int64_t k = 0; k < V; ++k) o[i + k] = static_cast<T>(std::fma(static_cast<double>(k), step, base));
  }
  for (int64_t i = whole; i < n; ++i) o[i] = at(i);
}

template <class F> void dispatch_float(DType d, const F& f) {
  if (d == DType::Float64) f.template operator()<double>();
  else f.template operator()<float>();
}

}  // namespace

void CpuBackend::random(RandomOp op, const View& out, Generator& g, double p, double q, int64_t from, uint64_t range) {
  const int64_t n = out.numel;
  if (n == 0) return;
  // The fill follows the output's memory; where that has gaps, by way of a dense buffer.
  const View* const one[] = {&out};
  const Layout<1> l = make_layout<1>(one);
  const bool dense = out.contig || l.dense(0);
  const Scratch buffer(dense ? 0 : static_cast<size_t>(n * itemsize(out.dt)));
  char* data = dense ? out.p : buffer.as<char>();
  fill(op, out, data, g, p, q, from, range);
  if (!dense) scatter_run(*k_.copy, l, 0, out.dt, out.p, 0, n, data);
}

// n draws for `out`, to dense memory.
void CpuBackend::fill(RandomOp op, const View& out, char* data, Generator& g, double p, double q, int64_t from, uint64_t range) {
  const int64_t n = out.numel;
  switch (op) {
    case RandomOp::uniform:
      return dispatch_float(out.dt, [&]<class T>() { uniform<T>(*k_.random, g, reinterpret_cast<T*>(data), n, p, q); });
    case RandomOp::normal:
      return dispatch_float(out.dt, [&]<class T>() { normal<T>(*k_.random, g, reinterpret_cast<T*>(data), n, p, q, n >= 16 && out.contig); });
    case RandomOp::exponential:
      return dispatch_float(out.dt, [&]<class T>() {
        for (int64_t i = 0; i < n; ++i) reinterpret_cast<T*>(data)[i] = static_cast<T>(-1.0 / p * std::log1p(-g.uniform_double()));
      });
    case RandomOp::bernoulli:
      return dispatch(out.dt, [&]<class T>() {
        T* const o = reinterpret_cast<T*>(data);
        const auto limit = static_cast<int64_t>(std::ceil(p * 0x1p53));  // k 2^-53 < p
        draw53(g, n, [=](int64_t i, int64_t k) { o[i] = static_cast<T>(k < limit); });
      });
    case RandomOp::integer:
      return dispatch(out.dt, [&]<class T>() {
        const bool wide = p == 2 || (p == 0 && (range == 0 || range >= uint64_t{1} << 28));
        integers<T>(g, reinterpret_cast<T*>(data), n, from, range, wide);
      });
    case RandomOp::kCount: break;
  }
}

void CpuBackend::arange(const View& out, const Scalar& start, const Scalar& step) {
  const DenseOut res(*this, out);
  dispatch(out.dt, [&]<class T>() {
    T* o = res.view.as<T>();
    if constexpr (std::is_floating_point_v<T>) {
      arange_floats(o, out.numel, start.to_double(), step.to_double());
    } else {
      const auto first = static_cast<uint64_t>(start.to_int()), by = static_cast<uint64_t>(step.to_int());
      for (int64_t i = 0; i < out.numel; ++i) o[i] = static_cast<T>(first + static_cast<uint64_t>(i) * by);
    }
  });
}

void CpuBackend::linspace(const View& out, double start, double end) {
  const int64_t n = out.numel;
  const DenseOut res(*this, out);
  dispatch(out.dt, [&]<class T>() {
    using F = std::conditional_t<std::is_same_v<T, double>, double, float>;
    T* o = res.view.as<T>();
    const F lo = static_cast<F>(start), hi = static_cast<F>(end);
    const F step = n > 1 ? (hi - lo) / static_cast<F>(n - 1) : F(0);
    for (int64_t i = 0; i < n; ++i)
      o[i] = static_cast<T>(i < n / 2 || n == 1 ? std::fma(step, static_cast<F>(i), lo) : std::fma(-step, static_cast<F>(n - 1 - i), hi));
  });
}

}  // namespace tg
