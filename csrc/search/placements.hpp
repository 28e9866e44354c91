// placements.hpp -- search value by value, where each value must stand in every unit: in which cells may it stand?
//
// Idea         a placement is a set of cells that may all hold one value, one in each unit that has as many cells as there
//              are values. All placements are listed; then the values choose one each, such that every cell is covered
//              (exact_cover.hpp). Queens of order 11 have 2,680, and a colouring of their board by 11 colours is an exact
//              cover by 11 of them: that a cell has no placement left is seen long before any unit sees it.
// Limits       as long as there are at most kMost placements.
// Determinism  as exact_cover.hpp.
// Time         run() may throw Late; called again, it goes on as if it had never left off.
// Test         csrc/tests/test_placements.cpp
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "rules/decision.hpp"
#include "rules/rules.hpp"
#include "search/exact_cover.hpp"

namespace vmd {

class Placements {
 public:
  static constexpr size_t kMost = 1 << 14;
  enum class Outcome { going_on, found, none, too_many };

  explicit Placements(const Rules& rules) : rules_(rules) {}
  /// Whether each cell is in a unit that needs every value, and there is room; of rules that only say which cells differ.
  static bool takes(const Rules& rules);

  /// Boards of which nothing is known but these values of cells that differ.
  void start(std::span<const Decision> known);
  /// So many steps: an answer, or the proof that there is none.
  Outcome run(Budget& budget, int64_t& steps);
  /// What was found.
  int32_t at(int32_t cell) const { return value_[static_cast<size_t>(cell)]; }

 private:
  bool list(Budget& budget, int64_t& steps);
  void begin_listing();
  void read();

  const Rules& rules_;
  std::vector<int32_t> value_;  // [L] what is known, then what was found; kOpen
  int32_t listed_ = 0;          // values whose placements are listed
  ExactCover units_;            // by cells: a choice is a placement
  ExactCover board_;            // cells and values, by placements
  std::vector<int32_t> covers_;
};

}  // namespace vmd
