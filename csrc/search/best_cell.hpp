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

  explicit ChangedBlocks(size_t cells) : blocks_((cells + kBlock - 1) / kBlock), bits_((blocks_ + 63) / 64) {}
  size_t size() const { return blocks_; }
  void add(int32_t cell) { add_block(static_cast<size_t>(cell) / kBlock); }
  void add_all() {
    for (size_t b = 0; b < blocks_; ++b) add_block(b);
  }
  template <class Body>
  void take_each(const Body& body) {
    for (size_t w = 0; w < bits_.size(); ++w)
      for (uint64_t rest = std::exchange(bits_[w], 0); rest != 0; rest &= rest - 1)
        body(w * 64 + static_cast<size_t>(std::countr_zero(rest)));
  }

 private:
  void add_block(size_t block) { bits_[block / 64] |= uint64_t{1} << (block % 64); }
  size_t blocks_;
  std::vector<uint64_t> bits_;
};

/// Rank has a cell, -1 where it is none to choose, and says whether it beats(another), a strict order.
template <class Rank>
class BestCell {
 public:
  explicit BestCell(size_t cells)
      : cells_(static_cast<int32_t>(cells)), leaves_(std::bit_ceil(ChangedBlocks(cells).size())), tree_(2 * leaves_) {}

  /// The best rank of all cells; its cell is -1 where there is none. best_in(begin, end): the first best one of these.
  template <class BestIn>
  const Rank& look(ChangedBlocks& changed, const BestIn& best_in) {
    changed.take_each([&](size_t block) {
      const auto begin = static_cast<int32_t>(block) * ChangedBlocks::kBlock;
      size_t place = leaves_ + block;
      tree_[place] = best_in(begin, std::min(begin + ChangedBlocks::kBlock, cells_));
      while ((place /= 2) > 0) tree_[place] = better(tree_[2 * place], tree_[2 * place + 1]);
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
