// propagate.hpp -- the Model over domains: any mix of constraints, on one bitset of values per cell.
//
// Propagation  a constraint is run again when the domain of one of its cells changed: learned clauses first, then
//              the cheap filters, then Sum, Table and Regular, then matchings.
//              Every filter is sound (removes no value of any solution) and, once all its cells are decided,
//              exact (fails unless the constraint holds): a board without open cells is a solution.
//                AllDifferent  decided values leave the others, too few values fail, and with as many values as
//                              cells a value with one place goes there; then exactly, see propagate_matching.cpp
//                Sum           bounds; then exactly where that is affordable, see propagate_sum.cpp
//                Less, Count, Table, Regular   exactly (every value left is part of some tuple)
// State        domains [L] with a trail of old values, so a decision costs what it changes, for any L. Each change
//              on the trail names its reason, from which learn.cpp explains failures.
// Weights      each failure makes its constraint weightier, and decisions prefer cells with few values and much
//              weight (dom/wdeg, Boussemart et al., ECAI 2004): search learns where the difficulty is.
// Test         csrc/tests/test_propagate.cpp against brute force, tests/search/test_exact.py against CP-SAT
#pragma once
#include <array>
#include <bit>

#include "rules/decision.hpp"
#include "rules/rules.hpp"
#include "search/matching.hpp"

namespace vmd {

class Clauses;

/// Why a domain shrank: a constraint (its number), a learned clause (kClause + its number), or a decision.
using Reason = int32_t;
constexpr Reason kDecision = -1;
constexpr Reason kClause = int32_t{1} << 30;

class DomainModel {
 public:
  /// A change of a domain that can be undone.
  struct Event {
    int32_t cell;
    Reason reason;
    int32_t previous;  // the event before on this cell, -1 = none
    uint64_t old;
  };

  explicit DomainModel(const Rules& rules);

  void start(const int32_t* values);
  bool propagate();
  Decision choose(const float* marginals) const;
  void push() { marks_.push_back(trail_.size()); }
  void pop();
  void assign(int32_t cell, int32_t value) { restrict(cell, uint64_t{1} << value, kDecision); }
  void remove(int32_t cell, int32_t value) { restrict(cell, ~(uint64_t{1} << value), kDecision); }
  void read(int32_t* values) const;
  void domains(uint64_t* out) const;

  // What learning needs
  /// Clauses to propagate with the constraints from now on.
  void attach(Clauses* clauses) { clauses_ = clauses; }
  uint64_t at(int32_t cell) const { return domains_[static_cast<size_t>(cell)]; }
  /// Keep the values of `allowed`; false, and nothing changes: none would be left.
  bool restrict(int32_t cell, uint64_t allowed, Reason reason);
  /// The constraint or clause that failed last.
  Reason conflict() const { return conflict_; }
  const std::vector<Event>& trail() const { return trail_; }
  int32_t last_event(int32_t cell) const { return last_event_[static_cast<size_t>(cell)]; }
  /// The domain as it was before an event.
  uint64_t before(int32_t cell, int32_t event) const;
  size_t level() const { return marks_.size(); }
  size_t mark(size_t level) const { return marks_[level]; }
  const Rules& rules() const { return rules_; }

 private:
  enum Queue : size_t { kCheap, kCostly, kMatching, kQueues };

  bool narrow(int32_t cell, uint64_t allowed) { return restrict(cell, allowed, running_); }
  void wake(size_t unit, Queue queue);
  bool filter(const Constraint& c);
  void forget_queue();

  bool all_different(const Constraint& c);
  bool match(const Constraint& c, size_t unit);
  bool sum(const Constraint& c);
  bool sum_of_any(const Constraint& c, int64_t total);
  bool sum_of_different(const Constraint& c);
  bool less(const Constraint& c);
  bool count(const Constraint& c);
  bool table(const Constraint& c);
  bool regular(const Constraint& c);

  const Rules& rules_;
  std::vector<uint64_t> domains_;
  bool consistent_ = true;  // no change asked for left a domain empty
  std::vector<Event> trail_;  // only while there is a level to go back to
  std::vector<int32_t> last_event_;
  std::vector<size_t> marks_;  // trail size at each push
  std::array<std::vector<int32_t>, kQueues> queue_;
  std::array<size_t, kQueues> head_{};
  std::array<std::vector<uint8_t>, kQueues> queued_;
  Reason running_ = kDecision;  // a filter does all it can: it need not run again for its own changes
  Reason conflict_ = kDecision;
  std::vector<int64_t> weight_;  // [L] failures of the constraints on a cell, plus their number
  std::vector<uint64_t> scratch_;
  Matching matching_;
  std::vector<size_t> hint_offset_;  // [units]
  std::vector<int8_t> hint_;         // the last matching of each AllDifferent
  Clauses* clauses_ = nullptr;
  std::vector<int32_t> changed_;  // cells whose clauses are to be looked at
};

}  // namespace vmd
