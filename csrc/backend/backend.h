// The seam between the differentiable ops and a device: plain enums and views go in, values are written.
//
// Rules: one Backend object per device and no stream argument; the ops layer allocates outputs, a backend only scratch,
// and nothing here returns a Tensor; every view was validated by the ops layer (dtypes agree as each comment says, shapes
// broadcast, no element is out of bounds, outputs do not overlap themselves), so a backend trusts what it gets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/device.h"
#include "core/dtype.h"

namespace tg {

class Scalar;

struct Generator;

enum class UnaryOp : uint8_t {
#define UNARY(name, ...) name,
#include "op_tables/unary.def"
  kCount
};
enum class BinaryOp : uint8_t {
#define BINARY(name, ...) name,
#include "op_tables/binary.def"
  kCount
};
// The gradients of losses take (gradient, input, target) and the row's parameter (isa/ternary.cpp).
enum class TernaryOp : uint8_t { addcmul, addcdiv, lerp, mse_grad, smooth_l1_grad, huber_grad, bce_grad, kCount };
enum class ReduceOp : uint8_t {
#define REDUCE(name, ...) name,
#include "op_tables/reduce.def"
  kCount
};
enum class ArgReduceOp : uint8_t { max, min, kCount };
enum class ScanOp : uint8_t { sum, prod, max, min, kCount };
enum class SoftmaxOp : uint8_t { softmax, log_softmax, kCount };
enum class ScatterOp : uint8_t { set, add, multiply, kCount };
enum class RandomOp : uint8_t { uniform, normal, bernoulli, integer, exponential, kCount };

// A strided array that somebody else keeps alive. sizes/strides point at n entries (strides in elements, >= 0).
// An input may be a *host scalar* (n == 0): one value in host memory whatever the device.
struct View {
  char* p;
  DType dt;
  uint8_t n;
  bool contig;  // true iff row-major dense
  int64_t numel;
  const int64_t* sizes;
  const int64_t* strides;

  template <class T> T* as() const { return reinterpret_cast<T*>(p); }
};

// c = a @ b, or bias + a @ b with the bias as the first addend of every sum over k (a broadcastable view of c's shape).
// accumulate: c is itself the first addend.
struct Epilogue {
  const View* bias = nullptr;
  bool accumulate = false;
};

struct NllSums { double loss, weight; };

// One parameter's slice of a fused optimizer step; buffers are null where the algorithm has none.
struct SgdArgs { double lr, momentum, dampening, weight_decay; bool nesterov, maximize, first; };
struct AdamArgs { double lr, beta1, beta2, eps, weight_decay; bool amsgrad, maximize, decoupled; double step; };

struct Backend {
  virtual ~Backend() = default;

  // 64-byte aligned memory; free must be given the same size. allocate throws Error on exhaustion.
  virtual void* allocate(size_t nbytes) = 0;
  virtual void free(void* p, size_t nbytes) noexcept = 0;

  // Elementwise. Inputs broadcast to out's shape; all inputs have one dtype, which is out's too unless the row's kind
  // is BOOL (then out is Bool). out may be one of the inputs (same pointer, same strides). p and q are the row's parameters.
  virtual void unary(UnaryOp op, const View& out, const View& a, double p, double q) = 0;
  virtual void binary(BinaryOp op, const View& out, const View& a, const View& b, double p) = 0;
  virtual void ternary(TernaryOp op, const View& out, const View& a, const View& b, const View& c, double p) = 0;
  virtual void where(const View& out, const View& cond, const View& a, const View& b) = 0;  // cond is Bool
  // Any dtype to any dtype: C's conversions, float -> integer as x86's cvtt (out of range: INT_MIN pattern), to bool: != 0.
  virtual void copy(const View& out, const View& a) = 0;

  // out and a have the same rank; a dim is reduced where out has size 1 and a has not. out.dt is the accumulation type of
  // the row (sum and prod of integers: Int64; any/all: Bool). A reduction over nothing gives the row's identity.
  virtual void reduce(ReduceOp op, const View& out, const View& a) = 0;
  // First extreme element along dim (NaN counts as the extreme): values has a's dtype, indices is Int64; size 1 at dim.
  virtual void arg_reduce(ArgReduceOp op, const View& values, const View& indices, const View& a, int dim) = 0;
  // indices is null for sum and prod.
  virtual void scan(ScanOp op, const View& out, const View* indices, const View& a, int dim) = 0;
  virtual void softmax(SoftmaxOp op, const View& out, const View& a, int dim) = 0;
  virtual void softmax_grad(SoftmaxOp op, const View& grad_in, const View& grad, const View& out, int dim) = 0;

  // Rank 2, or rank 3 with a leading batch dim that all three share. c is dense row-major in its last two dims; a and b
  // have any strides (a transposed operand is read in place). float32 and float64; integers by a plain loop.
  virtual void gemm(const View& c, const View& a, const View& b, const Epilogue&) = 0;

  // Position (row-major) of the first Int64 element outside [lo, hi) that is not `except`; -1 if there is none.
  virtual int64_t find_out_of_range(const View& index, int64_t lo, int64_t hi, int64_t except) = 0;
  // Indexing. index views are Int64 and already checked and wrapped to be in range.
  // gather: out[i][j] = a[index[i][j]][j] (along dim); scatter: out[index[i][j]][j] (op)= src[i][j].
  virtual void gather(const View& out, const View& a, const View& index, int dim) = 0;
  virtual void scatter(ScatterOp op, const View& out, const View& index, const View& src, int dim) = 0;
  // The flattened core of advanced indexing: rows of `a` (dim 0 = positions, rest = one row) picked by a 1-D list.
  virtual void take_rows(const View& out, const View& a, const View& index) = 0;                    // out[i] = a[index[i]]
  virtual void put_rows(ScatterOp op, const View& out, const View& index, const View& src) = 0;     // out[index[i]] (op)= src[i]; set, add
  // Data-dependent sizes are two calls: count, then fill. out is (count, rank) Int64, rows in row-major order; where
  // fewer elements are nonzero by then, the rest is zeros.
  virtual int64_t count_nonzero(const View& a) = 0;
  virtual void nonzero(const View& out, const View& a) = 0;
  virtual void sort(const View& values, const View& indices, const View& a, int dim, bool descending) = 0;  // stable; NaN is largest
  // The k = values' size along dim largest (smallest) elements; of equal ones, those that the C++ library's selection leaves in front.
  virtual void topk(const View& values, const View& indices, const View& a, int dim, bool largest, bool sorted) = 0;
  virtual void kth_value(const View& values, const View& indices, const View& a, int dim, int64_t k) = 0;  // k-th smallest, from 1
  // out[i] = how many elements of `sorted` (1-D, or with the leading dims of values) come before values[i]; right: also equal
  // ones. All dense, sorted and values of one dtype, out Int64.
  virtual void search(const View& out, const View& sorted, const View& values, bool right) = 0;

  // The negative log likelihood: row b of logp (B, C) gives -weight[t] * logp[b, t] with t = target[b], and nothing where t is
  // ignore_index. target (B) is Int64 and in range, weight (C) may be null: all ones.
  virtual void nll_rows(const View& out, const View& logp, const View& target, const View* weight, int64_t ignore_index) = 0;
  // Sums of the rows and of their weights in nll_loss's order (torch_facts F.4: an 8-level cascade).
  virtual NllSums nll_sums(const View& logp, const View& target, const View* weight, int64_t ignore_index) = 0;
  // grad_in (B, C), dense: -weight[t] * grad[b] / divisor at [b, t], zero elsewhere. grad: B values, or one for all.
  virtual void nll_grad(const View& grad_in, const View& grad, const View& target, const View* weight, int64_t ignore_index, double divisor) = 0;

  // p and q: (from, to), (mean, std), (p), (from, range), (lambda). Fills in memory order when out is dense, else logical order.
  virtual void random(RandomOp op, const View& out, Generator& g, double p, double q, int64_t from, uint64_t range) = 0;
  virtual void arange(const View& out, const Scalar& start, const Scalar& step) = 0;
  virtual void linspace(const View& out, double start, double end) = 0;

  virtual void sgd_step(const View& p, const View& grad, const View* buf, const SgdArgs&) = 0;
  virtual void adam_step(const View& p, const View& grad, const View& m, const View& v, const View* vmax, const AdamArgs&) = 0;

  virtual const char* name() const = 0;  // which kernels run, e.g. "avx512"
  virtual int num_threads() const = 0;
  virtual void set_num_threads(int n) = 0;
};

inline Backend* g_cpu_backend = nullptr;  // set once at load; read through backend()
[[noreturn]] void no_backend(Device d);  // torch's words for a device that was not built
// The Backend of a device.
inline Backend& backend(Device d) {
  if (d.type != DeviceType::CPU) [[unlikely]] no_backend(d);
  return *g_cpu_backend;
}

}  // namespace tg
