// The CPU's Backend. Each family of ops has its file; all of them see kernels only through the table `k_`.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/kernels.h"

namespace tg {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(const Kernels& k) : k_(k) {}

  void* allocate(size_t nbytes) override;
  void free(void* p, size_t nbytes) noexcept override;

  void unary(UnaryOp op, const View& out, const View& a, double p, double q) override;
  void binary(BinaryOp op, const View& out, const View& a, const View& b, double p) override;
  void ternary(TernaryOp op, const View& out, const View& a, const View& b, const View& c, double p) override;
  void where(const View& out, const View& cond, const View& a, const View& b) override;
  void copy(const View& out, const View& a) override;

  void reduce(ReduceOp op, const View& out, const View& a) override;
  void arg_reduce(ArgReduceOp op, const View& values, const View& indices, const View& a, int dim) override;
  void scan(ScanOp op, const View& out, const View* indices, const View& a, int dim) override;
  void softmax(SoftmaxOp op, const View& out, const View& a, int dim) override;
  void softmax_grad(SoftmaxOp op, const View& grad_in, const View& grad, const View& out, int dim) override;

  void gemm(const View& c, const View& a, const View& b, const Epilogue& e) override;

  int64_t find_out_of_range(const View& index, int64_t lo, int64_t hi, int64_t except) override;
  void gather(const View& out, const View& a, const View& index, int dim) override;
  void scatter(ScatterOp op, const View& out, const View& index, const View& src, int dim) override;
  void take_rows(const View& out, const View& a, const View& index) override;
  void put_rows(ScatterOp op, const View& out, const View& index, const View& src) override;
  int64_t count_nonzero(const View& a) override;
  void nonzero(const View& out, const View& a) override;
  void sort(const View& values, const View& indices, const View& a, int dim, bool descending) override;
  void topk(const View& values, const View& indices, const View& a, int dim, bool largest, bool sorted) override;
  void kth_value(const View& values, const View& indices, const View& a, int dim, int64_t k) override;
  void search(const View& out, const View& sorted, const View& values, bool right) override;

  void nll_rows(const View& out, const View& logp, const View& target, const View* weight, int64_t ignore_index) override;
  NllSums nll_sums(const View& logp, const View& target, const View* weight, int64_t ignore_index) override;
  void nll_grad(const View& grad_in, const View& grad, const View& target, const View* weight, int64_t ignore_index, double divisor) override;

  void random(RandomOp op, const View& out, Generator& g, double p, double q, int64_t from, uint64_t range) override;
  void arange(const View& out, const Scalar& start, const Scalar& step) override;
  void linspace(const View& out, double start, double end) override;

  void sgd_step(const View& p, const View& grad, const View* buf, const SgdArgs& args) override;
  void adam_step(const View& p, const View& grad, const View& m, const View& v, const View* vmax, const AdamArgs& args) override;

  const char* name() const override;
  int num_threads() const override;
  void set_num_threads(int n) override;

 private:
  void fill(RandomOp op, const View& out, char* data, Generator& g, double p, double q, int64_t from, uint64_t range);

  const Kernels& k_;
};

}  // namespace tg
