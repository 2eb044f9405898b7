// The table of this instruction set.
#include "backend/cpu/kernels.h"

#define TG_STRING(x) #x
#define TG_NAME(x) TG_STRING(x)

namespace tg::TG_ISA {

extern const Kernels table;
const Kernels table = {
    TG_NAME(TG_ISA), &unary_kernels, &binary_kernels, &ternary_kernels, &copy_kernels, &reduce_kernels,
    &softmax_kernels, &optim_kernels, &random_kernels, &gemm_kernels,
};

}  // namespace tg::TG_ISA
