// torch.Generator and the functions that draw from it.
#include <cstring>
#include <random>

#include "core/shape.h"
#include "ops/inplace.h"
#include "ops/launch.h"
#include "python/bind.h"
#include "python/numpy.h"
#include "python/options.h"

namespace tg::python {

namespace {

// The numbers of a fill made with a generator, as torch's factories take them.
#define TG_RANDOM_OPTIONS ", generator=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False"

DType float_type(OptDType d) { return d.value_or(g_default_dtype); }

Tensor fresh(const Tensor& t) {
  t->storage->version = 0;
  return t;
}

Tensor f_rand(Dims size, Generator* g, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  return finished(fresh(uniform_(empty(size, float_type(dtype), device), 0, 1, *g)), pin_memory, requires_grad);
}
Tensor f_randn(Dims size, Generator* g, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  return finished(fresh(normal_(empty(size, float_type(dtype), device), 0, 1, *g)), pin_memory, requires_grad);
}

// random_(), random_(to), random_(from, to).
const Tensor& draw_between(const Tensor& out, int64_t from, int64_t to_, Generator& g) {
  TG_CHECK(from < to_, "random_ expects 'from' to be less than 'to', but got from=", from, " >= to=", to_);
  const auto holds = [&](int64_t v) {
    return dispatch(out.dtype(), [&]<class T>() {
      if constexpr (std::is_floating_point_v<T>) return true;
      else return static_cast<int64_t>(static_cast<T>(v)) == v;
    });
  };
  TG_CHECK(holds(from), "from is out of bounds for ", info(out.dtype()).c_type);
  TG_CHECK(holds(to_ - 1), "to - 1 is out of bounds for ", info(out.dtype()).c_type);
  return random_range_(out, from, static_cast<uint64_t>(to_) - static_cast<uint64_t>(from), g);
}

// randint(high, size), randint(low, high, size).
Tensor f_randint(PyObject* first, PyObject* second, PyObject* third, PyObject* high_kw, PyObject* size_kw, Generator* g, OptDType dtype, Layout,
                 Device device, Flag pin_memory, Flag requires_grad) {
  static const Signature of_high("randint", "high, size: tuple"), of_both("randint", "low, high, size: tuple");
  PyObject *low = first, *high = second, *size = third;
  if (size_kw != Py_None) size = size_kw;
  if (high_kw != Py_None) high = high_kw;
  if (size == Py_None && high != Py_None) size = high, high = Py_None;
  if (high == Py_None) high = low, low = Py_None;
  TG_CHECK_TYPE(size != Py_None && high != Py_None, "randint() received an invalid combination of arguments: expected (int high, tuple of ints size) or "
                "(int low, int high, tuple of ints size)");
  const bool both = low != Py_None;
  const Signature& sig = both ? of_both : of_high;
  const int64_t from = both ? Convert<int64_t>::from(low, Arg{sig, 0}) : 0, to_ = Convert<int64_t>::from(high, Arg{sig, both});
  Tensor out = empty(Convert<Dims>::from(size, Arg{sig, 1 + both}), dtype.value_or(DType::Int64), device);
  return finished(fresh(draw_between(out, from, to_, *g)), pin_memory, requires_grad);
}

Tensor f_randperm(int64_t n, Generator* g, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  check_device(device);
  return finished(randperm(n, *g, dtype.value_or(DType::Int64)), pin_memory, requires_grad);
}

Tensor f_rand_like(const Tensor& x, OptDType dtype, Layout, std::optional<Device>, Flag requires_grad, MemoryFormat, Generator* g) {
  return finished(fresh(uniform_(empty_like(x, dtype), 0, 1, *g)), false, requires_grad);
}
Tensor f_randn_like(const Tensor& x, OptDType dtype, Layout, std::optional<Device>, Flag requires_grad, MemoryFormat, Generator* g) {
  return finished(fresh(normal_(empty_like(x, dtype), 0, 1, *g)), false, requires_grad);
}
Tensor f_randint_like(const Tensor& x, PyObject* first, PyObject* second, OptDType dtype, Layout, std::optional<Device>, Flag requires_grad, MemoryFormat) {
  static const Signature sig("randint_like", "low, high");
  const int64_t a = Convert<int64_t>::from(first, Arg{sig, 0});
  const bool both = second != Py_None;
  return finished(fresh(draw_between(empty_like(x, dtype), both ? a : 0, both ? Convert<int64_t>::from(second, Arg{sig, 1}) : a, default_generator())), false,
                  requires_grad);
}

// normal(mean, std[, size]): tensors broadcast; two numbers need a size.
Tensor f_normal(const Operand& mean_, const Operand& std_, PyObject* size, Generator* g, OptDType dtype, Layout, Device device, Flag pin_memory, Flag requires_grad) {
  static const Signature sig("normal", "mean, std, size");
  const Tensor &mean = mean_, &std = std_;
  if (mean->wrapped_number && std->wrapped_number) {
    TG_CHECK_TYPE(size != Py_None, "normal() received an invalid combination of arguments: two numbers need a size");
    Tensor out = empty(Convert<Dims>::from(size, Arg{sig, 2}), float_type(dtype), device);
    return finished(fresh(normal_(out, item(mean).to_double(), item(std).to_double(), *g)), pin_memory, requires_grad);
  }
  TG_CHECK_TYPE(size == Py_None, "normal() received an invalid combination of arguments: tensors say the size");
  GradModeGuard no_grad(false);
  if (std->wrapped_number) TG_CHECK(item(std).to_double() >= 0, "normal expects std >= 0.0, but found std ", item(std).to_double());
  else TG_CHECK(!item(any(lt(std, 0))).to_bool(), "normal expects all elements of std >= 0.0");
  const Dims sizes = broadcast_shapes(mean.sizes(), std.sizes());
  Tensor out = empty(sizes, mean->wrapped_number ? std.dtype() : mean.dtype());
  normal_(out, 0, 1, *g);
  return fresh(add_(mul_(out, std), mean));
}

Tensor f_bernoulli(const Tensor& x, PyObject* p, Generator* g) {
  static const Signature sig("bernoulli", "input, p");
  if (p == Py_None) return bernoulli(x, *g);
  return fresh(bernoulli_(empty(x.sizes(), x.dtype(), x.device()), Convert<double>::from(p, Arg{sig, 1}), *g));
}

// ---- In place

const Tensor& m_bernoulli_(const Tensor& self, const Operand& p_, Generator* g) {
  const Tensor& p = p_;
  if (p->wrapped_number) return bernoulli_(self, item(p).to_double(), *g);
  GradModeGuard no_grad(false);
  return copy_(self, bernoulli(expand(p, self.sizes()), *g));
}

const Tensor& m_random_(const Tensor& self, PyObject* first, PyObject* second, PyObject* to_kw, Generator* g) {
  static const Signature sig("random_", "from, to");
  if (to_kw != Py_None) second = to_kw;
  if (first == Py_None && second == Py_None) return random_(self, *g);
  const int64_t a = first == Py_None ? 0 : Convert<int64_t>::from(first, Arg{sig, 0});
  return second == Py_None ? draw_between(self, 0, a, *g) : draw_between(self, a, Convert<int64_t>::from(second, Arg{sig, 1}), *g);
}

Tensor f_dropout(const Tensor& x, double p, bool training, bool inplace) {
  if (!inplace) return dropout(x, p, training, default_generator());
  TG_CHECK_VALUE(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got ", p);
  if (!training || p == 0) return x;
  Tensor noise = dropout(ones_like(x), p, true, default_generator());
  return mul_(x, noise);
}

// ---- Generator

// torch reads seeds as 64-bit numbers; negative ones wrap.
uint64_t seed_of(py::handle o) {
  const py::int_ i(py::reinterpret_borrow<py::object>(o));
  if (py::int_(0).attr("__le__")(i).cast<bool>()) {
    const unsigned long long v = PyLong_AsUnsignedLongLong(i.ptr());
    if (PyErr_Occurred()) {
      PyErr_Clear();
      fail(ErrorKind::Value, "Overflow when unpacking long long");
    }
    return v;
  }
  return static_cast<uint64_t>(to_int(i.ptr()));
}

Tensor get_state(const Generator& g) {
  Tensor r = empty({static_cast<int64_t>(Generator::kStateBytes)}, DType::UInt8);
  g.get_state(r->data());
  return r;
}

void set_state(Generator& g, PyObject* o) {
  TG_CHECK_TYPE(is_tensor(o), "expected a torch.ByteTensor, but got ", Py_TYPE(o)->tp_name);
  const Tensor& state = tensor_of(o);
  TG_CHECK_TYPE(state.dtype() == DType::UInt8, "RNG state must be a torch.ByteTensor");
  TG_CHECK(state.numel() == static_cast<int64_t>(Generator::kStateBytes), "Expected a CPUGeneratorImplState of size ", Generator::kStateBytes,
           " but found the input RNG state size to be ", state.numel());
  g.set_state(contiguous(state)->data());
}

}  // namespace

Generator* Convert<Generator*>::from(PyObject* o, const Arg& a) {
  if (o == Py_None) return &default_generator();
  if (!py::isinstance<Generator>(py::handle(o))) fail_argument(a, "torch.Generator", o);
  return py::handle(o).cast<Generator*>();
}

void init_random(py::module_& m) {
  py::class_<Generator>(m, "Generator", "A random stream: MT19937, seeded by manual_seed().")
      .def(py::init([](py::object device, py::object state) {
             if (!device.is_none()) check_device(to_device(device.ptr()));
             Generator g;
             if (!state.is_none()) set_state(g, state.ptr());
             return g;
           }), py::arg("device") = py::none(), py::arg("_state") = py::none())
      .def("manual_seed", [](py::object self, py::object seed) {
        self.cast<Generator&>().manual_seed(seed_of(seed));
        return self;
      })
      .def("seed", [](Generator& g) {
        std::random_device r;
        const uint64_t seed = (static_cast<uint64_t>(r()) << 32 | r()) >> 11;
        g.manual_seed(seed);
        return seed;
      })
      .def("initial_seed", &Generator::initial_seed)
      .def("get_state", get_state)
      .def("set_state", [](py::object self, py::object state) {
        set_state(self.cast<Generator&>(), state.ptr());
        return self;
      })
      .def("clone_state", [](const Generator& g) { return g; })
      .def("__reduce__", [](py::object self) {  // for copy and pickle
        const auto device = py::reinterpret_steal<py::object>(wrap(Device()));
        const auto state = py::reinterpret_steal<py::object>(wrap(get_state(self.cast<Generator&>())));
        return py::make_tuple(py::type::of(self), py::make_tuple(device, state));
      })
      .def_property_readonly("device", [](const Generator&) { return py::reinterpret_steal<py::object>(wrap(Device())); })
      .def("__repr__", [](py::handle self) { return py::str("<torch._C.Generator object at {:#x}>").format(reinterpret_cast<uintptr_t>(self.ptr())); });
  py::object shared = py::cast(&default_generator(), py::return_value_policy::reference);
  std::random_device r;
  default_generator().manual_seed((static_cast<uint64_t>(r()) << 32 | r()) >> 11);
  m.attr("default_generator") = shared;
  m.def("manual_seed", [shared](py::object seed) {
    shared.cast<Generator&>().manual_seed(seed_of(seed));
    return shared;
  }, "Seeds the default generator and returns it.");
}

void bind_random(OpTable& t) {
  t.def<&f_rand, "rand">(Function, "*size" TG_RANDOM_OPTIONS, "Uniform numbers of [0, 1).");
  t.def<&f_randn, "randn">(Function, "*size" TG_RANDOM_OPTIONS, "Numbers of the standard normal distribution.");
  t.def<&f_randint, "randint">(Function, "low=None, _high=None, _size=None, *, high=None, size=None" TG_RANDOM_OPTIONS, "Integers of [low, high).");
  t.def<&f_randperm, "randperm">(Function, "n, *" TG_RANDOM_OPTIONS, "0 ... n - 1 in random order.");
  t.def<&f_rand_like, "rand_like">(Function, "input, *" TG_LIKE_OPTIONS ", generator=None", "Uniform numbers in the shape of input.");
  t.def<&f_randn_like, "randn_like">(Function, "input, *" TG_LIKE_OPTIONS ", generator=None", "Normal numbers in the shape of input.");
  t.def<&f_randint_like, "randint_like">(Function, "input, low, high=None, *" TG_LIKE_OPTIONS, "Integers of [low, high) in the shape of input.");
  t.def<&f_normal, "normal">(Function, "mean=0.0, std=1.0, size=None, *" TG_RANDOM_OPTIONS, "Normal numbers of given means and standard deviations.");
  t.def<&f_bernoulli, "bernoulli">(Both, "input, p=None, *, generator=None", "One with the probability given at each place, else zero.");
  t.def<[](const Tensor& s, double a, double b, Generator* g) { return uniform_(s, a, b, *g); }, "uniform_">(Method, "input, from_=0.0, to=1.0, *, generator=None", "Fills with uniform numbers.");
  t.def<[](const Tensor& s, double a, double b, Generator* g) { return normal_(s, a, b, *g); }, "normal_">(Method, "input, mean=0.0, std=1.0, *, generator=None", "Fills with normal numbers.");
  t.def<[](const Tensor& s, double a, Generator* g) { return exponential_(s, a, *g); }, "exponential_">(Method, "input, lambd=1.0, *, generator=None", "Fills with exponential numbers.");
  t.def<&m_bernoulli_, "bernoulli_">(Method, "input, p=0.5, *, generator=None", "Fills with zeros and ones.");
  t.def<&m_random_, "random_">(Method, "input, from_=None, _to=None, *, to=None, generator=None", "Fills with integers.");
  t.def<[](const Tensor& p, int64_t n, bool replacement, Generator* g) { return multinomial(p, n, replacement, *g); }, "multinomial">(
      Both, "input, num_samples, replacement=False, *, generator=None", "Draws indices with probabilities in proportion to each row of input.");
  t.def<&f_dropout, "dropout">(PythonFunction, "input, p=0.5, training=True, inplace=False", "Zeroes elements with probability p and scales the rest by 1 / (1 - p).");
}

}  // namespace tg::python
