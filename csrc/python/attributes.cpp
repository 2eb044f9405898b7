// The attributes of a tensor, and methods that only look at it.
#include "autograd/grad_meta.h"
#include "core/shape.h"
#include "python/bind.h"
#include "python/options.h"
#include "python/slots.h"
#include "python/warn.h"

namespace tg::python {

namespace {

template <class F> PyObject* get(PyObject* o, F f) { return guarded([&]() -> PyObject* { return f(tensor_of(o)); }); }

PyObject* get_shape(PyObject* o, void*) { return get(o, [](const Tensor& t) { return wrap_size(t.sizes()); }); }
PyObject* get_dtype(PyObject* o, void*) { return wrap(tensor_of(o).dtype()); }
PyObject* get_device(PyObject* o, void*) { return wrap(tensor_of(o).device()); }
PyObject* get_layout(PyObject*, void*) { return wrap_strided(); }
PyObject* get_ndim(PyObject* o, void*) { return PyLong_FromLong(tensor_of(o).dim()); }
// Asked of views too whose history an in-place operation has made meaningless.
PyObject* get_requires_grad(PyObject* o, void*) {
  return PyBool_FromLong(needs_grad(tensor_of(o)));
}
PyObject* get_is_leaf(PyObject* o, void*) { return get(o, [](const Tensor& t) { return PyBool_FromLong(grad_fn(t.impl()) == nullptr); }); }
PyObject* get_output_nr(PyObject* o, void*) { return PyLong_FromUnsignedLong(tensor_of(o)->output_nr); }
PyObject* get_version(PyObject* o, void*) { return PyLong_FromUnsignedLong(tensor_of(o)->storage->version); }
PyObject* get_base(PyObject* o, void*) { return get(o, [](const Tensor& t) { return wrap(Tensor(t->base)); }); }
PyObject* get_grad_fn(PyObject* o, void*) { return get(o, [](const Tensor& t) { return wrap_node(grad_fn(t.impl())); }); }
PyObject* get_t(PyObject* o, void*) {
  return get(o, [](const Tensor& t) {
    static bool said, said_of_0d;
    if (t.dim() == 0) warn_once(said_of_0d, "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.");
    else if (t.dim() != 2)
      warn_once(said, "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error "
                      "in a future release. Consider `x.mT` to transpose batches of matrices or "
                      "`x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor.");
    Dims reversed(t.dim());
    for (int i = 0; i < t.dim(); ++i) reversed[i] = t.dim() - 1 - i;
    return wrap(permute(t, reversed));
  });
}
Tensor swapped(const Tensor& t, const char* name) {
  TG_CHECK(t.dim() != 1, "tensor.", name, " is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return t.dim() == 0 ? t : transpose(t, -2, -1);
}
PyObject* get_mt(PyObject* o, void*) {
  return get(o, [](const Tensor& t) {
    static bool said;
    if (t.dim() == 0) warn_once(said, "Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases.");
    return wrap(swapped(t, "mT"));
  });
}
PyObject* get_mh(PyObject* o, void*) {
  return get(o, [](const Tensor& t) {
    static bool said;
    if (t.dim() == 0) warn_once(said, "Tensor.mH is deprecated on 0-D tensors. Consider using x.conj().");
    return wrap(swapped(t, "mH"));
  });
}
PyObject* get_h(PyObject* o, void*) {
  return get(o, [](const Tensor& t) -> PyObject* {
    static bool said;
    if (t.dim() == 0) warn_once(said, "Tensor.H is deprecated on 0-D tensors. Consider using x.conj().");
    TG_CHECK(t.dim() == 2 || t.dim() == 0, "tensor.H is only supported on matrices (2-D tensors). Got ", t.dim(), "-D tensor.",
             t.dim() > 2 ? " For batches of matrices, consider using tensor.mH" : "");
    return wrap(t.dim() == 2 ? transpose(t, 0, 1) : Tensor(t));
  });
}
PyObject* get_itemsize(PyObject* o, void*) { return PyLong_FromLongLong(itemsize(tensor_of(o).dtype())); }
PyObject* get_nbytes(PyObject* o, void*) { return PyLong_FromLongLong(itemsize(tensor_of(o).dtype()) * tensor_of(o).numel()); }
PyObject* get_retains_grad(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o)->meta && tensor_of(o)->meta->retains_grad); }
PyObject* get_is_cpu(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).device().type == DeviceType::CPU); }
PyObject* get_is_cuda(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).device().type == DeviceType::CUDA); }
PyObject* get_false(PyObject*, void*) { Py_RETURN_FALSE; }

int assign_requires_grad(PyObject* o, PyObject* v, void*) {
  return guarded([&] {
    TG_CHECK(v && PyBool_Check(v), "requires_grad must be a bool");
    TG_CHECK(v == Py_False || is_floating(tensor_of(o).dtype()), "only Tensors of floating point and complex dtype can require gradients");
    set_requires_grad(tensor_of(o), v == Py_True);
    return 0;
  }, -1);
}

void release_root(void* root, void*, size_t) { StoragePtr::adopt(static_cast<Storage*>(root)); }

// The bytes without the history, behind a version counter of their own.
Tensor data_of(const Tensor& t) {
  Storage* s = t->storage.get();
  Storage* root = s->free == release_root ? static_cast<Storage*>(s->owner) : s;  // x.data.data nests no deeper than x.data
  ++root->rc;
  StoragePtr own = make_storage(s->data, s->nbytes, s->device, root, release_root);
  Tensor r = make_tensor(std::move(own), t.dtype(), t.sizes(), t.strides(), t->offset);
  r->inference = t->inference;
  return r;
}

PyObject* get_data(PyObject* o, void*) { return get(o, [](const Tensor& t) { return wrap(data_of(t)); }); }

int set_data(PyObject* o, PyObject* v, void*) {
  return guarded([&] {
    TG_CHECK_TYPE(v && is_tensor(v), "Variable data has to be a tensor, but got ", v ? Py_TYPE(v)->tp_name : "nothing");
    const Tensor &self = tensor_of(o), &from = tensor_of(v);
    TG_CHECK(!needs_grad(self) || is_floating(from.dtype()), "data set to a tensor that requires gradients must be floating point or complex dtype");
    // Goes last: a NumPy array that dies with it may run Python code.
    const StoragePtr before = std::exchange(self->storage, data_of(from)->storage);
    self->dtype = from.dtype();
    self->device = from.device();
    self->sizes = from.sizes();
    self->strides = from.strides();
    self->offset = from->offset;
    self->numel = from.numel();
    self->contiguous = from.is_contiguous();
    return 0;
  }, -1);
}

PyObject* get_grad(PyObject* o, void*) {
  return guarded([&]() -> PyObject* {
    TensorImpl* t = tensor_of(o).impl();
    if (t->meta && t->meta->grad.defined()) return wrap(t->meta->grad);
    if (t->grad_fn && !(t->meta && t->meta->retains_grad)) {
      warn("The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated "
          "during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() "
          "on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See "
          "github.com/pytorch/pytorch/pull/30531 for more information.");
    }
    Py_RETURN_NONE;
  });
}

int set_grad(PyObject* o, PyObject* v, void*) {
  return guarded([&] {
    const Tensor& self = tensor_of(o);
    if (!v || v == Py_None) {
      if (self->meta) self->meta->grad = Tensor();
      return 0;
    }
    TG_CHECK_TYPE(is_tensor(v), "assigned grad expected to be a Tensor or None but got grad of type ", Py_TYPE(v)->tp_name);
    const Tensor& g = tensor_of(v);
    TG_CHECK(!(g == self), "can't assign Variable as its own grad");
    TG_CHECK(g.dtype() == self.dtype(), "attempting to assign a gradient with dtype '", info(g.dtype()).c_name,
             "' to a tensor with grad_dtype '", info(self.dtype()).legacy, "'. The gradient must match the tensor's grad_dtype (defaults "
             "to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. "
             "Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems that assume "
             "they match.");
    const auto list = [](const Dims& d) { return str("[", [&] { std::string s = str(d); return s.substr(1, s.size() - 2); }(), "]"); };
    TG_CHECK(g.sizes() == self.sizes(), "attempting to assign a gradient of size '", list(g.sizes()), "' to a tensor of size '",
             list(self.sizes()), "'. Please ensure that the gradient and the tensor are the same size");
    grad_meta(self.impl()).grad = g;
    return 0;
  }, -1);
}

// ---- Methods

bool m_is_floating(const Tensor& t) { return is_floating(t.dtype()); }
int64_t m_numel(const Tensor& t) { return t.numel(); }
int64_t m_dim(const Tensor& t) { return t.dim(); }
int64_t m_storage_offset(const Tensor& t) { return t->offset; }
int64_t m_data_ptr(const Tensor& t) { return t.numel() == 0 ? 0 : static_cast<int64_t>(reinterpret_cast<intptr_t>(t->data())); }
int64_t m_element_size(const Tensor& t) { return itemsize(t.dtype()); }
bool m_is_view(const Tensor& t) { return t->base != nullptr; }
bool m_is_inference(const Tensor& t) { return t->inference; }

PyObject* m_size(const Tensor& t, std::optional<int64_t> dim) {
  if (!dim) return wrap_size(t.sizes());
  return PyLong_FromLongLong(t.size(wrap_dim(*dim, t.dim(), false)));
}
PyObject* m_strides(const Tensor& t, std::optional<int64_t> dim) {
  if (dim) return PyLong_FromLongLong(t.strides()[wrap_dim(*dim, t.dim(), false)]);
  Ref r = Ref::steal(PyTuple_New(t.dim()));
  for (int i = 0; i < t.dim(); ++i) PyTuple_SET_ITEM(r.get(), i, PyLong_FromLongLong(t.strides()[i]));
  return r.release();
}
bool m_is_contiguous(const Tensor& t, MemoryFormat) { return t.is_contiguous(); }

PyObject* number(const Scalar& s, DType d) {
  if (d == DType::Bool) return PyBool_FromLong(s.to_bool());
  return s.is_floating() ? PyFloat_FromDouble(s.to_double()) : PyLong_FromLongLong(s.to_int());
}
PyObject* m_item(const Tensor& t) { return number(item(t), t.dtype()); }

// Nested lists, row by row; the recursion is as deep as the tensor has dims.
PyObject* list_of(const Tensor& t, int dim, const char* p) {
  const int64_t n = t.size(dim), step = t.strides()[dim] * itemsize(t.dtype());
  Ref list = Ref::steal(PyList_New(n));
  for (int64_t i = 0; i < n; ++i, p += step) {
    PyObject* item = dim + 1 < t.dim() ? list_of(t, dim + 1, p) : dispatch(t.dtype(), [&]<class T>() -> PyObject* {
      const T v = load<T>(p);
      if constexpr (std::is_same_v<T, bool>) return PyBool_FromLong(v);
      else if constexpr (std::is_floating_point_v<T>) return PyFloat_FromDouble(static_cast<double>(v));
      else return PyLong_FromLongLong(static_cast<int64_t>(v));
    });
    PyList_SET_ITEM(list.get(), i, Ref::steal(item).release());
  }
  return list.release();
}
PyObject* m_tolist(const Tensor& t) { return t.dim() == 0 ? m_item(t) : list_of(t, 0, t->data()); }

}  // namespace

PyGetSetDef* tensor_getset() {
  static PyGetSetDef getset[] = {
      {"shape", get_shape, nullptr, "The sizes of all dims.", nullptr},
      {"dtype", get_dtype, nullptr, "The type of the elements.", nullptr},
      {"device", get_device, nullptr, "Where the elements live.", nullptr},
      {"layout", get_layout, nullptr, "torch.strided, as all tensors are.", nullptr},
      {"ndim", get_ndim, nullptr, "The number of dims.", nullptr},
      {"requires_grad", get_requires_grad, assign_requires_grad, "True iff gradients flow to this tensor.", nullptr},
      {"is_leaf", get_is_leaf, nullptr, "True iff no recorded op made this tensor.", nullptr},
      {"grad", get_grad, set_grad, "The gradient that backward() has accumulated, or None.", nullptr},
      {"grad_fn", get_grad_fn, nullptr, "The graph node that made this tensor, or None.", nullptr},
      {"data", get_data, set_data, "The same elements without a history.", nullptr},
      {"output_nr", get_output_nr, nullptr, "Which output of grad_fn this is.", nullptr},
      {"_version", get_version, nullptr, "How often the storage was written in place.", nullptr},
      {"_base", get_base, nullptr, "What this is a view of, or None.", nullptr},
      {"retains_grad", get_retains_grad, nullptr, "True iff retain_grad() was asked for on a non-leaf.", nullptr},
      {"T", get_t, nullptr, "The dims in reverse order.", nullptr},
      {"mT", get_mt, nullptr, "The last two dims swapped.", nullptr},
      {"H", get_h, nullptr, "The (conjugate) transpose of a matrix.", nullptr},
      {"mH", get_mh, nullptr, "The last two dims swapped (and conjugated).", nullptr},
      {"itemsize", get_itemsize, nullptr, "Bytes of an element.", nullptr},
      {"nbytes", get_nbytes, nullptr, "Bytes of all elements.", nullptr},
      {"is_cpu", get_is_cpu, nullptr, "True on the CPU.", nullptr},
      {"is_cuda", get_is_cuda, nullptr, "True on a CUDA device.", nullptr},
      {"is_mps", get_false, nullptr, "False.", nullptr},
      {"is_sparse", get_false, nullptr, "False: all tensors are strided.", nullptr},
      {"is_quantized", get_false, nullptr, "False.", nullptr},
      {"is_meta", get_false, nullptr, "False.", nullptr},
      {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
      {}};
  return getset;
}

void bind_attributes(OpTable& t) {
  t.def<&m_size, "size">(Method, "input, dim=None", "The sizes, or that of one dim.");
  t.def<&m_strides, "stride">(Method, "input, dim=None", "The strides in elements, or that of one dim.");
  t.def<&m_numel, "numel">(Both, "input", "The number of elements.");
  t.def<&m_numel, "nelement">(Method, "input", "The number of elements.");
  t.def<&m_dim, "dim">(Method, "input", "The number of dims.");
  t.def<&m_dim, "ndimension">(Method, "input", "The number of dims.");
  t.def<&m_storage_offset, "storage_offset">(Method, "input", "Where the first element stands in the storage.");
  t.def<&m_data_ptr, "data_ptr">(Method, "input", "The address of the first element.");
  t.def<&m_element_size, "element_size">(Method, "input", "Bytes of an element.");
  t.def<&m_is_floating, "is_floating_point">(Both, "input", "True for float32 and float64.");
  t.def<&m_is_contiguous, "is_contiguous">(Method, "input, *, memory_format=None", "True iff the elements stand row by row without gaps.");
  t.def<&m_is_view, "_is_view">(Method, "input", "True iff this is a view of another tensor.");
  t.def<&m_is_inference, "is_inference">(Both, "input", "True iff this was made in inference mode.");
  t.def<&m_item, "item">(Method, "input", "The value of a one-element tensor as a Python number.");
  t.def<&m_tolist, "tolist">(Method, "input", "Nested lists of Python numbers.");
}

}  // namespace tg::python
