// room.hpp -- memory for a canvas, which the last canvas left: to be given it anew, page by page, takes the
// system a quarter of the time of the passes.
//
// Limits  kept is what one canvas had, of 64 MiB at most; the last that ends leaves its own
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace vmd {

/// n values, which are what they may be.
class Room {
 public:
  explicit Room(int64_t n) {
    std::unique_ptr<Kept> kept(spare().exchange(nullptr));
    if (kept == nullptr || kept->n < n)
      kept.reset(new Kept{n, std::make_unique_for_overwrite<double[]>(static_cast<size_t>(n))});
    kept_ = std::move(kept);
  }
  ~Room() {
    if (kept_->n <= kMost) delete spare().exchange(kept_.release());
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  double* data() const { return kept_->items.get(); }

 private:
  struct Kept {
    int64_t n;
    std::unique_ptr<double[]> items;
  };
#if defined(__SANITIZE_ADDRESS__)
  static constexpr int64_t kMost = -1;  // every canvas has exactly its own, and what it reads beside it is noticed
#else
  static constexpr int64_t kMost = (64 << 20) / static_cast<int64_t>(sizeof(double));
#endif
  static std::atomic<Kept*>& spare() {
    static std::atomic<Kept*> one{nullptr};
    return one;
  }

  std::unique_ptr<Kept> kept_;
};

}  // namespace vmd
