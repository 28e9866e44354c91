// propagate.cpp -- queue, trail and decisions of DomainModel; the filters are in propagate_*.cpp.
#include "propagate.hpp"

#include <algorithm>

namespace vmd {
namespace {

bool costly(Kind kind) { return kind == Kind::table || kind == Kind::regular; }

}  // namespace

DomainModel::DomainModel(const Rules& rules)
    : rules_(rules), domains_(static_cast<size_t>(rules.L())), queued_(rules.constraints().size()),
      weight_(static_cast<size_t>(rules.L())) {}

void DomainModel::start(const int32_t* values) {
  consistent_ = true;
  trail_.clear();
  marks_.clear();
  for (auto& queue : queue_) queue.clear();
  head_ = {};
  std::fill(queued_.begin(), queued_.end(), uint8_t{0});
  for (int32_t cell = 0; cell < rules_.L(); ++cell) {
    const auto c = static_cast<size_t>(cell);
    domains_[c] = values[cell] >= 0 ? uint64_t{1} << values[cell] : rules_.all_values();
    weight_[c] = static_cast<int64_t>(rules_.of(cell).size());
  }
  for (size_t u = 0; u < queued_.size(); ++u) wake(static_cast<int32_t>(u));
}

void DomainModel::wake(int32_t unit) {
  const auto u = static_cast<size_t>(unit);
  if (queued_[u] != 0 || unit == running_) return;
  queued_[u] = 1;
  queue_[costly(rules_.constraints()[u].kind) ? 1 : 0].push_back(unit);
}

bool DomainModel::restrict(int32_t cell, uint64_t allowed) {
  const uint64_t old = at(cell), domain = old & allowed;
  if (domain == old) return domain != 0;
  if (!marks_.empty()) trail_.push_back({cell, old});
  domains_[static_cast<size_t>(cell)] = domain;
  for (const int32_t unit : rules_.of(cell)) wake(unit);
  if (domain == 0) consistent_ = false;
  return domain != 0;
}

void DomainModel::pop() {
  for (; trail_.size() > marks_.back(); trail_.pop_back())
    domains_[static_cast<size_t>(trail_.back().cell)] = trail_.back().domain;
  marks_.pop_back();
  consistent_ = true;
}

bool DomainModel::propagate() {
  bool ok = consistent_;
  while (ok) {
    const size_t q = head_[0] < queue_[0].size() ? 0 : 1;
    if (head_[q] == queue_[q].size()) break;
    const int32_t unit = queue_[q][head_[q]++];
    const Constraint& c = rules_.constraints()[static_cast<size_t>(unit)];
    queued_[static_cast<size_t>(unit)] = 0;
    running_ = unit;
    ok = filter(c);
    running_ = kNone;
    if (!ok) failed(c);
    if (head_[q] == queue_[q].size()) {  // drained: start over at the front
      queue_[q].clear();
      head_[q] = 0;
    }
  }
  for (size_t q = 0; q < 2; ++q) {
    for (; head_[q] < queue_[q].size(); ++head_[q]) queued_[static_cast<size_t>(queue_[q][head_[q]])] = 0;
    queue_[q].clear();
    head_[q] = 0;
  }
  return ok;
}

bool DomainModel::filter(const Constraint& c) {
  switch (c.kind) {
    case Kind::all_different: return all_different(c);
    case Kind::sum: return sum(c);
    case Kind::less: return less(c);
    case Kind::count: return count(c);
    case Kind::table: return table(c);
    case Kind::regular: return regular(c);
  }
  return false;
}

void DomainModel::failed(const Constraint& c) {
  for (const int32_t cell : c.cells) ++weight_[static_cast<size_t>(cell)];
}

Decision DomainModel::choose(const float* marginals) const {
  const auto V = static_cast<size_t>(rules_.V());
  Decision best{-1, -1};
  int64_t best_size = 0, best_weight = 1;
  float best_score = 0;
  for (size_t cell = 0; cell < domains_.size(); ++cell) {
    const uint64_t domain = domains_[cell];
    if ((domain & (domain - 1)) == 0) continue;
    // Smaller size / weight is better; compared without division.
    const int64_t size = std::popcount(domain), weight = std::max<int64_t>(1, weight_[cell]);
    const int64_t mine = size * best_weight, its = best_size * weight;
    if (best.cell >= 0 && (mine > its || (mine == its && marginals == nullptr))) continue;
    int32_t value = std::countr_zero(domain);
    float score = 0;
    if (marginals != nullptr) {
      const float* row = marginals + cell * V;
      for (uint64_t rest = domain; rest != 0; rest &= rest - 1)
        if (row[std::countr_zero(rest)] > row[value]) value = std::countr_zero(rest);
      score = row[value];
      if (best.cell >= 0 && mine == its && score <= best_score) continue;
    }
    best = {static_cast<int32_t>(cell), value};
    best_size = size;
    best_weight = weight;
    best_score = score;
  }
  return best;
}

void DomainModel::read(int32_t* values) const {
  for (size_t c = 0; c < domains_.size(); ++c) values[c] = std::countr_zero(domains_[c]);
}

void DomainModel::domains(uint64_t* out) const { std::copy(domains_.begin(), domains_.end(), out); }

}  // namespace vmd
