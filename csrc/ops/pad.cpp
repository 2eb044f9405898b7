// Padding: with a constant, or with what stands in the tensor itself.
#include <algorithm>

#include "core/shape.h"
#include "ops/ops.h"
#include "ops/record.h"

namespace tg {

namespace {

constexpr const char* kNames[] = {"constant", "reflect", "replicate", "circular"};

// The k-th pair of lengths belongs to the k-th dim from the last.
int padded_dim(const Tensor& x, size_t pair) { return x.dim() - 1 - static_cast<int>(pair); }

// ---- A constant

Lengths negated(Lengths pad) {
  for (int64_t& n : pad) n = -n;
  return pad;
}

// The middle of x that what remains after negative lengths, or before positive ones, is.
Tensor cropped(Tensor x, const Lengths& pad, int64_t sign) {
  for (size_t i = 0; 2 * i < pad.size(); ++i) {
    const int d = padded_dim(x, i);
    if (const int64_t before = sign * pad[2 * i]; before > 0) x = narrow(x, d, before, x.size(d) - before);
    if (const int64_t after = sign * pad[2 * i + 1]; after > 0) x = narrow(x, d, 0, x.size(d) - after);
  }
  return x;
}

Tensor pad_constant(const Tensor& x, const Lengths& pad, Scalar value) {
  Tensor out;
  {
    GradModeGuard no_grad(false);
    const Tensor kept = cropped(x, pad, -1);
    if (std::ranges::all_of(pad, [](int64_t n) { return n <= 0; })) {
      out = clone(kept);
    } else {
      Dims sizes = kept.sizes();
      for (size_t i = 0; i < pad.size(); ++i) {
        int64_t& n = sizes[padded_dim(x, i / 2)];
        TG_CHECK(!__builtin_add_overflow(n, std::max<int64_t>(pad[i], 0), &n), "pad(): the result is too large");
      }
      out = empty(sizes, x.dtype(), x.device());
      fill_(out, value);
      copy_(cropped(out, pad, 1), kept);
      out->storage->version = 0;
    }
  }
  return record<"pad">("ConstantPadNdBackward0", out, {x}, save(), args(pad), [](Saved, const Tensor& g, Needs, const Lengths& lengths) -> Grads<1> {
    return {{pad_constant(g, negated(lengths), 0)}};
  });
}

// ---- Reflections and replications

// For each position along one padded dim, the position that it repeats.
Tensor sources(int64_t n, int64_t before, int64_t after, PadMode mode) {
  const Tensor i = arange(-before, n + after, 1, DType::Int64);
  return mode == PadMode::Replicate ? clamp(i, Scalar(0), Scalar(n - 1)) : sub(n - 1, abs(sub(n - 1, abs(i))));
}

// The same for the last dims together, as if they were one.
Tensor flat_sources(const Dims& sizes, const Lengths& pad, PadMode mode) {
  Tensor all;
  int64_t stride = 1;
  for (size_t i = 0; 2 * i < pad.size(); ++i) {
    const int64_t n = sizes[sizes.size() - 1 - static_cast<int>(i)];
    const Tensor own = mul(sources(n, pad[2 * i], pad[2 * i + 1], mode), stride);
    all = all.defined() ? reshape(add(unsqueeze(own, 1), all), {-1}) : own;
    stride *= n;
  }
  return all;
}

Dims with_flat_tail(const Dims& sizes, int tail) {
  Dims r{1, 1};
  for (int d = 0; d < sizes.size(); ++d) r[d >= sizes.size() - tail] *= sizes[d];
  return r;
}

constexpr const char* kNodes[2][3] = {{"ReflectionPad1DBackward0", "ReflectionPad2DBackward0", "ReflectionPad3DBackward0"},
                                      {"ReplicationPad1DBackward0", "ReplicationPad2DBackward0", "ReplicationPad3DBackward0"}};

void check_repeating(const Tensor& x, const Lengths& pad, const Dims& sizes, PadMode mode) {
  const int n = static_cast<int>(pad.size()) / 2;
  bool full = true;
  for (int d = x.dim() == n + 2; d < x.dim(); ++d) full &= x.size(d) > 0;
  TG_CHECK(full, "Expected ", n + 1, "D or ", n + 2, "D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ",
           x.sizes());
  for (size_t i = 0; mode == PadMode::Reflect && 2 * i < pad.size(); ++i) {
    const int d = padded_dim(x, i);
    TG_CHECK(pad[2 * i] < x.size(d) && pad[2 * i + 1] < x.size(d), "Argument #", 2 * i + 4, ": Padding size should be less than the corresponding input "
             "dimension, but got: padding (", pad[2 * i], ", ", pad[2 * i + 1], ") at dimension ", d, " of input ", x.sizes());
  }
  const int64_t width = sizes.back();
  TG_CHECK(n > 1 || width >= 1, "input (W: ", x.size(x.dim() - 1), ") is too small. Calculated output W: ", width);
  checked_numel(sizes);
  TG_CHECK_KIND(NotImplemented, x.dtype() != DType::Bool, "\"", mode == PadMode::Reflect ? "reflection" : "replication", "_pad", n,
                "d\" not implemented for 'Bool'");
}

Tensor pad_repeating(const Tensor& x, const Lengths& pad, PadMode mode) {
  const int n = static_cast<int>(pad.size()) / 2;
  Dims sizes = x.sizes();
  for (size_t i = 0; i < pad.size(); ++i) sizes[padded_dim(x, i / 2)] += pad[i];
  check_repeating(x, pad, sizes, mode);
  Tensor out;
  {
    GradModeGuard no_grad(false);
    out = index_select(reshape(detach(x), with_flat_tail(x.sizes(), n)), 1, flat_sources(x.sizes(), pad, mode));
    out = make_dense(out->storage, out.dtype(), sizes, out.numel());
  }
  return record(kNodes[mode == PadMode::Replicate][n - 1], out, {x}, save(), args(Dims(x.sizes()), pad, mode),
                [](Saved, const Tensor& g, Needs, const Dims& in, const Lengths& lengths, PadMode how) -> Grads<1> {
                  const int tail = static_cast<int>(lengths.size()) / 2;
                  const Tensor zero = zeros(with_flat_tail(in, tail), g.dtype(), g.device());
                  return {{reshape(index_add(zero, 1, flat_sources(in, lengths, how), reshape(g, with_flat_tail(g.sizes(), tail))), in)}};
                });
}

// ---- Circles: copies of the opposite end, each a step in the graph

Tensor pad_circular(const Tensor& x, const Lengths& pad) {
  Dims sizes = x.sizes();
  for (size_t i = 0; 2 * i < pad.size(); ++i) {
    const int d = padded_dim(x, i);
    TG_CHECK(pad[2 * i] <= x.size(d) && pad[2 * i + 1] <= x.size(d), "Padding value causes wrapping around more than once.");
    sizes[d] += pad[2 * i] + pad[2 * i + 1];
    TG_CHECK(sizes[d] >= 0, "Negative padding value is resulting in an empty dimension");
  }
  const auto added = [&](size_t i) { return std::max<int64_t>(pad[i], 0); };
  const auto lost = [&](size_t i) { return std::max<int64_t>(-pad[i], 0); };
  const Tensor out = empty(sizes, x.dtype(), x.device());
  Tensor to = out, from = x;
  for (size_t i = pad.size() / 2; i-- > 0;) {
    const int d = padded_dim(x, i);
    to = slice(to, d, added(2 * i), sizes[d] - added(2 * i + 1), 1);
    from = slice(from, d, lost(2 * i), x.size(d) - lost(2 * i + 1), 1);
  }
  copy_(to, from);
  for (size_t i = pad.size() / 2; i-- > 0;) {
    const int d = padded_dim(x, i);
    const int64_t n = sizes[d], before = added(2 * i), after = added(2 * i + 1);
    if (before > 0) copy_(slice(out, d, 0, before, 1), slice(out, d, n - before - after, n - after, 1));
    if (after > 0) copy_(slice(out, d, n - after, n, 1), slice(out, d, before, before + after, 1));
  }
  return out;
}

}  // namespace

Tensor pad(const Tensor& x, const Lengths& pad, PadMode mode, std::optional<Scalar> value) {
  TG_CHECK(pad.size() % 2 == 0, "Padding length must be divisible by 2");
  TG_CHECK(pad.size() <= 2 * static_cast<size_t>(x.dim()), "Padding length should be less than or equal to two times the input dimension but got "
           "padding length ", pad.size(), " and input of dimension ", x.dim());
  if (mode == PadMode::Constant) return pad_constant(x, pad, value.value_or(0));
  TG_CHECK(!value || value->to_double() == 0, "Padding mode \"", kNames[static_cast<int>(mode)], "\" doesn't take in value argument");
  const int n = static_cast<int>(pad.size()) / 2;
  TG_CHECK_KIND(NotImplemented, n >= 1 && n <= 3 && (x.dim() == n + 1 || x.dim() == n + 2), "Padding size ", pad.size(), " is not supported for ", x.dim(),
                "D input tensor.\nSupported combinations for non-constant padding:\n  - 2D or 3D input: padding size = 2 (pads last dimension)\n"
                "  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\n  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)");
  return mode == PadMode::Circular ? pad_circular(x, pad) : pad_repeating(x, pad, mode);
}

}  // namespace tg
