// exact_cover.cpp -- see exact_cover.hpp.
#include "search/exact_cover.hpp"

#include <algorithm>
#include <bit>

namespace vmd {

void ExactCover::start(size_t wanted, size_t items) {
  wanted_ = wanted;
  holders_.assign(items, {});
  ends_.assign(1, 0);
  items_.clear();
}

void ExactCover::add(std::span<const int32_t> items) {
  const size_t option = options();
  for (const int32_t item : items) {
    auto& held = holders_[static_cast<size_t>(item)];
    held.resize(option / 64 + 1);
    held.back() |= uint64_t{1} << option % 64;
  }
  items_.insert(items_.end(), items.begin(), items.end());
  ends_.push_back(items_.size());
}

void ExactCover::begin() {
  words_ = (options() + 63) / 64;
  for (auto& held : holders_) held.resize(words_);
  covered_.assign(holders_.size(), 0);
  chosen_.clear();
  live_.assign(words_, 0);
  untried_.assign(words_, 0);
  fresh_ = true;
}

ExactCover::Outcome ExactCover::next(Budget& budget, int64_t& steps) {
  for (;;) {
    if (fresh_) {
      if (steps <= 0) return Outcome::stopped;
      budget.spend(static_cast<int64_t>(16 + wanted_ * words_ / 4));
      --steps;
      fresh_ = false;
      const int32_t item = scarcest();
      if (item < 0) return Outcome::found;
      const auto& held = holders_[static_cast<size_t>(item)];
      for (size_t w = 0; w < words_; ++w) level(untried_)[w] = level(live_)[w] & held[w];
    }
    size_t w = 0;
    uint64_t* untried = level(untried_);
    while (w < words_ && untried[w] == 0) ++w;
    if (w < words_) {
      const auto option = static_cast<int32_t>(w * 64) + std::countr_zero(untried[w]);
      untried[w] &= untried[w] - 1;
      choose(option);
    } else {
      if (chosen_.empty()) return Outcome::exhausted;
      mark(chosen_.back(), 0);
      chosen_.pop_back();
    }
  }
}

/// The wanted item that the fewest options are left for, -1: all are covered.
int32_t ExactCover::scarcest() const {
  int32_t best = -1;
  int fewest = 0;
  const uint64_t* live = level(live_);
  for (size_t item = 0; item < wanted_; ++item) {
    if (covered_[item] != 0) continue;
    const auto& held = holders_[item];
    int left = 0;
    for (size_t w = 0; w < words_; ++w) left += std::popcount(live[w] & held[w]);
    if (best >= 0 && left >= fewest) continue;
    best = static_cast<int32_t>(item);
    fewest = left;
    if (left == 0) break;
  }
  return best;
}

void ExactCover::choose(int32_t option) {
  mark(option, 1);
  chosen_.push_back(option);
  if (const size_t room = (chosen_.size() + 1) * words_; live_.size() < room) {
    live_.resize(room);
    untried_.resize(room);
  }
  uint64_t* after = level(live_);
  std::copy_n(after - words_, words_, after);
  for (const int32_t item : items_of(option)) {
    const auto& held = holders_[static_cast<size_t>(item)];
    for (size_t w = 0; w < words_; ++w) after[w] &= ~held[w];
  }
  fresh_ = true;
}

void ExactCover::mark(int32_t option, uint8_t covered) {
  for (const int32_t item : items_of(option)) covered_[static_cast<size_t>(item)] = covered;
}

}  // namespace vmd
