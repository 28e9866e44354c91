// held.hpp -- what the units of every cell hold, for eight boards side by side.
//
// Meaning  own[l][j]   = { x[j,l] } where cell l of board j is filled, else nothing
//          held[l][j]  = the symbols that cells of l's units hold: by any of them (kOnce) or by two of one unit (kTwice)
//          So an open cell may have what kOnce leaves it, and a filled one is in conflict if kTwice holds its symbol.
// Speed    units are the same on every board, so eight boards share the walk along them, and what they hold lies side by
//          side: one vector where a board alone would need eight scattered reads.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/peers.hpp"
#include "support/sets.hpp"

namespace vmd {

enum class Times { kOnce, kTwice };

template <Times kTimes>
class Held {
 public:
  static constexpr int kBoards = 8;

  explicit Held(const Peers& peers)
      : peers_(peers), own_(static_cast<size_t>(peers.L())), unit_(static_cast<size_t>(peers.U())) {}

  /// Call use(board, l, own, held) for every cell of `boards` <= 8 boards; `x` is the first one's.
  template <class Use>
  void each(const int32_t* x, int boards, const Use& use) {
    const int64_t L = peers_.L();
    if (boards < kBoards) std::fill(own_.begin(), own_.end(), Lanes{});
    for (int j = 0; j < boards; ++j)
      for (int64_t l = 0; l < L; ++l) own_[static_cast<size_t>(l)].sets[j] = sets::of_value(x[j * L + l]);
    for (int64_t u = 0; u < peers_.U(); ++u) {
      Lanes once{}, twice{};
      for (const int32_t cell : peers_.cells_of(u)) {
        const Lanes& own = own_[static_cast<size_t>(cell)];
        for (int j = 0; j < kBoards; ++j) {
          if constexpr (kTimes == Times::kTwice) twice.sets[j] |= once.sets[j] & own.sets[j];
          once.sets[j] |= own.sets[j];
        }
      }
      unit_[static_cast<size_t>(u)] = kTimes == Times::kTwice ? twice : once;
    }
    for (int64_t l = 0; l < L; ++l) {
      Lanes held{};
      for (const int32_t u : peers_.units_of(l))
        for (int j = 0; j < kBoards; ++j) held.sets[j] |= unit_[static_cast<size_t>(u)].sets[j];
      for (int j = 0; j < boards; ++j) use(j, l, own_[static_cast<size_t>(l)].sets[j], held.sets[j]);
    }
  }

 private:
  struct alignas(64) Lanes {
    SymbolSet sets[kBoards];
  };

  const Peers& peers_;
  std::vector<Lanes> own_, unit_;
};

}  // namespace vmd
