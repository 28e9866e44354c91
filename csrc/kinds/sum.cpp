// sum.cpp -- Sum: the sum of (value + first) is the total. Params: total, first.
//
// Bounds       the other cells sum to at least their least and at most their greatest values. O(k) a round.
// Any cells    exactly, see sums.hpp.
// Different    exactly for Sum and AllDifferent together where some AllDifferent holds all its cells, as in Kakuro and
//              killer cages (two different cells of 1..9 that add up to 4 are 1 and 3 in some order): for each set of
//              values with the right total, the values that some matching onto the set uses. O(sets k V); only where
//              there are at most kMaxSets sets.
#include "kinds/sum.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "kinds/interval.hpp"
#include "kinds/matching.hpp"
#include "kinds/sums.hpp"
#include "rules/rules.hpp"
#include "search/domain_model.hpp"
#include "support/sets.hpp"
#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr size_t kMaxSets = 256;

using sets::highest, sets::lowest;

struct Values {
  static int64_t least(size_t, uint64_t domain) { return lowest(domain); }
  static int64_t most(size_t, uint64_t domain) { return highest(domain); }
  static int64_t at(size_t, int value) { return value; }
};

bool single(uint64_t domain) { return sets::without_lowest(domain) == 0; }

/// Of the values themselves.
int64_t total_of(const Constraint& c) { return c.params[0] - static_cast<int64_t>(c.cells.size()) * c.params[1]; }

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
    if (!list_sets(v + 1, V, k - 1, total - v, chosen | sets::one(v), out)) return false;
  }
  return true;
}

/// Some AllDifferent holds all cells; those of more cells than values fail anyway.
bool all_differ(const Constraint& sum, const Rules& rules) {
  const int32_t rarest = *std::ranges::min_element(sum.cells, {}, [&](int32_t cell) { return rules.of(cell).size(); });
  int64_t looked = 0;
  return std::ranges::any_of(rules.of(rarest), [&](int32_t u) {
    if (++looked % 4096 == 0) stop_point();
    const Constraint& c = rules.constraints()[static_cast<size_t>(u)];
    if (!c.kind->only_differ() || c.cells.size() > static_cast<size_t>(rules.V())) return false;
    return std::ranges::all_of(sum.cells, [&](int32_t cell) {
      return std::ranges::find(c.cells, cell) != c.cells.end();
    });
  });
}

bool filter_different(DomainModel& model, const Constraint& c) {
  std::array<uint64_t, kMaxSymbols> left{}, domains;
  std::array<int8_t, kMaxSymbols> hint;
  const auto k = c.cells.size();
  hint.fill(Matching::kNone);
  uint64_t possible = 0, decided = 0;
  for (const int32_t cell : c.cells) {
    possible |= model.at(cell);
    if (single(model.at(cell))) decided |= model.at(cell);
  }
  Matching matching;
  for (const uint64_t set : compiled<ValueSets>(c).sets) {
    if ((set & ~possible) != 0 || (decided & ~set) != 0) continue;
    bool fits = true;
    for (size_t i = 0; i < k && fits; ++i) fits = (domains[i] = model.at(c.cells[i]) & set) != 0;
    if (!fits || !matching.build(domains.data(), static_cast<int>(k), hint.data())) continue;
    for (size_t i = 0; i < k; ++i) hint[i] = matching.value(static_cast<int>(i));
    matching.prune(domains.data());
    for (size_t i = 0; i < k; ++i) left[i] |= domains[i];
  }
  for (size_t i = 0; i < k; ++i)
    if (!model.narrow(c.cells[i], left[i])) return false;
  return true;
}

class Sum final : public Kind {
  const char* name() const override { return "Sum"; }

  void check(const Draft& draft) const override {
    draft.want_params(2);
    draft.want_range("total", draft.params[0], -kMaxNumber, kMaxNumber);
    draft.want_range("first", draft.params[1], -kMaxNumber, kMaxNumber);
  }

  /// ValueSets, or null.
  void relate(Constraint& c, const Rules& rules, Shelf& shelf) const override {
    const auto k = static_cast<int64_t>(c.cells.size());
    if (k < 2 || k > rules.V() || !all_differ(c, rules)) return;
    c.compiled = shelf.get(*this, {k, total_of(c)}, [&] {
      auto listed = std::make_unique<ValueSets>();
      if (!list_sets(0, rules.V(), k, total_of(c), 0, listed->sets)) listed = nullptr;
      return listed;
    });
  }

  Queue queue() const override { return kCostly; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const int64_t total = total_of(c);
    for (bool changed = true; changed;) {
      int64_t low = 0, high = 0;
      for (const int32_t cell : c.cells) {
        low += lowest(model.at(cell));
        high += highest(model.at(cell));
      }
      if (low > total || high < total) return false;
      if (low == high) return true;
      changed = false;
      for (const int32_t cell : c.cells) {
        const uint64_t domain = model.at(cell);
        if (single(domain)) continue;
        // The others sum to at least low - lowest and at most high - highest.
        const uint64_t allowed = interval(total - high + highest(domain), total - low + lowest(domain));
        if ((domain & ~allowed) == 0) continue;
        if (!model.narrow(cell, allowed)) return false;
        changed = true;
      }
    }
    return c.compiled != nullptr ? filter_different(model, c) : Sums::filter(model, c.cells, total, Values{});
  }

  /// Bounds where they suffice.
  void explain(const Loss& loss, std::vector<Literal>& causes) const override {
    const Constraint& c = loss.constraint;
    const int64_t total = total_of(c);
    int64_t low = 0, high = 0;  // of the other cells
    for (size_t i = 0; i < c.cells.size(); ++i) {
      if (c.cells[i] == loss.cell) continue;
      low += lowest(loss.domains[i]);
      high += highest(loss.domains[i]);
    }
    const bool failed = loss.cell < 0;
    const int64_t most = failed ? 0 : lowest(loss.removed), least = failed ? 0 : highest(loss.removed);
    const bool too_great = low + most > total, too_small = high + least < total;
    if (!too_great && !too_small) return blame_all(loss, causes);
    for (size_t i = 0; i < c.cells.size(); ++i)
      if (c.cells[i] != loss.cell)
        causes.push_back(
            {c.cells[i], too_great ? from(lowest(loss.domains[i])) : up_to(highest(loss.domains[i]))});
  }
};

}  // namespace

const Kind& sum_kind();
const Kind& sum_kind() {
  static const Sum kind;
  return kind;
}

}  // namespace vmd
