// ranking.hpp -- the items of a board from best to worst, found one at a time.
//
// Only the first few of many items are usually wanted, so nothing is sorted: keys lie in blocks of about
// sqrt(n), the best key of each block is remembered, and taking an item costs two short scans, done with
// vector maxima: no branch depends on the keys.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include "float32.hpp"  // defines: VMD_HD, VMD_INLINE, bits_as

namespace vmd {

constexpr int64_t kNoKey = std::numeric_limits<int64_t>::min();

/// Larger <=> higher confidence, or equal confidence and lower slot. `confidence` is not NaN.
VMD_HD VMD_INLINE int64_t rank_key(float confidence, int32_t slot) {
  const int32_t bits = bits_as<int32_t>(confidence + 0.0f);  // -0 becomes +0: they are equal
  const int64_t ordered = bits ^ ((bits >> 31) & 0x7fffffff);
  return ordered * (int64_t{1} << 32) + static_cast<int64_t>(~static_cast<uint32_t>(slot));
}

VMD_HD VMD_INLINE int32_t slot_of(int64_t key) {
  return static_cast<int32_t>(~static_cast<uint32_t>(static_cast<uint64_t>(key)));
}

VMD_HD VMD_INLINE float confidence_of(int64_t key) {
  const int32_t ordered = static_cast<int32_t>(key >> 32);
  return bits_as<float>(ordered ^ ((ordered >> 31) & 0x7fffffff));
}

class Ranking {
 public:
  explicit Ranking(int64_t capacity) {
    while ((int64_t{1} << (2 * shift_)) < capacity) ++shift_;
    const int64_t blocks = blocks_of(capacity);
    keys_.resize(static_cast<size_t>(blocks << shift_));
    tops_.resize(static_cast<size_t>((blocks + kStep - 1) / kStep * kStep));
  }

  /// Where the caller writes the n keys, key i being of slot i, before `start(n)`.
  int64_t* keys() { return keys_.data(); }

  VMD_INLINE void start(int64_t n) {
    const int64_t blocks = blocks_of(n);
    for (int64_t i = n; i < blocks << shift_; ++i) keys_[static_cast<size_t>(i)] = kNoKey;
    tops_used_ = (blocks + kStep - 1) / kStep * kStep;
    for (int64_t i = 0; i < tops_used_; ++i)
      tops_[static_cast<size_t>(i)] = i < blocks ? largest_of_block(i) : kNoKey;
  }

  /// The best key not yet taken; kNoKey when there is none.
  VMD_INLINE int64_t take() {
    const int64_t key = largest(tops_.data(), tops_used_);
    if (key == kNoKey) return key;
    const int64_t slot = slot_of(key), block = slot >> shift_;
    replace(keys_.data(), slot, key, kNoKey);
    replace(tops_.data(), block, key, largest_of_block(block));
    return key;
  }

 private:
  using Keys = int64_t __attribute__((vector_size(64)));
  static constexpr int64_t kStep = 8;  // keys in a vector; scanned lengths are multiples of it

  int64_t blocks_of(int64_t n) const { return (n + (int64_t{1} << shift_) - 1) >> shift_; }

  VMD_INLINE int64_t largest_of_block(int64_t block) const {
    return largest(keys_.data() + (block << shift_), int64_t{1} << shift_);
  }

  static VMD_INLINE int64_t largest(const int64_t* keys, int64_t n) {
    Keys best, next;
    __builtin_memcpy(&best, keys, sizeof best);
    for (int64_t i = kStep; i < n; i += kStep) {
      __builtin_memcpy(&next, keys + i, sizeof next);
      best = next > best ? next : best;
    }
    const auto fold = [&](const Keys& other) __attribute__((always_inline)) { best = other > best ? other : best; };
    fold(__builtin_shufflevector(best, best, 4, 5, 6, 7, 0, 1, 2, 3));
    fold(__builtin_shufflevector(best, best, 2, 3, 0, 1, 6, 7, 4, 5));
    fold(__builtin_shufflevector(best, best, 1, 0, 3, 2, 5, 4, 7, 6));
    return best[0];
  }

  /// keys[i] = to, where it is `from`; by a whole vector, which the next scan can read back without waiting
  /// for the store to reach the cache.
  static VMD_INLINE void replace(int64_t* keys, int64_t i, int64_t from, int64_t to) {
    Keys vector;
    keys += i & ~(kStep - 1);
    __builtin_memcpy(&vector, keys, sizeof vector);
    vector = vector == from ? Keys{} + to : vector;  // keys are distinct
    __builtin_memcpy(keys, &vector, sizeof vector);
  }

  int shift_ = 4;  // a block is 2^shift_ keys
  int64_t tops_used_ = 0;
  std::vector<int64_t> keys_, tops_;
};

}  // namespace vmd
