// nearest.hpp -- a solution near to what somebody says of every cell: one with a great sum of scores, cheaply found.
//
// Method       1. depth first, the surest cell first: where the best symbol left is furthest above the second best;
//              2. where the rules only say which cells differ, exchanges of two symbols, as long as one raises the sum:
//                 of a cell, its peers that hold the other symbol, theirs that hold the first, and so on (a Kempe
//                 chain). Each leaves a solution; cells whose own symbol is furthest below their best go first.
//              Neither proves that none is nearer.
// Determinism  a function of rules, values, scores and the node limit.
// Equivariant  other names of cells and symbols give the same solution under these, where no two scores tie.
// Test         tests/search/test_nearest.py
#pragma once
#include <memory>
#include <vector>

#include "search/search.hpp"

namespace vmd {

class Nearest {
 public:
  /// `rules` must outlive it.
  explicit Nearest(const Rules& rules);
  /// Write to out [L] a solution of values [L] near to scores [L, V], kOpen if none was found; how the search for it
  /// ended.
  Status find(const int32_t* values, const float* scores, Budget budget, int32_t* out);

 private:
  void improve(const int32_t* values, const float* scores, Budget& budget, int32_t* solution);
  bool exchange(int32_t cell, int32_t other, const int32_t* values, const float* scores, int32_t* solution);

  const Rules& rules_;
  std::unique_ptr<Search> search_;
  std::vector<size_t> peer_offsets_;  // [L + 1]; empty where the rules say more than which cells differ
  std::vector<int32_t> peers_, chain_;
  std::vector<uint64_t> seen_;  // [L] the last chain that a cell was part of
  uint64_t chains_ = 0;
};

}  // namespace vmd
