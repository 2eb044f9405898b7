// The differentiable op set. Everything here may be called by backward rules, so everything here has a derivative, is not
// differentiable by nature (comparisons, indices), or works in place. Shapes, dtypes and errors are torch's.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "backend/backend.h"
#include "core/generator.h"
#include "core/scalar.h"
#include "core/tensor.h"

namespace tg {

using OptDims = std::optional<Dims>;
using OptDType = std::optional<DType>;
using TensorList = std::span<const Tensor>;

// ---- factory.cpp
void check_device(Device device);  // throws torch's words for one that was not built
const char* kernels_in_use();      // e.g. "avx512"
int num_threads();
void set_num_threads(int n);
inline DType g_default_dtype = DType::Float32;  // what Python floats become
Tensor empty(const Dims& sizes, DType dtype, Device device = {});
Tensor empty_strided(const Dims& sizes, const Dims& strides, DType dtype, Device device = {});
Tensor empty_like(const Tensor& x, OptDType dtype = {});  // keeps the memory order of a dense permuted tensor
Tensor full(const Dims& sizes, Scalar value, DType dtype, Device device = {});
Tensor zeros(const Dims& sizes, DType dtype, Device device = {});
Tensor zeros_like(const Tensor& x, OptDType dtype = {});
Tensor ones_like(const Tensor& x, OptDType dtype = {});
Tensor scalar_tensor(Scalar v, DType dtype);
Tensor wrapped_number(Scalar v);  // a Python number as an operand: 0-d, weak in promotion
Tensor arange(Scalar start, Scalar end, Scalar step, DType dtype);
Tensor linspace(Scalar start, Scalar end, int64_t steps, DType dtype);
Tensor eye(int64_t n, int64_t m, DType dtype);

// An operand that may be a number: mul(g, 2).
class Operand {
 public:
  Operand(const Tensor& t) : t_(&t) {}
  Operand(Scalar v) : own_(wrapped_number(v)), t_(&own_) {}
  Operand(int v) : Operand(Scalar(v)) {}
  Operand(int64_t v) : Operand(Scalar(v)) {}
  Operand(double v) : Operand(Scalar(v)) {}
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;
  operator const Tensor&() const { return *t_; }
  const Tensor* operator->() const { return t_; }

 private:
  Tensor own_;
  const Tensor* t_;
};

DType result_type(const Tensor& a, const Tensor& b);
DType result_type(TensorList tensors);

// ---- elementwise.cpp: the rows of op_tables
#define UNARY(name, node, kind, saves, value, gradient, params, doc) \
  Tensor name(const Tensor& x, double p = 0, double q = 0);          \
  const Tensor& name##_(const Tensor& x, double p = 0, double q = 0);
#include "op_tables/unary.def"
#define BINARY(name, node, kind, value, ga, ra, gb, rb, params, doc) \
  Tensor name(const Operand& a, const Operand& b, double p = 1);     \
  const Tensor& name##_(const Tensor& a, const Operand& b, double p = 1);
#include "op_tables/binary.def"

// ---- arithmetic.cpp
Tensor rsub(const Tensor& x, const Operand& other, double alpha = 1);   // other - alpha * x
Tensor power(const Operand& base, const Operand& exponent);             // pow, its node and gradient chosen by what is a number
const Tensor& power_(const Tensor& base, const Operand& exponent);
Tensor square(const Tensor& x);
const Tensor& square_(const Tensor& x);
enum class Rounding : uint8_t { None, Trunc, Floor };
Tensor divide(const Operand& a, const Operand& b, Rounding mode);       // div with a rounding_mode
const Tensor& divide_(const Tensor& a, const Operand& b, Rounding mode);
Tensor floor_divide(const Operand& a, const Operand& b);
const Tensor& floor_divide_(const Tensor& a, const Operand& b);
Tensor remainder_of_number(Scalar a, const Tensor& b);                 // a % b
Tensor round_decimals(const Tensor& x, int64_t decimals);
const Tensor& round_decimals_(const Tensor& x, int64_t decimals);
struct Finite { std::optional<double> nan, posinf, neginf; };           // what stands in for each; nothing: 0, largest, lowest
Tensor nan_to_num(const Tensor& x, const Finite& f);
const Tensor& nan_to_num_(const Tensor& x, const Finite& f);
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);  // condition is bool

// ---- ternary.cpp, clamp.cpp
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);  // x + value * a * b
const Tensor& addcmul_(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);  // x + value * a / b
const Tensor& addcdiv_(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight);
const Tensor& lerp_(const Tensor& start, const Tensor& end, const Operand& weight);
// A bound that is not there is nothing, or an undefined tensor.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max);
const Tensor& clamp_(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max);
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max);
const Tensor& clamp_(const Tensor& x, const Tensor& min, const Tensor& max);
Tensor clamp_min(const Tensor& x, const Operand& min);
const Tensor& clamp_min_(const Tensor& x, const Operand& min);
Tensor clamp_max(const Tensor& x, const Operand& max);
const Tensor& clamp_max_(const Tensor& x, const Operand& max);

// ---- copy.cpp
Tensor to(const Tensor& x, DType dtype, bool copy = false);
Tensor clone(const Tensor& x);
Tensor contiguous(const Tensor& x);
const Tensor& copy_(const Tensor& self, const Tensor& src);
const Tensor& fill_(const Tensor& self, const Operand& value);
const Tensor& fill_diagonal_(const Tensor& self, Scalar value, bool wrap);
const Tensor& zero_(const Tensor& self);
Scalar item(const Tensor& x);  // the value of a one-element tensor

// ---- view.cpp
// A window on x's storage whose base is x's base (or x); the op that makes it records it.
Tensor make_view(const Tensor& x, Dims sizes, Dims strides, int64_t offset, ViewKind kind = ViewKind::Normal);
Tensor with_strides(const Tensor& x, const Dims& strides);          // x itself, or a copy laid out so
void set_as_strided_history(const Tensor& view, const Tensor& base);  // for views whose base was written in place
Tensor unsafe_view(const Tensor& x, const Dims& sizes);
Tensor detach(const Tensor& x);
Tensor as_strided(const Tensor& x, const Dims& sizes, const Dims& strides, int64_t offset);
Tensor as_strided_scatter(const Tensor& x, const Tensor& src, const Dims& sizes, const Dims& strides, int64_t offset);
Tensor view(const Tensor& x, const Dims& sizes);
Tensor reshape(const Tensor& x, const Dims& sizes);
Tensor expand(const Tensor& x, const Dims& sizes);
Tensor t(const Tensor& x);
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);
Tensor permute(const Tensor& x, const Dims& dims);
Tensor unsqueeze(const Tensor& x, int64_t dim);
Tensor unsqueezed(const Tensor& x, const Dims& sizes, const Dims& dims);  // with those of dims back whose size was 1
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, const Dims& dims);
Tensor select(const Tensor& x, int64_t dim, int64_t index);
Tensor slice(const Tensor& x, int64_t dim, int64_t start, int64_t end, int64_t step);

Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length);
Tensor unfold(const Tensor& x, int64_t dim, int64_t size, int64_t step);
Tensor alias(const Tensor& x);
std::vector<Tensor> unbind(const Tensor& x, int64_t dim = 0);

// ---- inplace_view.cpp: the tensor itself gets the view's sizes and strides
const Tensor& t_(const Tensor& self);
const Tensor& transpose_(const Tensor& self, int64_t dim0, int64_t dim1);
const Tensor& unsqueeze_(const Tensor& self, int64_t dim);
const Tensor& squeeze_(const Tensor& self);
const Tensor& squeeze_(const Tensor& self, const Dims& dims);

// ---- shape.cpp, repeat.cpp
Tensor flatten(const Tensor& x, int64_t start = 0, int64_t end = -1);
Tensor ravel(const Tensor& x);
Tensor unflatten(const Tensor& x, int64_t dim, const Dims& sizes);
Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination);
std::vector<Tensor> broadcast_tensors(TensorList tensors);
Tensor repeat(const Tensor& x, const Dims& times);
Tensor tile(const Tensor& x, const Dims& times);
Tensor repeat_interleave(const Tensor& x, int64_t times, std::optional<int64_t> dim, std::optional<int64_t> output_size = {});
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<int64_t> dim, std::optional<int64_t> output_size = {});
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size);  // the index that repeats

// ---- pad.cpp. pad: lengths before and after the last dim, then the one before it, ...; negative ones crop.
enum class PadMode : uint8_t { Constant, Reflect, Replicate, Circular };
Tensor pad(const Tensor& x, const Lengths& pad, PadMode mode, std::optional<Scalar> value = {});

// ---- cat.cpp, split.cpp
Tensor cat(TensorList parts, int64_t dim = 0);
Tensor stack(TensorList parts, int64_t dim = 0);
Tensor hstack(TensorList parts);
Tensor vstack(TensorList parts);
Tensor dstack(TensorList parts);
Tensor column_stack(TensorList parts);
std::vector<Tensor> split(const Tensor& x, int64_t length, int64_t dim = 0);
std::vector<Tensor> split(const Tensor& x, const Lengths& lengths, int64_t dim = 0);
std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& x, int64_t sections, int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& x, const Lengths& indices, int64_t dim = 0);

// ---- index.cpp, gather.cpp, masked.cpp
using IndexList = std::vector<Tensor>;  // one for each leading dim; undefined: all of it
Tensor index(const Tensor& x, const IndexList& indices);
Tensor index_put_(const Tensor& self, const IndexList& indices, const Tensor& value, bool accumulate = false);
Tensor index_put(const Tensor& x, const IndexList& indices, const Tensor& value, bool accumulate = false);
Tensor nonzero(const Tensor& x);
std::vector<Tensor> nonzero_tuple(const Tensor& x);  // one index tensor for each dim
Tensor masked_select(const Tensor& x, const Tensor& mask);
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value);
Tensor masked_fill_(const Tensor& self, const Tensor& mask, const Operand& value);
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& src);
Tensor masked_scatter_(const Tensor& self, const Tensor& mask, const Tensor& src);
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
Tensor take_along_dim(const Tensor& x, const Tensor& indices, std::optional<int64_t> dim = {});
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Operand& src);
Tensor scatter_(const Tensor& self, int64_t dim, const Tensor& index, const Operand& src);
Tensor scatter_with(const Tensor& self, int64_t dim, const Tensor& index, const Operand& src, std::string_view reduce, bool in_place);
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1);
Tensor one_hot(const Tensor& x, int64_t num_classes = -1);

// ---- sort.cpp, unique.cpp, search.cpp, flip.cpp, tri_indices.cpp
std::array<Tensor, 2> sort(const Tensor& x, int64_t dim = -1, bool descending = false);  // stable; values, indices
std::array<Tensor, 2> topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true);
std::array<Tensor, 2> median(const Tensor& x, int64_t dim, bool keepdim, bool ignore_nan = false);  // values, indices
Tensor median(const Tensor& x, bool ignore_nan = false);
std::array<Tensor, 2> kthvalue(const Tensor& x, int64_t k, int64_t dim = -1, bool keepdim = false);
std::array<Tensor, 3> unique(const Tensor& x, bool consecutive, std::optional<int64_t> dim = {});  // values, inverse, counts
Tensor searchsorted(const Tensor& sorted_sequence, const Operand& input, bool out_int32 = false, bool right = false,
                    std::optional<std::string_view> side = {}, const Tensor& sorter = Tensor());
Tensor bucketize(const Operand& input, const Tensor& boundaries, bool out_int32 = false, bool right = false);
Tensor isin(const Operand& elements, const Operand& test_elements, bool assume_unique = false, bool invert = false);
Tensor bincount(const Tensor& x, const Tensor& weights = Tensor(), int64_t minlength = 0);
Tensor flip(const Tensor& x, const Dims& dims);
Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims);
Tensor rot90(const Tensor& x, int64_t k, const Dims& dims);
Tensor tril_indices(int64_t row, int64_t col, int64_t offset, DType dtype);
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, DType dtype);
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src, Scalar alpha = 1);
Tensor index_add_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src, Scalar alpha = 1);
Tensor index_copy(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor index_copy_(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
Tensor index_fill(const Tensor& x, int64_t dim, const Tensor& index, const Operand& value);
Tensor index_fill_(const Tensor& self, int64_t dim, const Tensor& index, const Operand& value);
Tensor take(const Tensor& x, const Tensor& index);
Tensor put(const Tensor& x, const Tensor& index, const Tensor& src, bool accumulate = false);
Tensor put_(const Tensor& self, const Tensor& index, const Tensor& src, bool accumulate = false);

// ---- reduce.cpp, extremes.cpp
Tensor sum(const Tensor& x, const OptDims& dim = {}, bool keepdim = false, OptDType dtype = {});
Tensor mean(const Tensor& x, const OptDims& dim = {}, bool keepdim = false, OptDType dtype = {});
Tensor sum_to(const Tensor& x, const Dims& sizes);  // the adjoint of broadcasting
Tensor nansum(const Tensor& x, const OptDims& dim = {}, bool keepdim = false, OptDType dtype = {});
Tensor nanmean(const Tensor& x, const OptDims& dim = {}, bool keepdim = false, OptDType dtype = {});
Tensor count_nonzero(const Tensor& x, const OptDims& dim = {});
Tensor logsumexp(const Tensor& x, const Dims& dim, bool keepdim = false);
Tensor any(const Tensor& x, const OptDims& dim = {}, bool keepdim = false);
Tensor all(const Tensor& x, const OptDims& dim = {}, bool keepdim = false);
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
std::array<Tensor, 2> max(const Tensor& x, int64_t dim, bool keepdim = false);  // values, indices
std::array<Tensor, 2> min(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor amax(const Tensor& x, const Dims& dim = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const Dims& dim = {}, bool keepdim = false);
std::array<Tensor, 2> aminmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false);
Tensor argmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false);

// ---- scan.cpp: along one dim
Tensor cumsum(const Tensor& x, int64_t dim, OptDType dtype = {});
Tensor cumprod(const Tensor& x, int64_t dim, OptDType dtype = {});
const Tensor& cumsum_(const Tensor& self, int64_t dim, OptDType dtype = {});
const Tensor& cumprod_(const Tensor& self, int64_t dim, OptDType dtype = {});
std::array<Tensor, 2> cummax(const Tensor& x, int64_t dim);  // values, indices
std::array<Tensor, 2> cummin(const Tensor& x, int64_t dim);
Tensor prod(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false, OptDType dtype = {});

// ---- compare.cpp
bool equal(const Tensor& a, const Tensor& b);  // one shape, one value everywhere
// |a - b| <= atol + rtol * |b|
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);

// ---- matmul.cpp
Tensor mm(const Tensor& a, const Tensor& b);
Tensor bmm(const Tensor& a, const Tensor& b);
Tensor mv(const Tensor& a, const Tensor& b);
Tensor dot(const Tensor& a, const Tensor& b);
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias);

// ---- addmm.cpp: beta * input + alpha * (a b)
Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
const Tensor& addmm_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor addmv(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
const Tensor& addmv_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
const Tensor& baddbmm_(const Tensor& self, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);

// ---- random.cpp
Generator& default_generator();
const Tensor& uniform_(const Tensor& self, double from, double to, Generator& g);
const Tensor& normal_(const Tensor& self, double mean, double std, Generator& g);
const Tensor& exponential_(const Tensor& self, double lambda, Generator& g);
const Tensor& bernoulli_(const Tensor& self, double p, Generator& g);
const Tensor& random_(const Tensor& self, Generator& g);
const Tensor& random_range_(const Tensor& self, int64_t from, uint64_t range, Generator& g);
Tensor bernoulli(const Tensor& p, Generator& g);
Tensor randperm(int64_t n, Generator& g, DType dtype);
Tensor multinomial(const Tensor& p, int64_t n, bool replacement, Generator& g);
Tensor dropout(const Tensor& x, double p, bool training, Generator& g);

// ---- softmax.cpp
Tensor softmax(const Tensor& x, int64_t dim, OptDType dtype = {});
Tensor log_softmax(const Tensor& x, int64_t dim, OptDType dtype = {});

// ---- cross_entropy.cpp, loss.cpp. An undefined weight is all ones.
enum class Reduction : uint8_t { None, Mean, Sum };
Tensor nll_loss(const Tensor& logp, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction);
Tensor cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, int64_t ignore_index, Reduction reduction, double label_smoothing);
Tensor reduced(const Tensor& x, Reduction reduction);
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction);
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction);
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction, double beta);
Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction, double delta);
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction);
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight, const Tensor& pos_weight, Reduction reduction);
Tensor kl_div(const Tensor& x, const Tensor& target, Reduction reduction, bool log_target);

// ---- activation.cpp, norm.cpp
Tensor prelu(const Tensor& x, const Tensor& weight);
Tensor glu(const Tensor& x, int64_t dim);
Tensor layer_norm(const Tensor& x, const Dims& shape, const Tensor& weight, const Tensor& bias, double eps);

// ---- optim.cpp
// buffer: null without momentum; undefined before the first step, which makes it.
void sgd_step(const Tensor& p, const Tensor& grad, Tensor* buffer, SgdArgs args);
void adam_step(const Tensor& p, const Tensor& grad, const Tensor& exp_avg, const Tensor& exp_avg_sq, const Tensor& max_exp_avg_sq, const Tensor& step,
               AdamArgs args);
void zero_grad(const Tensor& p, bool set_to_none);

// ---- spread.cpp
Tensor var(const Tensor& x, const OptDims& dim, double correction, bool keepdim);
Tensor std_deviation(const Tensor& x, const OptDims& dim, double correction, bool keepdim);
std::array<Tensor, 2> var_mean(const Tensor& x, const OptDims& dim, double correction, bool keepdim);
std::array<Tensor, 2> std_mean(const Tensor& x, const OptDims& dim, double correction, bool keepdim);
Tensor vector_norm(const Tensor& x, double p, const OptDims& dim, bool keepdim, OptDType dtype = {});

// ---- triangle.cpp
Tensor tril(const Tensor& x, int64_t k);
const Tensor& tril_(const Tensor& self, int64_t k);
Tensor triu(const Tensor& x, int64_t k);
const Tensor& triu_(const Tensor& self, int64_t k);
Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2);
Tensor diag_embed(const Tensor& x, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);
Tensor diag(const Tensor& x, int64_t offset);
Tensor trace(const Tensor& x);
Tensor outer(const Tensor& a, const Tensor& b);

}  // namespace tg
