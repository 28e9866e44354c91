// learner.hpp -- what search that learns from its failures has in common.
#pragma once
#include "search/search.hpp"

namespace vmd {

class Learner : public Search {
 public:
  static constexpr int64_t kBlocked = 64;  // solutions that are blocked one by one

  /// This solution [L] is known: do not find it again. Before the first next().
  virtual void block(const int32_t* values) = 0;
};

/// 1 1 2 1 1 2 4 ..., from i = 0: failures between restarts (Luby, Sinclair & Zuckerman 1993).
constexpr int64_t luby(int64_t i) {
  int64_t size = 1, power = 0;
  while (size < i + 1) {
    size = 2 * size + 1;
    ++power;
  }
  while (size - 1 != i) {
    size = (size - 1) / 2;
    --power;
    i %= size;
  }
  return int64_t{1} << power;
}

}  // namespace vmd
