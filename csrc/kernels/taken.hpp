// taken.hpp -- the symbols that cells lost to peers filled within one launch.
//
// On a small board as a set of cells for each symbol: a commit then costs a few words, however many peers there are, and
// what is left of every cell's candidates is worked out once a board. On a large one as a set of symbols for each unit.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels/peers.hpp"
#include "support/float32.hpp"  // defines: Lane, lanes, kMaxLanes, VMD_INLINE
#include "support/sets.hpp"

namespace vmd {

/// Of a board that has its peers as sets of cells.
class TakenFromCells {
 public:
  TakenFromCells(const Peers& peers, int V)
      : peers_(peers), V_(V), words_(peers.words()), cells_(static_cast<size_t>(V * words_)),
        lost_(static_cast<size_t>(sets::halves(V) * stride())) {}

  VMD_INLINE void clear() {
    for (auto& word : cells_) word = 0;
  }

  VMD_INLINE bool has(int64_t cell, int symbol) const {
    return cells_[static_cast<size_t>(symbol * words_ + cell / 64)] >> (cell % 64) & 1;
  }

  /// The peers of `cell` lose `symbol`, if `really`.
  VMD_INLINE void take(int64_t cell, int symbol, bool really) {
    const uint64_t mask = uint64_t{0} - really;
    const uint64_t* const set = peers_.set_of(cell);
    uint64_t* const to = cells_.data() + symbol * words_;
    for (int64_t w = 0; w < words_; ++w) to[w] |= set[w] & mask;
  }

  /// out[l] = candidates[l], without the lost symbols where x[l] is open. F says how wide vectors are.
  template <class F>
  VMD_INLINE void remove_from(const SymbolSet* __restrict candidates, const int32_t* __restrict x,
                              SymbolSet* __restrict out) {
    using U = typename Lane<F>::U;
    U bit_of_lane;
    for (int lane = 0; lane < lanes<F>; ++lane) bit_of_lane[lane] = 1u << lane;
    const int halves = sets::halves(V_);
    for (int half = 0; half < halves; ++half)
      for (int64_t l = 0; l < peers_.L(); l += lanes<F>) {
        U lost{};
        U bit = U{} + 1u;
        for (int v = sets::kHalf * half; v < V_ && v < sets::kHalf * (half + 1); ++v, bit <<= 1) {
          const uint64_t cells = cells_[static_cast<size_t>(v * words_ + l / 64)] >> (l % 64);
          lost |= ((U{} + static_cast<uint32_t>(cells)) & bit_of_lane) != 0 ? bit : U{};
        }
        __builtin_memcpy(lost_.data() + half * stride() + l, &lost, sizeof lost);
      }
    const uint32_t* __restrict low = lost_.data();
    const uint32_t* __restrict high = low + (halves - 1) * stride();
    for (int64_t l = 0; l < peers_.L(); ++l) {
      const SymbolSet lost = halves == 1 ? low[l] : sets::joined(low[l], high[l]);
      out[l] = candidates[l] & ~(lost & sets::if_open(x[l]));
    }
  }

 private:
  int64_t stride() const { return peers_.L() + kMaxLanes; }

  const Peers& peers_;
  const int V_;
  const int64_t words_;
  std::vector<uint64_t> cells_;  // [V][words]: the cells that lost each symbol
  std::vector<uint32_t> lost_;   // [halves][cells, to a whole vector]: the symbols that each cell lost
};

/// The same of any board.
class TakenFromUnits {
 public:
  explicit TakenFromUnits(const Peers& peers) : peers_(peers), lost_(static_cast<size_t>(peers.U())) {}

  VMD_INLINE void clear() {
    for (auto& set : lost_) set = 0;
  }

  VMD_INLINE bool has(int64_t cell, int symbol) const { return sets::has(of_cell(cell), symbol); }

  VMD_INLINE void take(int64_t cell, int symbol, bool really) {
    if (!really) return;
    for (const int32_t unit : peers_.units_of(cell)) lost_[static_cast<size_t>(unit)] |= sets::one(symbol);
  }

  template <class F>
  VMD_INLINE void remove_from(const SymbolSet* candidates, const int32_t* x, SymbolSet* out) {
    for (int64_t l = 0; l < peers_.L(); ++l) out[l] = candidates[l] & ~(of_cell(l) & sets::if_open(x[l]));
  }

 private:
  VMD_INLINE SymbolSet of_cell(int64_t cell) const {
    SymbolSet lost = 0;
    for (const int32_t unit : peers_.units_of(cell)) lost |= lost_[static_cast<size_t>(unit)];
    return lost;
  }

  const Peers& peers_;
  std::vector<SymbolSet> lost_;  // [U]: the symbols that the cells of each unit lost
};

}  // namespace vmd
