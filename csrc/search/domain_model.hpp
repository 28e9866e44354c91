// domain_model.hpp -- the Model over domains: any mix of constraints, on one bitset of values per cell.
//
// Propagation  a constraint is run again when the domain of one of its cells changed: learned clauses first, then the
//              constraints by their queues (rules/kind.hpp).
// State        domains [L] with a trail of old values, so a decision costs what it changes, for any L. Each change
//              on the trail names its reason, from which learn.cpp explains failures.
// Weights      each failure makes its constraint weightier, and decisions prefer cells with few values and much
//              weight (dom/wdeg, Boussemart et al., ECAI 2004): search learns where the difficulty is. A decision looks
//              only at what changed since the last one (best_cell.hpp).
// Time         propagate() may throw Late; called again, it goes on as if it had never left off.
// Test         csrc/tests/test_propagate.cpp against brute force, tests/search/test_exact.py against CP-SAT
#pragma once
#include <array>
#include <bit>

#include "rules/decision.hpp"
#include "rules/rules.hpp"
#include "search/best_cell.hpp"
#include "search/budget.hpp"

namespace vmd {

/// Why a domain shrank: a constraint (its number), a learned clause (kClause + its number), or a decision.
using Reason = int32_t;
constexpr Reason kDecision = -1;
constexpr Reason kClause = int32_t{1} << 30;

/// Who else looks at changed cells: the learned clauses.
class Watcher {
 public:
  /// The cell's domain shrank: false if some clause cannot hold; then failed() says which. May throw Late, and is then
  /// called with the same cell again.
  virtual bool visit(int32_t cell, DomainModel& model) = 0;
  virtual int32_t failed() const = 0;

 protected:
  ~Watcher() = default;
};

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
  bool propagate(Budget& budget);
  /// The marginals are the same until start().
  Decision choose(const float* marginals);
  void push() { marks_.push_back(trail_.size()); }
  void pop();
  void assign(int32_t cell, int32_t value) { restrict(cell, uint64_t{1} << value, kDecision); }
  void remove(int32_t cell, int32_t value) { restrict(cell, ~(uint64_t{1} << value), kDecision); }
  void read(int32_t* values) const;
  void domains(uint64_t* out) const;
  const Rules& rules() const { return rules_; }

  // What filters need, while they run
  uint64_t at(int32_t cell) const { return domains_[static_cast<size_t>(cell)]; }
  /// Keep the values of `allowed`; false, and nothing changes: none would be left.
  bool narrow(int32_t cell, uint64_t allowed) { return restrict(cell, allowed, running_); }
  /// About nanoseconds; throws Late. Only before the first narrow().
  void spend(int64_t work) { budget_->spend(work); }
  /// When nothing else is left to run, run the kind's finish().
  void finish_later() { wake(static_cast<size_t>(running_), Kind::kLast); }
  /// What the filter wrote there when it ran last, -1 at first: as much as the kind asked for.
  int8_t* memory() { return memory_.data() + memory_offset_[static_cast<size_t>(running_)]; }
  /// Room for so many words, until the filter ends.
  uint64_t* scratch(size_t words) {
    if (scratch_.size() < words) scratch_.resize(words);
    return scratch_.data();
  }

  // What learning needs
  /// Clauses to propagate with the constraints from now on.
  void attach(Watcher* clauses) { clauses_ = clauses; }
  /// For the clauses' visit, see Budget.
  bool late_after(int64_t work) { return budget_->late_after(work); }
  bool restrict(int32_t cell, uint64_t allowed, Reason reason);
  /// The constraint or clause that failed last.
  Reason conflict() const { return conflict_; }
  const std::vector<Event>& trail() const { return trail_; }
  int32_t last_event(int32_t cell) const { return last_event_[static_cast<size_t>(cell)]; }
  /// The domain as it was before an event.
  uint64_t before(int32_t cell, int32_t event) const;
  size_t level() const { return marks_.size(); }
  size_t mark(size_t level) const { return marks_[level]; }
  /// Where cells are ranked by more than their domains.
  ChangedBlocks& changed_blocks() { return changed_blocks_; }

 private:
  static constexpr size_t kQueues = Kind::kQueues;

  struct Rank {
    int32_t cell = -1, value = -1;
    int64_t size = 0, weight = 1;
    float score = 0;
    /// Smaller size / weight is better, compared without division; then the greater marginal, 0 where there are none.
    bool beats(const Rank& other) const {
      const int64_t mine = size * other.weight, its = other.size * weight;
      return mine < its || (mine == its && score > other.score);
    }
  };

  Rank best_in(int32_t begin, int32_t end, const float* marginals) const;
  void wake(size_t unit, Kind::Queue queue);
  bool visit_clauses();
  bool run(Kind::Queue queue);
  void forget_queue();

  const Rules& rules_;
  std::vector<uint64_t> domains_;
  bool consistent_ = true;  // no change asked for left a domain empty
  std::vector<Event> trail_;  // only while there is a level to go back to
  std::vector<int32_t> last_event_;
  std::vector<size_t> marks_;  // trail size at each push
  std::array<std::vector<int32_t>, kQueues> queue_;
  std::array<size_t, kQueues> head_{};
  std::vector<uint8_t> queued_;  // [units] a bit for each queue
  Reason running_ = kDecision;  // a filter does all it can: it need not run again for its own changes
  Reason conflict_ = kDecision;
  std::vector<int64_t> weight_;  // [L] failures of the constraints on a cell, plus their number
  ChangedBlocks changed_blocks_;
  BestCell<Rank> best_;
  std::vector<uint64_t> scratch_;
  struct Waking {
    Kind::Queue queue;
    bool only_decisions;
  };
  std::vector<Waking> waking_;         // [units]
  std::vector<size_t> memory_offset_;  // [units]
  std::vector<int8_t> memory_;
  Budget* budget_ = nullptr;  // of the propagation that goes on
  Watcher* clauses_ = nullptr;
  std::vector<int32_t> changed_;  // cells whose clauses are to be looked at
};

}  // namespace vmd
