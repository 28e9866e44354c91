// candidate_search.cpp -- see candidate_search.hpp.
#include "search/candidate_search.hpp"

#include <algorithm>
#include <utility>

#include "support/sets.hpp"

namespace vmd {
namespace {

constexpr size_t kMoreClauses = 200;  // after each time that some were forgotten
constexpr int64_t kMostExclusions = int64_t{1} << 23;  // a 36x36 Sudoku has less

}  // namespace

bool CandidateSearch::takes(const Rules& rules) {
  int64_t exclusions = int64_t{rules.L()} * rules.V() * rules.V();
  for (const Constraint& c : rules.constraints()) {
    if (!c.kind->only_differ()) return false;
    const auto k = static_cast<int64_t>(c.cells.size());
    exclusions += k * k * rules.V();
  }
  return exclusions <= kMostExclusions;
}

CandidateSearch::CandidateSearch(const Rules& rules, int64_t restart_unit, size_t clauses)
    : rules_(rules), restart_unit_(restart_unit), first_limit_(clauses), model_(rules),
      first_(static_cast<size_t>(rules.L())), seen_(first_.size()), tabu_(rules), placements_(rules) {}

void CandidateSearch::start(const int32_t* values, const float* marginals) {
  model_.start(values);
  marginals_ = marginals;
  alike_ = marginals == nullptr && std::all_of(values, values + rules_.L(), [](int32_t v) { return v < 0; });
  built_ = Built::nothing;
  blocked_.clear();
  assumed_.clear();
  nodes_ = found_ = learned_ = restarts_ = moves_ = steps_ = 0;
  tabu_.start();
  until_restart_ = restart_unit_;
  clause_limit_ = first_limit_;
  exhausted_ = chronological_ = by_value_ = false;
}

void CandidateSearch::forbid(int32_t cell, int32_t value) {
  model_.remove(cell, value);
  alike_ = false;
}

void CandidateSearch::block(const int32_t* values) {
  blocked_.insert(blocked_.end(), values, values + rules_.L());
  alike_ = false;
  ++found_;
}

bool CandidateSearch::propagate(Budget& budget, uint64_t* domains) {
  const bool ok = model_.propagate(budget);
  if (ok && domains != nullptr) model_.domains(domains);
  return ok;
}

Outcome CandidateSearch::next(Budget& budget, int32_t* values) {
  if (budget.late()) return Outcome::time_limit;
  try {
    return run(budget, values);
  } catch (const Late&) {
    return Outcome::time_limit;
  }
}

Outcome CandidateSearch::run(Budget& budget, int32_t* values) {
  if (built_ != Built::all) build(budget);
  for (;;) {
    if (exhausted_) return Outcome::exhausted;
    if (moves_ > 0) search_locally(budget);
    if (steps_ > 0) search_by_value(budget);
    if (exhausted_) return Outcome::exhausted;
    if (budget.nodes <= 0) return Outcome::node_limit;
    const bool ok = clauses_.propagate(budget);
    --budget.nodes;
    ++nodes_;
    if (!ok) {
      if (chronological_ && clauses_.level() > 0) {
        clauses_.refute();
      } else {
        --until_restart_;
        exhausted_ = !clauses_.learn();
        ++learned_;
      }
    } else if (until_restart_ <= 0 && !chronological_) {
      restart();
    } else if (!decide()) {
      if (values != nullptr) read(values);
      ++found_;
      exhausted_ = !after_solution();
      return Outcome::solution;
    }
  }
}

/// False: all is decided.
bool CandidateSearch::decide() {
  while (clauses_.level() < assumed_.size()) {
    const Lit lit = assumed_[clauses_.level()];
    const int value = clauses_.value(lit);
    if (value < 0) {  // not with the first values in order, so not at all
      exhausted_ = true;
      return true;
    }
    if (value == 0) {
      clauses_.decide(lit);
      return true;
    }
    clauses_.skip_level();
  }
  const Lit lit = clauses_.choose();
  if (lit < 0) return false;
  clauses_.decide(lit);
  return true;
}

void CandidateSearch::restart() {
  clauses_.go_back(0);
  const int64_t failures = restart_unit_ * luby(restarts_);
  if (local_) moves_ = kMoves * failures;
  if (by_value_) steps_ = kSteps * failures;
  until_restart_ = restart_unit_ * luby(++restarts_);
  if (clauses_.learned() < clause_limit_) return;
  clause_limit_ += kMoreClauses;
  clauses_.reduce();
}

/// At level 0.
void CandidateSearch::search_locally(Budget& budget) {
  if (!tabu_.run(model_, budget, moves_)) return;
  moves_ = 0;
  local_ = false;
  // Where all values are alike, they change their names for those that are assumed.
  std::vector<int32_t> name(static_cast<size_t>(rules_.V()), kOpen);
  uint64_t left = sets::full(rules_.V());
  for (const Lit lit : assumed_) {
    const Decision assumed = candidates_[static_cast<size_t>(BooleanClauses::variable(lit))];
    name[static_cast<size_t>(tabu_.at(assumed.cell))] = assumed.value;
    left &= ~sets::one(assumed.value);
  }
  for (int32_t& its : name) {
    if (its != kOpen) continue;
    its = sets::lowest(left);
    left = sets::without_lowest(left);
  }
  for (size_t i = 0; i < candidates_.size(); ++i) {
    const int32_t value = tabu_.at(candidates_[i].cell);
    const int32_t its = assumed_.empty() ? value : name[static_cast<size_t>(value)];
    clauses_.prefer(static_cast<int32_t>(i), candidates_[i].value == its);
  }
}

/// At level 0.
void CandidateSearch::search_by_value(Budget& budget) {
  const Placements::Outcome outcome = placements_.run(budget, steps_);
  if (outcome == Placements::Outcome::going_on) return;
  steps_ = 0;
  by_value_ = false;
  exhausted_ = outcome == Placements::Outcome::none;
  if (outcome != Placements::Outcome::found) return;
  for (size_t i = 0; i < candidates_.size(); ++i)
    clauses_.prefer(static_cast<int32_t>(i), candidates_[i].value == placements_.at(candidates_[i].cell));
}

bool CandidateSearch::after_solution() {
  local_ = by_value_ = false;
  if (clauses_.level() == 0) return false;
  if (found_ >= kBlocked) {  // what the clauses exclude holds no further solution, nor do earlier branches
    chronological_ = true;
    clauses_.refute();
    return true;
  }
  clauses_.decisions(literals_);
  for (Lit& lit : literals_) lit = BooleanClauses::opposite(lit);
  clauses_.go_back(0);
  clauses_.add(literals_);
  assumed_.clear();
  return !clauses_.failed();
}

void CandidateSearch::read(int32_t* values) const {
  for (int32_t cell = 0; cell < rules_.L(); ++cell)
    for (const int v : sets::members(model_.at(cell)))
      if (!open(cell) || clauses_.value(BooleanClauses::yes(variable(cell, v))) > 0) values[cell] = v;
}

// Building -----------------------------------------------------------------------------------------------------------

bool CandidateSearch::open(int32_t cell) const { return !sets::is_single(model_.at(cell)); }

/// Of an open cell, and a value that it may take.
int32_t CandidateSearch::variable(int32_t cell, int32_t value) const {
  return first_[static_cast<size_t>(cell)] + sets::count(model_.at(cell) & (sets::one(value) - 1));
}

void CandidateSearch::build(Budget& budget) {
  const auto L = static_cast<size_t>(rules_.L());
  const auto each = [&](size_t n, Built then, auto&& body) {
    for (; next_ < n; ++next_) {
      budget.spend(64);
      body(next_);
    }
    next_ = 0;
    built_ = then;
  };
  if (built_ == Built::nothing) {
    if (!model_.propagate(budget)) {
      exhausted_ = true;
      built_ = Built::all;
      return;
    }
    number_candidates();
    local_ = marginals_ == nullptr && blocked_.empty();
    next_ = 0;
    built_ = Built::exclusions;
  }
  if (built_ == Built::exclusions) each(L, Built::cells, [&](size_t c) { exclude(static_cast<int32_t>(c)); });
  if (built_ == Built::cells)
    each(L, Built::units, [&](size_t c) {
      const auto cell = static_cast<int32_t>(c);
      if (!open(cell)) return;
      literals_.clear();
      for (const int v : sets::members(model_.at(cell))) literals_.push_back(BooleanClauses::yes(variable(cell, v)));
      clauses_.add(literals_);
    });
  if (built_ == Built::units)
    each(rules_.constraints().size(), Built::all, [&](size_t u) { want_each_value(rules_.constraints()[u]); });
  prefer();
  if (alike_) assume();
  for (size_t i = 0; i < blocked_.size(); i += L) block_now(blocked_.data() + i);
  exhausted_ = clauses_.failed();
}

void CandidateSearch::number_candidates() {
  candidates_.clear();
  for (int32_t cell = 0; cell < rules_.L(); ++cell) {
    first_[static_cast<size_t>(cell)] = static_cast<int32_t>(candidates_.size());
    if (!open(cell)) continue;
    for (const int v : sets::members(model_.at(cell))) candidates_.push_back({cell, v});
  }
  clauses_.start(static_cast<int32_t>(candidates_.size()));
  std::fill(seen_.begin(), seen_.end(), -1);
}

/// What the cell's candidates exclude.
void CandidateSearch::exclude(int32_t cell) {
  if (!open(cell)) return;
  peers_.clear();
  seen_[static_cast<size_t>(cell)] = cell;
  for (const int32_t unit : rules_.of(cell))
    for (const int32_t peer : rules_.constraints()[static_cast<size_t>(unit)].cells)
      if (std::exchange(seen_[static_cast<size_t>(peer)], cell) != cell && open(peer)) peers_.push_back(peer);
  for (const int v : sets::members(model_.at(cell))) {
    others_.clear();
    for (const int other : sets::members(model_.at(cell) & ~sets::one(v))) others_.push_back(variable(cell, other));
    for (const int32_t peer : peers_)
      if (sets::has(model_.at(peer), v)) others_.push_back(variable(peer, v));
    clauses_.add_exclusions(others_);
  }
}

/// Of a unit with as many cells as values: each value stands in some cell.
void CandidateSearch::want_each_value(const Constraint& unit) {
  uint64_t values = 0, decided = 0;
  for (const int32_t cell : unit.cells) {
    values |= model_.at(cell);
    if (!open(cell)) decided |= model_.at(cell);
  }
  if (sets::count(values) != static_cast<int>(unit.cells.size())) return;
  local_ = false;
  for (const int v : sets::members(values & ~decided)) {
    literals_.clear();
    for (const int32_t cell : unit.cells)
      if (sets::has(model_.at(cell), v)) literals_.push_back(BooleanClauses::yes(variable(cell, v)));
    clauses_.add(literals_);
  }
}

void CandidateSearch::prefer() {
  std::vector<double> activity;
  for (const Decision& c : candidates_)
    activity.push_back(1e-3 * (marginals_ == nullptr
                                   ? 1.0 / sets::count(model_.at(c.cell))
                                   : static_cast<double>(marginals_[int64_t{c.cell} * rules_.V() + c.value])));
  clauses_.prefer(std::move(activity), std::vector<uint8_t>(candidates_.size(), 1));
}

void CandidateSearch::assume() {
  const auto& units = rules_.constraints();
  const auto largest = std::max_element(units.begin(), units.end(), [](const Constraint& a, const Constraint& b) {
    return a.cells.size() < b.cells.size();
  });
  if (largest == units.end()) return;
  int32_t value = 0;
  std::vector<Decision> known;
  for (const int32_t cell : largest->cells) {
    if (open(cell)) assumed_.push_back(BooleanClauses::yes(variable(cell, value)));
    known.push_back({cell, value});
    ++value;
  }
  by_value_ = Placements::takes(rules_);
  if (by_value_) placements_.start(known);
}

void CandidateSearch::block_now(const int32_t* values) {
  literals_.clear();
  for (int32_t cell = 0; cell < rules_.L(); ++cell)
    if (open(cell)) literals_.push_back(BooleanClauses::no(variable(cell, values[cell])));
  clauses_.add(literals_);
}

}  // namespace vmd
