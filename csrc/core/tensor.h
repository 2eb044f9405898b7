// A tensor: a strided window on a Storage, and its place in the autograd graph.
#pragma once

#include "core/dims.h"
#include "core/dtype.h"
#include "core/storage.h"

namespace tg {

struct Node;      // autograd/node.h
struct GradMeta;  // autograd/grad_meta.h: .grad and hooks; most tensors have none

// How a view came to be, which decides whether it may be written in place (torch's rules).
enum class ViewKind : uint8_t { Normal, NoGrad, MultiOutput, Function };

struct TensorImpl {
  uint32_t rc = 0;
  // Graph nodes refer weakly to leaves and to their own outputs: the object's memory outlives its value
  // while weak != 0, so that sizes and strides can still be read.
  uint32_t weak = 0;
  DType dtype = DType::Float32;
  Device device;
  bool contiguous = true;
  bool requires_grad = false;   // set by the user on a leaf
  bool wrapped_number = false;  // a Python number: does not take part in promotion unless its category is higher
  bool inference = false;       // made in inference mode
  bool dead = false;            // rc reached zero; only weak references remain
  bool owns_py = false;         // the tensor owns its Python object, and not the other way round
  ViewKind view_kind = ViewKind::Normal;
  uint32_t output_nr = 0;     // which output of grad_fn this is
  uint32_t view_version = 0;  // of the storage when a view's grad_fn was last right
  int64_t numel = 0;
  int64_t offset = 0;  // in elements
  StoragePtr storage;
  Dims sizes, strides;
  Node* grad_fn = nullptr;     // owned
  GradMeta* meta = nullptr;    // owned
  TensorImpl* base = nullptr;  // owned; what a view is a view of, never itself a view
  void* py = nullptr;          // the Python object while there is one

  char* data() const { return storage->data + offset * itemsize(dtype); }
};

void destroy(TensorImpl* t) noexcept;       // core/tensor.cpp
void free_if_unreferenced(TensorImpl* t) noexcept;

// What the layers above do when a tensor dies. Set once, by autograd and by the Python module. g_drop_py: false where
// Python found the object again, which from then on owns the tensor as ever.
inline void (*g_release_autograd)(TensorImpl*) noexcept = nullptr;
inline bool (*g_drop_py)(TensorImpl*) noexcept = nullptr;

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(TensorImpl* t) : p_(t) {}
  explicit Tensor(intrusive_ptr<TensorImpl> p) : p_(std::move(p)) {}

  bool defined() const { return static_cast<bool>(p_); }
  TensorImpl* impl() const { return p_.get(); }
  TensorImpl* operator->() const { return p_.get(); }
  TensorImpl* release() { return p_.release(); }

  const Dims& sizes() const { return p_->sizes; }
  const Dims& strides() const { return p_->strides; }
  int dim() const { return p_->sizes.size(); }
  int64_t size(int d) const { return p_->sizes[d]; }
  int64_t numel() const { return p_->numel; }
  DType dtype() const { return p_->dtype; }
  Device device() const { return p_->device; }
  bool is_contiguous() const { return p_->contiguous; }
  template <class T> T* data() const { return reinterpret_cast<T*>(p_->data()); }

  friend bool operator==(const Tensor&, const Tensor&) = default;

 private:
  intrusive_ptr<TensorImpl> p_;
};

// A leaf that a graph refers to, which may have died since; then it comes back without what it had in .grad.
Tensor revived(TensorImpl* leaf);

// A window on storage; checks that every element lies inside it.
Tensor make_tensor(StoragePtr storage, DType dtype, Dims sizes, Dims strides, int64_t offset);
// The same without the check and with strides computed: for fresh row-major memory.
Tensor make_dense(StoragePtr storage, DType dtype, const Dims& sizes, int64_t numel);
// x with two dims swapped, which cannot leave the storage; its like where x has no dims.
Tensor make_transposed(const Tensor& x, int a, int b);

}  // namespace tg
