// stages.cpp -- see stages.hpp.
#include "search/stages.hpp"

#include <algorithm>

namespace vmd {
namespace {

constexpr int64_t kMostPatience = 10'000;  // of all solutions together, unless one alone has more

}  // namespace

Outcome StagedSearch::next(Budget& budget, int32_t* values) {
  const auto L = static_cast<size_t>(rules_.L());
  if (!learning_ && count_ <= Learner::kBlocked) {
    const int64_t open = std::count(values_.begin(), values_.end(), kOpen);  // a solution may need a node for each
    const int64_t most = std::max(patience_, std::min(kMostPatience, (count_ + 1) * patience_ + open));
    const int64_t patience = std::max<int64_t>(0, most - fast_->nodes());
    Budget some = budget;
    some.nodes = std::min(budget.nodes, patience);
    const int64_t before = some.nodes;
    const size_t size = found_.size();
    found_.resize(size + L);
    const Outcome outcome = fast_->next(some, found_.data() + size);
    budget.nodes -= before - some.nodes;
    if (outcome == Outcome::solution) {
      ++count_;
      if (values != nullptr) std::copy_n(found_.data() + size, L, values);
      return outcome;
    }
    found_.resize(size);
    if (outcome != Outcome::node_limit || budget.nodes == 0) return outcome;
    begin_learning();
  }
  return learning_ ? learner_->next(budget, values) : fast_->next(budget, values);
}

void StagedSearch::begin_learning() {
  if (learner_ == nullptr) learner_ = make_learner_();
  learner_->start(values_.data(), marginals_);
  for (const Decision& f : forbidden_) learner_->forbid(f.cell, f.value);
  for (size_t i = 0; i < found_.size(); i += static_cast<size_t>(rules_.L())) learner_->block(found_.data() + i);
  learning_ = true;
}

}  // namespace vmd
