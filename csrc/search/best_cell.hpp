// best_cell.hpp -- the best of many cells, where few changed since the last look.
//
// Idea         a tournament: each block of kBlock cells has a winner, and each two winners have one. A look goes over
//              the blocks where something changed, and up from there, so it costs what changed, for any L.
// Same         the winner is the first of the best cells, as of one loop over all of them.
// Test         csrc/tests/test_search.cpp
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace vmd {

/// Blocks of cells whose ranks may have changed since somebody asked for the best one.
class ChangedBlocks {
 public:
  static constexpr int32_t kBlock = 64;

  explicit ChangedBlocks(size_t cells) : listed_((cells + kBlock - 1) / kBlock) {}
  size_t size() const { return listed_.size(); }
  void add(int32_t cell) { add_block(cell / kBlock); }
  void add_all() {
    for (size_t b = 0; b < listed_.size(); ++b) add_block(static_cast<int32_t>(b));
  }
  template <class Body>
  void take_each(const Body& body) {
    for (const int32_t block : list_) {
      listed_[static_cast<size_t>(block)] = 0;
      body(block);
    }
    list_.clear();
  }

 private:
  void add_block(int32_t block) {
    if (std::exchange(listed_[static_cast<size_t>(block)], uint8_t{1}) == 0) list_.push_back(block);
  }
  std::vector<uint8_t> listed_;
  std::vector<int32_t> list_;
};

/// Rank has a cell, -1 where it is none to choose, and says whether it beats(another), a strict order.
template <class Rank>
class BestCell {
 public:
  explicit BestCell(size_t cells)
      : cells_(static_cast<int32_t>(cells)), leaves_(std::bit_ceil(ChangedBlocks(cells).size())), tree_(2 * leaves_) {}

  /// The best rank of all cells, rank(cell) each; its cell is -1 where there is none.
  template <class RankOf>
  const Rank& look(ChangedBlocks& changed, const RankOf& rank) {
    changed.take_each([&](int32_t block) {
      Rank best;
      const int32_t begin = block * ChangedBlocks::kBlock;
      for (int32_t cell = begin; cell < std::min(begin + ChangedBlocks::kBlock, cells_); ++cell)
        best = better(best, rank(cell));
      auto place = leaves_ + static_cast<size_t>(block);
      for (tree_[place] = best; (place /= 2) > 0;) tree_[place] = better(tree_[2 * place], tree_[2 * place + 1]);
    });
    return tree_[1];
  }

 private:
  static const Rank& better(const Rank& first, const Rank& second) {
    return second.cell >= 0 && (first.cell < 0 || second.beats(first)) ? second : first;
  }

  const int32_t cells_;
  const size_t leaves_;
  std::vector<Rank> tree_;  // the root at 1, the winners of blocks from leaves_ on
};

}  // namespace vmd
