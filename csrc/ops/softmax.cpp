// softmax and log_softmax. Their backward passes are ops of their own, with rules of their own.
#include "core/shape.h"
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

static Tensor softmax_forward(SoftmaxOp op, const char* name, const Tensor& x, int dim) {
  TG_CHECK_KIND(NotImplemented, is_floating(x.dtype()), "\"", name, "\" not implemented for '", info(x.dtype()).legacy, "'");
  GradModeGuard no_grad(false);
  const Tensor in = contiguous(x);
  Tensor out = empty(x.sizes(), x.dtype(), x.device());
  launch(x.numel() * 8, [&](const View& o, const View& v) { backend(x.device()).softmax(op, o, v, dim); }, out, in);
  return out;
}

static Tensor softmax_backward(SoftmaxOp op, const Tensor& g, const Tensor& y, int dim) {
  GradModeGuard no_grad(false);
  const Tensor gc = contiguous(g), yc = contiguous(y);
  Tensor out = empty(y.sizes(), y.dtype(), y.device());
  launch(y.numel() * 4, [&](const View& o, const View& vg, const View& vy) { backend(y.device()).softmax_grad(op, o, vg, vy, dim); },
         out, gc, yc);
  return out;
}

// (g - sum(g y)) y
static Tensor softmax_grad(const Tensor& g, const Tensor& y, int dim) {
  return record("SoftmaxBackwardDataBackward0", softmax_backward(SoftmaxOp::softmax, g, y, dim), {g, y}, save(g, y), args(dim),
                [](Saved s, const Tensor& gg, Needs n, int d) -> Grads<2> {
                  const Tensor g0 = s[0], y0 = s[1];
                  const Tensor inner = sum(mul(g0, y0), Dims{d}, true), outer = sum(mul(gg, y0), Dims{d}, true);
                  return {{n[0] ? mul(sub(gg, outer), y0) : Tensor(),
                           n[1] ? sub(sub(mul(gg, g0), mul(gg, inner)), mul(outer, g0)) : Tensor()}};
                });
}

// g - exp(y) sum(g)
static Tensor log_softmax_grad(const Tensor& g, const Tensor& y, int dim) {
  return record("LogSoftmaxBackwardDataBackward0", softmax_backward(SoftmaxOp::log_softmax, g, y, dim), {g, y}, save(g, y), args(dim),
                [](Saved s, const Tensor& gg, Needs n, int d) -> Grads<2> {
                  const Tensor g0 = s[0], p = exp(s[1]);
                  return {{n[0] ? sub(gg, sum(mul(gg, p), Dims{d}, true)) : Tensor(),
                           n[1] ? neg(mul(mul(gg, p), sum(g0, Dims{d}, true))) : Tensor()}};
                });
}

Tensor softmax(const Tensor& input, int64_t dim_arg, OptDType dtype) {
  const Tensor x = dtype ? to(input, *dtype) : input;
  const int dim = wrap_dim(dim_arg, x.dim());
  const Tensor out = softmax_forward(SoftmaxOp::softmax, dim == x.dim() - 1 ? "softmax_lastdim_kernel_impl" : "softmax_kernel_impl", x, dim);
  return record<"result dim">("SoftmaxBackward0", out, {x}, save(out), args(dim_arg), [](Saved s, const Tensor& g, Needs, int64_t d) -> Grads<1> {
    return {{softmax_grad(g, s[0], wrap_dim(d, g.dim()))}};
  });
}

Tensor log_softmax(const Tensor& input, int64_t dim_arg, OptDType dtype) {
  const Tensor x = dtype ? to(input, *dtype) : input;
  const int dim = wrap_dim(dim_arg, x.dim());
  const Tensor out = softmax_forward(SoftmaxOp::log_softmax, dim == x.dim() - 1 ? "log_softmax_lastdim_kernel_impl" : "softmax_kernel_impl", x, dim);
  return record<"result dim">("LogSoftmaxBackward0", out, {x}, save(out), args(dim_arg), [](Saved s, const Tensor& g, Needs, int64_t d) -> Grads<1> {
    return {{log_softmax_grad(g, s[0], wrap_dim(d, g.dim()))}};
  });
}

}  // namespace tg
