// The bytes behind tensors, for saving, loading and copying.
#include <cstring>

#include "ops/ops.h"
#include "python/bind.h"
#include "python/slots.h"
#include "python/warn.h"

namespace tg::python {

namespace {

PyObject* storage_info(const Tensor& t) {
  return Py_BuildValue("KnL", static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(t->storage->data)),
                       static_cast<Py_ssize_t>(t->storage->nbytes), static_cast<long long>(t->offset));
}

PyObject* storage_bytes(const Tensor& t) {
  return PyBytes_FromStringAndSize(t->storage->data, static_cast<Py_ssize_t>(t->storage->nbytes));
}

// A buffer that is given back when the copy is done.
class Buffer {
 public:
  explicit Buffer(PyObject* o) {
    if (PyObject_GetBuffer(o, &view_, PyBUF_SIMPLE) < 0) throw py::error_already_set();
  }
  ~Buffer() { PyBuffer_Release(&view_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  const char* data() const { return static_cast<const char*>(view_.buf); }
  int64_t size() const { return view_.len; }
  bool writable() const { return !view_.readonly; }

 private:
  Py_buffer view_;
};

Tensor copy_of_bytes(const char* data, int64_t numel, DType dtype) {
  Tensor r = empty({numel}, dtype);
  if (numel > 0) std::memcpy(r->data(), data, static_cast<size_t>(numel * itemsize(dtype)));
  if (dtype == DType::Bool)  // whatever a file says, a bool is 0 or 1
    for (int64_t i = 0; i < numel; ++i) r->data()[i] = r->data()[i] != 0;
  return r;
}

Tensor storage_from_bytes(PyObject* o, DType dtype) {
  const Buffer b(o);
  TG_CHECK_VALUE(b.size() % itemsize(dtype) == 0, "a storage of ", info(dtype).name, " cannot have ", b.size(), " bytes");
  return copy_of_bytes(b.data(), b.size() / itemsize(dtype), dtype);
}

// frombuffer(buffer, dtype=, count=-1, offset=0): unlike torch a copy, so that no Python buffer is ever written behind its back.
Tensor f_frombuffer(PyObject* o, DType dtype, int64_t count, int64_t offset, bool requires_grad) {
  const Buffer b(o);
  static bool said;
  if (!b.writable())
    warn_once(said, "The given buffer is not writable, and PyTorch does not support non-writable tensors. This means you can write to the "
                    "underlying (supposedly non-writable) buffer using the tensor. You may want to copy the buffer to protect its data or make "
                    "it writable before converting it to a tensor. This type of warning will be suppressed for the rest of this program.");
  TG_CHECK_VALUE(b.size() > 0 && count != 0, "both buffer length (", b.size(), ") and count (", count, ") must not be 0");
  TG_CHECK_VALUE(offset >= 0 && offset < b.size(), "offset (", offset, " bytes) must be non-negative and no greater than buffer length (", b.size(), " bytes) minus 1");
  const int64_t available = (b.size() - offset) / itemsize(dtype);
  TG_CHECK_VALUE(count > 0 || (b.size() - offset) % itemsize(dtype) == 0, "buffer length (", b.size() - offset, " bytes) after offset (", offset,
                 " bytes) must be a multiple of element size (", itemsize(dtype), ")");
  TG_CHECK_VALUE(count <= available, "requested buffer length (", count, " * ", itemsize(dtype), " bytes) after offset (", offset,
                 " bytes) must not be greater than actual buffer length (", b.size(), " bytes)");
  Tensor r = copy_of_bytes(b.data() + offset, count > 0 ? count : available, dtype);
  if (requires_grad) set_requires_grad(r, true);
  return r;
}

}  // namespace

void bind_storage(OpTable& t) {
  t.def<&storage_info, "_storage_info">(Function, "tensor", "Address and bytes of the storage, and the tensor's offset in elements.");
  t.def<&storage_bytes, "_storage_bytes">(Function, "tensor", "A copy of the whole storage.");
  t.def<&storage_from_bytes, "_storage_from_bytes">(Function, "data, dtype", "A 1-D tensor over a fresh storage that holds data.");
  t.def<&f_frombuffer, "frombuffer">(Function, "buffer, *, dtype, count=-1, offset=0, requires_grad=False", "A 1-D tensor of a buffer's bytes (copied).");
}

}  // namespace tg::python
