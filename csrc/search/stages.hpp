// stages.hpp -- first the fast engine; what it does not settle in a while, the one that learns.
//
// Most problems need few nodes, and then nothing beats an engine that does little at each. A problem that used up its
// patience, so many nodes a solution, is hard, and is begun anew by a Learner; solutions found are blocked there. One
// with more than Learner::kBlocked solutions by then is not hard, only rich: it stays where it is.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "rules/decision.hpp"
#include "search/learner.hpp"

namespace vmd {

class StagedSearch final : public Search {
 public:
  using MakeLearner = std::function<std::unique_ptr<Learner>()>;

  StagedSearch(const Rules& rules, std::unique_ptr<Search> fast, MakeLearner make_learner, int64_t patience)
      : rules_(rules), fast_(std::move(fast)), make_learner_(std::move(make_learner)), patience_(patience) {}

  void start(const int32_t* values, const float* marginals) override {
    fast_->start(values, marginals);
    learning_ = false;
    values_.assign(values, values + rules_.L());
    marginals_ = marginals;
    forbidden_.clear();
    found_.clear();
    count_ = 0;
  }
  void forbid(int32_t cell, int32_t value) override {
    fast_->forbid(cell, value);
    forbidden_.push_back({cell, value});
  }
  Outcome next(Budget& budget, int32_t* values) override;
  bool propagate(Budget& budget, uint64_t* domains) override { return fast_->propagate(budget, domains); }
  int64_t nodes() const override { return fast_->nodes() + (learning_ ? learner_->nodes() : 0); }
  int64_t clauses() const override { return learning_ ? learner_->clauses() : 0; }
  bool exhausted() const override { return learning_ ? learner_->exhausted() : fast_->exhausted(); }

 private:
  void begin_learning();

  const Rules& rules_;
  std::unique_ptr<Search> fast_;
  const MakeLearner make_learner_;
  const int64_t patience_;
  std::unique_ptr<Learner> learner_;  // made when first needed
  bool learning_ = false;
  std::vector<int32_t> values_;
  const float* marginals_ = nullptr;
  std::vector<Decision> forbidden_;
  std::vector<int32_t> found_;  // [count_, L], while they are few
  int64_t count_ = 0;
};

}  // namespace vmd
