// candidate_search.hpp -- search that learns from its failures, for rules that only say which cells differ.
//
// Idea         every candidate (a value in a cell) that propagation leaves is a yes-or-no variable. Of a cell exactly one
//              is true; of the cells of a unit and one value at most one, and exactly one where the unit has as many
//              cells as values. Then as learn.hpp, but on literals that cost a byte each: it learns and forgets many
//              times as fast, and may also decide that a cell does not take a value.
// Order        the most active candidate first (activity_order.hpp), in or out as in the target (boolean_clauses.hpp), or
//              as it was last; at first in, and those with the greatest marginal, without marginals those of cells with
//              few values.
// Symmetry     where all values are alike (no givens, nothing forbidden, no marginals) the largest unit takes the first
//              values in order, until a solution is found: if there is any, there is one like that. These are
//              decisions, so all that is learned holds without them.
// Restarts     as learn.hpp. In between local search (tabu.hpp) makes some moves, until there is a first solution: what
//              it finds is what decisions prefer from then on, so that it is the next solution found, like any other.
//              Where units need every value it does not get far; where they cover a board on which all values are alike,
//              it is searched value by value (placements.hpp) in that time.
// Exact        as learn.hpp: each solution is blocked by a clause; after kBlocked of them chronologically.
// Time         what is built for a problem is left off when the time is over, as is propagation.
// Test         csrc/tests/test_search.cpp, test_candidates.cpp
#pragma once
#include <vector>

#include "search/boolean_clauses.hpp"
#include "search/domain_model.hpp"
#include "search/learner.hpp"
#include "search/placements.hpp"
#include "search/tabu.hpp"

namespace vmd {

class CandidateSearch final : public Learner {
 public:
  static constexpr int64_t kRestartUnit = 64;
  static constexpr size_t kClauses = 2000;
  // For each failure, a quarter of the time: moves of local search, steps value by value.
  static constexpr int64_t kMoves = 8, kSteps = 16;

  explicit CandidateSearch(const Rules& rules, int64_t restart_unit = kRestartUnit, size_t clauses = kClauses);
  /// Whether these rules are such.
  static bool takes(const Rules& rules);

  void start(const int32_t* values, const float* marginals) override;
  void forbid(int32_t cell, int32_t value) override;
  void block(const int32_t* values) override;
  Outcome next(Budget& budget, int32_t* values) override;
  bool propagate(Budget& budget, uint64_t* domains) override;
  int64_t nodes() const override { return nodes_; }
  int64_t clauses() const override { return learned_; }
  bool exhausted() const override { return exhausted_; }

 private:
  using Lit = BooleanClauses::Lit;
  enum class Built { nothing, exclusions, cells, units, all };

  Outcome run(Budget& budget, int32_t* values);
  void build(Budget& budget);
  void number_candidates();
  void exclude(int32_t cell);
  void want_each_value(const Constraint& unit);
  void prefer();
  void assume();
  void block_now(const int32_t* values);
  bool decide();
  void restart();
  void search_locally(Budget& budget);
  void search_by_value(Budget& budget);
  bool after_solution();
  void read(int32_t* values) const;
  int32_t variable(int32_t cell, int32_t value) const;
  bool open(int32_t cell) const;

  const Rules& rules_;
  const int64_t restart_unit_;
  const size_t first_limit_;
  DomainModel model_;      // at the root: which candidates there are
  BooleanClauses clauses_;
  Built built_ = Built::nothing;
  size_t next_ = 0;  // of what is being built
  const float* marginals_ = nullptr;
  bool alike_ = false;
  std::vector<int32_t> blocked_;     // [n, L]
  std::vector<int32_t> first_;       // [L] variable of the cell's lowest candidate
  std::vector<Decision> candidates_;  // of each variable
  std::vector<int32_t> seen_;        // [L] the last cell whose peer it was
  std::vector<int32_t> others_, peers_;
  std::vector<Lit> literals_, assumed_;
  int64_t nodes_ = 0, found_ = 0, learned_ = 0, restarts_ = 0, until_restart_ = 0;
  size_t clause_limit_ = 0;
  Tabu tabu_;
  Placements placements_;
  int64_t moves_ = 0, steps_ = 0;         // that they have left
  bool local_ = false, by_value_ = false;  // whether they are of use
  bool exhausted_ = false, chronological_ = false;
};

}  // namespace vmd
