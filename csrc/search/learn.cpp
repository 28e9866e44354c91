// learn.cpp -- see learn.hpp.
#include "search/learn.hpp"

#include <algorithm>
#include <utility>

namespace vmd {
namespace {

constexpr double kGrowth = 1 / 0.95;  // of what one more failure adds to an activity
constexpr size_t kMoreClauses = 100;  // after each time that some were forgotten

}  // namespace

LearningSearch::LearningSearch(const Rules& rules, int64_t restart_unit, size_t clauses)
    : restart_unit_(restart_unit), first_limit_(clauses), model_(rules), clauses_(rules.L()), explainer_(model_), saved_(static_cast<size_t>(rules.L())),
      activity_(saved_.size()), best_(saved_.size()), required_(saved_.size()), since_(saved_.size(), kNotRequired) {}

void LearningSearch::start(const int32_t* values, const float* marginals) {
  clauses_.clear();
  model_.attach(&clauses_);
  model_.start(values);
  marginals_ = marginals;
  decisions_.clear();
  nodes_ = found_ = learned_ = restarts_ = 0;
  exhausted_ = chronological_ = false;
  task_ = Task::propagate;
  for (const int32_t cell : touched_) since_[static_cast<size_t>(cell)] = kNotRequired;  // of an analysis left off
  touched_.clear();
  std::fill(saved_.begin(), saved_.end(), kOpen);
  for (size_t c = 0; c < activity_.size(); ++c)
    activity_[c] = 1e-3 * static_cast<double>(1 + model_.rules().of(static_cast<int32_t>(c)).size());
  increment_ = 1;
  until_restart_ = restart_unit_;
  clause_limit_ = first_limit_;
}

bool LearningSearch::propagate(Budget& budget, uint64_t* domains) {
  const bool ok = model_.propagate(budget);
  if (ok && domains != nullptr) model_.domains(domains);
  return ok;
}

Outcome LearningSearch::next(Budget& budget, int32_t* values) {
  if (budget.late()) return Outcome::time_limit;
  try {
    return run(budget, values);
  } catch (const Late&) {
    return Outcome::time_limit;
  }
}

Outcome LearningSearch::run(Budget& budget, int32_t* values) {
  for (;;) {
    if (task_ == Task::analyse) analyse(budget);
    if (task_ == Task::reduce) exhausted_ = !clauses_.reduce(model_, budget);
    task_ = Task::propagate;
    if (exhausted_) return Outcome::exhausted;
    if (budget.nodes <= 0) return Outcome::node_limit;
    const bool ok = model_.propagate(budget);
    --budget.nodes;
    ++nodes_;
    if (!ok) {
      exhausted_ = !after_failure();
    } else if (until_restart_ <= 0 && !chronological_) {
      restart();
    } else {
      const Decision decision = choose();
      if (decision.cell < 0) {
        if (values != nullptr) model_.read(values);
        ++found_;
        exhausted_ = !after_solution();
        return Outcome::solution;
      }
      decide(decision);
    }
  }
}

void LearningSearch::decide(Decision decision) {
  decisions_.push_back(decision);
  model_.push();
  model_.assign(decision.cell, decision.value);
}

void LearningSearch::go_back(size_t level) {
  if (model_.level() > level)
    for (size_t e = model_.mark(level); e < model_.trail().size(); ++e) {
      const int32_t cell = model_.trail()[e].cell;
      const uint64_t domain = model_.at(cell);
      if ((domain & (domain - 1)) == 0) saved_[static_cast<size_t>(cell)] = std::countr_zero(domain);
    }
  while (model_.level() > level) {
    model_.pop();
    decisions_.pop_back();
  }
}

Decision LearningSearch::choose() {
  const auto V = static_cast<size_t>(model_.rules().V());
  const auto best_in = [&](int32_t begin, int32_t end) {
    Rank best;
    for (int32_t cell = begin; cell < end; ++cell) {
      const uint64_t domain = model_.at(cell);
      if ((domain & (domain - 1)) == 0) continue;
      const double score = activity_[static_cast<size_t>(cell)] / std::popcount(domain);
      if (best.cell < 0 || score > best.score) best = {cell, score};
    }
    return best;
  };
  const int32_t best = best_.look(model_.changed_blocks(), best_in).cell;
  if (best < 0) return {-1, -1};
  const uint64_t domain = model_.at(best);
  int32_t value = std::countr_zero(domain);
  // The value that it held last fits what was learnt since; a marginal says only where to begin.
  if (const int32_t last = saved_[static_cast<size_t>(best)]; last >= 0 && (domain >> last & 1) != 0) {
    value = last;
  } else if (marginals_ != nullptr) {
    const float* row = marginals_ + static_cast<size_t>(best) * V;
    for (uint64_t rest = domain; rest != 0; rest &= rest - 1)
      if (row[std::countr_zero(rest)] > row[value]) value = std::countr_zero(rest);
  }
  return {best, value};
}

void LearningSearch::restart() {
  go_back(0);
  until_restart_ = restart_unit_ * luby(++restarts_);
  if (clauses_.size() < clause_limit_) return;
  clause_limit_ += kMoreClauses;
  task_ = Task::reduce;
}

bool LearningSearch::after_failure() {
  if (decisions_.empty()) return false;
  if (chronological_) {
    const Decision refuted = decisions_.back();
    go_back(decisions_.size() - 1);
    model_.remove(refuted.cell, refuted.value);
    return true;
  }
  --until_restart_;
  return begin_analysis();
}

bool LearningSearch::after_solution() {
  if (decisions_.empty()) return false;
  if (found_ >= kBlocked) {  // what the clauses exclude holds no further solution, nor do earlier branches
    chronological_ = true;
    return after_failure();
  }
  clause_.clear();
  for (size_t i = decisions_.size(); i-- > 0;)
    clause_.push_back({decisions_[i].cell, ~(uint64_t{1} << decisions_[i].value)});
  go_back(decisions_.size() - 1);
  const Reason reason = clause_.size() > 1 ? kClause + clauses_.add(clause_, Clauses::kBlocks) : kDecision;
  model_.restrict(clause_[0].cell, clause_[0].values, reason);
  return true;
}

void LearningSearch::block(const int32_t* values) {
  clause_.clear();
  for (int32_t cell = 0; cell < model_.rules().L(); ++cell) {
    const uint64_t others = model_.at(cell) & ~(uint64_t{1} << values[cell]);
    if (others != 0) clause_.push_back({cell, others});
  }
  ++found_;
  if (clause_.size() > 1) clauses_.add(clause_, Clauses::kBlocks);
  else if (clause_.size() == 1) model_.restrict(clause_[0].cell, clause_[0].values, kDecision);
  else exhausted_ = true;
}

// Analysis -----------------------------------------------------------------------------------------------------------

/// The event that brought the cell's domain within `values`; kAtRoot: it always lay there.
int32_t LearningSearch::true_since(int32_t cell, uint64_t values) const {
  for (int32_t event = model_.last_event(cell); event >= 0;) {
    const DomainModel::Event& e = model_.trail()[static_cast<size_t>(event)];
    if ((e.old & ~values) != 0) return event;
    event = e.previous;
  }
  return kAtRoot;
}

/// Levels begun before an event, which is the level it belongs to.
size_t LearningSearch::level_of(int32_t event) const {
  size_t low = 0, high = model_.level();  // marks of levels below `low` are at most `event`
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (model_.mark(middle) <= static_cast<size_t>(event)) low = middle + 1;
    else high = middle;
  }
  return low;
}

void LearningSearch::bump(int32_t cell) {
  double& a = activity_[static_cast<size_t>(cell)];
  a += increment_;
  model_.changed_blocks().add(cell);
  if (a < 1e100) return;
  model_.changed_blocks().add_all();
  for (double& other : activity_) other *= 1e-100;
  increment_ *= 1e-100;
}

void LearningSearch::require(int32_t cell, uint64_t values) {
  const auto c = static_cast<size_t>(cell);
  const bool known = since_[c] != kNotRequired;
  if (known) values &= required_[c];
  const int32_t since = true_since(cell, values);
  if (since == kAtRoot) return;  // then it was not required before either
  if (!known) {
    touched_.push_back(cell);
    bump(cell);
  }
  open_ += (since >= floor_ ? 1 : 0) - (known && since_[c] >= floor_ ? 1 : 0);
  required_[c] = values;
  since_[c] = since;
}

/// Into causes_: why the reason made the cell lose the values before an event; cell = -1: why it failed.
void LearningSearch::explain(Reason reason, int32_t cell, uint64_t removed, int32_t event) {
  causes_.clear();
  if (reason < kClause) {
    const Constraint& c = model_.rules().constraints()[static_cast<size_t>(reason)];
    explainer_.explain(c, cell, removed, event, causes_);
  } else {
    for (const Literal& l : clauses_.literals(reason - kClause))
      if (l.cell != cell) causes_.push_back({l.cell, ~l.values});
  }
}

/// False: the failure follows from no decision.
bool LearningSearch::begin_analysis() {
  explain(model_.conflict(), -1, 0, static_cast<int32_t>(model_.trail().size()));
  int32_t last = kAtRoot;
  for (const Literal& cause : causes_) last = std::max(last, true_since(cause.cell, cause.values));
  if (last == kAtRoot) return false;
  go_back(level_of(last));  // filters need not see at once what follows
  floor_ = static_cast<int32_t>(model_.mark(model_.level() - 1));
  open_ = 0;
  touched_.clear();
  for (const Literal& cause : causes_) require(cause.cell, cause.values);
  event_ = static_cast<int32_t>(model_.trail().size());
  task_ = Task::analyse;
  return true;
}

/// Back along the trail: replace what became true last by its causes, until one of this level is left; and learn that.
void LearningSearch::analyse(Budget& budget) {
  for (int64_t work = 0;; ++work) {  // since the last look at the budget
    budget.spend(std::exchange(work, 0));
    --event_;
    const DomainModel::Event& e = model_.trail()[static_cast<size_t>(event_)];
    const auto c = static_cast<size_t>(e.cell);
    if (since_[c] != event_) continue;
    if (open_ == 1) break;
    const uint64_t removed = e.old & ~required_[c];  // by this event
    required_[c] |= removed;
    since_[c] = true_since(e.cell, required_[c]);
    if (since_[c] < floor_) --open_;
    if (since_[c] == kAtRoot) {
      since_[c] = kNotRequired;
      std::erase(touched_, e.cell);
    }
    explain(e.reason, e.cell, removed, event_);
    for (const Literal& cause : causes_) require(cause.cell, cause.values);
    work = 16 * static_cast<int64_t>(causes_.size());
  }
  learn(model_.trail()[static_cast<size_t>(event_)].cell);
}

/// The clause says that not all that is required can be; go back to where it forces the pivot.
void LearningSearch::learn(int32_t pivot) {
  clause_.assign(1, {pivot, ~required_[static_cast<size_t>(pivot)]});
  levels_.assign(1, model_.level());
  size_t back = 0;
  for (const int32_t cell : touched_) {
    const auto c = static_cast<size_t>(cell);
    if (cell != pivot) {
      clause_.push_back({cell, ~required_[c]});
      levels_.push_back(level_of(since_[c]));
      if (levels_.back() > back) {  // watched second: the last to become false
        back = levels_.back();
        std::swap(clause_[1], clause_.back());
      }
    }
    since_[c] = kNotRequired;
  }
  std::sort(levels_.begin(), levels_.end());
  const auto levels = std::unique(levels_.begin(), levels_.end()) - levels_.begin();
  increment_ *= kGrowth;
  ++learned_;

  go_back(back);
  const Reason reason =
      clause_.size() > 1 ? kClause + clauses_.add(clause_, static_cast<int32_t>(levels)) : kDecision;
  model_.restrict(clause_[0].cell, clause_[0].values, reason);
}

}  // namespace vmd
