// The rows of op_tables/unary.def and binary.def as differentiable functions, out of place and in place.
#include "ops/elementwise.h"

#include <string_view>

#include "core/shape.h"
#include "ops/launch.h"

namespace tg {

DType result_type(const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype() && !a->wrapped_number && !b->wrapped_number) return a.dtype();
  Promotion p;
  p.add(a);
  p.add(b);
  return p.result();
}

DType result_type(TensorList tensors) {
  Promotion p;
  for (const Tensor& t : tensors) p.add(t);
  return p.result();
}

// ---- What an operand looks like to the backend

namespace {

// An operand in the dtype the op computes in: itself, one converted value, or a converted copy.
class Cast {
 public:
  Cast(const Tensor& t, DType d) : t_(&t) {
    if (t.dim() == 0) {
      is_value_ = true;
      dtype_ = d;
      if (t.dtype() == d) {
        __builtin_memcpy(&value_, t->data(), static_cast<size_t>(itemsize(d)));
      } else {
        dispatch(t.dtype(), [&]<class T>() {
          const T v = load<T>(t->data());
          if constexpr (std::is_floating_point_v<T>) Scalar(static_cast<double>(v)).store(&value_, d);
          else if constexpr (std::is_same_v<T, bool>) Scalar(v).store(&value_, d);
          else Scalar(static_cast<int64_t>(v)).store(&value_, d);
        });
      }
    } else if (t.dtype() != d) {
      GradModeGuard no_grad(false);
      own_ = to(t, d);
      t_ = &own_;
    }
  }
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;

  // A host scalar travels beside the views whatever the device.
  View view() {
    if (is_value_) return {reinterpret_cast<char*>(&value_), dtype_, 0, true, 1, nullptr, nullptr};
    return view_of(*t_);
  }
  bool is_value() const { return is_value_; }
  const Tensor& tensor() const { return *t_; }
  char* value() { return reinterpret_cast<char*>(&value_); }

 private:
  const Tensor* t_;
  Tensor own_;
  alignas(8) int64_t value_ = 0;
  DType dtype_{};
  bool is_value_ = false;
};

[[noreturn]] void fail_dtype(const char* name, DType d) {
  fail(ErrorKind::NotImplemented, "\"", name, "\" not implemented for '", info(d).legacy, "'");
}

void check_kind(Kind kind, const char* name, DType d) {
  if (kind == Kind::INT && is_floating(d)) fail_dtype(name, d);
  if (kind == Kind::REAL && !is_floating(d)) fail_dtype(name, d);
  if (kind == Kind::NUM && d == DType::Bool) fail_dtype(name, d);
}

// bool + bool is "or", bool * bool "and": torch's arithmetic of truth values.
BinaryOp on_bool(BinaryOp op) {
  switch (op) {
    case BinaryOp::add: return BinaryOp::logical_or;
    case BinaryOp::mul: return BinaryOp::logical_and;
    case BinaryOp::maximum:
    case BinaryOp::heaviside:
    case BinaryOp::fmax: return BinaryOp::logical_or;
    case BinaryOp::minimum:
    case BinaryOp::fmin: return BinaryOp::logical_and;
    default: return op;
  }
}

DType unary_dtype(UnaryOp op, Kind kind, const char* name, const Tensor& x) {
  const DType d = result_dtype(kind, x.dtype());
  if (d == DType::Bool) {
    TG_CHECK(op != UnaryOp::neg, "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert "
             "a mask, use the `~` or `logical_not()` operator instead.");
    TG_CHECK(op != UnaryOp::relu, "Boolean inputs not supported for relu");
    if (op == UnaryOp::sign || op == UnaryOp::sgn) return d;
  }
  check_kind(kind, name, d);
  return d;
}

// What torch refuses of one op alone: by dtypes, and by values.
void check_dtypes(BinaryOp op, const Tensor& a, const Tensor& b) {
  switch (op) {
    case BinaryOp::sub:
      TG_CHECK(a.dtype() != DType::Bool || b.dtype() != DType::Bool, "Subtraction, the `-` operator, with two bool tensors is not "
               "supported. Use the `^` or `logical_xor()` operator instead.");
      TG_CHECK(a.dtype() != DType::Bool && b.dtype() != DType::Bool, "Subtraction, the `-` operator, with a bool tensor is not "
               "supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.");
      break;
    case BinaryOp::heaviside:
      TG_CHECK(a.dtype() == b.dtype(), "heaviside is not yet implemented for tensors with different dtypes.");
      break;
    default: break;
  }
}
void check_divisor(BinaryOp op, const Tensor& b, DType d) {  // d: not a floating one
  switch (op) {
    case BinaryOp::div_trunc:
    case BinaryOp::div_floor:
    case BinaryOp::remainder:
    case BinaryOp::fmod:
      TG_CHECK(d == DType::Bool || backend(b.device()).count_nonzero(view_of(b)) == b.numel(), "ZeroDivisionError");
      break;
    default: break;
  }
}

void unary_into(UnaryOp op, const Tensor& out, const Tensor& x, DType d, double p, double q) {
  const auto apply = [&](const Tensor& in) {
    launch(out.numel() * 4, [&](const View& o, const View& a) { backend(in.device()).unary(op, o, a, p, q); }, out, in);
  };
  if (x.dtype() == d) return apply(x);
  GradModeGuard no_grad(false);
  apply(to(x, d));
}

}  // namespace

Tensor unary_out(UnaryOp op, Kind kind, const char* name, const Tensor& x, double p, double q) {
  const DType d = unary_dtype(op, kind, name, x);
  // torch computes log_sigmoid on a row-major copy.
  const Tensor out = op == UnaryOp::log_sigmoid ? empty(x.sizes(), d, x.device()) : empty_like(x, kind == Kind::BOOL ? DType::Bool : d);
  unary_into(op, out, x, d, p, q);
  return out;
}

namespace {

// The shape and memory order of an elementwise result.
Tensor binary_result(const Tensor& a, const Tensor& b, DType dtype) {
  if (a.is_contiguous() && (b.dim() == 0 || a.sizes() == b.sizes())) return empty_like(a, dtype);
  return broadcast_result({a, b}, dtype);
}

DType binary_dtype(Kind kind, const Tensor& a, const Tensor& b) { return result_dtype(kind, result_type(a, b)); }

void check_same_device(const Tensor& a, const Tensor& b) {
  TG_CHECK(a.device().type == b.device().type || a.dim() == 0 || b.dim() == 0,
           "Expected all tensors to be on the same device, but found at least two devices!");
}

void binary_into(BinaryOp op, const char* name, Kind kind, const Tensor& out, const Tensor& a, const Tensor& b, DType d, double p) {
  check_same_device(a, b);
  if (!is_floating(d)) {
    check_divisor(op, b, d);
    const bool shift = op == BinaryOp::bitwise_left_shift || op == BinaryOp::bitwise_right_shift;
    if (d == DType::Bool && (kind == Kind::NUM || shift)) {
      const BinaryOp for_bool = on_bool(op);
      if (for_bool == op) fail_dtype(name, d);
      op = for_bool;
    }
  }
  check_kind(kind == Kind::NUM ? Kind::BOOL : kind, name, d);
  Backend& be = backend(out.device());
  const auto both = [&](const View& o, const View& va, const View& vb) { be.binary(op, o, va, vb, p); };
  if (a.dtype() == d && b.dtype() == d && a.dim() > 0 && b.dim() > 0) return launch(out.numel(), both, out, a, b);
  Cast ca(a, d), cb(b, d);
  if (cb.is_value() && !ca.is_value()) {
    launch(out.numel(), [&](const View& o, const View& va) { be.binary(op, o, va, cb.view(), p); }, out, ca.tensor());
  } else if (ca.is_value() && !cb.is_value()) {
    launch(out.numel(), [&](const View& o, const View& vb) { be.binary(op, o, ca.view(), vb, p); }, out, cb.tensor());
  } else if (ca.is_value()) {
    be.binary(op, view_of(out), ca.view(), cb.view(), p);
  } else {
    launch(out.numel(), both, out, ca.tensor(), cb.tensor());
  }
}

}  // namespace

Tensor broadcast_result(std::initializer_list<Tensor> operands, DType dtype) {
  Dims sizes = operands.begin()->sizes();
  for (const Tensor& t : operands) sizes = broadcast_shapes(sizes, t.sizes());
  const Tensor& first = *operands.begin();
  bool row_major = true, alike = true;
  for (const Tensor& t : operands) {
    row_major &= t.is_contiguous();
    alike &= t.sizes() == sizes && t.strides() == first.strides();
  }
  if (alike && is_dense(sizes, first.strides())) return empty_like(first, dtype);
  if (row_major) return empty(sizes, dtype, operands.begin()->device());
  std::vector<Dims> strides;
  for (const Tensor& t : operands) strides.push_back(expand_strides(t.sizes(), t.strides(), sizes));
  return empty_strided(sizes, iteration_strides(sizes, strides), dtype, operands.begin()->device());
}

Tensor binary_out(BinaryOp op, const char* name, Kind kind, const Tensor& a, const Tensor& b, double p) {
  check_dtypes(op, a, b);
  const DType d = binary_dtype(kind, a, b);
  Tensor out = binary_result(a, b, kind == Kind::BOOL ? DType::Bool : d);
  binary_into(op, name, kind, out, a, b, d, p);
  return out;
}

void check_binary_inplace(BinaryOp op, Kind kind, const Tensor& self, const Tensor& b) {
  check_dtypes(op, self, b);
  check_no_partial_overlap(self, b);
  check_inplace_shape(broadcast_shapes(self.sizes(), b.sizes()), self);
  check_result_castable(kind == Kind::BOOL ? DType::Bool : binary_dtype(kind, self, b), self);
}

// Where the result's dtype is not self's, or b shares memory with self in another layout, through a temporary.
void binary_write(BinaryOp op, const char* name, Kind kind, const Tensor& self, const Tensor& b, double p) {
  const DType d = binary_dtype(kind, self, b);
  const DType result = kind == Kind::BOOL ? DType::Bool : d;
  const bool aliased = b.dim() > 0 && b->storage == self->storage &&
                       !(b->offset == self->offset && b.sizes() == self.sizes() && b.strides() == self.strides());
  if (result == self.dtype() && d == self.dtype() && !aliased) return binary_into(op, name, kind, self, self, b, d, p);
  Tensor out = binary_result(self, b, result);
  binary_into(op, name, kind, out, self, b, d, p);
  launch(self.numel(), [&](const View& o, const View& v) { backend(self.device()).copy(o, v); }, self, out);
}

Tensor unshared(const Tensor& b, const Tensor& self) {
  if (b->storage == self->storage && (wants(self) || wants(b))) return before_write(b, true);
  return b;
}

namespace {

// Nodes that say by their digit whether the second operand was a number; a number then has no edge.
struct Digits {
  std::string_view node;
  const char *tensor, *number;
};
constexpr Digits kDigits[] = {{"Remainder", "RemainderBackward1", "RemainderBackward0"}, {"Fmod", "FmodBackward1", "FmodBackward0"},
                              {"Copysign", "CopysignBackward0", "CopysignBackward1"}, {"Xlogy", "XlogyBackward0", "XlogyBackward2"},
                              {"Pow", "PowBackward1", nullptr}};
constexpr const Digits* digits(std::string_view node) {
  for (const Digits& d : kDigits)
    if (d.node == node) return &d;
  return nullptr;
}

// Without the mark of a row that only other ops call.
constexpr const char* node_name(const char* node) { return node + (node[0] == '-'); }

// How errors call a row's kernel: by the row's name, but for some.
constexpr std::pair<std::string_view, const char*> kKernels[] = {
    {"gelu_cpu", "GeluKernelImpl"}, {"_gelu_tanh_cpu", "GeluKernelImpl"},     {"celu_cpu", "elu_cpu"},
    {"selu_cpu", "elu_cpu"},        {"softshrink_cpu", "softshrink_check"},   {"bitwise_left_shift_cpu", "lshift_cpu"},
    {"bitwise_right_shift_cpu", "rshift_cpu"}};
consteval const char* kernel_name(const char* by_row) {
  for (const auto& [row, kernel] : kKernels)
    if (row == by_row) return kernel;
  return by_row;
}

// What a unary rule reads.
enum UnaryReads { NONE_, IN_, OUT_ };
// What the two gradients of a binary op read: bits.
enum BinaryReads { NONE = 0, A = 1, B = 2, AB = 3, Y = 4, AY = 5, BY = 6, ABY = 7 };

// Slots in the order a, b, y for those that any gradient reads; filled where that gradient will be asked for.
template <int RA, int RB> auto binary_saves(const Tensor& a, const Tensor& b, const Tensor& y) {
  constexpr int all = RA | RB;
  SaveRef refs[3] = {SaveRef(nullptr), SaveRef(nullptr), SaveRef(nullptr)};
  if (g_grad_enabled && all != 0) {
    const int asked = (wants(a) ? RA : 0) | (wants(b) ? RB : 0);
    int slot = 0;
    if constexpr (all & A) refs[slot++] = when(asked & A, a);
    if constexpr (all & B) refs[slot++] = when(asked & B, b);
    if constexpr (all & Y) refs[slot++] = when(asked & Y, y);
  }
  constexpr size_t n = static_cast<size_t>(__builtin_popcount(all));
  return [&]<size_t... I>(std::index_sequence<I...>) { return SaveRefs<n>{refs[I]...}; }(std::make_index_sequence<n>());
}

template <int All, int Bit> Tensor read(Saved s) {
  if constexpr (All & Bit) return s[__builtin_popcount(All & (Bit - 1))];
  else return Tensor();
}

// ---- torch's names of what the rows save

consteval bool contains(std::string_view list, char what) { return list.find(what) != list.npos; }

// The names that a row's parameters have in Python, e.g. of "beta=1, threshold=20"; two that torch does not keep aside.
struct Params {
  std::string_view text;
  consteval std::string_view next() {
    const std::string_view one = text.substr(0, text.find(','));
    text = text.substr(std::min(text.size(), one.size() + 2));
    return one;
  }
};
consteval bool spelled_as_int(std::string_view params, int i) {
  Params rest{params};
  for (; i > 0; --i) rest.next();
  const std::string_view one = rest.next();
  return contains(one, '=') && !contains(one, '.');
}

consteval SavedNames row_names(std::initializer_list<std::string_view> saved, std::string_view params) {
  SavedNames r("");
  size_t n = 0;
  const auto add = [&](std::string_view name) {
    if (n) r.text[n++] = ' ';
    for (const char c : name) r.text[n++] = c;
  };
  for (const std::string_view name : saved)
    if (!name.empty()) add(name);
  for (Params rest{params}; !rest.text.empty();) {
    const std::string_view one = rest.next(), name = one.substr(0, one.find('='));
    add(name == "value" || name == "eps" ? "-" : name);
  }
  return r;
}
consteval SavedNames unary_names(UnaryReads reads, std::string_view node, std::string_view params) {
  if (node == "Erfinv") return row_names({"-"}, params);  // torch keeps the input
  return row_names({reads == IN_ ? "self" : reads == OUT_ ? "result" : ""}, params);
}
consteval SavedNames binary_names(int reads, std::string_view node, std::string_view params) {
  const std::string_view b = node == "Pow" ? "exponent" : node == "PreluKernel" ? "weight" : node == "Copysign" ? "-" : "other";
  return row_names({reads & A ? "self" : "", reads & B ? b : "", reads & Y ? "result" : ""}, params);
}

// Of an op with a number, whose gradient reads what that of its one tensor does.
consteval SavedNames number_names(int reads, int reads_a) {
  return row_names({reads & A ? reads_a & A ? "self" : "-" : "", reads & B ? "-" : "", reads & Y ? "result" : ""}, "");
}

template <bool whole> auto as_spelled(double p) {
  if constexpr (whole) return Number{p};
  else return p;
}
#define AS_SPELLED(i, p, params) as_spelled<spelled_as_int(params, i)>(p)

}  // namespace

// ---- The rows

#define UNARY(name, node, kind, saves, value, gradient, params, doc)                                                 \
  namespace {                                                                                                        \
  Tensor name##_record(const Tensor& out, const Tensor& in, double p_, double q_) {                                  \
    using enum UnaryReads;                                                                                           \
    if constexpr (Kind::kind == Kind::BOOL) {                                                                        \
      return out;                                                                                                    \
    } else {                                                                                                         \
      const auto rule = [](Saved s, const Tensor& g, Needs, double p, double q) -> Grads<1> {                        \
        [[maybe_unused]] const Tensor saved = saves##_ == NONE_ ? Tensor() : s[0];                                   \
        [[maybe_unused]] const Tensor &x = saved, &y = saved;                                                        \
        (void)p, (void)q, (void)g;                                                                                   \
        return {{gradient}};                                                                                         \
      };                                                                                                             \
      constexpr SavedNames names = unary_names(saves##_, #node, params);                                             \
      const auto numbers = args(AS_SPELLED(0, p_, params), AS_SPELLED(1, q_, params));                               \
      if constexpr (saves##_ == NONE_) return record<names>(node_name(#node "Backward0"), out, {in}, save(), numbers, rule);    \
      else return record<names>(node_name(#node "Backward0"), out, {in}, save(saves##_ == IN_ ? in : out), numbers, rule);      \
    }                                                                                                                \
  }                                                                                                                  \
  }                                                                                                                  \
  Tensor name(const Tensor& x, double p, double q) {                                                                 \
    Tensor out = unary_out(UnaryOp::name, Kind::kind, kernel_name(#name "_cpu"), x, p, q);                           \
    if (wants(x)) return name##_record(out, x, p, q);                                                                \
    return out;                                                                                                      \
  }                                                                                                                  \
  const Tensor& name##_(const Tensor& x, double p, double q) {                                                       \
    using enum UnaryReads;                                                                                           \
    const DType d = unary_dtype(UnaryOp::name, Kind::kind, kernel_name(#name "_cpu"), x);                                                \
    check_result_castable(Kind::kind == Kind::BOOL ? DType::Bool : d, x);                                            \
    return inplace(x, {}, saves##_ == IN_,                                                                           \
        [&](const Tensor& self) {                                                                                    \
          if (self.dtype() == d && Kind::kind != Kind::BOOL) return unary_into(UnaryOp::name, self, self, d, p, q);  \
          const Tensor out = unary_out(UnaryOp::name, Kind::kind, kernel_name(#name "_cpu"), self, p, q);                                \
          launch(self.numel(), [&](const View& o, const View& v) { backend(self.device()).copy(o, v); }, self, out); \
        },                                                                                                           \
        [&](const Tensor& written, const Tensor& before) { name##_record(written, before, p, q); });                 \
  }
#include "op_tables/unary.def"

#define BINARY(name, node, kind, value, ga, ra, gb, rb, params, doc)                                                 \
  namespace {                                                                                                        \
  Tensor name##_record(const Tensor& out, const Tensor& a_, const Tensor& b_, double p_) {                           \
    if constexpr (Kind::kind == Kind::BOOL) {                                                                        \
      return out;                                                                                                    \
    } else {                                                                                                         \
      constexpr const Digits* by_digit = digits(#node);                                                              \
      constexpr SavedNames names = binary_names(ra | rb, #node, params);                                             \
      if constexpr (by_digit && by_digit->number) {                                                                  \
        if (b_->wrapped_number)                                                                                      \
          return record<number_names(ra | rb, ra)>(by_digit->number, out, {a_}, binary_saves<ra, rb>(a_, b_, out), args(p_), \
                        [](Saved s, const Tensor& g, Needs, double p) -> Grads<1> {                                  \
                          [[maybe_unused]] const Tensor a = read<ra | rb, A>(s), b = read<ra | rb, B>(s),            \
                                                        y = read<ra | rb, Y>(s);                                     \
                          (void)p, (void)g;                                                                          \
                          return {{Tensor(ga)}};                                                                     \
                        });                                                                                          \
      }                                                                                                              \
      return record<names>(by_digit ? by_digit->tensor : node_name(#node "Backward0"), out, {a_, b_}, binary_saves<ra, rb>(a_, b_, out), \
                    args(AS_SPELLED(0, p_, params)),                                                                 \
                    [](Saved s, const Tensor& g, Needs n, double p) -> Grads<2> {                                    \
                      [[maybe_unused]] const Tensor a = read<ra | rb, A>(s), b = read<ra | rb, B>(s),                \
                                                    y = read<ra | rb, Y>(s);                                         \
                      (void)p, (void)g;                                                                              \
                      return {{n[0] ? Tensor(ga) : Tensor(), n[1] ? Tensor(gb) : Tensor()}};                         \
                    });                                                                                              \
    }                                                                                                                \
  }                                                                                                                  \
  }                                                                                                                  \
  Tensor name(const Operand& a, const Operand& b, double p) {                                                        \
    Tensor out = binary_out(BinaryOp::name, kernel_name(#name "_cpu"), Kind::kind, a, b, p);                         \
    if (wants(a) || wants(b)) return name##_record(out, a, b, p);                                                    \
    return out;                                                                                                      \
  }                                                                                                                  \
  const Tensor& name##_(const Tensor& a, const Operand& other, double p) {                                           \
    return binary_inplace(BinaryOp::name, kernel_name(#name "_cpu"), Kind::kind, a, other, p, ((ra) | (rb)) & A,                         \
        [&](const Tensor& written, const Tensor& before, const Tensor& b) { name##_record(written, before, b, p); }); \
  }
#include "op_tables/binary.def"

}  // namespace tg
