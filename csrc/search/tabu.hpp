// tabu.hpp -- local search for values that differ where they must: it finds, and proves nothing.
//
// Idea         every cell holds some value; a move gives a cell that clashes with a peer the value with the fewest
//              clashes, even if they become more, and for a while it may not take the old one back (TabuCol: Hertz & de
//              Werra, Computing 1987; tenures of Galinier & Hao, J. Combinatorial Optimization 1999).
// Determinism  moves depend on the rules and on which values are left, with random numbers of one fixed seed.
// Time         run() may throw Late; called again, it goes on as if it had never left off.
// Test         csrc/tests/test_search.cpp
#pragma once
#include <cstdint>
#include <vector>

#include "search/domain_model.hpp"
#include "search/draws.hpp"

namespace vmd {

class Tabu {
 public:
  /// Of rules that only say which cells differ.
  explicit Tabu(const Rules& rules) : rules_(rules), L_(static_cast<size_t>(rules.L())), V_(static_cast<size_t>(rules.V())) {}

  /// Forget the last problem.
  void start() { next_ = 0, built_ = false; }
  /// True: no two peers clash. `model`: the values that are left, the same until start(); moves: those left to make.
  bool run(const DomainModel& model, Budget& budget, int64_t& moves);
  int32_t at(int32_t cell) const { return value_[static_cast<size_t>(cell)]; }

 private:
  void build(const DomainModel& model, Budget& budget);
  void look();
  void move(int32_t cell, int32_t value);
  void note(int32_t cell);
  size_t place(int32_t cell, int32_t value) const { return static_cast<size_t>(cell) * V_ + static_cast<size_t>(value); }
  int32_t clashes_of(int32_t cell) const { return clashes_[place(cell, at(cell))]; }

  struct Move {
    int32_t cell, value;
  };

  const Rules& rules_;
  const size_t L_, V_;
  bool built_ = false;
  int32_t next_ = 0;  // of what is being built
  Draws draws_{0, 0, 0};
  std::vector<uint64_t> domains_;   // [L]
  std::vector<int32_t> value_;      // [L]
  std::vector<size_t> peers_at_;    // [L + 1]
  std::vector<int32_t> peers_;      // open ones, of open cells
  std::vector<int32_t> seen_;       // [L] the last cell whose peer it was
  std::vector<int32_t> clashes_;    // [L, V] how many peers hold the value
  std::vector<int64_t> free_from_;  // [L, V] the time before which the cell may not take the value
  std::vector<int32_t> clashing_, place_;  // cells that clash; [L] where they stand there, -1: nowhere
  std::vector<Move> best_;
  int64_t now_ = 0, total_ = 0, least_ = 0;  // clashes are counted once a pair
};

}  // namespace vmd
