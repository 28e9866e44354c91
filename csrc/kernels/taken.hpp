// taken.hpp -- the symbols that cells lost to peers filled within one launch, as a set of cells for each symbol.
//
// A commit then costs a few words, however many peers there are, and what is left of every cell's candidates
// is worked out once a board.
#pragma once
#include <cstdint>
#include <vector>

#include "support/float32.hpp"  // defines: Lane, lanes, kMaxLanes, VMD_INLINE

namespace vmd {

/// The peers of every cell as a set of cells, where such sets are small enough to be worth it.
class PeerSets {
 public:
  static constexpr int64_t kMaxSetCells = 1024;

  PeerSets(const int32_t* peers, int64_t cells, int64_t per_cell)
      : L(cells), P(per_cell), words((cells + 63) / 64), peers_(peers) {
    if (L > kMaxSetCells) return;
    sets_.resize(static_cast<size_t>(L * words));
    for (int64_t l = 0; l < L; ++l) add(l, sets_.data() + l * words, ~uint64_t{0}, true);
  }

  /// Add the peers of cell l to a set; none unless `mask` is all ones.
  VMD_INLINE void add(int64_t l, uint64_t* set, uint64_t mask) const { add(l, set, mask, sets_.empty()); }

  const int64_t L, P, words;  // words: 64-bit words in a set

 private:
  VMD_INLINE void add(int64_t l, uint64_t* set, uint64_t mask, bool one_by_one) const {
    if (one_by_one) {
      for (int64_t i = 0; i < P; ++i) {
        const int64_t p = peers_[l * P + i];
        if (p >= 0) set[p / 64] |= (uint64_t{1} << (p % 64)) & mask;
      }
    } else {
      for (int64_t w = 0; w < words; ++w) set[w] |= sets_[static_cast<size_t>(l * words + w)] & mask;
    }
  }

  const int32_t* peers_;
  std::vector<uint64_t> sets_;
};

class Taken {
 public:
  Taken(const PeerSets& peers, int V)
      : peers_(peers), V_(V), cells_(static_cast<size_t>(V * peers.words)),
        lost_(static_cast<size_t>((1 + (V - 1) / 32) * stride())) {}

  VMD_INLINE void clear() {
    for (auto& word : cells_) word = 0;
  }

  VMD_INLINE bool has(int64_t cell, int symbol) const {
    return cells_[static_cast<size_t>(symbol * peers_.words + cell / 64)] >> (cell % 64) & 1;
  }

  /// The peers of `cell` lose `symbol`, if `really`.
  VMD_INLINE void take(int64_t cell, int symbol, bool really) {
    peers_.add(cell, cells_.data() + symbol * peers_.words, uint64_t{0} - really);
  }

  /// out[l] = candidates[l], without the lost symbols where x[l] is open. F says how wide vectors are.
  template <class F>
  VMD_INLINE void remove_from(const uint64_t* __restrict candidates, const int32_t* __restrict x,
                              uint64_t* __restrict out) {
    using U = typename Lane<F>::U;
    U bit_of_lane;
    for (int lane = 0; lane < lanes<F>; ++lane) bit_of_lane[lane] = 1u << lane;
    const int halves = 1 + (V_ - 1) / 32;
    for (int half = 0; half < halves; ++half)
      for (int64_t l = 0; l < peers_.L; l += lanes<F>) {
        U lost{};
        U bit = U{} + 1u;
        for (int v = 32 * half; v < V_ && v < 32 * half + 32; ++v, bit <<= 1) {
          const uint64_t cells = cells_[static_cast<size_t>(v * peers_.words + l / 64)] >> (l % 64);
          lost |= ((U{} + static_cast<uint32_t>(cells)) & bit_of_lane) != 0 ? bit : U{};
        }
        __builtin_memcpy(lost_.data() + half * stride() + l, &lost, sizeof lost);
      }
    const uint32_t* __restrict low = lost_.data();
    const uint32_t* __restrict high = low + (halves - 1) * stride();
    for (int64_t l = 0; l < peers_.L; ++l) {
      const uint64_t lost = halves == 1 ? low[l] : low[l] | static_cast<uint64_t>(high[l]) << 32;
      out[l] = candidates[l] & ~(lost & static_cast<uint64_t>(int64_t{x[l]} >> 63));
    }
  }

 private:
  int64_t stride() const { return peers_.L + kMaxLanes; }

  const PeerSets& peers_;
  const int V_;
  std::vector<uint64_t> cells_;  // [V][words]: the cells that lost each symbol
  std::vector<uint32_t> lost_;   // [halves][cells, to a whole vector]: the symbols that each cell lost
};

}  // namespace vmd
