// torch's warnings: in its words, on the line of Python that called.
#pragma once

#include "python/guard.h"

namespace tg::python {

inline bool g_warn_always = false;  // torch.set_warn_always

// `level` counts Python functions from the one that called us: 2 where one of ours stands between.
inline void warn(const char* text, int level = 1) {
  if (PyErr_WarnEx(PyExc_UserWarning, text, level) < 0) throw py::error_already_set();
}

// What torch says once per process; `said` is static where this is called, and set even if a filter drops the warning.
inline void warn_once(bool& said, const char* text, int level = 1) {
  if (!std::exchange(said, true) || g_warn_always) warn(text, level);
}

}  // namespace tg::python
