// Activations that are not rows of op_tables/unary.def.
#include "ops/elementwise.h"

namespace tg {

Tensor prelu(const Tensor& x, const Tensor& weight) {
  TG_CHECK(weight.dim() <= 1, "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = ", weight.dim());
  TG_CHECK(x.dtype() == weight.dtype(), "prelu: Type promoting not supported. Got ", info(x.dtype()).legacy, " and ", info(weight.dtype()).legacy);
  if (weight.numel() != 1) {
    TG_CHECK(x.dim() > 0, "Not allow zero-dim input tensor.");
    const int64_t channels = x.dim() > 1 ? x.size(1) : 1;
    TG_CHECK(channels == weight.numel(), "Mismatch of parameter numbers and input channel size. Found parameter numbers = ", weight.numel(),
             " and channel size = ", channels, ".");
  }
  Dims sizes(x.dim(), 1);
  if (x.dim() > 1) sizes[1] = weight.numel();
  return _prelu_kernel(x, weight.sizes() == sizes ? weight : reshape(weight, sizes));
}

}  // namespace tg
