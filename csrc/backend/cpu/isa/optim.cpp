// Optimizer steps over one parameter, in the order and with the roundings of torch's single-tensor path.
#include "backend/cpu/isa/vmath.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

template <class T> void sgd(int64_t n, void* pp, const void* pg, void* pb, const SgdArgs& args) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  T* p = static_cast<T*>(pp);
  const T* g = static_cast<const T*>(pg);
  T* buf = static_cast<T*>(pb);
  const V lr = splat<V>(static_cast<T>(-args.lr)), decay = splat<V>(static_cast<T>(args.weight_decay));
  const V mom = splat<V>(static_cast<T>(args.momentum)), take = splat<V>(static_cast<T>(1 - args.dampening));
  const bool decays = args.weight_decay != 0, maximize = args.maximize, first = args.first, nesterov = args.nesterov;

  const auto step = [=](V x, V d, V& b, bool has_buffer) TG_INLINE_LAMBDA {
    if (maximize) d = V{} - d;
    if (decays) d = fma(x, decay, d);
    if (has_buffer) {
      b = first ? d : fma(d, take, b * mom);
      d = nesterov ? fma(b, mom, d) : b;
    }
    return fma(d, lr, x);
  };
  for (int64_t i = 0; i < n; i += L) {
    const int64_t left = n - i;
    V b{};
    if (left >= L) {
      if (buf && !first) b = load<V>(buf + i);
      store(p + i, step(load<V>(p + i), load<V>(g + i), b, buf != nullptr));
      if (buf) store(buf + i, b);
    } else {
      if (buf && !first) b = load_n<V>(buf + i, left);
      store_n(p + i, step(load_n<V>(p + i, left), load_n<V>(g + i, left), b, buf != nullptr), left);
      if (buf) store_n(buf + i, b, left);
    }
  }
}

template <class T> void adam(int64_t n, void* pp, const void* pg, void* pm, void* pv, void* px, const AdamArgs& args) {
  using V = Vec<T>;
  constexpr int64_t L = kLanes<T>;
  T* p = static_cast<T*>(pp);
  const T* g = static_cast<const T*>(pg);
  T* m = static_cast<T*>(pm);
  T* v = static_cast<T*>(pv);
  T* vmax = static_cast<T*>(px);
  const double c1 = 1 - __builtin_pow(args.beta1, args.step), c2 = 1 - __builtin_pow(args.beta2, args.step);
  const T decay = static_cast<T>(args.weight_decay), shrink = static_cast<T>(1 - args.lr * args.weight_decay);
  const T b2 = static_cast<T>(args.beta2), rest2 = static_cast<T>(1 - args.beta2), eps = static_cast<T>(args.eps);
  const V rest1 = splat<V>(static_cast<T>(1 - args.beta1));
  const T size = static_cast<T>(-(args.lr / c1)), root = static_cast<T>(__builtin_sqrt(c2));
  const bool maximize = args.maximize, decoupled = args.decoupled, decays = args.weight_decay != 0;

  const auto step = [=](V x, V d, V& s, V& t, V& top, bool amsgrad) TG_INLINE_LAMBDA {
    if (maximize) d = V{} - d;
    if (decays && decoupled) x = x * shrink;
    else if (decays) d = fma(x, splat<V>(decay), d);
    s = fma(rest1, d - s, s);
    t = fma(d * rest2, d, t * b2);
    if (amsgrad) top = maximum(top, t);
    const V denominator = sqrt(amsgrad ? top : t) / root + eps;
    return x + s * size / denominator;
  };
  for (int64_t i = 0; i < n; i += L) {
    const int64_t left = n - i;
    if (left >= L) {
      V s = load<V>(m + i), t = load<V>(v + i), top = vmax ? load<V>(vmax + i) : V{};
      store(p + i, step(load<V>(p + i), load<V>(g + i), s, t, top, vmax != nullptr));
      store(m + i, s);
      store(v + i, t);
      if (vmax) store(vmax + i, top);
    } else {
      V s = load_n<V>(m + i, left), t = load_n<V>(v + i, left), top = vmax ? load_n<V>(vmax + i, left) : V{};
      store_n(p + i, step(load_n<V>(p + i, left), load_n<V>(g + i, left), s, t, top, vmax != nullptr), left);
      store_n(m + i, s, left);
      store_n(v + i, t, left);
      if (vmax) store_n(vmax + i, top, left);
    }
  }
}

}  // namespace

extern const OptimKernels optim_kernels;
const OptimKernels optim_kernels = {{sgd<float>, sgd<double>}, {adam<float>, adam<double>}};

}  // namespace tg::TG_ISA
