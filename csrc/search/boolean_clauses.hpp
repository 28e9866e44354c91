// boolean_clauses.hpp -- yes-or-no variables, what they exclude, and clauses: propagated, learned from, forgotten.
//
// Idea         conflict-driven clause learning (Marques-Silva & Sakallah 1996; Moskewicz et al., DAC 2001; Een &
//              Sorensson, SAT 2003). What of two variables cannot both be true stands in lists, not in clauses: that is
//              most of a board of cells that differ, and costs a look at one byte each.
// Literals     2 v: variable v is true; 2 v + 1: it is false.
// Learning     first unique implication point, without literals that follow from the others (Sorensson & Biere, SAT
//              2009), and one literal in place of all that are false because the same variable is true; the half of the
//              clauses with the most levels (LBD, Audemard & Simon, IJCAI 2009) is forgotten, but for those with at most
//              kKeptLevels and those that were not learned.
// Target       decisions go back to the longest trail without a failure so far, and where that says nothing to what a
//              variable was last (target phases: Biere & Fleury, POS 2020).
// Time         propagate() may throw Late; called again, it goes on as if it had never left off.
// Test         csrc/tests/test_search.cpp, test_candidates.cpp
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "search/activity_order.hpp"
#include "search/budget.hpp"

namespace vmd {

class BooleanClauses {
 public:
  using Lit = int32_t;
  static constexpr int32_t kKeptLevels = 2;

  static constexpr Lit yes(int32_t variable) { return 2 * variable; }
  static constexpr Lit no(int32_t variable) { return 2 * variable + 1; }
  static constexpr Lit opposite(Lit lit) { return lit ^ 1; }
  static constexpr int32_t variable(Lit lit) { return lit >> 1; }

  /// So many variables, nothing known; what they exclude is added variable by variable, in both directions.
  void start(int32_t variables);
  void add_exclusions(std::span<const int32_t> others) {
    excluded_.insert(excluded_.end(), others.begin(), others.end());
    excluded_at_.push_back(excluded_.size());
  }
  /// Which variable first, and whether true first: all are in the order now.
  void prefer(std::vector<double> activity, std::vector<uint8_t> phase);
  /// From now on the variable is decided so.
  void prefer(int32_t variable, bool yes) {
    phase_[static_cast<size_t>(variable)] = yes;
    target_[static_cast<size_t>(variable)] = 0;
  }
  /// At level 0: one of these literals is true.
  void add(std::span<const Lit> literals);

  bool propagate(Budget& budget);
  /// After propagate() said false: learn why, and go back to where that says something. False: nothing is left.
  bool learn();
  /// Forget the worse half of what was learned. At level 0, all propagated.
  void reduce();

  bool failed() const { return failed_; }
  size_t level() const { return marks_.size(); }
  /// Negative, 0, positive: false, open, true.
  int value(Lit lit) const { return value_[static_cast<size_t>(lit)]; }
  /// An open literal that ought to be tried, -1: none is open.
  Lit choose();
  void decide(Lit lit) {
    marks_.push_back(trail_.size());
    set(lit, kNone);
  }
  /// A level at which nothing is decided.
  void skip_level() { marks_.push_back(trail_.size()); }
  void go_back(size_t level);
  /// Go back one level, where what was decided last is false.
  void refute();
  /// What was decided, level by level.
  void decisions(std::vector<Lit>& out) const;
  size_t learned() const { return learned_.size(); }

 private:
  using Reason = int32_t;  // a clause, by its place; kNone; below that, the true variable that excludes it
  static constexpr Reason kNone = -1;
  static constexpr Lit kNoLit = -1;
  static constexpr int32_t kGiven = 0;  // the levels of a clause that must stay
  static constexpr Reason excluded_by(int32_t variable) { return -2 - variable; }

  struct Watch {
    int32_t clause;
    Lit other;  // of the clause: where it is true there is nothing to do
  };
  struct Clause {
    int32_t place, levels;
  };

  void set(Lit lit, Reason reason);
  bool exclude(int32_t variable);
  bool visit(Lit falsified);
  int32_t store(std::span<const Lit> literals);
  std::span<Lit> literals(int32_t place) {
    const auto p = static_cast<size_t>(place);
    return std::span(pool_).subspan(p + 1, static_cast<size_t>(pool_[p]));
  }
  template <class Body>
  void for_causes(Lit lit, const Body& body);
  void meet(Lit lit);
  void aim();
  void join();
  int32_t excluder(Lit lit) const;
  bool follows(Lit lit);
  void simplify(const std::vector<int32_t>& old_pool, int32_t place, int32_t levels);
  size_t level_of(Lit lit) const { return static_cast<size_t>(level_[static_cast<size_t>(variable(lit))]); }

  std::vector<int8_t> value_;  // [2 n]
  std::vector<int32_t> level_;
  std::vector<Reason> reason_;
  std::vector<uint8_t> phase_;
  std::vector<int8_t> target_;  // positive: true, negative: false, 0: it says nothing
  size_t aimed_ = 0;            // how many literals the target came from
  ActivityOrder order_;
  std::vector<Lit> trail_;
  std::vector<size_t> marks_;
  size_t head_ = 0;
  bool failed_ = false;
  std::vector<size_t> excluded_at_;
  std::vector<int32_t> excluded_;

  std::vector<int32_t> pool_;  // of each clause its size and its literals, the first two watched
  std::vector<int32_t> given_;
  std::vector<Clause> learned_;
  std::vector<std::vector<Watch>> watches_;  // [2 n] of the literal
  Reason conflict_ = kNone;                  // a clause all of which is false, or the variable that excludes
  Lit clash_ = -1;                           // one that is true: this literal is false

  std::vector<uint8_t> seen_;
  std::vector<int32_t> together_;  // by the variable that makes them false: literals of clause_; 0 outside of join()
  std::vector<Lit> clause_, work_, touched_;
  size_t open_ = 0;
  std::vector<size_t> levels_;
};

}  // namespace vmd
