#include "core/tensor.h"

#include "core/shape.h"

namespace tg {

// A tensor's value goes when the last owner goes; its memory when the last weak reference goes. A leaf that a graph refers
// to keeps its elements for as long: they can still be seen there.
void destroy(TensorImpl* t) noexcept {
  ++t->rc;  // nothing below may start this again
  if (t->grad_fn || t->meta) g_release_autograd(t);
  if (TensorImpl* base = t->base) {
    t->base = nullptr;
    if (--base->rc == 0) destroy(base);
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
  const int64_t numel = checked_numel(sizes);
  TG_CHECK(offset >= 0, "Tensor: invalid storage offset ", offset);
  int64_t last = offset;
  for (int i = 0; i < sizes.size(); ++i) {
    TG_CHECK(strides[i] >= 0, "as_strided: Negative strides are not supported at the moment, got strides: ", strides);
    int64_t reach = 0;
    bool overflow = __builtin_mul_overflow(strides[i], sizes[i] - 1, &reach);
    overflow |= numel > 0 && __builtin_add_overflow(last, reach, &last);
    TG_CHECK(!overflow || numel == 0, "Storage size calculation overflowed with sizes=", sizes, " and strides=", strides);
  }
  const int64_t capacity = static_cast<int64_t>(storage->nbytes) / itemsize(dtype);
  TG_CHECK(numel == 0 || last < capacity, "setStorage: sizes ", sizes, ", strides ", strides, ", storage offset ",
           offset, ", and itemsize ", itemsize(dtype), " requiring a storage size of ",
           str(static_cast<long double>(last + 1) * static_cast<long double>(itemsize(dtype))),
           " are out of bounds for storage of size ", storage->nbytes);
  Tensor r = new_tensor(std::move(storage), dtype);
  r->numel = numel;
  r->offset = numel == 0 && offset > capacity ? capacity : offset;
  r->contiguous = is_contiguous(sizes, strides);
  r->sizes = std::move(sizes);
  r->strides = std::move(strides);
  return r;
}

Tensor make_dense(StoragePtr storage, DType dtype, const Dims& sizes, int64_t numel) {
  Tensor r = new_tensor(std::move(storage), dtype);
  r->numel = numel;
  r->sizes = sizes;
  if (numel == 0) {  // the other sizes may be huge
    r->strides = contiguous_strides(sizes);
    return r;
  }
  const int n = sizes.size();
  r->strides.resize(n);
  int64_t* strides = r->strides.data();
  const int64_t* s = sizes.data();
  int64_t stride = 1;
  for (int i = n - 1; i >= 0; --i) {
    strides[i] = stride;
    stride *= s[i];
  }
  return r;
}

}  // namespace tg
