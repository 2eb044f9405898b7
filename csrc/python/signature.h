// A function's parameters, written as Python writes them: "input, dim=None, keepdim=False, *, dtype=None".
// "*size" collects integers, given one by one or as one sequence; where "shape: tuple" stands, one integer is no sequence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "python/guard.h"

namespace tg::python {

class Signature {
 public:
  static constexpr int kMaxParams = 16;

  // of_method: the first parameter is self, which error texts do not count.
  // of_python: torch has a Python function of this name, whose texts for missing arguments are CPython's.
  Signature(std::string_view name, std::string_view params, bool of_method = false, bool of_python = false);

  // Fills out[i] with a borrowed argument or default for each parameter; answers how many were given by position. The collected
  // tuple of a "*size" is owned by keep.
  int bind(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* kwnames, PyObject** out, Ref& keep) const;

  // The same for the arguments of tp_new; answers borrow from args and kw.
  int bind(PyObject* args, PyObject* kw, PyObject** out) const;

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  int size() const { return static_cast<int>(params_.size()); }
  bool of_method() const { return of_method_; }
  const char* param(int i) const { return params_[static_cast<size_t>(i)].text.c_str(); }
  bool positional(int i) const { return i < positional_; }
  bool only_tuple(int i) const { return params_[static_cast<size_t>(i)].only_tuple; }
  // Where torch takes sizes one by one, the first one tells: an int, or what gives one and is no bool.
  static bool starts_ints(PyObject* o);
  // None was written as this parameter's default, so None may be given.
  bool nullable(int i) const { return params_[static_cast<size_t>(i)].value == Py_None; }

 private:
  struct Param {
    std::string text;
    PyObject* name;   // interned, immortal with the module
    PyObject* value;  // default, or null
    bool only_tuple;
  };
  int find(PyObject* keyword) const;
  [[noreturn]] void fail_count(Py_ssize_t given) const;
  [[noreturn]] void fail_missing(PyObject* const* out, int first) const;

  std::string name_, text_;
  std::vector<Param> params_;
  int positional_ = 0;  // parameters that may be given by position
  int variadic_ = -1;
  bool of_method_, of_python_;
};

}  // namespace tg::python
