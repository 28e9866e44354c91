// linear.cpp -- Linear: the sum of coefficient * number compares with the total. Params: comparison (0 ==, 1 !=, 2 <=),
// total, k coefficients, and perhaps V numbers, which values 0 .. V-1 stand for; without, each for itself.
//
// Bounds       the other cells add at least their least and at most their greatest numbers. O(k) a round.
// == exactly   where the sums lie within a small range, see sums.hpp.
// != exactly   once one cell at most can still add different numbers.
// Limit        all coefficients times the greatest number, and the total, are 2^62 at most together: nothing overflows.
#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "kinds/sums.hpp"
#include "rules/rules.hpp"

namespace vmd {
namespace {

constexpr int64_t kMost = int64_t{1} << 62;
enum Comparison : int64_t { kEqual, kUnequal, kAtMost };

/// What each cell adds.
struct Weighted final : Compiled {
  std::vector<int64_t> coefficients, numbers;  // [k], [V]
  bool rising = true;                          // the numbers
  int64_t words() const override { return static_cast<int64_t>(coefficients.size() + numbers.size()); }

  int64_t at(size_t i, int value) const { return coefficients[i] * numbers[static_cast<size_t>(value)]; }
  int64_t least(size_t i, uint64_t domain) const { return bound(i, domain, coefficients[i] >= 0); }
  int64_t most(size_t i, uint64_t domain) const { return bound(i, domain, coefficients[i] < 0); }
  /// The values with which cell i adds low .. high.
  uint64_t between(size_t i, uint64_t domain, int64_t low, int64_t high) const {
    uint64_t out = 0;
    for (const int v : sets::members(domain))
      if (low <= at(i, v) && at(i, v) <= high) out |= sets::one(v);
    return out;
  }
  uint64_t all() const { return sets::full(static_cast<int>(numbers.size())); }

 private:
  int64_t bound(size_t i, uint64_t domain, bool of_least_number) const {
    if (rising) return at(i, of_least_number ? sets::lowest(domain) : sets::highest(domain));
    int64_t found = numbers[static_cast<size_t>(sets::lowest(domain))];
    for (const int v : sets::members(domain)) {
      const int64_t number = numbers[static_cast<size_t>(v)];
      found = of_least_number ? std::min(found, number) : std::max(found, number);
    }
    return coefficients[i] * found;
  }
};

bool filter_unequal(DomainModel& model, const Constraint& c, const Weighted& weights) {
  int64_t fixed = 0;
  size_t free = c.cells.size();  // the cell that can add different numbers
  for (size_t i = 0; i < c.cells.size(); ++i) {
    const uint64_t domain = model.at(c.cells[i]);
    const int64_t least = weights.least(i, domain);
    if (least == weights.most(i, domain)) {
      fixed += least;
    } else if (free < c.cells.size()) {
      return true;
    } else {
      free = i;
    }
  }
  const int64_t rest = c.params[1] - fixed;
  if (free == c.cells.size()) return rest != 0;
  const uint64_t domain = model.at(c.cells[free]);
  return model.narrow(c.cells[free], domain & ~weights.between(free, domain, rest, rest));
}

class Linear final : public Kind {
  const char* name() const override { return "Linear"; }

  void check(const Draft& draft) const override {
    const auto given = static_cast<int64_t>(draft.params.size()), k = draft.k();
    if (given != 2 + k && given != 2 + k + draft.V)
      draft.refuse("needs 2 + k = " + std::to_string(2 + k) + " params, or V = " + std::to_string(draft.V) +
                   " more, got " + std::to_string(given));
    draft.want_range("comparison", draft.params[0], kEqual, kAtMost);
    draft.want_all("total, coefficients and numbers", draft.params.subspan(1), -kMost, kMost);
    int64_t largest = given == 2 + k ? draft.V - 1 : 0;
    for (const int64_t number : draft.params.subspan(static_cast<size_t>(2 + k)))
      largest = std::max(largest, std::abs(number));
    int64_t left = kMost - std::abs(draft.params[1]);
    for (const int64_t coefficient : draft.params.subspan(2, static_cast<size_t>(k))) {
      if (largest > 0 && std::abs(coefficient) > left / largest)
        draft.refuse("total and coefficients times numbers may be 2**62 at most together");
      left -= std::abs(coefficient) * largest;
    }
  }

  const Compiled* compile(const Draft& draft, Shelf& shelf) const override {
    const auto k = static_cast<size_t>(draft.k());
    std::vector<int64_t> key(draft.params.begin() + 2, draft.params.end());
    key.push_back(draft.k());
    return shelf.get(*this, std::move(key), [&] {
      auto weighted = std::make_unique<Weighted>();
      const auto coefficients = draft.params.subspan(2, k), numbers = draft.params.subspan(2 + k);
      weighted->coefficients.assign(coefficients.begin(), coefficients.end());
      weighted->numbers.assign(numbers.begin(), numbers.end());
      if (numbers.empty()) {
        weighted->numbers.resize(static_cast<size_t>(draft.V));
        std::iota(weighted->numbers.begin(), weighted->numbers.end(), 0);
      }
      weighted->rising = std::ranges::is_sorted(weighted->numbers);
      return weighted;
    });
  }

  Queue queue() const override { return kCostly; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    const auto& weights = compiled<Weighted>(c);
    const bool equal = c.params[0] == kEqual;
    const int64_t total = c.params[1];
    if (c.params[0] == kUnequal) return filter_unequal(model, c, weights);
    for (bool changed = true; changed;) {
      int64_t low = 0, high = 0;
      for (size_t i = 0; i < c.cells.size(); ++i) {
        low += weights.least(i, model.at(c.cells[i]));
        high += weights.most(i, model.at(c.cells[i]));
      }
      if (low > total || (equal && high < total)) return false;
      if (low == high || (!equal && high <= total)) return true;
      changed = false;
      for (size_t i = 0; i < c.cells.size(); ++i) {
        const uint64_t domain = model.at(c.cells[i]);
        const int64_t least = weights.least(i, domain), most = weights.most(i, domain);
        // The others add at least low - least and at most high - most.
        const bool too_great = most - least > total - low, too_small = equal && most - least > high - total;
        if (!too_great && !too_small) continue;
        const uint64_t left = weights.between(i, domain, equal ? total - high + most : least, total - low + least);
        if (left == domain) continue;
        if (!model.narrow(c.cells[i], left)) return false;
        changed = true;
      }
    }
    return !equal || Sums::filter(model, c.cells, total, weights);
  }

  /// Bounds where they suffice.
  void explain(const Loss& loss, std::vector<Literal>& causes) const override {
    const Constraint& c = loss.constraint;
    const auto& weights = compiled<Weighted>(c);
    int64_t low = 0, high = 0;  // of the other cells, and of the values removed
    for (size_t i = 0; i < c.cells.size(); ++i) {
      const uint64_t domain = c.cells[i] == loss.cell ? loss.removed : loss.domains[i];
      low += weights.least(i, domain);
      high += weights.most(i, domain);
    }
    const bool too_great = low > c.params[1], too_small = high < c.params[1];
    if (c.params[0] == kUnequal || (!too_great && !too_small)) return blame_all(loss, causes);
    for (size_t i = 0; i < c.cells.size(); ++i) {
      if (c.cells[i] == loss.cell) continue;
      const int64_t least = weights.least(i, loss.domains[i]), most = weights.most(i, loss.domains[i]);
      causes.push_back({c.cells[i], too_great ? weights.between(i, weights.all(), least, kMost)
                                              : weights.between(i, weights.all(), -kMost, most)});
    }
  }
};

}  // namespace

const Kind& linear_kind();
const Kind& linear_kind() {
  static const Linear kind;
  return kind;
}

}  // namespace vmd
