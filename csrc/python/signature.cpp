#include "python/signature.h"

#include <algorithm>

namespace tg::python {

static std::string_view trimmed(std::string_view s) {
  const size_t b = s.find_first_not_of(' '), e = s.find_last_not_of(' ');
  return b == s.npos ? std::string_view() : s.substr(b, e - b + 1);
}

static PyObject* evaluate(std::string_view text) {
  Ref globals = Ref::steal(PyDict_New());
  return Ref::steal(PyRun_String(std::string(text).c_str(), Py_eval_input, globals.get(), globals.get())).release();
}

Signature::Signature(std::string_view name, std::string_view params, bool of_method, bool of_python)
    : name_(name), text_(params), of_method_(of_method), of_python_(of_python) {
  bool keyword_only = false;
  int depth = 0;
  for (size_t b = 0, i = 0; i <= params.size(); ++i) {
    if (i < params.size()) {
      depth += params[i] == '(';
      depth -= params[i] == ')';
      if (params[i] != ',' || depth > 0) continue;
    }
    std::string_view part = trimmed(params.substr(b, i - b));
    b = i + 1;
    if (part.empty()) continue;
    if (part == "*") {
      keyword_only = true;
      continue;
    }
    const size_t eq = part.find('=');
    std::string_view id = trimmed(part.substr(0, eq));
    bool only_tuple = id.front() == '*';
    if (const size_t colon = id.find(':'); colon != id.npos) {
      only_tuple = true;
      id = trimmed(id.substr(0, colon));
    }
    if (id.front() == '*') {
      id.remove_prefix(1);
      variadic_ = static_cast<int>(params_.size());
      keyword_only = true;
      ++positional_;
    } else if (!keyword_only) {
      ++positional_;
    }
    Param p{std::string(id), nullptr, nullptr, only_tuple};
    p.name = PyUnicode_InternFromString(p.text.c_str());
    if (!p.name) throw py::error_already_set();
    if (eq != part.npos) p.value = evaluate(trimmed(part.substr(eq + 1)));
    params_.push_back(std::move(p));
  }
}

// NumPy's spellings of torch's names; torch takes them too.
static const char* alias_of(std::string_view keyword) {
  if (keyword == "axis") return "dim";
  if (keyword == "keepdims") return "keepdim";
  if (keyword == "x" || keyword == "self" || keyword == "a") return "input";
  if (keyword == "x1") return "input";
  if (keyword == "x2") return "other";
  return nullptr;
}

int Signature::find(PyObject* keyword) const {
  for (size_t i = 0; i < params_.size(); ++i)
    if (params_[i].name == keyword) return static_cast<int>(i);
  for (size_t i = 0; i < params_.size(); ++i)  // a keyword that was not interned
    if (PyUnicode_Compare(params_[i].name, keyword) == 0) return static_cast<int>(i);
  const char* text = PyUnicode_AsUTF8(keyword);
  const char* alias = text ? alias_of(text) : nullptr;
  for (size_t i = 0; alias && i < params_.size(); ++i)
    if (params_[i].text == alias) return static_cast<int>(i);
  if (!text) PyErr_Clear();
  TG_CHECK(text, "error unpacking string as utf-8");
  fail(ErrorKind::Type, name_, "() got an unexpected keyword argument '", text, "'");
}

void Signature::fail_count(Py_ssize_t given) const {
  const auto first = params_.begin() + of_method_, last = params_.begin() + positional_;
  const auto required = std::count_if(first, last, [](const Param& p) { return !p.value; }), most = last - first;
  if (most == 0 && size() == 1) fail(ErrorKind::Type, "TensorBase.", name_, "() takes no arguments (", given, " given)");
  if (required == most)
    fail(ErrorKind::Type, name_, "() takes ", most, " positional argument", most == 1 ? "" : "s", " but ", given,
         given == 1 ? " was given" : " were given");
  fail(ErrorKind::Type, name_, "() takes from ", required, " to ", most, " positional arguments but ", given, " were given");
}

void Signature::fail_missing(PyObject* const* out, int first) const {
  std::vector<std::string> names;
  for (int i = first; i < size(); ++i) {
    const Param& p = params_[static_cast<size_t>(i)];
    if (p.value || (of_python_ && out[i])) continue;  // torch's own parser names what was given by keyword too
    names.push_back(of_python_ ? "'" + p.text + "'" : '"' + p.text + '"');
  }
  const size_t n = names.size();
  std::string list = names[0];
  for (size_t i = 1; i < n; ++i) {
    const bool last = of_python_ && i + 1 == n;
    list += last ? (n == 2 ? " and " : ", and ") : ", ";
    list += names[i];
  }
  // That parser's plural is the wrong way round.
  fail(ErrorKind::Type, name_, "() missing ", n, " required positional argument", (n == 1) == of_python_ ? "" : "s", ": ", list);
}

bool Signature::starts_ints(PyObject* o) {
  if (PyLong_CheckExact(o)) return true;
  if (PyBool_Check(o) || !PyIndex_Check(o)) return false;
  PyObject* i = PyNumber_Index(o);
  if (!i) PyErr_Clear();
  Py_XDECREF(i);
  return i != nullptr;
}

int Signature::bind(PyObject* self, PyObject* const* args, Py_ssize_t n, PyObject* kwnames, PyObject** out, Ref& keep) const {
  int at = 0;
  if (self) out[at++] = self;
  const int count = size();
  PyObject* const* const keyword_values = args + n;
  if (variadic_ >= 0 && n > 0 && at <= variadic_) {
    while (at < variadic_ && n > 0) out[at++] = *args++, --n;
    if (n > 0 && !starts_ints(args[0])) {
      if (n > 1) fail_count(n);
      out[at++] = args[0];
    } else if (n > 0) {
      keep = Ref::steal(PyTuple_New(n));
      for (Py_ssize_t i = 0; i < n; ++i) PyTuple_SET_ITEM(keep.get(), i, Py_NewRef(args[i]));
      out[at++] = keep.get();
    }
  } else {
    if (at + n > positional_) fail_count(n);
    for (Py_ssize_t i = 0; i < n; ++i) out[at++] = args[i];
  }
  const int given = at;
  if (at == count && !kwnames) return given;
  for (int i = at; i < count; ++i) out[i] = nullptr;
  if (kwnames) {
    TG_CHECK_TYPE(!of_method_ || count > 1, "TensorBase.", name_, "() takes no keyword arguments");
    for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(kwnames); ++k) {
      const int i = find(PyTuple_GET_ITEM(kwnames, k));
      TG_CHECK_TYPE(i >= at && !out[i], name_, "() got multiple values for argument '", params_[static_cast<size_t>(i)].text, "'");
      out[i] = keyword_values[k];
    }
  }
  for (int i = at; i < count; ++i) {
    if (out[i]) continue;
    const Param& p = params_[static_cast<size_t>(i)];
    if (!p.value) fail_missing(out, i);
    out[i] = p.value;
  }
  return given;
}

int Signature::bind(PyObject* args, PyObject* kw, PyObject** out) const {
  std::vector<PyObject*> all(&PyTuple_GET_ITEM(args, 0), &PyTuple_GET_ITEM(args, 0) + PyTuple_GET_SIZE(args));
  Ref names = Ref::borrow(nullptr), keep;
  if (kw && PyDict_GET_SIZE(kw) > 0) {
    names = Ref::steal(PyTuple_New(PyDict_GET_SIZE(kw)));
    PyObject *key, *value;
    for (Py_ssize_t at = 0, i = 0; PyDict_Next(kw, &at, &key, &value); ++i) {
      PyTuple_SET_ITEM(names.get(), i, Py_NewRef(key));
      all.push_back(value);
    }
  }
  return bind(nullptr, all.data(), PyTuple_GET_SIZE(args), names.get(), out, keep);
}

}  // namespace tg::python
