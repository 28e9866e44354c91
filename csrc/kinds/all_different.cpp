// all_different.cpp -- AllDifferent: no two cells hold the same value. Params: none.
//
// Filter       decided values leave the others, too few values fail, and with as many values as cells a value with one
//              place goes there. Then, when all cheaper filters have come to rest, exactly: every value left is part of
//              some assignment of different values (Regin, A filtering algorithm for constraints of difference in CSPs,
//              AAAI 1994; on bitsets, see matching.hpp). Decided cells are left out there: the first part has taken
//              their values from the others.
// Explanation  Hall sets (Downing, Feydy & Stuckey, CPAIOR 2012): cells that have only values W, as many as W, of a
//              failed matching.
#include <array>
#include <bit>

#include "kinds/matching.hpp"
#include "search/domain_model.hpp"
#include "support/sets.hpp"

namespace vmd {
namespace {

bool single(uint64_t domain) { return sets::without_lowest(domain) == 0; }

class AllDifferent final : public Kind {
  const char* name() const override { return "AllDifferent"; }
  void check(const Draft& draft) const override { draft.want_params(0); }
  bool only_differ() const override { return true; }
  Queue queue() const override { return kCheap; }
  bool only_decisions_matter(const Constraint& c) const override { return c.cells.size() <= 2; }
  /// The value of each cell in the last matching.
  size_t memory(const Constraint& c) const override { return c.cells.size(); }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const auto k = static_cast<int>(c.cells.size());
    for (bool changed = true; changed;) {
      uint64_t once = 0, twice = 0, decided = 0;
      for (const int32_t cell : c.cells) {
        const uint64_t domain = model.at(cell);
        twice |= once & domain;
        once |= domain;
        if (!single(domain)) continue;
        if ((decided & domain) != 0) return false;
        decided |= domain;
      }
      const int values = std::popcount(once);
      if (values < k) return false;
      // As many values as cells: each value is used, so one with a single place goes there.
      const uint64_t hidden = values == k ? once & ~twice : 0;
      changed = false;
      for (const int32_t cell : c.cells) {
        const uint64_t domain = model.at(cell);
        if (single(domain)) continue;
        uint64_t left = domain & ~decided;
        if ((left & hidden) != 0) left &= hidden;
        if (!single(left & hidden)) return false;  // the only place of two values
        if (left == domain) continue;
        if (!model.narrow(cell, left)) return false;
        changed = true;
      }
    }
    if (k > 2) model.finish_later();
    return true;
  }

  bool finish(DomainModel& model, const Constraint& c) const override {
    std::array<int32_t, kMaxSymbols> cells;
    std::array<uint64_t, kMaxSymbols> domains;
    std::array<int8_t, kMaxSymbols> hint;
    int8_t* last = model.memory();
    int n = 0;
    for (size_t i = 0; i < c.cells.size(); ++i) {
      const uint64_t domain = model.at(c.cells[i]);
      if (single(domain)) continue;
      const auto k = static_cast<size_t>(n++);  // at most 64: `filter` has seen as many values as cells
      cells[k] = static_cast<int32_t>(i);
      domains[k] = domain;
      hint[k] = last[i];
    }
    if (n == 0) return true;
    Matching matching;
    if (!matching.build(domains.data(), n, hint.data())) return false;
    for (int k = 0; k < n; ++k) last[cells[static_cast<size_t>(k)]] = matching.value(k);
    matching.prune(domains.data());
    for (size_t k = 0; k < static_cast<size_t>(n); ++k)
      model.narrow(c.cells[static_cast<size_t>(cells[k])], domains[k]);  // the matched value is left
    return true;
  }

  void explain(const Loss& loss, std::vector<Literal>& causes) const override {
    // The other cells; with `cell` at value v they have no matching, and a Hall set says why.
    const Constraint& c = loss.constraint;
    std::array<int32_t, kMaxSymbols> cells;  // a unit of more cells than values failed before any decision
    std::array<uint64_t, kMaxSymbols> domains;
    std::array<int8_t, kMaxSymbols> hint;
    hint.fill(Matching::kNone);
    uint64_t left = loss.removed;
    for (size_t i = 0; i < c.cells.size() && left != 0; ++i) {  // one decided cell says it best
      const uint64_t domain = loss.domains[i];
      if (c.cells[i] == loss.cell || (domain & ~left) != 0 || !single(domain)) continue;
      causes.push_back({c.cells[i], domain});
      left &= ~domain;
    }
    Matching matching;
    while (left != 0 || loss.cell < 0) {
      const uint64_t v = left & (~left + 1);
      int n = 0;
      for (size_t i = 0; i < c.cells.size(); ++i) {
        if (c.cells[i] == loss.cell) continue;
        const auto k = static_cast<size_t>(n++);
        cells[k] = c.cells[i];
        domains[k] = loss.domains[i] & ~v;
      }
      matching.build(domains.data(), n, hint.data());
      const uint64_t values = matching.seen() | v;  // of one more cell than there are of these, without v
      for (const int i : sets::members(matching.reached())) causes.push_back({cells[static_cast<size_t>(i)], values});
      if (loss.cell < 0) return;
      left &= ~values;
    }
  }
};

}  // namespace

const Kind& all_different_kind();
const Kind& all_different_kind() {
  static const AllDifferent kind;
  return kind;
}

}  // namespace vmd
