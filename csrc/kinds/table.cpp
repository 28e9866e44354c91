// table.cpp -- Table: the row of values is one of n tuples. Params: n, n*k values.
//
// Filter       exactly, on the tuples turned sideways: a bit for each tuple.
#include <algorithm>
#include <bit>

#include "rules/rules.hpp"  // defines: kMaxNumber
#include "search/domain_model.hpp"
#include "support/stop.hpp"

namespace vmd {
namespace {

constexpr int64_t kMaxWords = int64_t{1} << 27;  // 1 GiB of compiled tuples in one Rules
constexpr size_t kBlock = 1024;                  // words between two looks at the budget

/// Bit t of support(i, v) is set <=> tuple t has value v at position i.
struct Tuples final : Compiled {
  size_t V;
  size_t n_words;              // uint64 words that hold one bit per tuple
  std::vector<uint64_t> bits;  // [k, V, n_words]
  int64_t words() const override { return static_cast<int64_t>(bits.size()); }
  const uint64_t* support(size_t position, int value) const {
    return bits.data() + (position * V + static_cast<size_t>(value)) * n_words;
  }
};

class Table final : public Kind {
  const char* name() const override { return "Table"; }

  void check(const Draft& draft) const override {
    if (draft.params.empty()) draft.refuse("needs params: n, then n*k values");
    const int64_t n = draft.params[0], k = draft.k(), given = static_cast<int64_t>(draft.params.size()) - 1;
    if (n < 0 || n > kMaxNumber || n * k != given)
      draft.refuse("n = " + std::to_string(n) + " tuples of " + std::to_string(k) + " values do not match " +
                   std::to_string(given) + " params");
    draft.want_all("tuple values", draft.params.subspan(1), 0, draft.V - 1);
  }

  const Compiled* compile(const Draft& draft, Shelf& shelf) const override {
    const int64_t n = draft.params[0], k = draft.k(), V = draft.V, words = (n + 63) / 64;
    std::vector<int64_t> key(draft.params.begin(), draft.params.end());
    key.push_back(k);  // n = 0 says nothing about k
    return shelf.get(*this, std::move(key), [&] {
      if (k > 0 && (words > kMaxWords / (k * V) || k * V * words + shelf.words() > kMaxWords))
        draft.refuse("compiled tuples need more than 1 GiB; split the constraint");
      auto tuples = std::make_unique<Tuples>();
      tuples->V = static_cast<size_t>(V);
      tuples->n_words = static_cast<size_t>(words);
      tuples->bits.assign(static_cast<size_t>(k * V * words), 0);
      for (int64_t t = 0; k > 0 && t < n; ++t) {  // tuples of nothing are all alike
        if (t % 4096 == 0) stop_point();
        for (int64_t i = 0; i < k; ++i) {
          const int64_t value = draft.params[static_cast<size_t>(1 + t * k + i)];
          tuples->bits[static_cast<size_t>((i * V + value) * words + t / 64)] |= uint64_t{1} << (t % 64);
        }
      }
      return tuples;
    });
  }

  Queue queue() const override { return kCostly; }

  bool filter(DomainModel& model, const Constraint& c) const override {
    if (c.cells.empty()) return c.params[0] > 0;  // the empty row is a tuple or not
    const auto& tuples = compiled<Tuples>(c);
    const size_t words = tuples.n_words, k = c.cells.size();
    uint64_t* const live = model.scratch(words + k);  // tuples all of whose values are still possible
    uint64_t* const left = live + words;              // values [k] that some of them has
    for (size_t i = 0; i < k; ++i) {
      const uint64_t domain = model.at(c.cells[i]);
      const uint64_t* const supports = tuples.support(i, 0);
      in_blocks(model, words, [=](size_t from, size_t to) {
        for (size_t w = from; w < to; ++w) {
          uint64_t possible = 0;
          for (uint64_t values = domain; values != 0; values &= values - 1)
            possible |= supports[static_cast<size_t>(std::countr_zero(values)) * words + w];
          live[w] = i == 0 ? possible : live[w] & possible;
        }
        return false;
      });
    }
    for (size_t i = 0; i < k; ++i) {
      uint64_t some = 0;
      for (uint64_t values = model.at(c.cells[i]); values != 0; values &= values - 1) {
        const uint64_t* const support = tuples.support(i, std::countr_zero(values));
        const bool lives = in_blocks(model, words, [=](size_t from, size_t to) {
          for (size_t w = from; w < to; ++w)
            if ((support[w] & live[w]) != 0) return true;
          return false;
        });
        if (lives) some |= values & (~values + 1);
      }
      left[i] = some;
    }
    for (size_t i = 0; i < k; ++i)
      if (!model.narrow(c.cells[i], left[i])) return false;
    return true;
  }

  /// body(from, to) on parts of [0, words) until it says true; does it? Between two parts there is a look at the clock.
  template <class Body>
  static bool in_blocks(DomainModel& model, size_t words, const Body& body) {
    size_t from = 0;
    for (; words - from > kBlock; from += kBlock) {
      if (body(from, from + kBlock)) return true;
      model.spend(kBlock);
    }
    return body(from, words);
  }
};

}  // namespace

const Kind& table_kind();
const Kind& table_kind() {
  static const Table kind;
  return kind;
}

}  // namespace vmd
