// From tensors to the backend: views of them, and the GIL released around work that is worth it.
#pragma once

#include <utility>

#include "backend/backend.h"
#include "core/gil.h"
#include "core/tensor.h"

namespace tg {

inline View view_of(const Tensor& t) {
  return {t->data(),          t.dtype(), static_cast<uint8_t>(t.dim()), t.is_contiguous(), t.numel(), t.sizes().data(),
          t.strides().data()};
}

// A view that stays valid while other threads run: it owns the storage and its sizes and strides.
class PinnedView {
 public:
  explicit PinnedView(const Tensor& t) : storage_(t->storage), sizes_(t.sizes()), strides_(t.strides()), view_(view_of(t)) {
    view_.sizes = sizes_.data();
    view_.strides = strides_.data();
  }
  PinnedView(const PinnedView&) = delete;
  PinnedView& operator=(const PinnedView&) = delete;
  operator const View&() const { return view_; }

 private:
  StoragePtr storage_;
  Dims sizes_, strides_;
  View view_;
};

// Elementary operations (about a nanosecond each) below which a release of the GIL costs more than it gives.
inline constexpr int64_t kReleaseGilWork = 200'000;

// f(view...) with the views of the tensors; `work` is the number of elementary operations.
template <class F, class... T> void launch(int64_t work, F&& f, const T&... tensors) {
  if (work < kReleaseGilWork) [[likely]] {
    f(view_of(tensors)...);
    return;
  }
  [&](const auto&... pinned) {
    GilRelease release;
    f(static_cast<const View&>(pinned)...);
  }(PinnedView(tensors)...);
}

}  // namespace tg
