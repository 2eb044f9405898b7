// From a C++ function and a line of text to a Python function and method:
//
//   table.def<&sum, "sum">(Both, "input, dim=None, keepdim=False, *, dtype=None", "Sum of ...");
//
// The parameters' C++ types choose the conversions; the text gives names, defaults and what is keyword-only.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <type_traits>

#include "python/convert.h"

namespace tg::python {

template <size_t N> struct Text {
  char s[N];
  constexpr Text(const char (&t)[N]) { std::copy_n(t, N, s); }
};

template <class F> struct FunctionTraits;
template <class R, class... A> struct FunctionTraits<R (*)(A...)> {
  static constexpr size_t arity = sizeof...(A);
  template <size_t I> using arg = std::tuple_element_t<I, std::tuple<A...>>;

  // Is made with braces, which convert the arguments from left to right: of several wrong ones the first is reported.
  template <auto F, Text Name> struct Call {
    PyObject* result;
    Call(A... a) {
      if constexpr (std::is_void_v<R>) {
        F(std::forward<A>(a)...);
        result = Py_NewRef(Py_None);
      } else {
        result = to_python(Name.s, F(std::forward<A>(a)...));
      }
    }
  };
};

template <auto F, Text Name> struct Bound {
  using Traits = FunctionTraits<decltype(+F)>;  // F is a function or a lambda without captures
  static inline const Signature *function_sig = nullptr, *method_sig = nullptr;  // they differ where a method takes *size

  template <size_t... I> static PyObject* invoke(const Signature& sig, PyObject** v, [[maybe_unused]] int given, std::index_sequence<I...>) {
    using Call = typename Traits::template Call<F, Name>;
    return Call{Convert<typename Traits::template arg<I>>::from(v[I], Arg{sig, static_cast<int>(I), given})...}.result;
  }
  static PyObject* run(const Signature& sig, PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* kwnames) noexcept {
    return guarded([&]() -> PyObject* {
      PyObject* v[Signature::kMaxParams];
      Ref keep;
      const int given = sig.bind(self, args, n, kwnames, v, keep);
      return invoke(sig, v, given, std::make_index_sequence<Traits::arity>());
    });
  }
  static PyObject* function(PyObject*, PyObject* const* args, Py_ssize_t n, PyObject* kwnames) {
    return run(*function_sig, nullptr, args, n, kwnames);
  }
  static PyObject* method(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* kwnames) {
    return run(*method_sig, self, args, n, kwnames);
  }
};

enum Where { Function = 1, Method = 2, Both = 3, PythonFunction = 5 };  // the last: a function that torch wrote in Python

// Collects entries, then puts them on the module and the type. A later entry of the same name replaces an earlier one.
class OpTable {
 public:
  template <auto F, Text Name> void def(int where, const char* params, const char* doc = "") {
    using B = Bound<F, Name>;
    for (const bool method : {false, true}) {
      if (!(where & (method ? Method : Function))) continue;
      const Signature* sig = new Signature(Name.s, params, method, where == PythonFunction);  // lives as long as the process
      TG_CHECK(sig->size() == static_cast<int>(B::Traits::arity), Name.s, ": the signature's length is wrong");
      (method ? B::method_sig : B::function_sig) = sig;
      add(method, *sig, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(method ? B::method : B::function)), doc);
    }
  }
  // Another name for a function and method, and for its in-place method.
  void alias(const std::string& name, const std::string& of);
  void install(py::module_& m, PyTypeObject* tensor_type);

 private:
  void add(bool method, const Signature& sig, PyCFunction call, std::string doc);

  struct Entry {
    const Signature* sig;
    PyCFunction call;
    std::string doc;
  };
  std::map<std::string, Entry> functions_, methods_;
};

// One function per family; each stands in its own file of python/.
void bind_arithmetic(OpTable& t);  // after bind_elementwise, some of whose functions it extends
void bind_attributes(OpTable& t);
void bind_autograd(OpTable& t);
void bind_construct(OpTable& t);
void bind_elementwise(OpTable& t);
void bind_factory(OpTable& t);
void bind_function(OpTable& t);
void bind_loss(OpTable& t);
void bind_join(OpTable& t);
void bind_matmul(OpTable& t);
void bind_numpy(OpTable& t);
void bind_random(OpTable& t);
void bind_reduce(OpTable& t);
void bind_optim(OpTable& t);
void bind_shape(OpTable& t);
void bind_spread(OpTable& t);
void bind_storage(OpTable& t);
void bind_picking(OpTable& t);
void bind_masks(OpTable& t);
void bind_ordering(OpTable& t);
void bind_nn(OpTable& t);  // after bind_elementwise

}  // namespace tg::python
