// placements.cpp -- see placements.hpp.
#include "search/placements.hpp"

#include <algorithm>

#include "search/search.hpp"  // defines: kOpen

namespace vmd {

namespace {

constexpr size_t kMostBits = size_t{1} << 22;  // which cell is in which unit

}  // namespace

bool Placements::takes(const Rules& rules) {
  if (rules.constraints().size() * static_cast<size_t>(rules.L()) > kMostBits) return false;
  const auto whole = [&](int32_t unit) {
    return rules.constraints()[static_cast<size_t>(unit)].cells.size() == static_cast<size_t>(rules.V());
  };
  for (int32_t cell = 0; cell < rules.L(); ++cell)
    if (std::none_of(rules.of(cell).begin(), rules.of(cell).end(), whole)) return false;
  return true;
}

void Placements::start(std::span<const Decision> known) {
  const auto L = static_cast<size_t>(rules_.L()), V = static_cast<size_t>(rules_.V());
  value_.assign(L, kOpen);
  for (const Decision& one : known) value_[static_cast<size_t>(one.cell)] = one.value;
  // Units that need every value come first, as items that must be covered.
  const auto& units = rules_.constraints();
  std::vector<std::vector<int32_t>> of(L);
  int32_t items = 0, wanted = 0;
  for (const bool whole : {true, false}) {
    for (const Constraint& unit : units) {
      if ((unit.cells.size() == V) != whole) continue;
      for (const int32_t cell : unit.cells) of[static_cast<size_t>(cell)].push_back(items);
      ++items;
    }
    if (whole) wanted = items;
  }
  units_.start(static_cast<size_t>(wanted), static_cast<size_t>(items));
  for (const auto& its : of) units_.add(its);
  board_.start(L + V, L + V);
  listed_ = 0;
  begin_listing();
}

Placements::Outcome Placements::run(Budget& budget, int64_t& steps) {
  if (listed_ < rules_.V()) {
    if (!list(budget, steps)) return Outcome::too_many;
    if (listed_ < rules_.V()) return Outcome::going_on;
    board_.begin([](int32_t) { return true; });
  }
  switch (board_.next(budget, steps)) {
    case ExactCover::Outcome::found: read(); return Outcome::found;
    case ExactCover::Outcome::exhausted: return Outcome::none;
    case ExactCover::Outcome::stopped: break;
  }
  return Outcome::going_on;
}

/// False: there are too many.
bool Placements::list(Budget& budget, int64_t& steps) {
  while (listed_ < rules_.V()) {
    const ExactCover::Outcome outcome = units_.next(budget, steps);
    if (outcome == ExactCover::Outcome::stopped) return true;
    if (outcome == ExactCover::Outcome::exhausted) {
      if (++listed_ < rules_.V()) begin_listing();
    } else {
      if (board_.options() == kMost) return false;
      covers_.assign(units_.chosen().begin(), units_.chosen().end());
      covers_.push_back(rules_.L() + listed_);
      board_.add(covers_);
    }
  }
  return true;
}

/// Of the next value: in cells that are not known to hold another.
void Placements::begin_listing() {
  units_.begin([this](int32_t cell) { return at(cell) == kOpen || at(cell) == listed_; });
}

void Placements::read() {
  for (const int32_t placement : board_.chosen()) {
    const std::span<const int32_t> items = board_.items_of(placement);
    for (const int32_t cell : items.first(items.size() - 1))
      value_[static_cast<size_t>(cell)] = items.back() - rules_.L();
  }
}

}  // namespace vmd
