// Losses of classes: the negative log likelihood, and cross entropy on top of log_softmax.
#include "ops/launch.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

namespace {

// ---- What the kernels take: log-probabilities as rows (B, C), Int64 targets (B), all in range

void check_weight(const char* op, const Tensor& weight, const Tensor& x, int64_t classes) {
  if (!weight.defined()) return;
  TG_CHECK(weight.dim() == 1 && weight.numel() == classes, op, "weight tensor should be defined either for all ", classes,
           " classes or no classes but got weight tensor of shape: ", weight.sizes());
  TG_CHECK(weight.dtype() == x.dtype(), "expected scalar type ", info(x.dtype()).legacy, " but found ", info(weight.dtype()).legacy);
}

Tensor labels_of(const Tensor& target) {
  TG_CHECK(target.dtype() == DType::Int64 || target.dtype() == DType::UInt8, "expected target dtype to be Long or Byte, but got ",
           info(target.dtype()).legacy);
  return to(target, DType::Int64);
}

// Called right before the kernel, which keeps the GIL: others may write to the labels before, and did perhaps since the forward.
void check_labels(const Tensor& t, int64_t classes, int64_t ignore_index) {
  const int64_t at = backend(t.device()).find_out_of_range(view_of(t), 0, classes, ignore_index);
  if (at >= 0) [[unlikely]]
    fail(ErrorKind::Index, "Target ", item(select(reshape(t, {-1}), 0, at)).to_int(), " is out of bounds.");
}

// (C) as (1, C); (B, C, H, W) as (B * H * W, C).
Tensor as_rows(const Tensor& x) {
  if (x.dim() == 2) return x;
  if (x.dim() == 1) return unsqueeze(x, 0);
  return reshape(permute(x, {0, 2, 3, 1}), {x.size(0) * x.size(2) * x.size(3), x.size(1)});
}
Tensor as_list(const Tensor& x) { return x.dim() == 1 ? x : reshape(x, {x.numel()}); }

// as_rows backwards.
Tensor from_rows(const Tensor& rows, const Dims& sizes) {
  if (sizes.size() == 2) return rows;
  if (sizes.size() == 1) return reshape(rows, sizes);
  return contiguous(permute(reshape(rows, {sizes[0], sizes[2], sizes[3], sizes[1]}), {0, 3, 1, 2}));
}

// f(views of tensors..., view of weight or null)
template <class F, class... T> void launch_weighted(const Tensor& weight, F&& f, const T&... tensors) {
  if (!weight.defined()) launch(0, [&](const auto&... v) { f(v..., static_cast<const View*>(nullptr)); }, tensors...);
  else launch(0, [&](const View& w, const auto&... v) { f(v..., &w); }, weight, tensors...);
}

// ---- Negative log likelihood

Tensor nll_grad(const Tensor& g, const Tensor& logp, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction,
                double divisor) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    const Tensor t = as_list(labels_of(target)), gs = as_list(g);
    const int64_t classes = logp.size(logp.dim() == 1 ? 0 : 1);
    TG_CHECK(t.numel() * classes == logp.numel() && (gs.numel() == 1 || gs.numel() == t.numel()), "size mismatch (got input: ", logp.sizes(),
             ", target: ", target.sizes(), ")");
    check_weight("", weight, logp, classes);
    check_labels(t, classes, ignore_index);
    const Tensor rows = empty({t.numel(), classes}, logp.dtype(), logp.device());
    launch_weighted(weight, [&](const View& o, const View& vg, const View& vt, const View* w) {
      backend(rows.device()).nll_grad(o, vg, vt, w, ignore_index, divisor);
    }, rows, gs, t);
    out = from_rows(rows, logp.sizes());
  }
  return record(logp.dim() == 4 ? "NllLoss2DBackwardBackward0" : "NllLossBackwardBackward0", out, {g, logp}, save(target, weight),
                args(ignore_index, reduction),
                [](Saved s, const Tensor& gg, Needs n, int64_t ignored, Reduction r) -> Grads<2> {
                  return {{n[0] ? nll_loss(gg, s[0], s[1], ignored, r) : Tensor(), n[1] ? zeros_like(gg) : Tensor()}};
                });
}

// Of one, two or four dims. total_weight, if asked for, is what the mean divides by.
Tensor nll(const Tensor& logp, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction, double* total_weight = nullptr) {
  const int64_t classes = logp.size(logp.dim() == 1 ? 0 : 1);
  TG_CHECK_KIND(NotImplemented, is_floating(logp.dtype()), "\"nll_loss_out_frame\" not implemented for '", info(logp.dtype()).legacy, "'");
  check_weight("", weight, logp, classes);
  const Tensor labels = labels_of(target);
  Tensor out;
  NllSums sums{0, 1};
  {
    GradModeGuard no_grad(false);
    const Tensor rows = as_rows(logp), t = as_list(labels);
    check_labels(t, classes, ignore_index);
    if (reduction == Reduction::None) {
      out = empty(logp.dim() == 1 ? Dims() : target.sizes(), logp.dtype(), logp.device());
      launch_weighted(weight, [&](const View& o, const View& x, const View& vt, const View* w) {
        backend(logp.device()).nll_rows(o, x, vt, w, ignore_index);
      }, as_list(out), rows, t);
    } else {
      launch_weighted(weight, [&](const View& x, const View& vt, const View* w) {
        sums = backend(logp.device()).nll_sums(x, vt, w, ignore_index);
      }, rows, t);
      if (total_weight) *total_weight = sums.weight;
      if (reduction == Reduction::Sum) sums.weight = 1;
      out = scalar_tensor(sums.loss / sums.weight, logp.dtype());
    }
  }
  return record<"self target weight ignore_index reduction">(logp.dim() == 4 ? "NllLoss2DBackward0" : "NllLossBackward0", out, {logp}, save(logp, labels, weight),
                args(ignore_index, reduction, sums.weight),
                [](Saved s, const Tensor& g, Needs, int64_t ignored, Reduction r, double divisor) -> Grads<1> {
                  return {{nll_grad(g, s[0], s[1], s[2], ignored, r, divisor)}};
                });
}

// Any number of dims: (B, C, d...) with three or more than four becomes (B, C, 1, D).
Tensor nll_nd(const Tensor& logp, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction, double* total_weight = nullptr) {
  const int dims = logp.dim();
  TG_CHECK_VALUE(dims >= 1, "Expected 1 or more dimensions (got ", dims, ")");
  if (dims == 1) {
    TG_CHECK(target.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
    TG_CHECK_VALUE(target.numel() == 1, "For 1D input, 1D target must have size 1, but got target size: ", target.numel());
  } else {
    const int64_t batch = target.dim() ? target.size(0) : 0;
    TG_CHECK_VALUE(target.dim() && batch == logp.size(0), "Expected input batch_size (", logp.size(0), ") to match target batch_size (", batch, ").");
  }
  if (dims == 2) TG_CHECK(target.dim() == 1, "0D or 1D target tensor expected, multi-target not supported");
  if (dims <= 2) return nll(logp, target, weight, ignore_index, reduction, total_weight);

  Dims sizes = logp.sizes();
  sizes.erase(1);
  if (dims == 4) {
    TG_CHECK(target.dim() == 3, "only batches of spatial targets supported (3D tensors) but got targets of dimension: ", target.dim());
    TG_CHECK(target.sizes() == sizes, "size mismatch (got input: ", logp.sizes(), " , target: ", target.sizes());
    return nll(logp, target, weight, ignore_index, reduction, total_weight);
  }
  TG_CHECK(target.sizes() == sizes, "Expected target size ", sizes, ", got ", target.sizes());
  const int64_t batch = sizes[0], rest = batch ? target.numel() / batch : 0;
  const Tensor out = nll(reshape(logp, {batch, logp.size(1), 1, rest}), reshape(target, {batch, 1, rest}), weight, ignore_index, reduction, total_weight);
  return reduction == Reduction::None ? reshape(out, sizes) : out;
}

// ---- Cross entropy with soft targets

// Arithmetic with a number as torch's C++ records it: with one edge.
Tensor raised(const Tensor& x, double by) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = add(x, by);
  }
  return record("AddBackward1", out, {x}, save(), args(), [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}
Tensor scaled(const Tensor& x, double by) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = mul(x, by);
  }
  return record<"other">("MulBackward1", out, {x}, save(), args(by), [](Saved, const Tensor& g, Needs, double f) -> Grads<1> { return {{scaled(g, f)}}; });
}
Tensor divided(const Tensor& x, double by) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = div(x, by);
  }
  return record<"other">("DivBackward1", out, {x}, save(), args(Number{by}), [](Saved, const Tensor& g, Needs, double f) -> Grads<1> { return {{divided(g, f)}}; });
}

void check_smoothing(double s) { TG_CHECK(s <= 1, "label_smoothing must be between 0.0 and 1.0. Got: ", s); }

// The weights of the classes, laid along class_dim of a tensor of so many dims.
Tensor along(const Tensor& weight, int class_dim, int dims) {
  Dims shape(dims, 1);
  shape[class_dim] = weight.numel();
  return reshape(weight, shape);
}

// Targets are probabilities: -sum(p log softmax(x)), a mean over the samples.
Tensor of_probabilities(const Tensor& x, int class_dim, const Tensor& target, const Tensor& weight, Reduction reduction, double smoothing) {
  const int64_t classes = x.dim() ? x.size(class_dim) : 1;
  TG_CHECK(is_floating(target.dtype()), "Expected floating point type for target with class probabilities, got ", info(target.dtype()).legacy);
  check_smoothing(smoothing);
  check_weight("cross_entropy: ", weight, x, classes);
  Tensor terms = log_softmax(x, class_dim);
  terms = mul(terms, smoothing > 0 ? raised(scaled(target, 1 - smoothing), smoothing / static_cast<double>(classes)) : target);
  if (weight.defined()) terms = mul(terms, along(weight, class_dim, x.dim()));
  if (reduction == Reduction::None) return neg(sum(terms, Dims{class_dim}));
  const Tensor total = neg(sum(terms));
  return reduction == Reduction::Sum ? total : divided(total, static_cast<double>(x.numel()) / static_cast<double>(classes));
}

// Targets are classes, of whose probability a share goes to all classes alike.
Tensor of_smoothed_classes(const Tensor& x, int class_dim, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction,
                           double smoothing) {
  check_smoothing(smoothing);
  const Tensor logp = log_softmax(x, class_dim);
  double total_weight = 1;
  const Tensor sharp = nll_nd(logp, target, weight, ignore_index, reduction, &total_weight);
  Tensor flat = neg(sum(weight.defined() ? mul(logp, along(weight, class_dim, x.dim())) : logp, Dims{class_dim}));
  flat = masked_fill(flat, eq(target, ignore_index), 0);
  if (reduction == Reduction::Mean) flat = div(sum(flat), scalar_tensor(total_weight, flat.dtype()));
  if (reduction == Reduction::Sum) flat = sum(flat);
  return add(scaled(sharp, 1 - smoothing), scaled(flat, smoothing / static_cast<double>(logp.size(class_dim))));
}

}  // namespace

Tensor nll_loss(const Tensor& logp, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction) {
  return nll_nd(logp, target, weight, ignore_index, reduction);
}

Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction, double label_smoothing) {
  const int class_dim = x.dim() == 1 ? 0 : 1;
  if (target.sizes() == x.sizes()) {
    TG_CHECK(ignore_index < 0 || !is_floating(target.dtype()), "ignore_index is not supported for floating point target");
    return of_probabilities(x, class_dim, target, weight, reduction, label_smoothing);
  }
  if (label_smoothing > 0) return of_smoothed_classes(x, class_dim, target, weight, ignore_index, reduction, label_smoothing);
  return nll_nd(log_softmax(x, class_dim), target, weight, ignore_index, reduction);
}

}  // namespace tg
