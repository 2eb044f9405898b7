// Losses that compare element by element. Each is one op over a fused kernel; its gradient is an op with a rule of its own.
#include "core/shape.h"
#include "ops/elementwise.h"
#include "ops/launch.h"

namespace tg {

Tensor reduced(const Tensor& x, Reduction reduction) {
  return reduction == Reduction::Mean ? mean(x) : reduction == Reduction::Sum ? sum(x) : x;
}

namespace {

using Value = Tensor (*)(const Operand&, const Operand&, double);

// A row of op_tables/binary.def, reduced, with no trace in the graph.
Tensor value_of(Value value, const char* kernel, const Tensor& x, const Tensor& target, Reduction reduction, double p = 0) {
  const DType d = result_type(x, target);
  TG_CHECK_KIND(NotImplemented, is_floating(d), "\"", kernel, "\" not implemented for '", info(d).legacy, "'");
  GradModeGuard no_grad(false);
  return reduced(value(x, target, p), reduction);
}

// What a mean over the broadcast operands divides by; 1 for the other reductions.
double divisor(const Tensor& x, const Tensor& target, Reduction reduction) {
  if (reduction != Reduction::Mean) return 1;
  return static_cast<double>(x.sizes() == target.sizes() ? x.numel() : checked_numel(broadcast_shapes(x.sizes(), target.sizes())));
}

Tensor grad_of(TernaryOp op, const Tensor& g, const Tensor& x, const Tensor& target, double p) {
  return ternary_out(op, result_type(x, target), g, x, target, p);
}

// g * factor * (x - target)
Tensor mse_grad(const Tensor& g, const Tensor& x, const Tensor& target, double factor) {
  return record("MseLossBackwardBackward0", grad_of(TernaryOp::mse_grad, g, x, target, factor), {g, x, target}, save(g, x, target), args(factor),
                [](Saved s, const Tensor& gg, Needs n, double f) -> Grads<3> {
                  const Tensor slope = n[1] || n[2] ? mul(mul(gg, s[0]), f) : Tensor();
                  return {{n[0] ? mul(gg, mul(sub(s[1], s[2]), f)) : Tensor(), slope, n[2] ? neg(slope) : Tensor()}};
                });
}

// g * clip((x - target) / beta, -1, 1)
Tensor smooth_l1_grad(const Tensor& g, const Tensor& x, const Tensor& target, double beta) {
  return record("SmoothL1LossBackwardBackward0", grad_of(TernaryOp::smooth_l1_grad, g, x, target, beta), {g, x, target}, save(g, x, target),
                args(beta), [](Saved s, const Tensor& gg, Needs n, double b) -> Grads<3> {
                  const Tensor slope = div(mul(mul(gg, s[0]), lt(abs(sub(s[1], s[2])), b)), b);
                  return {{n[0] ? smooth_l1_grad(gg, s[1], s[2], b) : Tensor(), slope, n[2] ? neg(slope) : Tensor()}};
                });
}

// g * clip(x - target, -delta, delta)
Tensor huber_grad(const Tensor& g, const Tensor& x, const Tensor& target, double delta) {
  return record("HuberLossBackwardBackward0", grad_of(TernaryOp::huber_grad, g, x, target, delta), {g, x, target}, save(g, x, target),
                args(delta), [](Saved s, const Tensor& gg, Needs n, double b) -> Grads<3> {
                  const Tensor slope = mul(mul(gg, s[0]), lt(abs(sub(s[1], s[2])), b));
                  return {{n[0] ? huber_grad(gg, s[1], s[2], b) : Tensor(), slope, n[2] ? neg(slope) : Tensor()}};
                });
}

// g * (x - target) / (x (1 - x)) / count
Tensor bce_grad(const Tensor& g, const Tensor& x, const Tensor& target, double count) {
  return record("BinaryCrossEntropyBackwardBackward0", grad_of(TernaryOp::bce_grad, g, x, target, count), {g, x, target}, save(g, x, target),
                args(count), [](Saved s, const Tensor& gg, Needs n, double by) -> Grads<3> {
                  const Tensor g0 = s[0], x0 = s[1], t0 = s[2];
                  const Tensor variance = clamp_min(mul(rsub(x0, 1), x0), 1e-12), by_target = div(div(mul(gg, g0), variance), by);
                  // d/dx (x - t) / (x (1 - x)) = (x^2 - 2 t x + t) / (x (1 - x))^2
                  const Tensor rise = div(add(mul(x0, sub(x0, mul(t0, 2))), t0), variance);
                  return {{n[0] ? bce_grad(gg, x0, t0, by) : Tensor(), n[1] ? mul(by_target, rise) : Tensor(), n[2] ? neg(by_target) : Tensor()}};
                });
}

}  // namespace

// ---- Distances

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return record<"self target reduction">("MseLossBackward0", value_of(squared_error, "mse_cpu", x, target, reduction), {x, target}, save(x, target), args(reduction),
                [](Saved s, const Tensor& g, Needs n, Reduction r) -> Grads<2> {
                  const double factor = 2 / divisor(s[0], s[1], r);
                  return {{n[0] ? mse_grad(g, s[0], s[1], factor) : Tensor(), n[1] ? mse_grad(g, s[1], s[0], factor) : Tensor()}};
                });
}

Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) { return reduced(abs(sub(x, target)), reduction); }

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction, double beta) {
  TG_CHECK(beta >= 0, "smooth_l1_loss does not support negative values for beta.");
  if (beta == 0) return l1_loss(x, target, reduction);
  return record<"self target reduction beta">("SmoothL1LossBackward0", value_of(smooth_l1, "smooth_l1_cpu", x, target, reduction, beta), {x, target}, save(x, target),
                args(reduction, beta), [](Saved s, const Tensor& g, Needs n, Reduction r, double b) -> Grads<2> {
                  const Tensor share = r == Reduction::Mean ? div(g, divisor(s[0], s[1], r)) : g;
                  return {{n[0] ? smooth_l1_grad(share, s[0], s[1], b) : Tensor(), n[1] ? smooth_l1_grad(share, s[1], s[0], b) : Tensor()}};
                });
}

Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction, double delta) {
  TG_CHECK(delta > 0, "huber_loss does not support non-positive values for delta.");
  return record<"self target reduction delta">("HuberLossBackward0", value_of(huber, "huber_cpu", x, target, reduction, delta), {x, target}, save(x, target),
                args(reduction, delta), [](Saved s, const Tensor& g, Needs n, Reduction r, double b) -> Grads<2> {
                  const Tensor share = r == Reduction::Mean ? div(g, divisor(s[0], s[1], r)) : g;
                  return {{n[0] ? huber_grad(share, s[0], s[1], b) : Tensor(), n[1] ? huber_grad(share, s[1], s[0], b) : Tensor()}};
                });
}

// ---- Probabilities of two classes

static void check_probabilities(const char* what, const Tensor& x) {
  const Tensor ends[2] = {empty(Dims(x.dim(), 1), x.dtype(), x.device()), empty(Dims(x.dim(), 1), x.dtype(), x.device())};
  launch(2 * x.numel(), [&](const View& lo, const View& hi, const View& v) {
    backend(x.device()).reduce(ReduceOp::min, lo, v);
    backend(x.device()).reduce(ReduceOp::max, hi, v);
  }, ends[0], ends[1], x);
  TG_CHECK(x.numel() == 0 || (item(ends[0]).to_double() >= 0 && item(ends[1]).to_double() <= 1), "all elements of ", what, " should be between 0 and 1");
}

// Weighs each element, if there are weights, and shares among count elements.
static Tensor weighed(const Tensor& x, const Tensor& weight, double count) {
  const Tensor y = weight.defined() ? mul(x, weight) : x;
  return count == 1 ? y : div(y, count);
}

Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction) {
  TG_CHECK_VALUE(target.sizes() == x.sizes(), "Using a target size (torch.Size(", target.sizes(), ")) that is different to the input size (torch.Size(",
                 x.sizes(), ")) is deprecated. Please ensure they have the same size.");
  TG_CHECK(target.dtype() == x.dtype(), "Found dtype ", info(target.dtype()).legacy, " but expected ", info(x.dtype()).legacy);
  TG_CHECK_KIND(NotImplemented, is_floating(x.dtype()), "\"binary_cross_entropy\" not implemented for '", info(x.dtype()).legacy, "'");
  check_probabilities("input", x);
  check_probabilities("target", target);
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = bce(x, target);
    if (weight.defined()) mul_(out, weight);
    out = reduced(out, reduction);
    out->storage->version = 0;
  }
  return record<"self target weight reduction">("BinaryCrossEntropyBackward0", out, {x, target}, save(x, target, weight), args(reduction),
                [](Saved s, const Tensor& g, Needs n, Reduction r) -> Grads<2> {
                  const Tensor x0 = s[0], w = s[2];
                  const double count = divisor(x0, x0, r);
                  const auto log_odds = [&] { return sub(clamp_min(log(rsub(x0, 1)), -100), clamp_min(log(x0), -100)); };
                  return {{n[0] ? w.defined() ? weighed(bce_grad(g, x0, s[1], 1), w, count) : bce_grad(g, x0, s[1], count) : Tensor(),
                           n[1] ? weighed(mul(g, log_odds()), w, count) : Tensor()}};
                });
}

Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight, const Tensor& pos_weight, Reduction reduction) {
  TG_CHECK_VALUE(target.sizes() == x.sizes(), "Target size (torch.Size(", target.sizes(), ")) must be the same as input size (torch.Size(", x.sizes(), "))");
  TG_CHECK_KIND(NotImplemented, is_floating(x.dtype()), "\"log_sigmoid_cpu\" not implemented for '", info(x.dtype()).legacy, "'");
  check_result_castable(x.dtype(), target);
  Tensor out;
  {
    GradModeGuard no_grad(false);
    if (pos_weight.defined()) out = sub(mul(rsub(target, 1), x), mul(add(mul(sub(pos_weight, 1), target), 1), log_sigmoid(x)));
    else out = bce_of_logits(target, x);
    out = to(out, target.dtype());
    if (weight.defined()) mul_(out, weight);
    out = reduced(out, reduction);
    out->storage->version = 0;
  }
  return record<"self target weight pos_weight reduction">("BinaryCrossEntropyWithLogitsBackward0", out, {x, target}, save(x, target, weight, pos_weight), args(reduction),
                [](Saved s, const Tensor& g, Needs n, Reduction r) -> Grads<2> {
                  const Tensor x0 = s[0], t = s[1], w = s[2], pos = s[3];
                  const double count = divisor(x0, x0, r);
                  const auto by_input = [&] {
                    if (!pos.defined()) return sub(sigmoid(x0), t);
                    const Tensor hits = mul(pos, t);
                    return sub(mul(sub(add(hits, 1), t), sigmoid(x0)), hits);
                  };
                  const auto by_target = [&] { return pos.defined() ? sub(log_sigmoid(neg(x0)), mul(pos, log_sigmoid(x0))) : neg(x0); };
                  return {{n[0] ? weighed(mul(by_input(), g), w, count) : Tensor(), n[1] ? weighed(mul(by_target(), g), w, count) : Tensor()}};
                });
}

Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction, bool log_target) {
  TG_CHECK(is_floating(x.dtype()) && is_floating(target.dtype()), "kl_div: Integral inputs not supported.");
  return reduced(log_target ? mul(exp(target), sub(target, x)) : sub(xlogy(target, target), mul(target, x)), reduction);
}

}  // namespace tg
