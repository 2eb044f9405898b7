// A Python number on its way into an op: bool, int or float, with the category that decides promotion.
#pragma once

#include <cmath>
#include <cstring>

#include "core/check.h"
#include "core/dtype.h"

namespace tg {

class Scalar {
 public:
  Scalar(bool v) : dtype_(DType::Bool) { v_.i = v; }
  Scalar(int v) : dtype_(DType::Int64) { v_.i = v; }
  Scalar(int64_t v) : dtype_(DType::Int64) { v_.i = v; }
  Scalar(double v) : dtype_(DType::Float64) { v_.d = v; }

  DType dtype() const { return dtype_; }
  bool is_floating() const { return dtype_ == DType::Float64; }
  double to_double() const { return is_floating() ? v_.d : static_cast<double>(v_.i); }
  // Truncates; out of int64's range gives INT64_MIN, as x86 converts.
  int64_t to_int() const {
    if (!is_floating()) return v_.i;
    return v_.d >= -0x1p63 && v_.d < 0x1p63 ? static_cast<int64_t>(v_.d) : INT64_MIN;
  }
  bool to_bool() const { return is_floating() ? v_.d != 0 : v_.i != 0; }

  // Writes the value as an element of dtype d (at most 8 bytes).
  void store(void* p, DType d) const {
    dispatch(d, [&]<class T>() {
      T v;
      if constexpr (std::is_same_v<T, bool>) v = to_bool();
      else if constexpr (std::is_floating_point_v<T>) v = static_cast<T>(to_double());
      else v = static_cast<T>(to_int());
      std::memcpy(p, &v, sizeof v);
    });
  }

  // torch's check of fill values and, with other names of the types, of tensor() data.
  void check_fits(DType d) const { check_fits(d, info(d).c_name); }
  void check_fits(DType d, const char* type_name) const {
    if (tg::is_floating(d)) {
      TG_CHECK(d != DType::Float32 || !std::isfinite(to_double()) || std::fabs(to_double()) <= 3.4028234663852886e38,
               "value cannot be converted to type float without overflow");
      return;
    }
    if (d == DType::Bool) return;
    const int bits = 8 * static_cast<int>(itemsize(d));
    const double lo = d == DType::UInt8 ? 0 : -std::ldexp(1.0, bits - 1);
    const double hi = std::ldexp(1.0, d == DType::UInt8 ? 8 : bits - 1);  // exclusive
    const double v = to_double();
    // torch lets negative values wrap into uint8 when the type could hold the magnitude.
    const double floor = d == DType::UInt8 ? -hi + 1 : lo;
    const bool ok = is_floating() ? v > floor - 1 && v < hi : bits == 64 || (v >= floor && v < hi);
    TG_CHECK(ok, "value cannot be converted to type ", type_name, " without overflow");
  }

 private:
  DType dtype_;
  union {
    int64_t i;
    double d;
  } v_;
};

}  // namespace tg
