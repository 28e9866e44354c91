// sums.cpp -- for each Sum whose cells also all differ: the sets of values with its total.
//
// Kakuro and killer cages are such sums: two different cells of 1..9 that add up to 4 are 1 and 3 in some order.
// Limits       kMaxSets sets; a Sum with more is filtered as any other.
#include <algorithm>
#include <bit>

#include "rules/rules.hpp"

namespace vmd {
namespace {

constexpr size_t kMaxSets = 256;

/// Add the sets of k values from `first`.. < V with sum `total` to `out`, joined with `chosen`; false: too many.
bool list_sets(int32_t first, int32_t V, int64_t k, int64_t total, uint64_t chosen, std::vector<uint64_t>& out) {
  if (k == 0) {
    if (total != 0) return true;
    if (out.size() == kMaxSets) return false;
    out.push_back(chosen);
    return true;
  }
  for (int32_t v = first; v + k <= V; ++v) {
    // The least and the greatest sum of k values from v on.
    if (k * v + k * (k - 1) / 2 > total) break;
    if (v + (k - 1) * (V - 1) - (k - 1) * (k - 2) / 2 < total) continue;
    if (!list_sets(v + 1, V, k - 1, total - v, chosen | uint64_t{1} << v, out)) return false;
  }
  return true;
}

}  // namespace

void Rules::find_value_sets() {
  std::map<std::pair<int64_t, int64_t>, int32_t> listed;  // (k, total) -> index; -1: too many
  const auto differ = [this](const Constraint& sum) {
    return std::ranges::any_of(of(sum.cells[0]), [&](int32_t u) {
      const Constraint& c = constraints_[static_cast<size_t>(u)];
      return c.kind == Kind::all_different && std::ranges::all_of(sum.cells, [&](int32_t cell) {
               return std::ranges::find(c.cells, cell) != c.cells.end();
             });
    });
  };
  for (Constraint& c : constraints_) {
    const auto k = static_cast<int64_t>(c.cells.size());
    if (c.kind != Kind::sum || k < 2 || k > V_ || !differ(c)) continue;
    const int64_t total = c.params[0] - k * c.params[1];
    const auto [place, fresh] = listed.try_emplace({k, total}, -1);
    if (fresh) {
      std::vector<uint64_t> sets;
      if (list_sets(0, V_, k, total, 0, sets)) {
        place->second = static_cast<int32_t>(value_sets_.size());
        value_sets_.push_back(std::move(sets));
      }
    }
    c.compiled = place->second;
  }
}

}  // namespace vmd
