// record(): the one way an op enters the graph. The backward rule stands beside the forward, as a lambda:
//
//   return record<"self mat2">("MmBackward0", out, {a, b}, save(when(wants(b), a), when(wants(a), b)), args(),
//                              [](Saved s, const Tensor& g, Needs n) -> Grads<2> {
//                                return {{n[0] ? mm(g, t(s[1])) : Tensor(), n[1] ? mm(t(s[0]), g) : Tensor()}};
//                              });
//
// "self mat2" are torch's names of what is saved: Python reads them as node._saved_self, and pictures of the graph show them.
//
// What makes second derivatives right by construction, checked when compiled: a rule captures nothing (tensors travel
// through save() and are version-checked, numbers, enums and shapes through args()), and it can only call ops.h, whose
// functions are differentiable themselves. Never save an intermediate that depends differentiably on an input: return it
// as an output or compute it again.
#pragma once

#include <array>
#include <span>
#include <tuple>
#include <vector>

#include "autograd/node.h"
#include "core/dims.h"

namespace tg {

template <size_t N> using Grads = std::array<Tensor, N>;
using GradList = std::vector<Tensor>;

// An input, borrowed. An undefined tensor (no bias) has no edge.
struct In {
  TensorImpl* t;
  In(const Tensor& x) : t(x.impl()) {}
  bool needs_grad() const { return t && tg::needs_grad(t); }
};

// True iff the graph is being recorded and x takes part in it: what a rule needs only for x's gradient is saved only then.
inline bool wants(const Tensor& x) { return needs_grad(x) && g_grad_enabled; }

struct SaveRef {
  const Tensor* t;
  SaveRef(const Tensor& x) : t(&x) {}
  SaveRef(const Tensor* x) : t(x) {}
};
template <size_t N> using SaveRefs = std::array<SaveRef, N>;
template <class... T> SaveRefs<sizeof...(T)> save(const T&... t) { return {SaveRef(t)...}; }
inline const Tensor* when(bool condition, const Tensor& t) { return condition ? &t : nullptr; }

// A double that Python may have given as an int, and then shows as one.
struct Number {
  double value;
  operator double() const { return value; }
  bool is_whole() const { return value > -0x1p63 && value < 0x1p63 && value == static_cast<double>(static_cast<int64_t>(value)); }
};

// Two sizes or strides of a matrix; or nothing, where they were not wanted.
struct Pair {
  int64_t first = 0, second = 0;
  bool given = false;
};

// Arguments of a rule: plain data, Dims and longer lists of lengths, nothing that could own a tensor.
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
concept RuleArg = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, Dims> || std::is_same_v<T, Lengths> ||
                  std::is_same_v<T, Scalar> || std::is_same_v<T, Number> || std::is_same_v<T, Pair> || is_optional<T>;
template <RuleArg... A> using Args = std::tuple<A...>;
template <RuleArg... A> Args<A...> args(A... a) { return {std::move(a)...}; }

// torch's names of what a node keeps, with spaces between: of the saved tensors, then of the arguments; "-" for what torch
// does not keep, or not in this form. Those at the end that have none may be left out.
struct SavedNames {
  char text[128] = {};
  consteval SavedNames(const char* s) {
    for (size_t i = 0; s[i]; ++i) text[i] = s[i];
  }
  constexpr size_t count() const {
    size_t n = text[0] != 0;
    for (const char c : text) n += c == ' ';
    return n;
  }
};

namespace detail {

template <class T> Argument as_argument(const T& v) {
  if constexpr (is_optional<T>) return v ? as_argument(*v) : Argument();
  else if constexpr (std::is_same_v<T, Pair>) return v.given ? Dims{v.first, v.second} : Dims();
  else if constexpr (std::is_same_v<T, Number>) return v.is_whole() ? Scalar(static_cast<int64_t>(v.value)) : Scalar(v.value);
  else if constexpr (std::is_enum_v<T> || (std::is_integral_v<T> && !std::is_same_v<T, bool>)) return static_cast<int64_t>(v);
  else return v;
}

// Arguments by number. One for all rules that take the same.
template <class... A> Argument argument(Node& n, int i) {
  Argument r;
  std::apply([&](const A&... a) { int at = 0; ((at++ == i ? void(r = as_argument(a)) : void()), ...); }, *n.args<std::tuple<A...>>());
  return r;
}

template <SavedNames Names, class Rule, class A> struct RuleTable;
template <SavedNames Names, class Rule, class... A> struct RuleTable<Names, Rule, std::tuple<A...>> {
  static_assert(std::is_empty_v<Rule> && std::is_default_constructible_v<Rule>, "a rule captures nothing: use save() and args()");
  using Stored = std::tuple<A...>;

  static void apply(Node& n, const Tensor* g_out, Needs needs, Tensor* g_in) {
    auto grads = [&] {
      return std::apply(
          [&](const A&... a) {
            // One output: the rule is given its gradient. Several: a span with an undefined tensor where none arrived.
            if constexpr (std::is_invocable_v<Rule, Saved, const Tensor&, Needs, A...>)
              return Rule{}(Saved(n), g_out[0], needs, a...);
            else
              return Rule{}(Saved(n), std::span<const Tensor>(g_out, n.n_out), needs, a...);
          },
          *n.args<Stored>());
    }();
    if constexpr (std::is_same_v<decltype(grads), GradList>)
      TG_CHECK(grads.size() == n.n_in, "Function ", n.name, " returned an incorrect number of gradients (expected ", n.n_in, ", got ", grads.size(), ")");
    for (size_t i = 0; i < grads.size(); ++i) g_in[i] = std::move(grads[i]);
  }
  static void drop(Node& n) noexcept { n.args<Stored>()->~Stored(); }
  static constexpr NodeVTable table = {.apply = apply,
                                       .drop_args = std::is_trivially_destructible_v<Stored> ? nullptr : drop,
                                       .names = Names.text,
                                       .argument = argument<A...>};
};

template <SavedNames Names, class Rule, class... A>
NodePtr make_node(const char* name, std::span<const In> in, int n_out, int n_saved, std::tuple<A...>& a) {
  using Stored = std::tuple<A...>;
  NodePtr n(new_node(name, &RuleTable<Names, Rule, Stored>::table, static_cast<uint32_t>(in.size()), n_out, n_saved, sizeof(Stored)));
  new (n->args_memory()) Stored(std::move(a));
  for (size_t i = 0; i < in.size(); ++i)
    if (in[i].t) set_edge(n->edges()[i], in[i].t);
  return n;
}

inline bool recording(std::span<const In> in) {
  if (!g_grad_enabled) return false;
  for (const In& i : in)
    if (i.needs_grad()) return true;
  return false;
}

template <SavedNames Names, class Rule, class... A>
[[gnu::noinline]] void record_node(const char* name, std::span<Tensor> outs, std::span<const In> in,
                                   std::span<const SaveRef> saves, std::tuple<A...>& a) {
  NodePtr n = make_node<Names, Rule>(name, in, static_cast<int>(outs.size()), static_cast<int>(saves.size()), a);
  for (size_t i = 0; i < outs.size(); ++i) set_output(n.get(), static_cast<uint32_t>(i), outs[i].impl());
  for (size_t i = 0; i < saves.size(); ++i)
    if (saves[i].t && saves[i].t->defined()) save_tensor(n->saved()[i], saves[i].t->impl(), n.get());
}

}  // namespace detail

template <SavedNames Names = "", int NI, size_t NS, class... A, class Rule>
Tensor record(const char* name, Tensor out, const In (&in)[NI], const SaveRefs<NS>& saves, std::tuple<A...> a, Rule) {
  static_assert(std::is_same_v<std::invoke_result_t<Rule, Saved, const Tensor&, Needs, A...>, Grads<NI>>,
                "a rule returns one gradient for each input");
  static_assert(Names.count() <= NS + sizeof...(A), "more names than values");
  if (detail::recording(in)) detail::record_node<Names, Rule>(name, {&out, 1}, in, saves, a);
  return out;
}

// Several outputs: the rule takes std::span<const Tensor>.
template <SavedNames Names = "", size_t NO, int NI, size_t NS, class... A, class Rule>
std::array<Tensor, NO> record(const char* name, std::array<Tensor, NO> outs, const In (&in)[NI], const SaveRefs<NS>& saves,
                              std::tuple<A...> a, Rule) {
  static_assert(std::is_same_v<std::invoke_result_t<Rule, Saved, std::span<const Tensor>, Needs, A...>, Grads<NI>>);
  static_assert(Names.count() <= NS + sizeof...(A), "more names than values");
  if (detail::recording(in)) detail::record_node<Names, Rule>(name, outs, in, saves, a);
  return outs;
}
template <SavedNames Names = "", int NI, size_t NS, class... A, class Rule>
std::vector<Tensor> record(const char* name, std::vector<Tensor> outs, const In (&in)[NI], const SaveRefs<NS>& saves,
                           std::tuple<A...> a, Rule) {
  static_assert(std::is_same_v<std::invoke_result_t<Rule, Saved, std::span<const Tensor>, Needs, A...>, Grads<NI>>);
  static_assert(Names.count() <= NS + sizeof...(A), "more names than values");
  if (detail::recording(in)) detail::record_node<Names, Rule>(name, outs, in, saves, a);
  return outs;
}

// As many inputs as the call has (cat, stack, index): the rule returns a GradList of that length.
template <SavedNames Names = "", size_t NS, class... A, class Rule>
Tensor record(const char* name, Tensor out, std::span<const In> in, const SaveRefs<NS>& saves, std::tuple<A...> a, Rule) {
  static_assert(std::is_same_v<std::invoke_result_t<Rule, Saved, const Tensor&, Needs, A...>, GradList>);
  static_assert(Names.count() <= NS + sizeof...(A), "more names than values");
  if (detail::recording(in)) detail::record_node<Names, Rule>(name, {&out, 1}, in, saves, a);
  return out;
}

}  // namespace tg
