// Matrix multiplication on the CPU. csrc/README.md, "Products", says in which order the products are summed.
#pragma once

#include "backend/backend.h"

namespace tg {

// c = [bias | c +] a @ b, as Backend::gemm says.
void cpu_gemm(const View& c, const View& a, const View& b, const Epilogue& epilogue);

}  // namespace tg
