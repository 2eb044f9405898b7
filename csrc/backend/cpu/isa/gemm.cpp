#include "backend/cpu/isa/gemm_block.h"
#include "backend/cpu/kernels.h"

namespace tg::TG_ISA {
namespace {

template <class T> constexpr GemmKernelsFor<T> kernels_for() {
  return {kMR, kNR<T>, block<T>, row<T>, pack_b<T>};
}

}  // namespace

constexpr GemmKernels gemm_kernels = {kernels_for<float>(), kernels_for<double>()};

}  // namespace tg::TG_ISA
