#include "core/tensor.h"

#include "core/shape.h"

namespace tg {

// A tensor's value goes when the last owner goes; its memory when the last weak reference goes. A leaf that a graph refers
// to keeps its elements for as long: they can still be seen there.
void destroy(TensorImpl* t) noexcept {
  ++t->rc;  // nothing below may start this again
  if (t->owns_py && !g_drop_py(t)) return;
  if (t->grad_fn || t->meta) g_release_autograd(t);
  if (TensorImpl* base = t->base) {
    t->base = nullptr;
    if (--base->rc == 0) destroy(base);
  }
  if (t->rc > 1) {  // hooks and attributes that went may have run Python code, which found a leaf again in its graph
    --t->rc;
    return;
  }
  if (t->weak == 0 || !t->requires_grad) t->storage = StoragePtr();
  t->dead = true;
  --t->rc;
  free_if_unreferenced(t);
}

void free_if_unreferenced(TensorImpl* t) noexcept {
  if (!t->dead || t->weak != 0) return;
  t->~TensorImpl();
  pool::give(t, sizeof(TensorImpl));
}

Tensor revived(TensorImpl* leaf) {
  leaf->dead = false;
  return Tensor(leaf);
}

static Tensor new_tensor(StoragePtr storage, DType dtype) {
  TensorImpl* t = new (pool::take(sizeof(TensorImpl))) TensorImpl;
  t->dtype = dtype;
  t->device = storage->device;
  t->storage = std::move(storage);
  return Tensor(t);
}

Tensor make_tensor(StoragePtr storage, DType dtype, Dims sizes, Dims strides, int64_t offset) {
  for (const int64_t s : strides) TG_CHECK(s >= 0, "as_strided: Negative strides are not supported at the moment, got strides: ", strides);
  TG_CHECK(offset >= 0, "Tensor: invalid storage offset ", offset);
  const int64_t bytes = checked_bytes(sizes, strides, offset, itemsize(dtype)), available = static_cast<int64_t>(storage->nbytes);
  TG_CHECK(bytes <= available, "setStorage: sizes ", sizes, ", strides ", strides, ", storage offset ", offset, ", and itemsize ",
           itemsize(dtype), " requiring a storage size of ", bytes, " are out of bounds for storage of size ", available);
  const int64_t numel = checked_numel(sizes), capacity = available / itemsize(dtype);
  Tensor r = new_tensor(std::move(storage), dtype);
  r->numel = numel;
  r->offset = numel == 0 && offset > capacity ? capacity : offset;
  r->contiguous = is_contiguous(sizes, strides);
  r->sizes = std::move(sizes);
  r->strides = std::move(strides);
  return r;
}

Tensor make_transposed(const Tensor& x, int a, int b) {
  Tensor r = new_tensor(x->storage, x.dtype());
  r->numel = x.numel();
  r->offset = x->offset;
  r->sizes = x.sizes();
  r->strides = x.strides();
  if (x.dim() > 0) {
    std::swap(r->sizes[a], r->sizes[b]);
    std::swap(r->strides[a], r->strides[b]);
  }
  r->contiguous = is_contiguous(r->sizes, r->strides);
  return r;
}

Tensor make_dense(StoragePtr storage, DType dtype, const Dims& sizes, int64_t numel) {
  Tensor r = new_tensor(std::move(storage), dtype);
  r->numel = numel;
  if (numel == 0) {  // the other sizes may be huge
    r->sizes = sizes;
    r->strides = contiguous_strides(sizes);
    return r;
  }
  const int n = sizes.size();
  r->sizes.resize(n);
  r->strides.resize(n);
  const int64_t* from = sizes.data();
  int64_t *to = r->sizes.data(), *strides = r->strides.data(), stride = 1;
  for (int i = n - 1; i >= 0; --i) {
    to[i] = from[i];
    strides[i] = stride;
    stride *= from[i];
  }
  return r;
}

}  // namespace tg
