// matching.hpp -- which values cells that must all differ can take: matching and components, on bitsets.
//
// Meaning      n <= 64 cells, each with a set of values. A value of a cell is kept <=> some assignment of different
//              values to all cells gives it to that cell (generalised arc consistency of AllDifferent).
// Method       1. a maximum matching cells -> values by augmenting paths, begun from a hint (the one before);
//              2. Regin, AAAI 1994: with the matching given, cell i can take value v <=> v is free, or its owner can
//                 pass it on to a free value, or i and the owner of v lie in one strongly connected component
//                 (i -> j <=> i may take j's value). Values of a component that nothing leaves are a Hall set.
// Cost         O(n V) words for the matching when little changed, O(n V) for the components; no allocation.
// Test         csrc/tests/test_propagate.cpp: equal to brute force
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace vmd {

class Matching {
 public:
  static constexpr int kNone = -1;

  /// Match all cells; hint [n] holds values (kNone: none) tried first. False: it cannot be done, and reached() cells
  /// have only seen() values, fewer than they are.
  bool build(const uint64_t* domains, int n, const int8_t* hint);
  /// After build: keep the values that some matching uses.
  void prune(uint64_t* domains);

  int8_t value(int cell) const { return value_[static_cast<size_t>(cell)]; }
  uint64_t reached() const { return reached_; }
  uint64_t seen() const { return seen_; }

 private:
  int owner(int value) const { return owner_[static_cast<size_t>(value)]; }
  uint64_t domain(int cell) const { return domains_[cell]; }
  void give(int cell, int value);
  bool augment(int cell);
  void component(int cell);

  const uint64_t* domains_ = nullptr;
  int n_ = 0;
  uint64_t used_ = 0;                // values that have an owner
  uint64_t seen_ = 0, reached_ = 0;  // of the last search for a path
  std::array<int8_t, 64> value_, owner_;

  // Tarjan's components; cells are numbered in the order of discovery.
  int next_ = 0, depth_ = 0;
  uint64_t unseen_values_ = 0, stacked_values_ = 0;
  std::array<int, 64> number_, low_, stack_;
  std::array<uint64_t, 64> mates_;  // values of each cell's component
};

}  // namespace vmd
