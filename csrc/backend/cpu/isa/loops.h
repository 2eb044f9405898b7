// What the loops over rows of op_tables share: kinds, and how results are stored.
#pragma once

#include "backend/cpu/isa/vmath.h"

namespace tg::TG_ISA {
namespace {

enum class Kind { NUM, FLOAT, REAL, INT, BOOL };

template <class T> constexpr bool has_kernel(Kind kind) {
  return kind == Kind::FLOAT || kind == Kind::REAL ? std::is_floating_point_v<T> : kind == Kind::INT ? !std::is_floating_point_v<T> : true;
}

// A row's parameter in the dtype: an integer's whole part, kept modulo its width (alpha = -1 for uint8).
template <class T> TG_INLINE T param(double p) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) return p >= 0x1p63 ? static_cast<T>(INT64_MAX) : static_cast<T>(static_cast<int64_t>(p));
  else return static_cast<T>(p);
}

// Where the results go: vectors of T, or, for a predicate, one byte for each lane of its mask.
template <class T, bool PREDICATE> struct Output {
  char* p;
  explicit Output(void* o) : p(static_cast<char*>(o)) {}

  template <class R> TG_INLINE void put(R r) {
    if constexpr (PREDICATE) {
      const auto b = bytes(r);
      store(p, b);
      p += sizeof(b);
    } else {
      store(p, finish(r));
      p += sizeof(R);
    }
  }
  template <class R> TG_INLINE void put_n(R r, int64_t n) {
    if constexpr (PREDICATE) {
      const auto b = bytes(r);
      memcpy(p, &b, static_cast<size_t>(n));
    } else {
      store_n(p, finish(r), n);
    }
  }

 private:
  template <class R> static TG_INLINE auto bytes(R mask) {
    return __builtin_convertvector(mask, Vec<int8_t, kLanesOf<R>>) & static_cast<int8_t>(1);
  }
  // Arithmetic on bools: any nonzero sum is true.
  template <class R> static TG_INLINE R finish(R r) {
    if constexpr (std::is_same_v<T, bool>) return (R)(r != 0) & static_cast<uint8_t>(1);
    else return r;
  }
};

}  // namespace
}  // namespace tg::TG_ISA
