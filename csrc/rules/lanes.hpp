// lanes.hpp -- AllDifferent-only rules as bitboards: all units of the board in a few vector steps.
//
// Idea         Each unit is a *lane*: an integer with one bit per cell of the unit. For every symbol v the
//              lanes of all units lie side by side in n vectors of 64 bytes: bit i of lane u of symbol v is
//              set <=> v is still possible in the i-th cell of unit u. A 9x9 Sudoku has 27 lanes of 16 bits,
//              so one vector per symbol holds the whole board, and these run over all units at once:
//                value elimination   cell c takes v:  symbol[v] &= ~peers[c]
//                naked single        bit set in exactly one symbol (once & ~twice)
//                hidden single       lane x with x & (x - 1) == 0, in a unit that needs every symbol
//                pointing            a lane whose bits all lie in another unit: that unit has the symbol there
//                clash               such a lane is zero, or a cell has no symbol left
//              A cell has one bit in each of its units; all of them always agree.
// Limits       units of at most 64 cells, at most 32 vectors a symbol; other rules use DomainModel.
// Portability  GCC/Clang vector types of 64 bytes; the compiler splits them where registers are narrower.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vmd {

class Rules;

/// 64 bytes of lanes, aligned for the widest vectors.
struct alignas(64) Block {
  uint64_t words[8];
};

/// Where each cell lies in the lanes, computed once per Rules.
struct LaneLayout {
  int32_t L, V;
  int32_t lane_bits;             // 16, 32 or 64
  int32_t n;                     // blocks a symbol
  std::vector<int32_t> cell_of;  // [n * 512] cell of each bit, -1 = unused
  std::vector<int64_t> bit_of;   // [L] one bit of the cell
  std::vector<Block> bits;       // [L, n] all bits of the cell
  std::vector<Block> peers;      // [L, n] bits of the cells that share a unit with it
  std::vector<Block> cells;      // [n] all bits in use
  std::vector<Block> full;       // [n] lanes of units with as many cells as symbols
  std::vector<Block> unit;       // [lanes, n] all bits of the cells of each lane
  // Units that share at least two cells are partners. Of each lane in `full`, kMaxPartners at most:
  static constexpr size_t kMaxPartners = 16;
  size_t partners = 0;           // the most that a lane has
  std::vector<int32_t> partner;  // [partners, lanes] the partner's lane
  std::vector<Block> outside;    // [partners, n] the lane's bits that its partner has not; all where there is none

  /// Null unless all constraints are AllDifferent and fit the limits above.
  static std::unique_ptr<LaneLayout> build(const Rules& rules);

 private:
  void find_partners(const std::vector<std::span<const int32_t>>& units);
};

}  // namespace vmd
