// matching.cpp -- see matching.hpp.
#include "kinds/matching.hpp"

#include <algorithm>

namespace vmd {

void Matching::give(int cell, int value) {
  value_[static_cast<size_t>(cell)] = static_cast<int8_t>(value);
  owner_[static_cast<size_t>(value)] = static_cast<int8_t>(cell);
  used_ |= uint64_t{1} << value;
}

bool Matching::build(const uint64_t* domains, int n, const int8_t* hint) {
  domains_ = domains;
  n_ = n;
  used_ = 0;
  uint64_t unmatched = 0;
  for (int i = 0; i < n; ++i) {
    const int v = hint[i];
    if (v >= 0 && ((domain(i) & ~used_) >> v & 1) != 0) give(i, v);
    else unmatched |= uint64_t{1} << i;
  }
  for (; unmatched != 0; unmatched &= unmatched - 1) {
    seen_ = reached_ = 0;
    if (!augment(std::countr_zero(unmatched))) return false;
  }
  return true;
}

bool Matching::augment(int cell) {
  reached_ |= uint64_t{1} << cell;
  const uint64_t free = domain(cell) & ~used_;
  if (free != 0) {
    give(cell, std::countr_zero(free));
    return true;
  }
  for (uint64_t left; (left = domain(cell) & ~seen_) != 0;) {
    const int v = std::countr_zero(left);
    seen_ |= uint64_t{1} << v;
    if (augment(owner(v))) {
      give(cell, v);
      return true;
    }
  }
  return false;
}

void Matching::prune(uint64_t* domains) {
  // Cells that can pass their value on: the values reachable from a free one backwards.
  uint64_t passing = ~used_, tight = n_ == 64 ? ~uint64_t{0} : (uint64_t{1} << n_) - 1;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint64_t rest = tight; rest != 0; rest &= rest - 1) {
      const int i = std::countr_zero(rest);
      if ((domain(i) & passing) == 0) continue;
      passing |= uint64_t{1} << value(i);
      tight &= ~(uint64_t{1} << i);
      changed = true;
    }
  }
  // The others share their values among themselves; components split them further.
  next_ = depth_ = 0;
  unseen_values_ = ~passing;
  stacked_values_ = 0;
  for (uint64_t rest = tight; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    if ((unseen_values_ >> value(i) & 1) != 0) component(i);
  }
  for (int i = 0; i < n_; ++i)
    domains[i] &= (tight >> i & 1) != 0 ? mates_[static_cast<size_t>(i)] : passing;
}

void Matching::component(int cell) {
  const auto c = static_cast<size_t>(cell);
  const uint64_t mine = uint64_t{1} << value(cell);
  number_[c] = low_[c] = next_++;
  stack_[static_cast<size_t>(depth_++)] = cell;
  unseen_values_ &= ~mine;
  stacked_values_ |= mine;
  for (uint64_t left; (left = domain(cell) & unseen_values_) != 0;) {
    const int next = owner(std::countr_zero(left));
    component(next);
    low_[c] = std::min(low_[c], low_[static_cast<size_t>(next)]);
  }
  for (uint64_t back = domain(cell) & stacked_values_; back != 0; back &= back - 1)
    low_[c] = std::min(low_[c], number_[static_cast<size_t>(owner(std::countr_zero(back)))]);
  if (low_[c] != number_[c]) return;
  uint64_t values = 0;
  int first = depth_;
  do values |= uint64_t{1} << value(stack_[static_cast<size_t>(--first)]);
  while (stack_[static_cast<size_t>(first)] != cell);
  for (; depth_ > first; --depth_) mates_[static_cast<size_t>(stack_[static_cast<size_t>(depth_ - 1)])] = values;
  stacked_values_ &= ~values;
}

}  // namespace vmd
