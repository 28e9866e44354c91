// tabu.cpp -- see tabu.hpp.
#include "search/tabu.hpp"

#include <utility>

#include "support/sets.hpp"

namespace vmd {

bool Tabu::run(const DomainModel& model, Budget& budget, int64_t& moves) {
  if (!built_) build(model, budget);
  while (total_ > 0 && moves > 0) {
    budget.spend(static_cast<int64_t>(16 + clashing_.size() * V_));
    --moves;
    ++now_;
    look();
    if (best_.empty()) continue;
    const Move chosen = best_[draws_.below(best_.size())];
    free_from_[place(chosen.cell, at(chosen.cell))] =
        now_ + static_cast<int64_t>(draws_.below(10) + clashing_.size() * 6 / 10);
    move(chosen.cell, chosen.value);
  }
  return total_ == 0;
}

/// The moves that leave the fewest clashes, of those that may be made: a new least may be reached by any.
void Tabu::look() {
  int64_t fewest = INT64_MAX;
  best_.clear();
  for (const int32_t cell : clashing_) {
    const int64_t without = total_ - clashes_of(cell);
    const int32_t* clashes = &clashes_[place(cell, 0)];
    const int64_t* free_from = &free_from_[place(cell, 0)];
    for (const int v : sets::members(domains_[static_cast<size_t>(cell)] & ~sets::one(at(cell)))) {
      const int64_t then = without + clashes[v];
      if (then > fewest || (free_from[v] > now_ && then >= least_)) continue;
      if (then < fewest) best_.clear();
      fewest = then;
      best_.push_back({cell, v});
    }
  }
}

void Tabu::move(int32_t cell, int32_t value) {
  const int32_t old = std::exchange(value_[static_cast<size_t>(cell)], value);
  total_ += clashes_[place(cell, value)] - clashes_[place(cell, old)];
  least_ = std::min(least_, total_);
  for (size_t i = peers_at_[static_cast<size_t>(cell)]; i < peers_at_[static_cast<size_t>(cell) + 1]; ++i) {
    const int32_t peer = peers_[i];
    --clashes_[place(peer, old)];
    ++clashes_[place(peer, value)];
    note(peer);
  }
  note(cell);
}

/// Whether the cell clashes may have changed.
void Tabu::note(int32_t cell) {
  int32_t& its = place_[static_cast<size_t>(cell)];
  const bool clashes = clashes_of(cell) > 0;
  if (clashes == (its >= 0)) return;
  if (clashes) {
    its = static_cast<int32_t>(clashing_.size());
    clashing_.push_back(cell);
  } else {
    const int32_t last = clashing_.back();
    clashing_[static_cast<size_t>(its)] = last;
    place_[static_cast<size_t>(last)] = its;
    clashing_.pop_back();
    its = -1;
  }
}

void Tabu::build(const DomainModel& model, Budget& budget) {
  if (next_ == 0) {
    draws_ = Draws(0, 0, 0);
    domains_.resize(L_);
    model.domains(domains_.data());
    value_.assign(L_, 0);
    peers_at_.assign(1, 0);
    peers_.clear();
    seen_.assign(L_, -1);
    clashes_.assign(L_ * V_, 0);
    free_from_.assign(L_ * V_, 0);
    clashing_.clear();
    place_.assign(L_, -1);
    now_ = total_ = 0;
  }
  // The cells in turn: each takes the first value that the fewest peers before it have.
  for (; next_ < rules_.L(); ++next_) {
    budget.spend(64);
    const auto c = static_cast<size_t>(next_);
    const bool open = !sets::is_single(domains_[c]);
    seen_[c] = next_;
    for (const int32_t unit : rules_.of(next_))
      for (const int32_t peer : rules_.constraints()[static_cast<size_t>(unit)].cells)
        if (std::exchange(seen_[static_cast<size_t>(peer)], next_) != next_ && open &&
            !sets::is_single(domains_[static_cast<size_t>(peer)]))
          peers_.push_back(peer);
    peers_at_.push_back(peers_.size());
    int32_t value = -1;
    for (const int v : sets::members(domains_[c]))
      if (value < 0 || clashes_[place(next_, v)] < clashes_[place(next_, value)]) value = v;
    value_[c] = value;
    total_ += open ? clashes_[place(next_, value)] : 0;
    for (size_t i = peers_at_[c]; i < peers_.size(); ++i) ++clashes_[place(peers_[i], value)];
  }
  for (int32_t cell = 0; cell < rules_.L(); ++cell) note(cell);
  least_ = total_;
  built_ = true;
}

}  // namespace vmd
