// Random fills. The stream and the recipes are torch's; the backend draws.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "ops/inplace.h"
#include "ops/launch.h"
#include "ops/ops.h"

namespace tg {

Generator& default_generator() {
  static Generator g;
  return g;
}

// A random fill forgets what the tensor was: its gradient is zero.
static const Tensor& fill_random(const char* node, const Tensor& self, RandomOp op, Generator& g, double p, double q, int64_t from = 0,
                                 uint64_t range = 0) {
  return inplace(self, {}, false, [&](const Tensor& out) { backend(out.device()).random(op, view_of(out), g, p, q, from, range); },
                 [&](const Tensor& written, const Tensor& before) {
                   record(node, written, {before}, save(), args(), [](Saved, const Tensor& grad, Needs) -> Grads<1> { return {{zeros_like(grad)}}; });
                 });
}

static void check_floating(const char* kernel, const Tensor& x) {
  TG_CHECK_KIND(NotImplemented, is_floating(x.dtype()), "\"", kernel, "\" not implemented for '", info(x.dtype()).legacy, "'");
}

const Tensor& uniform_(const Tensor& self, double from, double to, Generator& g) {
  check_floating("check_uniform_bounds", self);
  const double largest = self.dtype() == DType::Float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  TG_CHECK(from >= -largest && from <= largest, "from is out of bounds for ", info(self.dtype()).c_type);
  TG_CHECK(to >= -largest && to <= largest, "to is out of bounds for ", info(self.dtype()).c_type);
  TG_CHECK(from <= to, "uniform_ expects to return a [from, to) range, but found from=", from, " > to=", to);
  TG_CHECK(to - from <= largest, "uniform_ expects to-from <= std::numeric_limits<", info(self.dtype()).legacy,
           ">::max(), but found to=", to, " and from=", from, " which result in to-from to exceed the limit");
  return fill_random("UniformBackward0", self, RandomOp::uniform, g, from, to);
}

const Tensor& normal_(const Tensor& self, double mean, double std, Generator& g) {
  check_floating("normal_kernel_cpu", self);
  TG_CHECK(std >= 0, "normal expects std >= 0.0, but found std ", std);
  return fill_random("NormalBackward0", self, RandomOp::normal, g, mean, std);
}

const Tensor& exponential_(const Tensor& self, double lambda, Generator& g) {
  check_floating("exponential", self);
  TG_CHECK(lambda > 0, "exponential_ expects lambda > 0.0, but found lambda=", lambda);
  return fill_random("ExponentialBackward0", self, RandomOp::exponential, g, lambda, 0);
}

const Tensor& bernoulli_(const Tensor& self, double p, Generator& g) {
  TG_CHECK(p >= 0 && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p=", p);
  return fill_random("BernoulliBackward2", self, RandomOp::bernoulli, g, p, 0);
}

// Integers of [from, from + range); a range of 0 is all of 2^64.
const Tensor& random_range_(const Tensor& self, int64_t from, uint64_t range, Generator& g) {
  return fill_random("RandomBackward2", self, RandomOp::integer, g, 0, 0, from, range);
}

// Numbers that every element of the dtype can be: up to the largest integer, or to where floats stop being exact.
const Tensor& random_(const Tensor& self, Generator& g) {
  // The width of a draw goes by the dtype here, not by the range.
  const auto draw = [&](int words, uint64_t range) -> const Tensor& {
    return fill_random("RandomBackward2", self, RandomOp::integer, g, words, 0, 0, range);
  };
  switch (self.dtype()) {
    case DType::Bool: return draw(1, 2);
    case DType::UInt8: return draw(1, 256);
    case DType::Int8: return draw(1, 128);
    case DType::Int16: return draw(1, 1 << 15);
    case DType::Int32: return draw(1, uint64_t{1} << 31);
    case DType::Int64: return draw(2, uint64_t{1} << 63);
    case DType::Float32: return draw(1, (uint64_t{1} << 24) + 1);
    default: return draw(2, (uint64_t{1} << 53) + 1);
  }
}

// Each element is true with the probability that p has there.
Tensor bernoulli(const Tensor& p, Generator& g) {
  check_floating("bernoulli_tensor_cpu_p_", p);
  Tensor u = empty(p.sizes(), p.dtype(), p.device());
  GradModeGuard no_grad(false);
  uniform_(u, 0, 1, g);
  const Tensor valid = logical_and(ge(p, 0), le(p, 1));
  TG_CHECK(backend(p.device()).count_nonzero(view_of(valid)) == p.numel(),
           "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please report an "
           "enhancement request to PyTorch.)");
  return to(lt(u, p), p.dtype());
}

Tensor randperm(int64_t n, Generator& g, DType dtype) {
  TG_CHECK(n >= 0, "Trying to create tensor with negative dimension ", n, ": [", n, "]");
  TG_CHECK_KIND(NotImplemented, dtype != DType::Bool, "\"randperm\" not implemented for 'Bool'");
  Scalar(n).check_fits(dtype);
  Tensor r = arange(int64_t{0}, n, int64_t{1}, DType::Int64);
  int64_t* v = r.data<int64_t>();
  for (int64_t i = 0; i + 1 < n; ++i) std::swap(v[i], v[i + static_cast<int64_t>(g.random32() % static_cast<uint64_t>(n - i))]);
  return to(r, dtype);
}

// ---- multinomial

// The first n of the indices in the order in which exponential clocks of rates p ring.
static Tensor draw_distinct(const Tensor& p, int64_t n, Generator& g) {
  const Tensor inside = logical_and(ge(p, 0), lt(p, INFINITY));
  TG_CHECK(backend(p.device()).count_nonzero(view_of(inside)) == p.numel(), "probability tensor contains either `inf`, `nan` or element < 0");
  const Tensor positive = gt(sum(p, Dims{-1}), 0);
  TG_CHECK(backend(p.device()).count_nonzero(view_of(positive)) == positive.numel(), "invalid multinomial distribution (sum of probabilities <= 0)");
  const Tensor clock = empty_like(p);
  exponential_(clock, 1, g);
  const Tensor rank = div(p, clock);
  return n == 1 ? argmax(rank, -1, true) : topk(rank, n)[1];
}

// Independent draws by the distribution function of each row, summed in p's dtype as torch sums it.
template <class T> static void draw_repeated(const T* p, int64_t rows, int64_t classes, int64_t n, int64_t* out, Generator& g) {
  std::vector<T> upto(static_cast<size_t>(classes));
  for (int64_t r = 0; r < rows; ++r, p += classes) {
    T total = 0;
    for (int64_t j = 0; j < classes; ++j) {
      TG_CHECK(!(p[j] < 0), "invalid multinomial distribution (encountering probability entry < 0)");
      TG_CHECK(std::isfinite(p[j]), "invalid multinomial distribution (encountering probability entry = infinity or NaN)");
      upto[static_cast<size_t>(j)] = total += p[j];
    }
    TG_CHECK(total > 0, "invalid multinomial distribution (sum of probabilities <= 0)");
    for (T& u : upto) u /= total;
    upto.back() = 1;
    for (int64_t i = 0; i < n; ++i) {
      const double u = g.uniform_double();
      *out++ = std::lower_bound(upto.begin(), upto.end(), u, [](T c, double v) { return static_cast<double>(c) < v; }) - upto.begin();
    }
  }
}

Tensor multinomial(const Tensor& p, int64_t n, bool replacement, Generator& g) {
  TG_CHECK(p.dim() == 1 || p.dim() == 2, "prob_dist must be 1 or 2 dim");
  TG_CHECK(is_floating(p.dtype()), "multinomial only supports floating-point dtypes for input, got: ", info(p.dtype()).legacy);
  TG_CHECK(n > 0, "cannot sample n_sample <= 0 samples");
  const int64_t classes = p.size(p.dim() - 1), rows = p.dim() == 2 ? p.size(0) : 1;
  TG_CHECK(replacement || n <= classes, "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  TG_CHECK(classes > 0, "cannot sample from no categories");
  GradModeGuard no_grad(false);
  if (!replacement || n == 1) return draw_distinct(p, n, g);
  const Tensor dense = contiguous(p), out = empty(p.dim() == 2 ? Dims{rows, n} : Dims{n}, DType::Int64, p.device());
  if (p.dtype() == DType::Float64) draw_repeated(dense.data<double>(), rows, classes, n, out.data<int64_t>(), g);
  else draw_repeated(dense.data<float>(), rows, classes, n, out.data<int64_t>(), g);
  return out;
}

// dropout: keep with probability 1 - p, and scale what is kept so that the mean stays.
Tensor dropout(const Tensor& x, double p, bool training, Generator& g) {
  TG_CHECK(!std::isnan(p), "dropout probability has to be between 0 and 1, but got nan");
  TG_CHECK_VALUE(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got ", p);
  if (!training || p == 0 || x.numel() == 0) return x;
  if (p == 1) return mul(x, zeros_like(x));
  Tensor noise = empty_like(x);
  {
    GradModeGuard no_grad(false);
    bernoulli_(noise, 1 - p, g);
    div_(noise, 1 - p);
    noise->storage->version = 0;
  }
  return mul(x, noise);
}

}  // namespace tg
