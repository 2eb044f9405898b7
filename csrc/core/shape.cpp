#include "core/shape.h"

#include <algorithm>
#include <numeric>

namespace tg {

int64_t checked_mul(int64_t a, int64_t b) {
  int64_t r;
  TG_CHECK(!__builtin_mul_overflow(a, b, &r), "numel: integer multiplication overflow");
  return r;
}

int64_t checked_numel(const Dims& sizes) {
  for (int64_t s : sizes)
    TG_CHECK(s >= 0, "Trying to create tensor with negative dimension ", s, ": ", sizes);
  int64_t n = 1;
  for (int64_t s : sizes) n = checked_mul(n, s);
  return n;
}

int64_t checked_bytes(const Dims& sizes, const Dims& strides, int64_t offset, int64_t itemsize) {
  int64_t last = offset, bytes = 0;
  bool bad = false;
  for (int i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return 0;
    int64_t reach = 0;
    bad |= sizes[i] < 0 || strides[i] < 0 || __builtin_mul_overflow(strides[i], sizes[i] - 1, &reach) || __builtin_add_overflow(last, reach, &last);
  }
  bad = bad || __builtin_add_overflow(last, 1, &last) || __builtin_mul_overflow(last, itemsize, &bytes);
  TG_CHECK(!bad, "Storage size calculation overflowed with sizes=", sizes, " and strides=", strides);
  return bytes;
}

Dims contiguous_strides(const Dims& sizes) {
  Dims r(sizes.size());
  int64_t stride = 1;
  for (int i = sizes.size() - 1; i >= 0; --i) {
    r[i] = stride;
    const bool overflow = __builtin_mul_overflow(stride, std::max<int64_t>(sizes[i], 1), &stride);
    TG_CHECK(!overflow || i == 0, "Stride calculation overflowed");
  }
  return r;
}

bool is_contiguous(const Dims& sizes, const Dims& strides) {
  int64_t expected = 1;
  bool ok = true;
  for (int i = sizes.size() - 1; i >= 0; --i) {
    if (sizes[i] == 0) return true;
    if (sizes[i] == 1) continue;
    ok &= strides[i] == expected;
    expected *= sizes[i];
  }
  return ok;
}

// Dims in order of falling stride; equal strides keep their place.
static Dims memory_order(const Dims& sizes, const Dims& strides) {
  Dims order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return strides[static_cast<int>(a)] > strides[static_cast<int>(b)];
  });
  return order;
}

static Dims permuted(const Dims& d, const Dims& order) {
  Dims r(d.size());
  for (int i = 0; i < d.size(); ++i) r[i] = d[static_cast<int>(order[i])];
  return r;
}

bool is_dense(const Dims& sizes, const Dims& strides) {
  const Dims order = memory_order(sizes, strides);
  return is_contiguous(permuted(sizes, order), permuted(strides, order));
}

Dims strides_like(const Dims& sizes, const Dims& strides) {
  return is_dense(sizes, strides) ? strides : contiguous_strides(sizes);
}

Dims iteration_strides(const Dims& sizes, std::span<const Dims> operands) {
  const int n = sizes.size();
  // > 0: a must lie inside b; < 0: it must not; 0: nothing says so.
  const auto compare = [&](int a, int b) {
    for (const Dims& s : operands) {
      if (s[a] == 0 || s[b] == 0) continue;
      if (s[a] != s[b]) return s[a] < s[b] ? -1 : 1;
      if (sizes[a] > sizes[b]) return 1;
    }
    return 0;
  };
  Dims order(n);  // innermost first
  for (int i = 0; i < n; ++i) order[i] = n - 1 - i;
  for (int i = 1; i < n; ++i)
    for (int at = i, j = i - 1; j >= 0; --j) {
      const int c = compare(static_cast<int>(order[j]), static_cast<int>(order[at]));
      if (c < 0) break;
      if (c > 0) std::swap(order[j], order[at]), at = j;
    }
  Dims strides(n);
  int64_t stride = 1;
  for (int64_t d : order) {
    strides[static_cast<int>(d)] = stride;
    stride = checked_mul(stride, std::max<int64_t>(sizes[static_cast<int>(d)], 1));
  }
  return strides;
}

int wrap_dim(int64_t d, int ndim, bool scalar_ok) {
  const int64_t n = ndim == 0 && scalar_ok ? 1 : ndim;
  TG_CHECK_INDEX(n > 0, "Dimension specified as ", d, " but tensor has no dimensions");
  TG_CHECK_INDEX(d >= -n && d < n, "Dimension out of range (expected to be in range of [", -n, ", ", n - 1,
                 "], but got ", d, ")");
  return static_cast<int>(d < 0 ? d + n : d);
}

Dims broadcast_shapes(const Dims& a, const Dims& b) {
  const int n = std::max(a.size(), b.size());
  Dims r(n);
  for (int i = n - 1, ia = a.size() - 1, ib = b.size() - 1; i >= 0; --i, --ia, --ib) {
    const int64_t sa = ia >= 0 ? a[ia] : 1, sb = ib >= 0 ? b[ib] : 1;
    TG_CHECK(sa == sb || sa == 1 || sb == 1, "The size of tensor a (", sa, ") must match the size of tensor b (", sb,
             ") at non-singleton dimension ", i);
    r[i] = sa == 1 ? sb : sa;
  }
  return r;
}

Dims infer_size(const Dims& sizes, int64_t numel) {
  Dims r = sizes;
  int inferred = -1;
  int64_t known = 1;
  bool overflow = false;
  for (int i = 0; i < r.size(); ++i) {
    if (r[i] == -1) {
      TG_CHECK(inferred < 0, "only one dimension can be inferred");
      inferred = i;
    } else {
      TG_CHECK(r[i] >= 0, "invalid shape dimension ", r[i], " at index ", i, " of shape ", sizes);
      overflow |= __builtin_mul_overflow(known, r[i], &known);
    }
  }
  const bool fits = !overflow && (inferred < 0 ? known == numel : known > 0 ? numel % known == 0 : numel == 0);
  TG_CHECK(fits, "shape '", sizes, "' is invalid for input of size ", numel);
  if (inferred >= 0) {
    TG_CHECK(known != 0, "cannot reshape tensor of 0 elements into shape ", sizes,
             " because the unspecified dimension size -1 can be any value and is ambiguous");
    r[inferred] = numel / known;
  }
  return r;
}

bool view_strides(const Dims& sizes, const Dims& strides, const Dims& to, Dims& out) {
  out = contiguous_strides(to);
  if (is_contiguous(sizes, strides)) return true;
  // Runs of dims that step through memory evenly; each must be split by whole dims of `to`.
  int j = to.size() - 1;
  int64_t run = 1, base = strides.empty() ? 1 : strides.back();
  for (int i = sizes.size() - 1; i >= 0; --i) {
    run *= sizes[i];
    const bool ends = i == 0 || (sizes[i - 1] != 1 && strides[i - 1] != run * base);
    if (!ends) continue;
    int64_t filled = 1;
    while (j >= 0 && (filled < run || to[j] == 1)) {
      out[j] = filled * base;
      filled *= to[j--];
    }
    if (filled != run) return false;
    if (i > 0) {
      base = strides[i - 1];
      run = 1;
    }
  }
  return j < 0;
}

Dims expand_strides(const Dims& sizes, const Dims& strides, const Dims& to) {
  const int lead = to.size() - sizes.size();
  Dims r(to.size());
  for (int i = to.size() - 1; i >= 0; --i) {
    const int64_t from = i < lead ? 1 : sizes[i - lead];
    TG_CHECK(from == to[i] || from == 1, "The expanded size of the tensor (", to[i],
             ") must match the existing size (", from, ") at non-singleton dimension ", i, ".  Target sizes: ", to,
             ".  Tensor sizes: ", sizes);
    r[i] = i < lead || (from == 1 && to[i] != 1) ? 0 : strides[i - lead];
  }
  return r;
}

bool overlaps_itself(const Dims& sizes, const Dims& strides) {
  if (is_contiguous(sizes, strides)) return false;
  const Dims order = memory_order(sizes, strides);
  // Non-overlapping if each dim steps over all that the finer dims reach (sufficient, and what torch tests).
  int64_t reach = 0;
  for (int k = sizes.size() - 1; k >= 0; --k) {
    const int d = static_cast<int>(order[k]);
    if (sizes[d] == 0) return false;
    if (sizes[d] == 1) continue;
    if (strides[d] <= reach) return true;
    reach += strides[d] * (sizes[d] - 1);
  }
  return false;
}

}  // namespace tg
