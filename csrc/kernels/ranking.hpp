// ranking.hpp -- the items of a board from best to worst, found one at a time.
//
// Only the first few of many items are usually wanted, so nothing is sorted: the keys are the leaves of a
// knockout tree whose inner nodes hold the best key below them. Taking the best item plays the matches on its
// path again; who its opponents are does not depend on the matches, so this costs one maximum a level.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/rank_key.hpp"  // defines: VMD_INLINE, kNoKey, slot_of

namespace vmd {

class Ranking {
 public:
  /// Holds up to `capacity` items.
  explicit Ranking(int64_t capacity) : nodes_(static_cast<size_t>(2 * leaves_for(capacity))) {}

  /// Begin with n items whose keys are key(slot), kNoKey for an item that is not to be found.
  template <class Key>
  VMD_INLINE void start(int64_t n, const Key& key) {
    leaves_ = leaves_for(n);
    int64_t* keys = nodes_.data() + leaves_;
    for (int64_t slot = 0; slot < n; ++slot) keys[slot] = key(static_cast<int32_t>(slot));
    std::fill(keys + n, keys + leaves_, kNoKey);
    for (int64_t size = leaves_ / 2; size >= 1; size /= 2) {  // adjacent runs, so that this runs in vectors
      int64_t* __restrict nodes = nodes_.data() + size;
      const int64_t* __restrict children = nodes_.data() + 2 * size;
      for (int64_t i = 0; i < size; ++i) nodes[i] = std::max(children[i], children[size + i]);
    }
  }

  /// The best key not yet taken; kNoKey when there is none.
  VMD_INLINE int64_t take() {
    int64_t* nodes = nodes_.data();
    const int64_t key = nodes[1];
    if (key == kNoKey) return key;
    const int64_t slot = slot_of(key);
    int64_t best = kNoKey;
    nodes[leaves_ + slot] = best;
    for (int64_t size = leaves_ / 2; size >= 1; size /= 2) {
      const int64_t place = slot & (size - 1);
      const int64_t opponent = nodes[2 * size + ((slot & (2 * size - 1)) ^ size)];
      best = opponent > best ? opponent : best;
      nodes[size + place] = best;
    }
    return key;
  }

 private:
  static int64_t leaves_for(int64_t n) {
    int64_t leaves = 1;
    while (leaves < n) leaves *= 2;
    return leaves;
  }

  int64_t leaves_ = 1;          // a power of two
  std::vector<int64_t> nodes_;  // level of s nodes: s .. 2s - 1; node i of it has children i, i + s of the next
};

}  // namespace vmd
