// Where a tensor lives. Only the CPU is built today; everything above the Backend seam goes by this value alone.
#pragma once

#include <cstdint>

namespace tg {

// The kinds of device that torch knows by name; scripts may speak of all of them.
#define TG_FOR_EACH_DEVICE(X)                                                                                             \
  X(CPU, "cpu") X(CUDA, "cuda") X(IPU, "ipu") X(XPU, "xpu") X(MKLDNN, "mkldnn") X(OPENGL, "opengl") X(OPENCL, "opencl")    \
  X(IDEEP, "ideep") X(HIP, "hip") X(VE, "ve") X(FPGA, "fpga") X(MAIA, "maia") X(XLA, "xla") X(LAZY, "lazy")                \
  X(Vulkan, "vulkan") X(MPS, "mps") X(Meta, "meta") X(HPU, "hpu") X(MTIA, "mtia") X(PrivateUse1, "privateuseone")

enum class DeviceType : uint8_t {
#define TG_X(e, name) e,
  TG_FOR_EACH_DEVICE(TG_X)
#undef TG_X
};

inline constexpr const char* kDeviceNames[] = {
#define TG_X(e, name) name,
    TG_FOR_EACH_DEVICE(TG_X)
#undef TG_X
};

struct Device {
  DeviceType type = DeviceType::CPU;
  int8_t index = -1;  // -1: no index was given
  friend bool operator==(const Device&, const Device&) = default;
  const char* name() const { return kDeviceNames[static_cast<int>(type)]; }
};

}  // namespace tg
