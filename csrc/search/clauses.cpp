// clauses.cpp -- see clauses.hpp.
#include "search/clauses.hpp"

#include <algorithm>
#include <utility>

namespace vmd {
void Clauses::clear() {
  old_ = {};
  reducing_ = false;
  pool_.clear();
  clauses_.clear();
  for (auto& list : watches_) list.clear();
}

int32_t Clauses::add(std::span<const Literal> literals, int32_t levels) {
  const auto clause = static_cast<int32_t>(clauses_.size());
  clauses_.push_back({pool_.size(), literals.size(), 2, levels});
  pool_.insert(pool_.end(), literals.begin(), literals.end());
  for (size_t i = 0; i < 2; ++i)
    watches_[static_cast<size_t>(literals[i].cell)].push_back({clause, literals[i].values});
  return clause;
}

bool Clauses::visit(int32_t cell, DomainModel& model) {
  auto& list = watches_[static_cast<size_t>(cell)];
  const uint64_t domain = model.at(cell);
  const auto can_hold = [&model](const Literal& l) { return (model.at(l.cell) & l.values) != 0; };
  if (model.late_after(std::exchange(work_, 0))) throw Late{};
  size_t kept = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    const Watch watch = list[i];
    list[kept++] = watch;
    if ((watch.values & domain) != 0) continue;
    Clause& c = clauses_[static_cast<size_t>(watch.clause)];
    Literal* literals = pool_.data() + c.begin;
    if (literals[0].cell == cell) std::swap(literals[0], literals[1]);
    const Literal other = literals[0];
    const uint64_t others = model.at(other.cell);
    if ((others & ~other.values) == 0) continue;  // holds
    // Go on where the last look ended: long clauses would else be read from the front again and again.
    size_t j = c.next;
    while (j < c.size && !can_hold(literals[j])) ++j;
    if (j == c.size) {
      for (j = 2; j < c.next && !can_hold(literals[j]);) ++j;
      work_ += static_cast<int64_t>(c.size);
    }
    if (j < c.size && can_hold(literals[j])) {
      c.next = j;
      std::swap(literals[1], literals[j]);
      watches_[static_cast<size_t>(literals[1].cell)].push_back({watch.clause, literals[1].values});
      --kept;
    } else if (!model.restrict(other.cell, other.values, kClause + watch.clause)) {
      failed_ = watch.clause;
      while (++i < list.size()) list[kept++] = list[i];
      list.resize(kept);
      return false;
    }
  }
  list.resize(kept);
  return true;
}

/// Move all clauses to old_, and choose those that stay.
void Clauses::begin_reduction() {
  std::vector<int32_t> levels;
  for (const Clause& c : clauses_)
    if (c.levels > kKeptLevels) levels.push_back(c.levels);
  size_t keep = levels.size() / 2;  // of those with many levels; the younger ones
  int32_t most = kKeptLevels;
  if (keep > 0) {
    std::nth_element(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(keep), levels.end());
    most = levels[keep];
  }
  auto below = static_cast<size_t>(std::count_if(levels.begin(), levels.end(), [&](int32_t l) { return l < most; }));
  size_t at_most = keep - std::min(keep, below);  // how many with exactly `most` levels may stay

  old_ = {std::exchange(pool_, {}), std::exchange(clauses_, {}), {}};
  for (auto& list : watches_) list.clear();
  for (size_t i = old_.clauses.size(); i-- > 0;) {
    const int32_t its = old_.clauses[i].levels;
    if (its > most) continue;
    if (its == most && most > kKeptLevels) {
      if (at_most == 0) continue;
      --at_most;
    }
    old_.kept.push_back(i);
  }
  reducing_ = true;
}

bool Clauses::reduce(DomainModel& model, Budget& budget) {
  if (!reducing_) begin_reduction();
  std::vector<Literal> literals;
  while (!old_.kept.empty()) {
    const Clause& c = old_.clauses[old_.kept.back()];
    budget.spend(static_cast<int64_t>(c.size));
    old_.kept.pop_back();
    literals.clear();
    bool holds = false;
    for (size_t j = 0; j < c.size; ++j) {
      const Literal l = old_.pool[c.begin + j];
      const uint64_t domain = model.at(l.cell);
      holds = holds || (domain & ~l.values) == 0;
      if ((domain & l.values) != 0) literals.push_back({l.cell, l.values & domain});
    }
    if (holds) continue;
    if (literals.empty()) return false;
    if (literals.size() == 1) {
      if (!model.restrict(literals[0].cell, literals[0].values, kDecision)) return false;
    } else {
      add(literals, c.levels);
    }
  }
  old_ = {};
  reducing_ = false;
  return true;
}

}  // namespace vmd
