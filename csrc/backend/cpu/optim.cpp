// Fused optimizer steps. Parameters and their state have one layout; a gradient may have another.
#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/dense.h"

namespace tg {

void CpuBackend::sgd_step(const View& p, const View& grad, const View* buf, const SgdArgs& args) {
  const auto f = k_.optim->sgd[float_index(p.dt)];
  const int64_t item = itemsize(p.dt);
  const DenseOut x(*this, p, true), b(*this, buf ? *buf : p, true);
  const DenseIn g(*this, grad);
  parallel_for(0, p.numel, kGrain, [&](int64_t i, int64_t e) {
    f(e - i, x.view.p + i * item, g.view.p + i * item, buf ? b.view.p + i * item : nullptr, args);
  }, 64);
}

void CpuBackend::adam_step(const View& p, const View& grad, const View& m, const View& v, const View* vmax, const AdamArgs& args) {
  const auto f = k_.optim->adam[float_index(p.dt)];
  const int64_t item = itemsize(p.dt);
  const DenseOut x(*this, p, true), m1(*this, m, true), m2(*this, v, true), top(*this, vmax ? *vmax : p, true);
  const DenseIn g(*this, grad);
  parallel_for(0, p.numel, kGrain / 4, [&](int64_t i, int64_t e) {
    const int64_t at = i * item;
    f(e - i, x.view.p + at, g.view.p + at, m1.view.p + at, m2.view.p + at, vmax ? top.view.p + at : nullptr, args);
  }, 64);
}

}  // namespace tg
