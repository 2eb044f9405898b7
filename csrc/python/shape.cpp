// Views and conversions as Python functions and methods.
#include "core/shape.h"
#include "ops/inplace.h"
#include "python/bind.h"
#include "python/numpy.h"
#include "python/options.h"

namespace tg::python {

namespace {

bool names_dtype(PyObject* o) { return is_dtype(o) || PyType_Check(o); }
bool names_device(PyObject* o) { return is_device(o) || PyUnicode_Check(o) || (PyLong_Check(o) && !PyBool_Check(o)); }

// What x.to(...) goes to: a dtype, a device or both, or a tensor that has both. Each may be named once.
struct Target {
  OptDType dtype;
  bool device = false;
  void take(PyObject* o, const Arg& a, bool dtypes = true, bool devices = true, bool tensors = true) {
    if (o == Py_None) return;
    const bool done = dtype && device, tensor = tensors && !dtype && !device && is_tensor(o);
    if (tensor) device = true;
    if (tensor) dtype = tensor_of(o).dtype();
    else if (dtypes && !dtype && !done && names_dtype(o)) dtype = Convert<DType>::from(o, a);
    else if (devices && !device && !dtype && names_device(o)) check_device(to_device(o)), device = true;
    else fail(ErrorKind::Type, "to() received an invalid combination of arguments - got (", Py_TYPE(o)->tp_name, ")");
  }
};

Tensor m_to(const Tensor& self, PyObject* first, PyObject* second, PyObject* third, PyObject* fourth, PyObject* dtype, PyObject* device, PyObject* other,
            PyObject* non_blocking, PyObject* copy, MemoryFormat) {
  static const Signature sig("to", "dtype");
  const Arg a{sig, 0};
  Target target;
  // to(dtype | device | other, [dtype,] non_blocking, copy)
  PyObject* flags[2] = {non_blocking, copy};
  int flag = 0;
  for (PyObject* o : {first, second, third, fourth}) {
    if (PyBool_Check(o)) {
      TG_CHECK_TYPE(flag < 2, "to() received too many arguments");
      flags[flag++] = o;
    } else {
      target.take(o, a);
    }
  }
  target.take(other, a, false, false, true);
  target.take(device, a, false, true, false);
  target.take(dtype, a, true, false, false);
  return to(self, target.dtype.value_or(self.dtype()), flags[1] == Py_True);
}

Tensor m_cpu(const Tensor& self, MemoryFormat) {
  return self;
}
Tensor m_cuda(const Tensor& self, std::optional<Device> device, Flag, MemoryFormat) {
  check_device(device.value_or(Device{DeviceType::CUDA}));
  return self;
}

Tensor m_view(const Tensor& self, PyObject* size) {
  static const Signature sig("view", "*size");
  PyObject* only = PyTuple_Check(size) && PyTuple_GET_SIZE(size) == 1 ? PyTuple_GET_ITEM(size, 0) : size;
  if (is_dtype(only)) {
    TG_CHECK(dtype_of_object(only) == self.dtype(), "view(dtype): reading elements as another type is not covered; use to(dtype) to convert values");
    return view(self, self.sizes());
  }
  return view(self, Convert<Dims>::from(size, Arg{sig, 0}));
}

// type(): torch's name of the type; type(dtype | "torch.LongTensor" | torch.LongTensor): converted.
PyObject* m_type(const Tensor& self, PyObject* type, bool non_blocking) {
  (void)non_blocking;  // there is one device
  if (type == Py_None) return PyUnicode_FromFormat("torch.%sTensor", info(self.dtype()).legacy);
  if (is_dtype(type)) return wrap(to(self, dtype_of_object(type)));
  if (PyType_Check(type) && PyObject_HasAttrString(type, "dtype")) {
    const Ref d = Ref::steal(PyObject_GetAttrString(type, "dtype"));
    if (is_dtype(d.get())) return wrap(to(self, dtype_of_object(d.get())));
  }
  TG_CHECK_TYPE(PyUnicode_Check(type) || PyType_Check(type), "dtype must be a type, str, or dtype object");
  const py::handle h(type);
  const std::string name = PyUnicode_Check(type) ? std::string(utf8(type))
                                                 : str(py::cast<std::string>(h.attr("__module__")), ".", py::cast<std::string>(h.attr("__name__")));
  for (const DTypeInfo& d : kDTypeInfo)
    if (name == str("torch.", d.legacy, "Tensor") || name == str("tinygrad_ext.", d.legacy, "Tensor"))
      return wrap(to(self, static_cast<DType>(&d - kDTypeInfo)));
  fail(ErrorKind::Value, "invalid type: '", name, "'");
}

Tensor f_squeeze(const Tensor& x, const OptDims& dim) { return dim ? squeeze(x, *dim) : squeeze(x); }
const Tensor& m_squeeze_(const Tensor& x, const OptDims& dim) { return dim ? squeeze_(x, *dim) : squeeze_(x); }

Tensor m_view_as(const Tensor& x, const Tensor& other) { return view(x, other.sizes()); }
Tensor m_reshape_as(const Tensor& x, const Tensor& other) { return reshape(x, other.sizes()); }
Tensor m_expand_as(const Tensor& x, const Tensor& other) { return expand(x, other.sizes()); }

Tensor m_sum_to_size(const Tensor& x, const Dims& size) {
  const int lead = x.dim() - size.size();
  bool expands = lead >= 0;
  for (int d = 0; expands && d < size.size(); ++d) expands = size[d] == 1 || size[d] == x.size(lead + d);
  TG_CHECK(expands, "size {", size, "} is not expandable to size {", x.sizes(), "}.");
  return sum_to(x, size);
}

Tensor f_as_strided(const Tensor& x, Dims size, Dims stride, std::optional<int64_t> offset) { return as_strided(x, size, stride, offset.value_or(x->offset)); }

Tensor m_expand(const Tensor& x, Dims size, bool implicit) {
  (void)implicit;  // a hint of torch's tracer
  return expand(x, size);
}

const Tensor& m_copy_(const Tensor& self, const Tensor& src, bool non_blocking) {
  (void)non_blocking;  // there is one device
  return copy_(self, src);
}

Tensor f_clone(const Tensor& x, MemoryFormat) {
  return clone(x);
}
Tensor m_contiguous(const Tensor& x, MemoryFormat) {
  return contiguous(x);
}

const Tensor& m_fill_(const Tensor& self, PyObject* value) {
  if (is_tensor(value)) return fill_(self, tensor_of(value));
  TG_CHECK_TYPE(is_number(value), "fill_() received an invalid combination of arguments - got (", Py_TYPE(value)->tp_name,
                "), but expected one of:\n * (Tensor value)\n * (Number value)");
  const Scalar v = to_scalar(value);
  v.check_fits(self.dtype());
  return fill_(self, v);
}

Tensor m_type_as(const Tensor& x, const Tensor& other) { return to(x, other.dtype()); }

Tensor f_pad(const Tensor& x, const Lengths& lengths, std::string_view mode, std::optional<Scalar> value) {
  for (const auto& [name, how] : {std::pair{"constant", PadMode::Constant}, {"reflect", PadMode::Reflect}, {"replicate", PadMode::Replicate},
                                  {"circular", PadMode::Circular}})
    if (mode == name) return pad(x, lengths, how, value);
  fail(ErrorKind::NotImplemented, "Unrecognised padding mode ", mode);
}

template <DType D> Tensor cast(const Tensor& x, MemoryFormat) { return to(x, D); }

}  // namespace

void bind_shape(OpTable& t) {
  t.def<&m_to, "to">(Method, "input, _a=None, _b=None, _c=None, _d=None, *, dtype=None, device=None, other=None, non_blocking=False, copy=False, memory_format=None",
                     "The tensor as another dtype or on another device; itself where nothing changes.");
  t.def<&m_type, "type">(Method, "input, dtype=None, non_blocking=False", "The name of the type, or the tensor as another type.");
  t.def<[](std::vector<Tensor> tensors) { return broadcast_tensors(tensors); }, "broadcast_tensors">(Function, "tensors", "The tensors expanded to the shape that they broadcast to.");
  t.def<&m_cpu, "cpu">(Method, "input, *, memory_format=None", "The tensor in CPU memory: itself.");
  t.def<&m_cuda, "cuda">(Method, "input, device=None, non_blocking=False, *, memory_format=None", "Needs a device that was not built.");
  t.def<&cast<DType::Float32>, "float">(Method, "input, *, memory_format=None", "to(torch.float32)");
  t.def<&cast<DType::Float64>, "double">(Method, "input, *, memory_format=None", "to(torch.float64)");
  t.def<&cast<DType::Int64>, "long">(Method, "input, *, memory_format=None", "to(torch.int64)");
  t.def<&cast<DType::Int32>, "int">(Method, "input, *, memory_format=None", "to(torch.int32)");
  t.def<&cast<DType::Int16>, "short">(Method, "input, *, memory_format=None", "to(torch.int16)");
  t.def<&cast<DType::Int8>, "char">(Method, "input, *, memory_format=None", "to(torch.int8)");
  t.def<&cast<DType::UInt8>, "byte">(Method, "input, *, memory_format=None", "to(torch.uint8)");
  t.def<&cast<DType::Bool>, "bool">(Method, "input, *, memory_format=None", "to(torch.bool)");
  t.def<&m_type_as, "type_as">(Method, "input, other", "to(other.dtype)");
  t.def<&f_clone, "clone">(Both, "input, *, memory_format=None", "A copy; gradients flow through it.");
  t.def<&m_contiguous, "contiguous">(Method, "input, *, memory_format=None", "The tensor itself if its elements stand row by row, else a copy.");
  t.def<&m_copy_, "copy_">(Method, "input, other, non_blocking=False", "Writes other's elements, broadcast and converted.");
  t.def<&m_fill_, "fill_">(Method, "input, value", "Writes one value everywhere.");
  t.def<&fill_diagonal_, "fill_diagonal_">(Method, "input, fill_value, wrap=False",
      "Writes one value where all indices are equal; wrap: in a tall matrix the diagonal begins again below its end.");
  t.def<&zero_, "zero_">(Method, "input", "Writes zeros.");
  t.def<&m_view, "view">(Method, "input, *size", "The same elements in another shape, without a copy.");
  t.def<&reshape, "reshape">(Method, "input, *shape", "The same elements in another shape, copied only where needed.");
  t.def<&reshape, "reshape">(Function, "input, shape: tuple", "The same elements in another shape, copied only where needed.");
  t.def<&m_expand, "expand">(Method, "input, *size, implicit=False", "Repeats dims of size 1 without a copy.");
  t.def<&tg::t, "t">(Both, "input", "The transpose of a matrix.");
  t.def<&transpose, "transpose">(Both, "input, dim0, dim1", "Two dims swapped.");
  t.def<&transpose, "swapaxes">(Both, "input, axis0, axis1", "Two dims swapped.");
  t.def<&transpose, "swapdims">(Both, "input, dim0, dim1", "Two dims swapped.");
  t.def<&permute, "permute">(Method, "input, *dims", "The dims in another order.");
  t.def<&permute, "permute">(Function, "input, dims: tuple", "The dims in another order.");
  t.def<&unsqueeze, "unsqueeze">(Both, "input, dim", "A dim of size 1 more.");
  t.def<&f_squeeze, "squeeze">(Both, "input, dim=None", "Without dims of size 1.");
  t.def<&m_squeeze_, "squeeze_">(Method, "input, dim=None", "Drops its dims of size 1.");
  t.def<&unsqueeze_, "unsqueeze_">(Method, "input, dim", "Gets a dim of size 1 more.");
  t.def<&t_, "t_">(Method, "input", "Becomes its transpose.");
  t.def<&transpose_, "transpose_">(Method, "input, dim0, dim1", "Swaps two of its dims.");
  t.def<&transpose_, "swapaxes_">(Method, "input, axis0, axis1", "Swaps two of its dims.");
  t.def<&transpose_, "swapdims_">(Method, "input, dim0, dim1", "Swaps two of its dims.");
  t.def<&movedim, "movedim">(Both, "input, source, destination", "Dims moved to other places; the rest keeps its order.");
  t.def<&movedim, "moveaxis">(Both, "input, source, destination", "Dims moved to other places; the rest keeps its order.");
  t.def<&flatten, "flatten">(Both, "input, start_dim=0, end_dim=-1", "A range of dims joined into one.");
  t.def<&ravel, "ravel">(Both, "input", "All elements in one dim; a view of a contiguous tensor.");
  t.def<&unflatten, "unflatten">(Both, "input, dim, sizes: tuple", "One dim split into several; one size may be -1.");
  t.def<&m_view_as, "view_as">(Method, "input, other", "view(other.size())");
  t.def<&m_reshape_as, "reshape_as">(Method, "input, other", "reshape(other.size())");
  t.def<&m_expand_as, "expand_as">(Method, "input, other", "expand(other.size())");
  t.def<&expand, "broadcast_to">(Function, "input, size: tuple", "Repeats dims of size 1 without a copy.");
  t.def<&expand, "broadcast_to">(Method, "input, *size", "Repeats dims of size 1 without a copy.");
  t.def<&m_sum_to_size, "sum_to_size">(Method, "input, *size", "Sums over the dims that broadcasting from the given size would add.");
  t.def<&unfold, "unfold">(Method, "input, dimension, size, step", "Windows of the given size along a dim, `step` apart, as a view; they make the last dim.");
  t.def<&f_pad, "pad">(PythonFunction, "input, pad: tuple, mode='constant', value=None", "The tensor with more elements around it: before and after the last dim, then the one before it, ...");
  t.def<&f_as_strided, "as_strided">(Both, "input, size: tuple, stride: tuple, storage_offset=None", "A window on the storage with the given sizes and strides.");
  t.def<[](const Tensor& a, const Operand& b, double alpha) { return rsub(a, b, alpha); }, "rsub">(Function, "input, other, *, alpha=1", "other - alpha * input.");
}

}  // namespace tg::python
