// peers.hpp -- which cells may not hold the same symbol: those that share a unit.
//
// Kept as units, never as pairs: memory and every walk are linear in the sum of the units' sizes, where a unit of 65,536
// cells has two thousand million pairs. Small boards have their peers as sets of cells besides, which a commit needs.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "support/float32.hpp"  // defines: VMD_INLINE

namespace vmd {

/// Checked when made, and never changed: threads may share it.
class Peers {
  using Numbers = std::vector<int32_t>;

 public:
  static constexpr int64_t kMaxSetCells = 1024;  // up to 128 kB of sets

  /// Unit u has cells[offsets[u]] .. cells[offsets[u + 1] - 1]. Throws std::invalid_argument where that is no unit of
  /// different cells 0 .. L-1.
  Peers(int64_t L, std::vector<int32_t> offsets, std::vector<int32_t> cells);

  int64_t L() const { return L_; }
  int64_t U() const { return static_cast<int64_t>(offsets_.size()) - 1; }

  VMD_INLINE std::span<const int32_t> cells_of(int64_t unit) const { return part(offsets_, cells_, unit); }
  VMD_INLINE std::span<const int32_t> units_of(int64_t cell) const { return part(unit_offsets_, units_, cell); }

  /// All units as they were given.
  const Numbers& offsets() const { return offsets_; }
  const Numbers& cells() const { return cells_; }

  /// 64-bit words of a set of cells; there is one a cell if `small`: its peers.
  bool small() const { return L_ <= kMaxSetCells; }
  int64_t words() const { return (L_ + 63) / 64; }
  VMD_INLINE const uint64_t* set_of(int64_t cell) const { return sets_.data() + cell * words(); }

 private:
  VMD_INLINE static std::span<const int32_t> part(const Numbers& offsets, const Numbers& all, int64_t i) {
    const int32_t* const from = offsets.data() + i;
    return {all.data() + from[0], all.data() + from[1]};
  }

  int64_t L_;
  Numbers offsets_, cells_, unit_offsets_, units_;
  std::vector<uint64_t> sets_;
};

/// The same where it is not checked, on a GPU, whose boards are small: cell l has the peers cells[offsets[l]] ..
/// cells[offsets[l + 1] - 1], each once.
struct PeerLists {
  const int32_t *offsets, *cells;
};

}  // namespace vmd
