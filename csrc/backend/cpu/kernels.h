// What one instruction set offers: a plain table of function pointers and block sizes, one constant table per ISA,
// chosen once when the library loads. Kernels are inner loops: no threads, no allocation, no exceptions.
#pragma once

#include "backend/backend.h"

namespace tg {

// C (m x n, row-major with leading dimension ldc) = [bias or C +] A (m x k) B (k x n), any strides of A and B, for sizes
// where packing does not pay.
struct GemmArgs {
  int64_t m, n, k;
  const void* a; int64_t a_row, a_col;
  const void* b; int64_t b_row, b_col;
  void* c; int64_t ldc;
  const void* bias; int64_t bias_row, bias_col;  // null: none; strides 0 broadcast
  bool accumulate;
};

struct GemmBlocks { int mr, nr; int64_t mc, kc, nc; };

struct Kernels {
  const char* isa;

  // Dense inner loops over n elements; an input's stride is 1 or 0 (one value). nullptr: the row's kind has no such dtype.
  void (*unary[static_cast<int>(UnaryOp::kCount)][kDTypes])(int64_t n, void* o, const void* a, double p, double q);
  void (*binary[static_cast<int>(BinaryOp::kCount)][kDTypes])(int64_t n, void* o, const void* a, int64_t sa, const void* b, int64_t sb, double p);
  // ... the other families: see backend.h

  // Index 0: float, 1: double.
  void (*gemm_small[2])(const GemmArgs&);
  void (*gemm_tile[2])(int64_t k, const void* a_packed, const void* b_packed, void* c, int64_t ldc, int m, int n, const void* bias, int64_t bias_row, int64_t bias_col, int start);
  GemmBlocks gemm_blocks[2];
};

namespace baseline { extern const Kernels table; }
#if defined(__x86_64__)
namespace avx2 { extern const Kernels table; }
namespace avx512 { extern const Kernels table; }
#endif

// The table of the best instruction set this CPU has, or of the lower one that TINYGRAD_EXT_ISA names.
const Kernels& kernels();

}  // namespace tg
