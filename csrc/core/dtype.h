// Element types: names, sizes, categories and torch's promotion lattice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace tg {

enum class DType : uint8_t { Bool, UInt8, Int8, Int16, Int32, Int64, Float32, Float64 };
inline constexpr int kDTypes = 8;

// The one list of element types: X(enum, C++ type, torch's name, legacy tensor name, and the two ways in which torch's messages
// name the C type).
#define TG_FOR_EACH_DTYPE(X)                                       \
  X(Bool, bool, "bool", "Bool", "bool", "bool")                    \
  X(UInt8, uint8_t, "uint8", "Byte", "uint8_t", "unsigned char")   \
  X(Int8, int8_t, "int8", "Char", "int8_t", "signed char")         \
  X(Int16, int16_t, "int16", "Short", "int16_t", "short int")      \
  X(Int32, int32_t, "int32", "Int", "int", "int")                  \
  X(Int64, int64_t, "int64", "Long", "int64_t", "long int")        \
  X(Float32, float, "float32", "Float", "float", "float")          \
  X(Float64, double, "float64", "Double", "double", "double")

struct DTypeInfo {
  const char* name;    // torch.float32 prints this after the dot
  const char* legacy;  // torch.FloatTensor, "expected scalar type Float"
  const char* c_name;  // "cannot be converted to type uint8_t without overflow"
  const char* c_type;  // "expected dtype unsigned char"
  uint8_t size;        // bytes
};

inline constexpr DTypeInfo kDTypeInfo[kDTypes] = {
#define TG_X(e, T, name, legacy, c, c_type) {name, legacy, c, c_type, sizeof(T)},
    TG_FOR_EACH_DTYPE(TG_X)
#undef TG_X
};

inline constexpr const DTypeInfo& info(DType d) { return kDTypeInfo[static_cast<int>(d)]; }
inline constexpr int64_t itemsize(DType d) { return info(d).size; }
inline constexpr bool is_floating(DType d) { return d >= DType::Float32; }
inline constexpr bool is_integral(DType d) { return d < DType::Float32 && d != DType::Bool; }

// bool < integer < floating: the order in which a lower-priority operand may widen a result.
inline constexpr int category(DType d) { return is_floating(d) ? 2 : d == DType::Bool ? 0 : 1; }

constexpr DType promote_types(DType a, DType b) {
  if (a == b) return a;
  const DType lo = a < b ? a : b, hi = a < b ? b : a;
  // uint8 is the only unsigned integer: with int8 neither holds the other.
  if (lo == DType::UInt8 && hi == DType::Int8) return DType::Int16;
  return hi;
}

template <class T> struct dtype_of;
#define TG_X(e, T, name, legacy, ...) \
  template <> struct dtype_of<T> { static constexpr DType value = DType::e; };
TG_FOR_EACH_DTYPE(TG_X)
#undef TG_X
template <class T> inline constexpr DType kDType = dtype_of<T>::value;

// One element in memory. A bool's byte may hold anything (a NumPy array cast to bool), and is true unless 0.
template <class T> T load(const void* p) {
  if constexpr (std::is_same_v<T, bool>) return *static_cast<const uint8_t*>(p) != 0;
  else return *static_cast<const T*>(p);
}

// Calls f.template operator()<T>() for the C++ type of d.
template <class F> decltype(auto) dispatch(DType d, F&& f) {
  switch (d) {
#define TG_X(e, T, name, legacy, ...) \
  case DType::e: return f.template operator()<T>();
    TG_FOR_EACH_DTYPE(TG_X)
#undef TG_X
  }
  __builtin_unreachable();
}

}  // namespace tg
