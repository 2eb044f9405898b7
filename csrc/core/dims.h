// Sizes, strides, lists of dims: up to five stand inside the object, more (torch allows 64) on the heap.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <utility>
#include <vector>

#include "core/check.h"

namespace tg {

inline constexpr int kMaxDims = 64;
using Lengths = std::vector<int64_t>;  // of parts of a tensor: there may be more than kMaxDims

class Dims {
 public:
  Dims() noexcept : n_(0) {}
  // n entries, not initialised.
  explicit Dims(int n) : n_(0) { resize(n); }
  Dims(int n, int64_t value) : Dims(n) {
    for (int i = 0; i < n; ++i) data()[i] = value;
  }
  Dims(const int64_t* p, int n) : Dims(n) { copy_words(p); }
  Dims(std::initializer_list<int64_t> l) : Dims(l.begin(), static_cast<int>(l.size())) {}
  Dims(const Dims& o) : Dims(o.data(), o.n_) {}
  Dims(Dims&& o) noexcept { take(o); }
  Dims& operator=(const Dims& o) {
    if (this != &o) {
      resize(o.n_);
      copy_words(o.data());
    }
    return *this;
  }
  Dims& operator=(Dims&& o) noexcept {
    if (this != &o) {
      free_heap();
      take(o);
    }
    return *this;
  }
  ~Dims() { free_heap(); }

  int size() const { return n_; }
  bool empty() const { return n_ == 0; }
  const int64_t* data() const { return n_ <= kInline ? in_ : heap_; }
  int64_t* data() { return n_ <= kInline ? in_ : heap_; }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + n_; }
  int64_t* begin() { return data(); }
  int64_t* end() { return data() + n_; }
  int64_t operator[](int i) const { return data()[i]; }
  int64_t& operator[](int i) { return data()[i]; }
  int64_t back() const { return data()[n_ - 1]; }

  // Keeps the first min(n, size()) entries.
  void resize(int n) {
    TG_CHECK(n <= kMaxDims, "a tensor has at most ", kMaxDims, " dimensions, got ", n);
    if (n > kInline && n > n_) {
      int64_t* h = new int64_t[kMaxDims];
      for (int i = 0; i < n_; ++i) h[i] = data()[i];
      free_heap();
      heap_ = h;
    } else if (n <= kInline && n_ > kInline) {
      int64_t* h = heap_;
      for (int i = 0; i < n; ++i) in_[i] = h[i];
      delete[] h;
    }
    n_ = static_cast<uint8_t>(n);
  }
  void push_back(int64_t v) {
    resize(n_ + 1);
    data()[n_ - 1] = v;
  }
  void insert(int at, int64_t v) {
    push_back(v);
    int64_t* d = data();
    for (int i = n_ - 1; i > at; --i) d[i] = d[i - 1];
    d[at] = v;
  }
  void erase(int at) {
    int64_t* d = data();
    for (int i = at; i + 1 < n_; ++i) d[i] = d[i + 1];
    resize(n_ - 1);
  }

  friend bool operator==(const Dims& a, const Dims& b) {
    if (a.n_ != b.n_) return false;
    for (int i = 0; i < a.n_; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }
  friend std::ostream& operator<<(std::ostream& s, const Dims& d) {
    s << '[';
    for (int i = 0; i < d.n_; ++i) s << (i ? ", " : "") << d[i];
    return s << ']';
  }

 private:
  static constexpr int kInline = 5;

  // Word by word: a 16-byte load of what 8-byte stores just wrote stalls, and this is on every op's path.
  void copy_words(const int64_t* p) {
    int64_t* d = data();
    for (int i = 0; i < n_; ++i) {
      d[i] = p[i];
      asm volatile("" ::: "memory");
    }
  }
  void take(Dims& o) noexcept {
    n_ = o.n_;
    if (n_ <= kInline) {
      copy_words(o.in_);
    } else {
      heap_ = o.heap_;
      o.n_ = 0;
    }
  }
  void free_heap() noexcept {
    if (n_ > kInline) delete[] heap_;
  }

  uint8_t n_;
  union {
    int64_t in_[kInline];
    int64_t* heap_;
  };
};

}  // namespace tg
