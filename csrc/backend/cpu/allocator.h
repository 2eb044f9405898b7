// Memory for tensors' elements: 64-byte aligned, kept in free lists by size, because fresh pages cost more than most ops.
// Calls are made with the GIL held, but for those of Scratch. Under AddressSanitizer every block is malloc's own.
#pragma once

#include <cstddef>

namespace tg {

void* cpu_allocate(size_t nbytes);  // throws Error when there is no memory
void cpu_free(void* p, size_t nbytes) noexcept;

// Memory for the length of a call, which may run without the GIL: on the stack where it is little, else the system's.
class Scratch {
 public:
  explicit Scratch(size_t nbytes);  // throws Error when there is no memory
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <class T> T* as() const { return static_cast<T*>(p_); }

 private:
  static constexpr size_t kSmall = 2048;
  alignas(64) char small_[kSmall];
  void* p_;
};

}  // namespace tg
