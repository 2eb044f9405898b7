// Where a tensor lives. Only the CPU is built today; everything above the Backend seam goes by this value alone.
#pragma once

#include <cstdint>

namespace tg {

enum class DeviceType : uint8_t { CPU, CUDA };

struct Device {
  DeviceType type = DeviceType::CPU;
  int8_t index = -1;  // -1: no index was given
  friend bool operator==(const Device&, const Device&) = default;
};

}  // namespace tg
