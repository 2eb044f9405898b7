// What one instruction set offers: plain tables of function pointers and block sizes, chosen once when the library loads.
// Kernels are inner loops: no threads, no allocation, no exceptions. One sub-table per translation unit of isa/.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/gemm_kernels.h"

namespace tg {

inline constexpr int kUnaryOps = static_cast<int>(UnaryOp::kCount);
inline constexpr int kBinaryOps = static_cast<int>(BinaryOp::kCount);
inline constexpr int kTernaryOps = static_cast<int>(TernaryOp::kCount);
inline constexpr int kReduceOps = static_cast<int>(ReduceOp::kCount);
inline constexpr int kFloatTypes = 2;  // index 0: float, 1: double
inline constexpr int float_index(DType d) { return d == DType::Float64; }

// Dense loops over n elements. sa, sb, sc: 1, or 0 for one value that every element shares.
// nullptr: the row's kind has no such dtype.
using UnaryKernel = void (*)(int64_t n, void* o, const void* a, double p, double q);
using BinaryKernel = void (*)(int64_t n, void* o, const void* a, int64_t sa, const void* b, int64_t sb, double p);
using TernaryKernel = void (*)(int64_t n, void* o, const void* a, int64_t sa, const void* b, int64_t sb, const void* c, int64_t sc, double p);

struct UnaryKernels { UnaryKernel fn[kUnaryOps][kDTypes]; };
struct BinaryKernels { BinaryKernel fn[kBinaryOps][kDTypes]; };
struct TernaryKernels {
  TernaryKernel fn[kTernaryOps][kDTypes];
  void (*where[4])(int64_t n, void* o, const void* cond, int64_t sc, const void* a, int64_t sa, const void* b, int64_t sb);  // by log2(item size)
};

struct CopyKernels {
  void (*convert[kDTypes][kDTypes])(int64_t n, void* o, const void* a);  // [to][from], dense
  // By log2(item size), strides in elements. gather: the rows of a strided matrix to dense memory; scatter: back.
  // transpose: o[i * o_ld + j] = a[j * a_ld + i], past the caches where `stream` is true.
  void (*strided[4])(int64_t n, void* o, int64_t so, const void* a, int64_t sa);
  void (*gather[4])(int64_t rows, int64_t cols, void* o, const void* a, int64_t row, int64_t col);
  void (*scatter[4])(int64_t rows, int64_t cols, void* o, int64_t row, int64_t col, const void* a);
  void (*transpose[4])(int64_t rows, int64_t cols, void* o, int64_t o_ld, const void* a, int64_t a_ld, bool stream);
  void (*stream)(int64_t nbytes, void* o, const void* a);  // dense, past the caches; o is aligned to 64 bytes
};

struct ReduceKernels {
  // *acc = *acc (op) a[0] (op) a[s] ...; floating sums are not here but below, where their order is fixed.
  void (*fold[kReduceOps][kDTypes])(int64_t n, void* acc, const void* a, int64_t s);
  // acc[j] = acc[j] (op) a[j]
  void (*accumulate[kReduceOps][kDTypes])(int64_t n, void* acc, const void* a);

  // Cascade sums in torch's order. inner: of n dense elements (a full row). strided: of n elements s apart. outer: the sum of column j of a
  // rows x cols matrix (strides row and col) is *added* to out[j * so]; wide: the matrix (of which this may be a
  // part) has dense rows of at least 32 bytes.
  double (*sum_inner[kFloatTypes])(int64_t n, const void* a, const void* chunks);
  // A long row's sum in parts: sum_chunks(n) of them, 128 bytes each, made by sum_chunk in any order and given to sum_inner,
  // whose result is the same as without (chunks null).
  int64_t (*sum_chunks[kFloatTypes])(int64_t n);
  void (*sum_chunk[kFloatTypes])(int64_t n, const void* a, int64_t first, int64_t last, void* chunks);
  double (*sum_strided[kFloatTypes])(int64_t n, const void* a, int64_t s);
  void (*sum_outer[kFloatTypes])(int64_t rows, int64_t cols, void* out, int64_t so, const void* a, int64_t row, int64_t col, bool wide);
};

struct SoftmaxKernels {
  // rows: the softmax runs along dense rows of n. cols: along the n rows of an (n x m) matrix with dense rows ld apart.
  void (*rows[static_cast<int>(SoftmaxOp::kCount)][kFloatTypes])(int64_t rows, int64_t n, void* o, const void* a);
  void (*cols[static_cast<int>(SoftmaxOp::kCount)][kFloatTypes])(int64_t n, int64_t m, int64_t ld, void* o, const void* a);
  void (*rows_grad[static_cast<int>(SoftmaxOp::kCount)][kFloatTypes])(int64_t rows, int64_t n, void* gi, const void* g, const void* y);
  void (*cols_grad[static_cast<int>(SoftmaxOp::kCount)][kFloatTypes])(int64_t n, int64_t m, int64_t ld, void* gi, const void* g, const void* y);
};

struct OptimKernels {
  void (*sgd[kFloatTypes])(int64_t n, void* p, const void* g, void* buf, const SgdArgs&);
  void (*adam[kFloatTypes])(int64_t n, void* p, const void* g, void* m, void* v, void* vmax, const AdamArgs&);
};

struct RandomKernels {
  // In place: each block of 16 uniforms becomes 16 normals.
  void (*normal[kFloatTypes])(int64_t blocks, void* d, double mean, double std);
  void (*uniform_float)(int64_t n, float* o, const uint32_t* words, float from, float to);
};

struct Kernels {
  const char* isa;
  const UnaryKernels* unary;
  const BinaryKernels* binary;
  const TernaryKernels* ternary;
  const CopyKernels* copy;
  const ReduceKernels* reduce;
  const SoftmaxKernels* softmax;
  const OptimKernels* optim;
  const RandomKernels* random;
  const GemmKernels* gemm;
};

// Each translation unit of isa/ defines one of these; isa/table.cpp gathers them.
#define TG_DECLARE_ISA(isa)                                                                            \
  namespace isa {                                                                                      \
  extern const UnaryKernels unary_kernels;                                                             \
  extern const BinaryKernels binary_kernels;                                                           \
  extern const TernaryKernels ternary_kernels;                                                         \
  extern const CopyKernels copy_kernels;                                                               \
  extern const ReduceKernels reduce_kernels;                                                           \
  extern const SoftmaxKernels softmax_kernels;                                                         \
  extern const OptimKernels optim_kernels;                                                             \
  extern const RandomKernels random_kernels;                                                           \
  extern const GemmKernels gemm_kernels;                                                               \
  extern const Kernels table;                                                                          \
  }
TG_DECLARE_ISA(baseline)
#if defined(__x86_64__)
TG_DECLARE_ISA(avx2)
TG_DECLARE_ISA(avx512)
#endif
#undef TG_DECLARE_ISA

// The table of the best instruction set this CPU has, or of the lower one that TINYGRAD_EXT_ISA names.
const Kernels& kernels();

}  // namespace tg
