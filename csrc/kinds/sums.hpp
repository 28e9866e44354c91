// sums.hpp -- which values occur in a way for all cells to add up to a total, exactly.
//
// Method       the sums that the first i cells and the last k - i cells can have, as bitsets (Trick, Annals of OR 2003):
//              O(k V R / 64) words for R = greatest - least sum; only where R <= kMaxRange, else nothing is done.
// Weights      least(i, domain), most(i, domain) and at(i, value): what cell number i adds.
// Users        sum.cpp, linear.cpp
#pragma once
#include <algorithm>
#include <array>

#include "search/domain_model.hpp"
#include "support/sets.hpp"

namespace vmd {

class Sums {
 public:
  static constexpr int64_t kMaxRange = 511;  // so a set of sums is at most 8 words

  /// The domains allow the total by their bounds. False: some cell has no value left.
  template <class Weights>
  static bool filter(DomainModel& model, std::span<const int32_t> cells, int64_t total, const Weights& weights) {
    // Offsets from the least numbers: cell i adds the offsets of its domain, and `goal` is what all add.
    int64_t goal = total, range = 0;
    size_t open = 0;
    for (size_t i = 0; i < cells.size(); ++i) {
      const uint64_t domain = model.at(cells[i]);
      const int64_t least = weights.least(i, domain), most = weights.most(i, domain);
      if (most - least > kMaxRange - range) return true;
      goal -= least;
      range += most - least;
      open += least == most ? 0 : 1;
    }
    if (open < 2) return true;
    const auto words = static_cast<size_t>(goal / 64 + 1);
    uint64_t* const before = model.scratch(open * kWords);  // sums of the open cells before each
    Set sums{};
    sums[0] = 1;
    size_t rank = 0;
    for (size_t i = 0; i < cells.size(); ++i) {
      const uint64_t domain = model.at(cells[i]);
      const int64_t least = weights.least(i, domain);
      if (least == weights.most(i, domain)) continue;
      std::copy(sums.begin(), sums.end(), before + kWords * rank++);
      Set next{};
      for (const int v : sets::members(domain)) add_raised(next, sums, weights.at(i, v) - least, words);
      sums = next;
    }
    // Backwards: needed[s] <=> the open cells before and with this one may add s.
    Set needed{};
    needed[static_cast<size_t>(goal / 64)] = uint64_t{1} << (goal % 64);
    for (size_t i = cells.size(); i-- > 0;) {
      const uint64_t domain = model.at(cells[i]);
      const int64_t least = weights.least(i, domain);
      if (least == weights.most(i, domain)) continue;
      const uint64_t* const sums_before = before + kWords * --rank;
      uint64_t left = 0;
      Set next{};
      for (const int v : sets::members(domain))
        if (add_lowered(next, needed, weights.at(i, v) - least, words, sums_before)) left |= sets::one(v);
      if (!model.narrow(cells[i], left)) return false;
      needed = next;
    }
    return true;
  }

 private:
  static constexpr size_t kWords = (kMaxRange + 64) / 64;
  using Set = std::array<uint64_t, kWords>;

  /// to |= from shifted up by n.
  static void add_raised(Set& to, const Set& from, int64_t n, size_t words) {
    const auto whole = static_cast<size_t>(n / 64);
    const int part = static_cast<int>(n % 64);
    for (size_t w = words; w-- > whole;) {
      to[w] |= from[w - whole] << part;
      if (w > whole && part > 0) to[w] |= from[w - whole - 1] >> (64 - part);
    }
  }

  /// to |= from shifted down by n; true if some of that is in `seen`.
  static bool add_lowered(Set& to, const Set& from, int64_t n, size_t words, const uint64_t* seen) {
    const auto whole = static_cast<size_t>(n / 64);
    const int part = static_cast<int>(n % 64);
    uint64_t any = 0;
    for (size_t w = 0; w + whole < words; ++w) {
      uint64_t shifted = from[w + whole] >> part;
      if (part > 0 && w + whole + 1 < words) shifted |= from[w + whole + 1] << (64 - part);
      to[w] |= shifted;
      any |= shifted & seen[w];
    }
    return any != 0;
  }
};

}  // namespace vmd
