#include "core/generator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/check.h"

namespace tg {

void Generator::manual_seed(uint64_t seed) {
  seed_ = seed;
  state_[0] = static_cast<uint32_t>(seed);
  for (uint32_t j = 1; j < kN; ++j) state_[j] = 1812433253U * (state_[j - 1] ^ state_[j - 1] >> 30) + j;
  left_ = 1;
  next_ = 0;
  has_normal_ = false;
  normal_ = 0;
}

void Generator::refill() {
  const auto twist = [](uint32_t m, uint32_t u, uint32_t v) {
    const uint32_t y = (u & 0x80000000U) | (v & 0x7fffffffU);
    return m ^ y >> 1 ^ ((0U - (v & 1U)) & 0x9908b0dfU);
  };
  uint32_t* s = state_;
  for (int j = 0; j < kN - kM; ++j) s[j] = twist(s[j + kM], s[j], s[j + 1]);
  for (int j = kN - kM; j < kN - 1; ++j) s[j] = twist(s[j + kM - kN], s[j], s[j + 1]);
  s[kN - 1] = twist(s[kM - 1], s[kN - 1], s[0]);
  left_ = kN;
  next_ = 0;
}

void Generator::fill32(uint32_t* out, int64_t n) {
  while (n > 0) {
    if (left_ == 1) {
      refill();
      left_ = kN + 1;  // refill() serves a draw that is still to be counted
    }
    const int64_t take = std::min<int64_t>(n, left_ - 1);
    for (int64_t i = 0; i < take; ++i) out[i] = temper(state_[next_ + static_cast<uint32_t>(i)]);
    next_ += static_cast<uint32_t>(take);
    left_ -= static_cast<int32_t>(take);
    out += take;
    n -= take;
  }
}

double Generator::normal() {
  if (has_normal_) {
    has_normal_ = false;
    return normal_;
  }
  const double u1 = uniform_double(), u2 = uniform_double();
  const double r = std::sqrt(-2 * std::log1p(-u2)), th = 2 * M_PI * u1;
  normal_ = r * std::sin(th);
  has_normal_ = true;
  return r * std::cos(th);
}

// u64 seed | i32 left | i32 seeded | u64 next | 624 x u64 word | f64 x, y, rho | i32 y is valid, pad | f32, pad, bool, pad
void Generator::get_state(void* out) const {
  char* p = static_cast<char*>(out);
  std::memset(p, 0, kStateBytes);
  const int32_t seeded = 1, valid = has_normal_;
  const uint64_t next = next_;
  const double normal = has_normal_ ? normal_ : 0;
  std::memcpy(p, &seed_, 8);
  std::memcpy(p + 8, &left_, 4);
  std::memcpy(p + 12, &seeded, 4);
  std::memcpy(p + 16, &next, 8);
  for (int j = 0; j < kN; ++j) std::memcpy(p + 24 + 8 * j, &state_[j], 4);
  std::memcpy(p + 5024, &normal, 8);
  std::memcpy(p + 5040, &valid, 4);
}

void Generator::set_state(const void* in) {
  const char* p = static_cast<const char*>(in);
  int32_t left, valid;
  uint64_t next;
  std::memcpy(&left, p + 8, 4);
  std::memcpy(&next, p + 16, 8);
  TG_CHECK(left >= 1 && left <= kN && next <= kN && (left == 1 || static_cast<uint64_t>(left) + next == kN + 1), "Invalid mt19937 state");
  std::memcpy(&seed_, p, 8);
  left_ = left;
  next_ = static_cast<uint32_t>(next);
  for (int j = 0; j < kN; ++j) std::memcpy(&state_[j], p + 24 + 8 * j, 4);
  std::memcpy(&normal_, p + 5024, 8);
  std::memcpy(&valid, p + 5040, 4);
  has_normal_ = valid != 0;
}

}  // namespace tg
