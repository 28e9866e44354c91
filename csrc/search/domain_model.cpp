// domain_model.cpp -- queue, trail and decisions of DomainModel; the filters are in kinds/.
#include "search/domain_model.hpp"

#include <algorithm>

#include "support/sets.hpp"

namespace vmd {
namespace {

bool single(uint64_t domain) { return sets::without_lowest(domain) == 0; }

}  // namespace

DomainModel::DomainModel(const Rules& rules)
    : rules_(rules), domains_(static_cast<size_t>(rules.L())), last_event_(domains_.size()),
      weight_(domains_.size()), changed_blocks_(domains_.size()), best_(domains_.size()) {
  queued_.resize(rules.constraints().size());
  size_t bytes = 0;
  for (const Constraint& c : rules.constraints()) {
    waking_.push_back({c.kind->queue(), c.kind->only_decisions_matter(c)});
    memory_offset_.push_back(bytes);
    bytes += c.kind->memory(c);
  }
  memory_.resize(bytes);
}

void DomainModel::start(const int32_t* values) {
  consistent_ = true;
  trail_.clear();
  marks_.clear();
  changed_.clear();
  forget_queue();
  std::fill(last_event_.begin(), last_event_.end(), -1);
  std::fill(memory_.begin(), memory_.end(), int8_t{-1});
  for (int32_t cell = 0; cell < rules_.L(); ++cell) {
    const auto c = static_cast<size_t>(cell);
    domains_[c] = values[cell] >= 0 ? sets::one(values[cell]) : sets::full(rules_.V());
    weight_[c] = static_cast<int64_t>(rules_.of(cell).size());
  }
  changed_blocks_.add_all();
  for (size_t u = 0; u < waking_.size(); ++u) wake(u, waking_[u].queue);
}

void DomainModel::wake(size_t unit, Kind::Queue queue) {
  if ((queued_[unit] >> queue & 1) != 0) return;
  queued_[unit] = static_cast<uint8_t>(queued_[unit] | 1u << queue);
  queue_[queue].push_back(static_cast<int32_t>(unit));
}

bool DomainModel::restrict(int32_t cell, uint64_t allowed, Reason reason) {
  const auto c = static_cast<size_t>(cell);
  const uint64_t old = domains_[c], domain = old & allowed;
  if (domain == old) return true;
  if (domain == 0) {
    consistent_ = false;
    return false;
  }
  if (!marks_.empty()) {
    const auto event = static_cast<int32_t>(trail_.size());
    trail_.push_back({cell, reason, last_event_[c], old});
    last_event_[c] = event;
  }
  domains_[c] = domain;
  changed_blocks_.add(cell);
  if (clauses_ != nullptr) changed_.push_back(cell);
  for (const int32_t unit : rules_.of(cell)) {
    if (unit == running_) continue;
    const auto u = static_cast<size_t>(unit);
    if (!waking_[u].only_decisions || single(domain)) wake(u, waking_[u].queue);
  }
  return true;
}

void DomainModel::pop() {
  for (; trail_.size() > marks_.back(); trail_.pop_back()) {
    const auto c = static_cast<size_t>(trail_.back().cell);
    domains_[c] = trail_.back().old;
    last_event_[c] = trail_.back().previous;
    changed_blocks_.add(trail_.back().cell);
  }
  marks_.pop_back();
  consistent_ = true;
}

uint64_t DomainModel::before(int32_t cell, int32_t event) const {
  uint64_t domain = at(cell);
  for (int32_t e = last_event(cell); e >= event; e = trail_[static_cast<size_t>(e)].previous)
    domain = trail_[static_cast<size_t>(e)].old;
  return domain;
}

bool DomainModel::propagate(Budget& budget) {
  budget.spend(ChangedBlocks::kBlock);  // choose() before it
  budget_ = &budget;
  bool ok = consistent_;
  while (ok) {
    if (!changed_.empty()) {
      ok = visit_clauses();
      continue;
    }
    size_t q = 0;
    while (q < kQueues && head_[q] == queue_[q].size()) ++q;
    if (q == kQueues) break;
    ok = run(static_cast<Kind::Queue>(q));
  }
  changed_.clear();
  if (!ok) forget_queue();
  return ok;
}

bool DomainModel::visit_clauses() {
  const int32_t cell = changed_.back();
  changed_.pop_back();
  try {
    if (clauses_->visit(cell, *this)) return true;
  } catch (const Late&) {
    changed_.push_back(cell);
    throw;
  }
  conflict_ = kClause + clauses_->failed();
  return false;
}

/// Run the constraint at the head of a queue.
bool DomainModel::run(Kind::Queue queue) {
  auto& units = queue_[queue];
  size_t& head = head_[queue];
  const auto unit = static_cast<size_t>(units[head]);
  const Constraint& c = rules_.constraints()[unit];
  budget_->spend(16 + static_cast<int64_t>(c.cells.size()));
  ++head;
  queued_[unit] = static_cast<uint8_t>(queued_[unit] & ~(1u << queue));
  running_ = static_cast<Reason>(unit);
  bool ok = false;
  try {
    ok = queue == Kind::kLast ? c.kind->finish(*this, c) : c.kind->filter(*this, c);
  } catch (const Late&) {
    running_ = kDecision;
    queued_[unit] = static_cast<uint8_t>(queued_[unit] | 1u << queue);
    --head;
    throw;
  }
  running_ = kDecision;
  if (!ok) {
    conflict_ = static_cast<Reason>(unit);
    for (const int32_t cell : c.cells) {
      ++weight_[static_cast<size_t>(cell)];
      changed_blocks_.add(cell);
    }
  }
  if (head == units.size()) {  // drained: start over at the front
    units.clear();
    head = 0;
  }
  return ok;
}

void DomainModel::forget_queue() {
  for (size_t q = 0; q < kQueues; ++q) {
    for (; head_[q] < queue_[q].size(); ++head_[q]) queued_[static_cast<size_t>(queue_[q][head_[q]])] = 0;
    queue_[q].clear();
    head_[q] = 0;
  }
}

DomainModel::Rank DomainModel::best_in(int32_t begin, int32_t end, const float* marginals) const {
  const auto V = static_cast<size_t>(rules_.V());
  Rank best;
  for (auto cell = static_cast<size_t>(begin); cell < static_cast<size_t>(end); ++cell) {
    const uint64_t domain = domains_[cell];
    if (single(domain)) continue;
    const int64_t size = std::popcount(domain), weight = std::max<int64_t>(1, weight_[cell]);
    const int64_t mine = size * best.weight, its = best.size * weight;
    if (best.cell >= 0 && (mine > its || (mine == its && marginals == nullptr))) continue;
    int32_t value = std::countr_zero(domain);
    float score = 0;
    if (marginals != nullptr) {
      const float* row = marginals + cell * V;
      for (uint64_t rest = domain; rest != 0; rest &= rest - 1)
        if (row[std::countr_zero(rest)] > row[value]) value = std::countr_zero(rest);
      score = row[value];
      if (best.cell >= 0 && mine == its && score <= best.score) continue;
    }
    best = {static_cast<int32_t>(cell), value, size, weight, score};
  }
  return best;
}

Decision DomainModel::choose(const float* marginals) {
  const Rank& best = best_.look(changed_blocks_, [&](int32_t begin, int32_t end) { return best_in(begin, end, marginals); });
  return {best.cell, best.value};
}

void DomainModel::read(int32_t* values) const {
  for (size_t c = 0; c < domains_.size(); ++c) values[c] = std::countr_zero(domains_[c]);
}

void DomainModel::domains(uint64_t* out) const { std::copy(domains_.begin(), domains_.end(), out); }

}  // namespace vmd
