// held.hpp -- what the filled peers of every cell hold, for eight boards side by side.
//
// Meaning  own[l][j]  = { x[j,l] } where cell l of board j is filled, else nothing
//          held[l][j] = union of own[p][j] over the peers p of l
// Speed    the peers of a cell are the same on every board, so eight boards share the walk along them, and what
//          they hold lies side by side: one vector where a board alone would need eight scattered reads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace vmd {

class Held {
 public:
  static constexpr int kBoards = 8;

  Held(const int32_t* peers, int64_t L, int64_t P) : peers_(peers), L_(L), P_(P), own_(static_cast<size_t>(L)) {}

  /// Call use(board, l, own, held) for every cell of `boards` <= 8 boards; `x` is the first one's.
  template <class Use>
  void each(const int32_t* x, int boards, const Use& use) {
    if (boards < kBoards) std::fill(own_.begin(), own_.end(), Lanes{});
    for (int j = 0; j < boards; ++j)
      for (int64_t l = 0; l < L_; ++l) {
        const int32_t value = x[j * L_ + l];
        own_[static_cast<size_t>(l)].sets[j] = static_cast<uint64_t>(value >= 0) << (value & 63);
      }
    for (int64_t l = 0; l < L_; ++l) {
      Lanes held{};
      for (int64_t i = 0; i < P_; ++i) {
        const int32_t p = peers_[l * P_ + i];
        if (p < 0) continue;
        const Lanes& theirs = own_[static_cast<size_t>(p)];
        for (int j = 0; j < kBoards; ++j) held.sets[j] |= theirs.sets[j];
      }
      for (int j = 0; j < boards; ++j) use(j, l, own_[static_cast<size_t>(l)].sets[j], held.sets[j]);
    }
  }

 private:
  struct alignas(64) Lanes {
    uint64_t sets[kBoards];
  };

  const int32_t* peers_;
  int64_t L_, P_;
  std::vector<Lanes> own_;
};

}  // namespace vmd
