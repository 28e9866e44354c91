// boolean_clauses.cpp -- see boolean_clauses.hpp.
#include "search/boolean_clauses.hpp"

#include <algorithm>
#include <utility>

namespace vmd {
namespace {

// Of what one more failure adds to an activity: a short memory, which suits Latin squares with holes.
constexpr double kGrowth = 1 / 0.9;

}  // namespace

void BooleanClauses::start(int32_t variables) {
  const auto n = static_cast<size_t>(variables);
  value_.assign(2 * n, 0);
  level_.assign(n, 0);
  reason_.assign(n, kNone);
  seen_.assign(n, 0);
  target_.assign(n, 0);
  aimed_ = 0;
  together_.assign(n, 0);
  watches_.assign(2 * n, {});
  trail_.clear();
  marks_.clear();
  head_ = 0;
  failed_ = false;
  excluded_at_.assign(1, 0);
  excluded_.clear();
  pool_.clear();
  given_.clear();
  learned_.clear();
}

void BooleanClauses::prefer(std::vector<double> activity, std::vector<uint8_t> phase) {
  order_.start(std::move(activity));
  phase_ = std::move(phase);
}

void BooleanClauses::set(Lit lit, Reason reason) {
  const auto v = static_cast<size_t>(variable(lit));
  value_[static_cast<size_t>(lit)] = 1;
  value_[static_cast<size_t>(opposite(lit))] = -1;
  level_[v] = static_cast<int32_t>(level());
  reason_[v] = reason;
  trail_.push_back(lit);
}

int32_t BooleanClauses::store(std::span<const Lit> literals) {
  const auto place = static_cast<int32_t>(pool_.size());
  pool_.push_back(static_cast<int32_t>(literals.size()));
  pool_.insert(pool_.end(), literals.begin(), literals.end());
  watches_[static_cast<size_t>(literals[0])].push_back({place, literals[1]});
  watches_[static_cast<size_t>(literals[1])].push_back({place, literals[0]});
  return place;
}

void BooleanClauses::add(std::span<const Lit> literals) {
  clause_.clear();
  for (const Lit lit : literals) {
    if (value(lit) > 0) return;
    if (value(lit) == 0) clause_.push_back(lit);
  }
  if (clause_.empty()) failed_ = true;
  else if (clause_.size() == 1) set(clause_[0], kNone);
  else given_.push_back(store(clause_));
}

// Propagation --------------------------------------------------------------------------------------------------------

bool BooleanClauses::propagate(Budget& budget) {
  while (!failed_ && head_ < trail_.size()) {
    const Lit lit = trail_[head_];
    const auto v = static_cast<size_t>(variable(lit));
    const size_t watched = watches_[static_cast<size_t>(opposite(lit))].size();
    budget.spend(static_cast<int64_t>(8 + excluded_at_[v + 1] - excluded_at_[v] + 4 * watched));
    ++head_;
    if ((lit == yes(variable(lit)) && !exclude(variable(lit))) || !visit(opposite(lit))) {
      head_ = trail_.size();
      failed_ = level() == 0;
      return false;
    }
  }
  return !failed_;
}

/// The variable is true: what it excludes is false.
bool BooleanClauses::exclude(int32_t variable) {
  const auto v = static_cast<size_t>(variable);
  for (size_t i = excluded_at_[v]; i < excluded_at_[v + 1]; ++i) {
    const int32_t other = excluded_[i];
    const int now = value(no(other));
    if (now > 0) continue;
    if (now < 0) {
      conflict_ = excluded_by(variable);
      clash_ = no(other);
      return false;
    }
    set(no(other), excluded_by(variable));
  }
  return true;
}

/// The literal is false: the clauses that watch it watch another, or their last one is true.
bool BooleanClauses::visit(Lit falsified) {
  auto& list = watches_[static_cast<size_t>(falsified)];
  size_t kept = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    const Watch watch = list[i];
    if (value(watch.other) > 0) {
      list[kept++] = watch;
      continue;
    }
    const std::span<Lit> clause = literals(watch.clause);
    if (clause[0] == falsified) std::swap(clause[0], clause[1]);
    const Lit first = clause[0];
    if (first != watch.other && value(first) > 0) {
      list[kept++] = {watch.clause, first};
      continue;
    }
    size_t j = 2;
    while (j < clause.size() && value(clause[j]) < 0) ++j;
    if (j < clause.size()) {
      std::swap(clause[1], clause[j]);
      watches_[static_cast<size_t>(clause[1])].push_back({watch.clause, first});
      continue;
    }
    list[kept++] = {watch.clause, first};
    if (value(first) < 0) {
      conflict_ = watch.clause;
      while (++i < list.size()) list[kept++] = list[i];
      list.resize(kept);
      return false;
    }
    set(first, watch.clause);
  }
  list.resize(kept);
  return true;
}

// Decisions ----------------------------------------------------------------------------------------------------------

BooleanClauses::Lit BooleanClauses::choose() {
  while (!order_.empty()) {
    const int32_t v = order_.take();
    if (value(yes(v)) != 0) continue;
    const int8_t target = target_[static_cast<size_t>(v)];
    return (target == 0 ? phase_[static_cast<size_t>(v)] != 0 : target > 0) ? yes(v) : no(v);
  }
  return -1;
}

void BooleanClauses::go_back(size_t to) {
  if (level() <= to) return;
  for (size_t i = trail_.size(); i-- > marks_[to];) {
    const Lit lit = trail_[i];
    const int32_t v = variable(lit);
    value_[static_cast<size_t>(yes(v))] = value_[static_cast<size_t>(no(v))] = 0;
    phase_[static_cast<size_t>(v)] = lit == yes(v);
    order_.put_back(v);
  }
  trail_.resize(marks_[to]);
  marks_.resize(to);
  head_ = trail_.size();
}

void BooleanClauses::refute() {
  const Lit decided = trail_[marks_.back()];
  go_back(level() - 1);
  set(opposite(decided), kNone);
}

void BooleanClauses::decisions(std::vector<Lit>& out) const {
  out.clear();
  for (size_t i = 0; i < marks_.size(); ++i)
    if (marks_[i] < (i + 1 < marks_.size() ? marks_[i + 1] : trail_.size())) out.push_back(trail_[marks_[i]]);
}

// Learning -----------------------------------------------------------------------------------------------------------

/// The other literals of what made `lit` true, all false.
template <class Body>
void BooleanClauses::for_causes(Lit lit, const Body& body) {
  const Reason reason = reason_[static_cast<size_t>(variable(lit))];
  if (reason < kNone) {
    body(no(kNone - 1 - reason));
    return;
  }
  for (const Lit other : literals(reason))
    if (other != lit) body(other);
}

/// A false literal is part of why: of this level it is traced back further, of an earlier one it is learned.
void BooleanClauses::meet(Lit lit) {
  const int32_t v = variable(lit);
  if (seen_[static_cast<size_t>(v)] != 0 || level_of(lit) == 0) return;
  seen_[static_cast<size_t>(v)] = 1;
  touched_.push_back(lit);
  order_.bump(v);
  if (level_of(lit) == level()) ++open_;
  else clause_.push_back(lit);
}

/// After a failure at the last level: what was true before that is the target, if it is more than ever.
void BooleanClauses::aim() {
  if (marks_.back() <= aimed_) return;
  aimed_ = marks_.back();
  std::fill(target_.begin(), target_.end(), int8_t{0});
  for (size_t i = 0; i < aimed_; ++i)
    target_[static_cast<size_t>(variable(trail_[i]))] = trail_[i] == yes(variable(trail_[i])) ? 1 : -1;
}

/// The true variable that makes the literal false by itself, which may be its own; -1: there is none.
int32_t BooleanClauses::excluder(Lit lit) const {
  if (lit == no(variable(lit))) return variable(lit);
  const Reason reason = reason_[static_cast<size_t>(variable(lit))];
  return reason < kNone ? kNone - 1 - reason : -1;
}

/// Of the literals to learn, after the first: where one variable makes several false, that one is false instead.
void BooleanClauses::join() {
  const auto each = [this](auto&& body) {
    for (size_t i = 1; i < clause_.size(); ++i)
      if (const int32_t v = excluder(clause_[i]); v >= 0) body(clause_[i], v);
  };
  each([this](Lit, int32_t v) { ++together_[static_cast<size_t>(v)]; });
  each([this](Lit& lit, int32_t v) {
    int32_t& its = together_[static_cast<size_t>(v)];
    if (its < 0) {
      lit = kNoLit;
    } else if (its > 1) {
      lit = no(v);
      its = -1;
    }
  });
  std::erase(clause_, kNoLit);
  each([this](Lit, int32_t v) { together_[static_cast<size_t>(v)] = 0; });
}

bool BooleanClauses::learn() {
  if (failed_) return false;
  aim();
  clause_.assign(1, kNoLit);
  touched_.clear();
  open_ = 0;
  if (conflict_ < kNone) {
    meet(no(kNone - 1 - conflict_));
    meet(clash_);
  } else {
    for (const Lit lit : literals(conflict_)) meet(lit);
  }
  Lit pivot = -1;
  for (size_t i = trail_.size(); open_ > 0;) {
    do --i;
    while (seen_[static_cast<size_t>(variable(trail_[i]))] == 0);
    pivot = trail_[i];
    if (--open_ > 0) for_causes(pivot, [this](Lit cause) { meet(cause); });
  }
  clause_[0] = opposite(pivot);
  const auto kept = std::remove_if(clause_.begin() + 1, clause_.end(), [this](Lit lit) { return follows(lit); });
  clause_.erase(kept, clause_.end());
  for (const Lit lit : touched_) seen_[static_cast<size_t>(variable(lit))] = 0;
  join();

  size_t back = 0;
  levels_.clear();
  for (size_t i = 0; i < clause_.size(); ++i) {
    const size_t its = level_of(clause_[i]);
    levels_.push_back(its);
    if (i > 0 && its > back) {  // watched second: the last to become false
      back = its;
      std::swap(clause_[1], clause_[i]);
    }
  }
  std::sort(levels_.begin(), levels_.end());
  const auto levels = std::unique(levels_.begin(), levels_.end()) - levels_.begin();
  order_.grow(kGrowth);
  go_back(back);
  if (clause_.size() == 1) {
    set(clause_[0], kNone);
  } else {
    learned_.push_back({store(clause_), static_cast<int32_t>(levels)});
    set(clause_[0], learned_.back().place);
  }
  return true;
}

/// The literal is false because others of the clause are. Marks in seen_: 1 part of why, 2 follows.
bool BooleanClauses::follows(Lit lit) {
  if (reason_[static_cast<size_t>(variable(lit))] == kNone) return false;
  work_.assign(1, lit);
  const size_t begin = touched_.size();
  while (!work_.empty()) {
    const Lit next = work_.back();
    work_.pop_back();
    bool sure = true;
    for_causes(opposite(next), [&](Lit cause) {
      const auto v = static_cast<size_t>(variable(cause));
      if (!sure || level_of(cause) == 0 || seen_[v] != 0) return;
      if (reason_[v] == kNone) {
        sure = false;
        return;
      }
      seen_[v] = 2;
      touched_.push_back(cause);
      work_.push_back(cause);
    });
    if (sure) continue;
    // What was met on the way may not follow either.
    for (size_t i = begin; i < touched_.size(); ++i) seen_[static_cast<size_t>(variable(touched_[i]))] = 0;
    touched_.resize(begin);
    return false;
  }
  return true;
}

// Forgetting ---------------------------------------------------------------------------------------------------------

void BooleanClauses::reduce() {
  const auto better = [](const Clause& a, const Clause& b) {  // fewer levels, then younger
    return a.levels != b.levels ? a.levels < b.levels : a.place > b.place;
  };
  std::vector<Clause> ranked = learned_;
  const auto half = ranked.begin() + static_cast<std::ptrdiff_t>(ranked.size() / 2);
  if (half != ranked.end()) std::nth_element(ranked.begin(), half, ranked.end(), better);
  const auto old_pool = std::exchange(pool_, {});
  const auto old_given = std::exchange(given_, {});
  const auto old_learned = std::exchange(learned_, {});
  for (auto& list : watches_) list.clear();
  for (const int32_t place : old_given) simplify(old_pool, place, kGiven);
  for (const Clause& c : old_learned)
    if (c.levels <= kKeptLevels || better(c, *half)) simplify(old_pool, c.place, c.levels);
}

/// Keep a clause without what is false for good, or not at all if it holds for good.
void BooleanClauses::simplify(const std::vector<int32_t>& old_pool, int32_t place, int32_t levels) {
  clause_.clear();
  const auto begin = static_cast<size_t>(place) + 1;
  for (size_t i = begin; i < begin + static_cast<size_t>(old_pool[begin - 1]); ++i) {
    if (value(old_pool[i]) > 0) return;
    if (value(old_pool[i]) == 0) clause_.push_back(old_pool[i]);
  }
  const int32_t now = store(clause_);
  if (levels == kGiven) given_.push_back(now);
  else learned_.push_back({now, levels});
}

}  // namespace vmd
