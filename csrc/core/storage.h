// The memory behind tensors. Views of one tensor share a Storage and with it the version counter that tells autograd
// when a saved value was overwritten. `x.data` gets a Storage of its own over the same bytes: its own counter, as torch.
#pragma once

#include "core/device.h"
#include "core/intrusive_ptr.h"
#include "core/pool.h"

namespace tg {

struct Storage {
  uint32_t rc = 0;
  uint32_t version = 0;
  char* data = nullptr;
  size_t nbytes = 0;
  Device device;
  // Gives the bytes back to whoever lent them: a device's allocator, a NumPy array, another Storage.
  void (*free)(void* owner, void* data, size_t nbytes) = nullptr;
  void* owner = nullptr;
};

inline void destroy(Storage* s) noexcept {
  if (s->free) s->free(s->owner, s->data, s->nbytes);
  pool::give(s, sizeof(Storage));
}

using StoragePtr = intrusive_ptr<Storage>;

inline StoragePtr make_storage(void* data, size_t nbytes, Device device, void* owner,
                               void (*free)(void*, void*, size_t)) {
  Storage* s = new (pool::take(sizeof(Storage))) Storage;
  s->data = static_cast<char*>(data);
  s->nbytes = nbytes;
  s->device = device;
  s->free = free;
  s->owner = owner;
  return StoragePtr(s);
}

}  // namespace tg
