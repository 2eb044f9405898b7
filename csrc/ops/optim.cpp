// Steps of optimizers over one parameter: in place and never recorded, whatever the grad mode.
#include "autograd/grad_meta.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

static void check_step(const Tensor& p, const Tensor& grad) {
  check_inplace(p, false);
  TG_CHECK(is_floating(p.dtype()), "optimizers update floating point parameters, got ", info(p.dtype()).legacy);
  TG_CHECK(grad.dtype() == p.dtype(), "a parameter of dtype ", info(p.dtype()).legacy, " has a gradient of dtype ", info(grad.dtype()).legacy);
  TG_CHECK(grad.sizes() == p.sizes(), "a parameter of shape ", p.sizes(), " has a gradient of shape ", grad.sizes());
}

static void check_state(const char* name, const Tensor& p, const Tensor& state) {
  TG_CHECK(state.dtype() == p.dtype() && state.sizes() == p.sizes(), "the optimizer's ", name, " has shape ", state.sizes(), " and dtype ",
           info(state.dtype()).legacy, ", its parameter ", p.sizes(), " and ", info(p.dtype()).legacy);
  check_inplace(state, false);
}

void sgd_step(const Tensor& p, const Tensor& grad, Tensor* buffer, SgdArgs args) {
  check_step(p, grad);
  Backend& be = backend(p.device());
  if (!buffer) {
    launch(p.numel(), [&](const View& vp, const View& vg) { be.sgd_step(vp, vg, nullptr, args); }, p, grad);
  } else {
    args.first = !buffer->defined();
    if (args.first) *buffer = empty_like(p);
    else check_state("momentum_buffer", p, *buffer);
    launch(p.numel(), [&](const View& vp, const View& vg, const View& vb) { be.sgd_step(vp, vg, &vb, args); }, p, grad, *buffer);
    if (!args.first) ++(*buffer)->storage->version;
  }
  ++p->storage->version;
}

// Counts one more step; step is a tensor of one element.
static double count(const Tensor& step) {
  TG_CHECK(step.numel() == 1, "the optimizer's step has ", step.numel(), " elements");
  ++step->storage->version;
  return dispatch(step.dtype(), [&]<class T>() -> double {
    T& t = *step.data<T>();
    t = static_cast<T>(t + T(1));
    return static_cast<double>(t);
  });
}

void adam_step(const Tensor& p, const Tensor& grad, const Tensor& exp_avg, const Tensor& exp_avg_sq, const Tensor& max_exp_avg_sq, const Tensor& step,
               AdamArgs args) {
  check_step(p, grad);
  check_state("exp_avg", p, exp_avg);
  check_state("exp_avg_sq", p, exp_avg_sq);
  if (args.amsgrad) check_state("max_exp_avg_sq", p, max_exp_avg_sq);
  args.step = count(step);
  Backend& be = backend(p.device());
  const int64_t work = p.numel() * 4;
  if (args.amsgrad) {
    launch(work, [&](const View& vp, const View& vg, const View& m, const View& v, const View& top) { be.adam_step(vp, vg, m, v, &top, args); },
           p, grad, exp_avg, exp_avg_sq, max_exp_avg_sq);
    ++max_exp_avg_sq->storage->version;
  } else {
    launch(work, [&](const View& vp, const View& vg, const View& m, const View& v) { be.adam_step(vp, vg, m, v, nullptr, args); }, p, grad, exp_avg,
           exp_avg_sq);
  }
  for (const Tensor* t : {&p, &exp_avg, &exp_avg_sq}) ++(*t)->storage->version;
}

void zero_grad(const Tensor& p, bool set_to_none) {
  if (!p->meta || !p->meta->grad.defined()) return;
  if (set_to_none) {
    p->meta->grad = Tensor();
    return;
  }
  const Tensor grad = p->meta->grad;
  if (Node* history = std::exchange(grad->grad_fn, nullptr)) {
    grad->output_nr = 0;
    if (--history->rc == 0) destroy(history);
  }
  grad->requires_grad = false;
  zero_(grad);
}

}  // namespace tg
