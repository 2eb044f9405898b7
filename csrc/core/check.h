// Errors. One C++ exception carries torch's text and the Python type that it becomes.
#pragma once

#include <exception>
#include <sstream>
#include <string>
#include <utility>

namespace tg {

enum class ErrorKind : unsigned char { Runtime, Type, Value, Index, NotImplemented, Memory, ZeroDivision, Buffer, Assertion };

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
  std::string text_;
};

template <class... Args> std::string str(const Args&... args) {
  std::ostringstream s;
  (s << ... << args);
  return std::move(s).str();
}

template <class... Args> [[noreturn, gnu::cold, gnu::noinline]] void fail(ErrorKind kind, const Args&... args) {
  throw Error(kind, str(args...));
}

}  // namespace tg

// The texts are built only when the condition fails.
#define TG_CHECK_KIND(kind, cond, ...) \
  do {                                 \
    if (!(cond)) [[unlikely]]          \
      ::tg::fail(::tg::ErrorKind::kind, __VA_ARGS__); \
  } while (0)
#define TG_CHECK(cond, ...) TG_CHECK_KIND(Runtime, cond, __VA_ARGS__)
#define TG_CHECK_INDEX(cond, ...) TG_CHECK_KIND(Index, cond, __VA_ARGS__)
#define TG_CHECK_VALUE(cond, ...) TG_CHECK_KIND(Value, cond, __VA_ARGS__)
#define TG_CHECK_TYPE(cond, ...) TG_CHECK_KIND(Type, cond, __VA_ARGS__)
