// The random stream: MT19937 read the way torch reads it, so that a seed gives torch's draws.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tg {

struct Generator {
  static constexpr uint64_t kDefaultSeed = 67280421310721;
  static constexpr size_t kStateBytes = 5056;

  explicit Generator(uint64_t seed = kDefaultSeed) { manual_seed(seed); }

  void manual_seed(uint64_t seed);  // also forgets the cached normal
  uint64_t initial_seed() const { return seed_; }

  uint32_t random32() {
    if (--left_ == 0) refill();
    return temper(state_[next_++]);
  }
  uint64_t random64() {  // the high word is drawn first
    const uint64_t high = random32();
    return high << 32 | random32();
  }
  float uniform_float() { return static_cast<float>(random32() & 0xFFFFFF) * 0x1p-24f; }
  double uniform_double() { return static_cast<double>(random64() & ((uint64_t{1} << 53) - 1)) * 0x1p-53; }
  double normal();  // one value of N(0, 1); the second of a pair waits in the cache
  void fill32(uint32_t* out, int64_t n);  // n words, faster than n calls

  // torch's layout of a CPU generator's state, kStateBytes long. set_state throws for bytes that are no such state.
  void get_state(void* out) const;
  void set_state(const void* in);

 private:
  static constexpr int kN = 624, kM = 397;

  static uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680U;
    y ^= y << 15 & 0xefc60000U;
    return y ^ y >> 18;
  }
  void refill();

  uint64_t seed_;
  int32_t left_;
  uint32_t next_;
  bool has_normal_;
  double normal_;
  uint32_t state_[kN];
};

}  // namespace tg
