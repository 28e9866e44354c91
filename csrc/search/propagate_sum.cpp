// propagate_sum.cpp -- Sum: bounds always, exactly where that is affordable.
//
// Bounds       the other cells sum to at least their least and at most their greatest values. O(k) a round.
// Any cells    exactly, by the sums that the first i cells and the last k - i cells can have, as bitsets (Trick, Annals
//              of OR 2003): O(k V R / 64) words for R = greatest - least sum; only where R <= kMaxRange.
// Different    exactly for Sum and AllDifferent together where some AllDifferent holds all its cells: for each set of
//              values with the right total, the values that some matching onto the set uses. O(sets k V); only
//              where the rules list at most kMaxSets sets for it (sums.cpp).
#include <algorithm>

#include "search/propagate.hpp"

namespace vmd {
namespace {

constexpr int64_t kMaxRange = 511;  // so a set of sums is at most 8 words
constexpr size_t kWords = (kMaxRange + 64) / 64;

using Sums = std::array<uint64_t, kWords>;

bool single(uint64_t domain) { return (domain & (domain - 1)) == 0; }
int32_t lowest(uint64_t domain) { return std::countr_zero(domain); }
int32_t highest(uint64_t domain) { return 63 - std::countl_zero(domain); }

/// to |= from shifted up by n < 64 bits.
void add_shifted(Sums& to, const Sums& from, int n, size_t words) {
  for (size_t w = words; w-- > 0;) {
    to[w] |= from[w] << n;
    if (w > 0 && n > 0) to[w] |= from[w - 1] >> (64 - n);
  }
}

}  // namespace

bool DomainModel::sum(const Constraint& c) {
  const auto k = static_cast<int64_t>(c.cells.size());
  const int64_t total = c.params[0] - k * c.params[1];  // of the values themselves
  for (bool changed = true; changed;) {
    int64_t low = 0, high = 0;
    for (const int32_t cell : c.cells) {
      low += lowest(at(cell));
      high += highest(at(cell));
    }
    if (low > total || high < total) return false;
    if (low == high) return true;
    changed = false;
    for (const int32_t cell : c.cells) {
      const uint64_t domain = at(cell);
      if (single(domain)) continue;
      // The others sum to at least low - lowest and at most high - highest.
      const int64_t least = std::max<int64_t>(0, total - high + highest(domain));
      const int64_t most = std::min<int64_t>(63, total - low + lowest(domain));
      if (least > most) return false;
      const uint64_t allowed = (~uint64_t{0} >> (63 - most)) & (~uint64_t{0} << least);
      if ((domain & ~allowed) == 0) continue;
      if (!narrow(cell, allowed)) return false;
      changed = true;
    }
  }
  return c.compiled >= 0 ? sum_of_different(c) : sum_of_any(c, total);
}

bool DomainModel::sum_of_any(const Constraint& c, int64_t total) {
  // Offsets from the least values: cell i adds the offsets of its domain, and `goal` is what all add.
  int64_t goal = total, range = 0;
  size_t open = 0;
  for (const int32_t cell : c.cells) {
    const uint64_t domain = at(cell);
    goal -= lowest(domain);
    range += highest(domain) - lowest(domain);
    open += single(domain) ? 0 : 1;
  }
  if (range > kMaxRange || open < 2) return true;
  const auto words = static_cast<size_t>(goal / 64 + 1);
  if (scratch_.size() < open * kWords) scratch_.resize(open * kWords);
  Sums sums{};
  sums[0] = 1;
  size_t i = 0;
  for (const int32_t cell : c.cells) {  // sums of the open cells before each
    const uint64_t domain = at(cell);
    if (single(domain)) continue;
    std::copy(sums.begin(), sums.end(), scratch_.begin() + static_cast<std::ptrdiff_t>(kWords * i++));
    Sums next{};
    for (uint64_t rest = domain >> lowest(domain); rest != 0; rest &= rest - 1)
      add_shifted(next, sums, lowest(rest), words);
    sums = next;
  }
  // Backwards: needed[s] <=> the open cells before and with this one may add s.
  Sums needed{};
  needed[static_cast<size_t>(goal / 64)] = uint64_t{1} << (goal % 64);
  for (size_t j = c.cells.size(); j-- > 0;) {
    const int32_t cell = c.cells[j];
    const uint64_t domain = at(cell);
    if (single(domain)) continue;
    const uint64_t* before = scratch_.data() + kWords * --i;
    uint64_t left = 0;
    Sums next{};
    for (uint64_t rest = domain >> lowest(domain); rest != 0; rest &= rest - 1) {
      const int n = lowest(rest);
      uint64_t any = 0;
      for (size_t w = 0; w < words; ++w) {
        uint64_t shifted = needed[w] >> n;
        if (n > 0 && w + 1 < words) shifted |= needed[w + 1] << (64 - n);
        next[w] |= shifted;
        any |= shifted & before[w];
      }
      if (any != 0) left |= uint64_t{1} << n;
    }
    if (!narrow(cell, left << lowest(domain))) return false;
    needed = next;
  }
  return true;
}

bool DomainModel::sum_of_different(const Constraint& c) {
  std::array<uint64_t, 64> left{}, domains;
  std::array<int8_t, 64> hint;
  const auto k = c.cells.size();
  hint.fill(Matching::kNone);
  uint64_t possible = 0, decided = 0;
  for (const int32_t cell : c.cells) {
    possible |= at(cell);
    if (single(at(cell))) decided |= at(cell);
  }
  for (const uint64_t set : rules_.value_sets(c)) {
    if ((set & ~possible) != 0 || (decided & ~set) != 0) continue;
    bool fits = true;
    for (size_t i = 0; i < k && fits; ++i) fits = (domains[i] = at(c.cells[i]) & set) != 0;
    if (!fits || !matching_.build(domains.data(), static_cast<int>(k), hint.data())) continue;
    for (size_t i = 0; i < k; ++i) hint[i] = matching_.value(static_cast<int>(i));
    matching_.prune(domains.data());
    for (size_t i = 0; i < k; ++i) left[i] |= domains[i];
  }
  for (size_t i = 0; i < k; ++i)
    if (!narrow(c.cells[i], left[i])) return false;
  return true;
}

}  // namespace vmd
