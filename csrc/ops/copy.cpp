// Copies, conversions and fills.
#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

void copy_data(const Tensor& out, const Tensor& x) {
  launch(out.numel(), [&](const View& o, const View& v) { backend(out.device()).copy(o, v); }, out, x);
}

Tensor to(const Tensor& x, DType dtype, bool copy) {
  if (x.dtype() == dtype && !copy) return x;
  Tensor out = empty_like(x, dtype);
  copy_data(out, x);
  if (!is_floating(dtype)) return out;
  // The engine converts the gradient to the input's dtype.
  return record("ToCopyBackward0", out, {x}, save(), args(),
                [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}

Tensor clone(const Tensor& x) {
  Tensor out = empty_like(x);
  copy_data(out, x);
  return record("CloneBackward0", out, {x}, save(), args(),
                [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}

Tensor contiguous(const Tensor& x) {
  if (x.is_contiguous()) return x;
  Tensor out = empty(x.sizes(), x.dtype(), x.device());
  copy_data(out, x);
  return record("CloneBackward0", out, {x}, save(), args(),
                [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{g}}; });
}

const Tensor& copy_(const Tensor& self, const Tensor& src) {
  if (!is_floating(self.dtype()) && wants(src)) return copy_(self, detach(src));  // integers have no gradient to pass on
  check_no_partial_overlap(self, src);
  check_inplace_shape(broadcast_shapes(self.sizes(), src.sizes()), self);
  return inplace(self, {src}, false,
      [&](const Tensor& out) {
        const bool shares = src->storage == out->storage && !(src->offset == out->offset && src.strides() == out.strides());
        GradModeGuard no_grad(false);
        copy_data(out, shares ? clone(src) : src);
      },
      [&](const Tensor& written, const Tensor& before) {
        record("torch::autograd::CopyBackwards", written, {before, src}, save(), args(),
               [](Saved, const Tensor& g, Needs n) -> Grads<2> { return {{n[0] ? zeros_like(g) : Tensor(), g}}; });
      });
}

// The elements of x whose indices are all equal and at least `from`, of matrices from row `from` on.
static Tensor diagonal_window(const Tensor& x, int64_t from) {
  int64_t length = INT64_MAX, stride = 0;
  for (int d = 0; d < x.dim(); ++d) {
    length = std::min(length, d == 0 ? x.size(0) - from : x.size(d));
    stride += x.strides()[d];
  }
  return make_tensor(x->storage, x.dtype(), {length}, {stride}, x->offset + (length > 0 ? from * x.strides()[0] : 0));
}

const Tensor& fill_diagonal_(const Tensor& self, Scalar value, bool wrap) {
  TG_CHECK(self.dim() >= 2, "dimensions must larger than 1");
  for (int d = 1; d < self.dim() && self.dim() > 2; ++d)
    TG_CHECK(self.size(d) == self.size(0), "all dimensions of input must be of equal length");
  value.check_fits(self.dtype());
  return inplace(self, {}, false,
      [&](const Tensor& out) {
        const Tensor number = scalar_tensor(value, out.dtype());
        copy_data(diagonal_window(out, 0), number);
        if (!wrap || out.dim() != 2) return;
        for (int64_t row = out.size(1) + 1; row < out.size(0); row += out.size(1) + 1) copy_data(diagonal_window(out, row), number);
      },
      [&](const Tensor& written, const Tensor& before) {
        record<"wrap">("FillDiagonalBackward0", written, {before}, save(), args(wrap), [](Saved, const Tensor& g, Needs, bool again) -> Grads<1> {
          return {{fill_diagonal_(clone(g), 0, again)}};
        });
      });
}

const Tensor& fill_(const Tensor& self, const Operand& value_operand) {
  const Tensor& value = value_operand;
  TG_CHECK(value.dim() == 0, "fill_ only supports 0-dimension value tensor but got tensor with ", value.dim(), " dimensions.");
  return inplace<true>(self, {value}, false, [&](const Tensor& out) { copy_data(out, value); },
      [&](const Tensor& written, const Tensor& before) {
        if (value->wrapped_number) {
          record("FillBackward2", written, {before}, save(), args(),
                 [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{zeros_like(g)}}; });
        } else {
          record("FillBackward3", written, {before, value}, save(), args(), [](Saved, const Tensor& g, Needs n) -> Grads<2> {
            return {{n[0] ? zeros_like(g) : Tensor(), n[1] ? sum(g) : Tensor()}};
          });
        }
      });
}

const Tensor& zero_(const Tensor& self) {
  return inplace<true>(self, {}, false,
      [](const Tensor& out) {
        if (out.is_contiguous()) __builtin_memset(out->data(), 0, static_cast<size_t>(out.numel() * itemsize(out.dtype())));
        else copy_data(out, scalar_tensor(0, out.dtype()));
      },
      [](const Tensor& written, const Tensor& before) {
        record("ZeroBackward0", written, {before}, save(), args(),
               [](Saved, const Tensor& g, Needs) -> Grads<1> { return {{zeros_like(g)}}; });
      });
}

Scalar item(const Tensor& x) {
  TG_CHECK(x.numel() == 1, "a Tensor with ", x.numel(), " elements cannot be converted to Scalar");
  return dispatch(x.dtype(), [&]<class T>() -> Scalar {
    const T v = load<T>(x->data());
    if constexpr (std::is_same_v<T, bool>) return Scalar(v);
    else if constexpr (std::is_floating_point_v<T>) return Scalar(static_cast<double>(v));
    else return Scalar(static_cast<int64_t>(v));
  });
}

}  // namespace tg
