// Free lists for the small objects that every op makes and drops: tensors, storages, graph nodes.
// malloc instead costs 3 to 8 times a small op. Calls are made with the GIL held, so nothing here is atomic.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define TG_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TG_ASAN 1
#endif
#endif

namespace tg::pool {

inline constexpr size_t kGranule = 16, kLargest = 512;

#ifdef TG_ASAN  // a recycled block would hide a use after free

inline void* take(size_t bytes) {
  void* p = std::malloc(bytes);
  if (!p) throw std::bad_alloc();
  return p;
}
inline void give(void* p, size_t) noexcept { std::free(p); }

#else

struct FreeBlock { FreeBlock* next; };
inline FreeBlock* free_lists[kLargest / kGranule + 1] = {};

inline void* take(size_t bytes) {
  if (bytes <= kLargest) {
    FreeBlock*& head = free_lists[(bytes + kGranule - 1) / kGranule];
    if (head) [[likely]] {
      FreeBlock* block = head;
      head = block->next;
      return block;
    }
    bytes = (bytes + kGranule - 1) / kGranule * kGranule;
  }
  void* p = std::malloc(bytes);
  if (!p) throw std::bad_alloc();
  return p;
}

inline void give(void* p, size_t bytes) noexcept {
  if (bytes > kLargest) return std::free(p);
  FreeBlock*& head = free_lists[(bytes + kGranule - 1) / kGranule];
  head = new (p) FreeBlock{head};
}

#endif

}  // namespace tg::pool
