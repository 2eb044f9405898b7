// Memory for tensors' elements: 64-byte aligned, kept in free lists by size, because fresh pages cost more than most ops.
// Calls are made with the GIL held. Under AddressSanitizer every block is malloc's own.
#pragma once

#include <cstddef>

namespace tg {

void* cpu_allocate(size_t nbytes);  // throws Error when there is no memory
void cpu_free(void* p, size_t nbytes) noexcept;

// Memory for the length of a call; not for use inside parallel_for.
class Scratch {
 public:
  explicit Scratch(size_t nbytes) : p_(nbytes ? cpu_allocate(nbytes) : nullptr), nbytes_(nbytes) {}
  ~Scratch() {
    if (p_) cpu_free(p_, nbytes_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <class T> T* as() const { return static_cast<T*>(p_); }

 private:
  void* p_;
  size_t nbytes_;
};

}  // namespace tg
