// learn.hpp -- search that learns from its failures, for problems that defeat plain depth-first search.
//
// Idea         each failure is traced back through the reasons of the changes that led to it, until one change of the
//              last level is left that with earlier ones forces the failure (first unique implication point, Marques-
//              Silva & Sakallah 1996). Their negation is a clause: it holds in every solution, and after going back as
//              far as it allows it excludes what was tried. So constraint propagation and clause learning work on one
//              trail (lazy clause generation, Ohrimenko, Stuckey & Codish, Constraints 2009), with sets of values in
//              place of Boolean literals.
// Order        cells with few values and much part in recent failures first; the value is that with the greatest
//              marginal, without marginals the one that the cell had last.
// Restarts     after Luby's sequence of failures; clauses, activity and values stay.
// Exact        a failure without decisions proves that nothing is left. Each solution is blocked by a clause; after
//              kBlocked of them plain depth-first search goes on from the last, which needs no room.
// Determinism  as search.hpp says: activities are doubles, computed in one order.
// Time         all that may take long is left off when the time is over, and taken up by the next call: task_ says what.
#pragma once
#include <vector>

#include "search/clauses.hpp"
#include "search/explain.hpp"
#include "search/domain_model.hpp"
#include "search/learner.hpp"

namespace vmd {

class LearningSearch final : public Learner {
 public:
  static constexpr int64_t kRestartUnit = 64;
  static constexpr size_t kClauses = 2000;

  /// restart_unit: failures for each one of Luby's sequence; clauses: kept before the worse half is forgotten first.
  explicit LearningSearch(const Rules& rules, int64_t restart_unit = kRestartUnit, size_t clauses = kClauses);

  void start(const int32_t* values, const float* marginals) override;
  void forbid(int32_t cell, int32_t value) override { model_.remove(cell, value); }
  void block(const int32_t* values) override;
  Outcome next(Budget& budget, int32_t* values) override;
  bool propagate(Budget& budget, uint64_t* domains) override;
  int64_t nodes() const override { return nodes_; }
  int64_t clauses() const override { return learned_; }
  bool exhausted() const override { return exhausted_; }

 private:
  enum class Task { propagate, analyse, reduce };
  struct Rank {
    int32_t cell = -1;
    double score = 0;
    bool beats(const Rank& other) const { return score > other.score; }
  };

  Outcome run(Budget& budget, int32_t* values);
  Decision choose();
  void decide(Decision decision);
  void go_back(size_t level);
  bool after_solution();
  bool after_failure();
  void restart();

  // Analysis of one failure: the causes so far, at most one a cell.
  bool begin_analysis();
  void analyse(Budget& budget);
  void learn(int32_t pivot);
  void explain(Reason reason, int32_t cell, uint64_t removed, int32_t event);
  void require(int32_t cell, uint64_t values);
  void bump(int32_t cell);
  int32_t true_since(int32_t cell, uint64_t values) const;
  size_t level_of(int32_t event) const;

  const int64_t restart_unit_;
  const size_t first_limit_;
  DomainModel model_;
  Clauses clauses_;
  Explainer explainer_;
  const float* marginals_ = nullptr;
  std::vector<Decision> decisions_;
  int64_t nodes_ = 0, found_ = 0, learned_ = 0;
  bool exhausted_ = false, chronological_ = false;
  Task task_ = Task::propagate;

  std::vector<int32_t> saved_;     // [L] the last value of each cell
  std::vector<double> activity_;   // [L]
  BestCell<Rank> best_;
  double increment_ = 1;
  int64_t restarts_ = 0, until_restart_ = 0;
  size_t clause_limit_ = 0;

  static constexpr int32_t kNotRequired = -2, kAtRoot = -1;
  std::vector<uint64_t> required_;  // [L]
  std::vector<int32_t> since_;      // [L] event that made it true, or kNotRequired
  std::vector<int32_t> touched_;
  int32_t event_ = 0;               // the trail from here on is done
  int32_t floor_ = 0;               // the first event of the last level
  int32_t open_ = 0;                // how many are true since then
  std::vector<size_t> levels_;
  std::vector<Literal> causes_, clause_;
};

}  // namespace vmd
