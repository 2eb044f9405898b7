// t[...], t[...] = value, len, iteration and `in`.
//
// torch's rules: integers, slices, None and ... are applied first, as views; what tensors and lists are left index the
// result.
#include "python/numpy.h"
#include "python/slots.h"
#include "python/warn.h"

namespace tg::python {

namespace {

[[noreturn]] void fail_key(PyObject* key) {
  fail(ErrorKind::Index, "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got ",
       Py_TYPE(key)->tp_name, ")");
}

Tensor select_at(const Tensor& x, int64_t dim, int64_t i, int64_t position) {
  if (x.dim() == 0 && dim == 0) {
    TG_CHECK_INDEX(i != 0, "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a "
                   "0-dim tensor to a number");
    fail(ErrorKind::Index, "index ", i, " is out of bounds for dimension ", position, " with size 0");
  }
  if (dim < x.dim()) {
    const int64_t n = x.size(static_cast<int>(dim));
    TG_CHECK_INDEX(i >= -n && i < n, "index ", i, " is out of bounds for dimension ", position, " with size ", n);
  }
  return select(x, dim, i);
}

// keep_whole: a slice that leaves all as it is makes no view.
Tensor slice_at(const Tensor& x, int64_t dim, PyObject* key, bool keep_whole) {
  TG_CHECK_INDEX(x.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  Py_ssize_t start, stop, step;
  if (PySlice_Unpack(key, &start, &stop, &step) < 0) throw py::error_already_set();
  TG_CHECK_VALUE(step > 0, "step must be greater than zero");
  if (keep_whole && dim < x.dim() && start == 0 && step == 1 && stop >= x.size(static_cast<int>(dim))) return x;
  return slice(x, dim, start, stop, step);
}

bool is_mask(const Tensor& t) { return t.dtype() == DType::Bool || t.dtype() == DType::UInt8; }

// A list, range or array of indices: masks stay masks, anything else becomes Int64.
Tensor index_tensor(PyObject* sequence) {
  if (is_numpy_array(sequence)) warn_if_read_only(sequence);
  const Tensor t = tensor_from(sequence, {});
  return is_mask(t) ? t : to(t, DType::Int64);
}

// How many dims the key speaks of.
int64_t count_dims(PyObject* tuple) {
  int64_t n = 0;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) {
    PyObject* key = PyTuple_GET_ITEM(tuple, i);
    if (is_tensor(key)) n += is_mask(tensor_of(key)) ? tensor_of(key).dim() : 1;
    else n += key != Py_None && key != Py_Ellipsis && !PyBool_Check(key);
  }
  return n;
}

// A key is read from left to right: x becomes the view so far, indices the tensors that are left.
class Subscript {
 public:
  Subscript(const Tensor& x, PyObject* tuple) : x(x), given_(count_dims(tuple)), dims_(x.dim()) {
    TG_CHECK_INDEX(given_ <= dims_, "too many indices for tensor of dimension ", dims_);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); ++i) apply(PyTuple_GET_ITEM(tuple, i), i);
  }
  Tensor x;
  IndexList indices;

 private:
  void apply(PyObject* key, int64_t position) {
    if (PyLong_CheckExact(key)) {
      x = select_at(x, dim_, to_int(key), position);
    } else if (PySlice_Check(key)) {
      x = slice_at(x, dim_++, key, true);
    } else if (key == Py_Ellipsis) {
      dim_ += dims_ - given_;
    } else if (key == Py_None) {
      x = unsqueeze(x, dim_++);
    } else if (PyBool_Check(key)) {
      add_flag(key == Py_True);
    } else if (is_tensor(key)) {
      add_tensor(tensor_of(key), position);
    } else if (PySequence_Check(key)) {
      add_tensor(index_tensor(key), position);
    } else {
      PyObject* i = PyIndex_Check(key) ? PyNumber_Index(key) : nullptr;
      if (!i) {
        PyErr_Clear();
        fail_key(key);
      }
      x = select_at(x, dim_, to_int(Ref::steal(i).get()), position);
    }
  }
  void add_tensor(const Tensor& t, int64_t position) {
    if (t.dim() == 0 && !is_floating(t.dtype())) {
      if (is_mask(t)) add_flag(item(t).to_bool());
      else x = select_at(x, dim_, item(t).to_int(), position);
      return;
    }
    if (t.dtype() == DType::UInt8) warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.");
    add(t);
    dim_ += is_mask(t) ? t.dim() - 1 : 0;
  }
  // True adds a dim of one element, False an empty one.
  void add_flag(bool flag) {
    x = unsqueeze(x, dim_);
    add(zeros({flag}, DType::Int64));
  }
  void add(const Tensor& t) {
    while (next_ < dim_) indices.emplace_back(), ++next_;
    indices.push_back(t);
    next_ += is_mask(t) ? t.dim() : 1;
    ++dim_;
  }

  int64_t given_, dims_;
  int64_t dim_ = 0;   // of x, that the next key is about
  int64_t next_ = 0;  // dim that the next entry of indices is about
};

// A list that holds more than numbers was once read as a tuple, and torch still does so.
bool is_like_tuple(PyObject* key) {
  if (PyTuple_Check(key)) return true;
  if (is_tensor(key) || !PySequence_Check(key) || is_numpy_array(key)) return false;
  const Py_ssize_t n = PySequence_Size(key);
  if (n < 0) PyErr_Clear();
  if (n < 0 || n >= 32) return false;
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = PySequence_GetItem(key, i);
    if (!item) {
      PyErr_Clear();
      return false;
    }
    const Ref own = Ref::steal(item);
    if (is_tensor(item) || PySequence_Check(item) || PySlice_Check(item) || item == Py_Ellipsis || item == Py_None) return true;
  }
  return false;
}

Ref as_tuple(PyObject* key) {
  if (PyTuple_Check(key)) return Ref::borrow(key);
  if (!is_like_tuple(key)) return Ref::steal(PyTuple_Pack(1, key));
  warn("Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use x[tuple(seq)] "
       "instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], which will result either in an "
       "error or a different result");
  return Ref::steal(PySequence_Tuple(key));
}

PyObject* subscript(PyObject* self, PyObject* key) {
  return guarded([&]() -> PyObject* {
    const Tensor& x = tensor_of(self);
    if (PyLong_CheckExact(key)) return wrap(select_at(x, 0, to_int(key), 0));
    if (PySlice_Check(key)) return wrap(slice_at(x, 0, key, false));
    const Ref tuple = as_tuple(key);
    const Subscript s(x, tuple.get());
    if (!s.indices.empty()) return wrap(index(s.x, s.indices));
    return wrap(s.x == x ? alias(x) : s.x);
  });
}

// ---- Assignment

Tensor value_tensor(PyObject* value, const Tensor& target) {
  if (is_tensor(value)) return tensor_of(value);
  const bool number = PyFloat_Check(value) || PyBool_Check(value) || (PyIndex_Check(value) && is_number(value));
  const bool complex = PyComplex_Check(value) && PyComplex_ImagAsDouble(value) != 0 && target.dtype() != DType::Bool;
  TG_CHECK(!complex, "value cannot be converted to type ", info(target.dtype()).c_name, " without overflow");
  TG_CHECK_TYPE(number, "can't assign a ", Py_TYPE(value)->tp_name, " to a torch.", info(target.dtype()).legacy, "Tensor");
  const Scalar s = PyLong_Check(value) && !PyBool_Check(value) ? Scalar(to_int(value)) : to_scalar(value);
  s.check_fits(target.dtype());
  return scalar_tensor(s, target.dtype());
}

Dims without_leading_ones(const Dims& d) {
  int lead = 0;
  while (lead < d.size() && d[lead] == 1) ++lead;
  return Dims(d.data() + lead, d.size() - lead);
}

void assign_whole(const Tensor& target, const Tensor& value) {
  if (value.sizes() == target.sizes()) {
    copy_(target, value);
  } else if (value.dim() == 0) {
    fill_(target, value);
  } else {
    const Tensor v = view(value, without_leading_ones(value.sizes()));
    copy_(target, v.sizes() == target.sizes() ? v : expand(v, target.sizes()));
  }
}

int assign(PyObject* self, PyObject* key, PyObject* value) {
  return guarded([&] {
    TG_CHECK_TYPE(value, "Tensor does not support deleting items");
    const Tensor& x = tensor_of(self);
    const Tensor v = value_tensor(value, x);
    if (PyLong_CheckExact(key)) {
      assign_whole(select_at(x, 0, to_int(key), 0), v);
      return 0;
    }
    if (PySlice_Check(key)) {
      assign_whole(slice_at(x, 0, key, true), v);
      return 0;
    }
    if (key == Py_False) return 0;
    if (key == Py_True) {
      assign_whole(unsqueeze(x, 0), v);
      return 0;
    }
    const Ref tuple = as_tuple(key);
    const Subscript s(x, tuple.get());
    if (s.indices.empty()) {
      assign_whole(s.x, v);
      return 0;
    }
    const Dims sizes = without_leading_ones(v.sizes());
    index_put_(s.x, s.indices, sizes == v.sizes() ? v : view(v, sizes));
    return 0;
  }, -1);
}

// ---- len, iteration, in

Py_ssize_t length(PyObject* self) {
  return guarded([&]() -> Py_ssize_t {
    TG_CHECK_TYPE(tensor_of(self).dim() > 0, "len() of a 0-d tensor");
    return tensor_of(self).size(0);
  }, Py_ssize_t(-1));
}

PyObject* iterate(PyObject* self) {
  return guarded([&] {
    TG_CHECK_TYPE(tensor_of(self).dim() > 0, "iteration over a 0-d tensor");
    return PyObject_GetIter(Ref::steal(to_python("", unbind(tensor_of(self)))).get());
  });
}

int contains(PyObject* self, PyObject* value) {
  return guarded([&] {
    TG_CHECK(is_tensor(value) || is_number(value), "Tensor.__contains__ only supports Tensor or scalar, but you passed in a ",
             py::cast<std::string>(py::str(py::handle(reinterpret_cast<PyObject*>(Py_TYPE(value))))), ".");
    const Tensor same = is_tensor(value) ? eq(tensor_of(self), tensor_of(value)) : eq(tensor_of(self), to_scalar(value));
    return static_cast<int>(nonzero(same).size(0) > 0);
  }, -1);
}

}  // namespace

void add_container_slots(std::vector<PyType_Slot>& slots) {
  const auto add = [&](int id, auto* f) { slots.push_back({id, reinterpret_cast<void*>(f)}); };
  add(Py_mp_subscript, subscript);
  add(Py_mp_ass_subscript, assign);
  add(Py_mp_length, length);
  add(Py_tp_iter, iterate);
  add(Py_sq_contains, contains);
}

}  // namespace tg::python
