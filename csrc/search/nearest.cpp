// nearest.cpp -- see nearest.hpp.
#include "search/nearest.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include "search/depth_first.hpp"
#include "search/domain_model.hpp"
#include "support/sets.hpp"

namespace vmd {
namespace {

constexpr int kSweeps = 64;  // over all cells: rounding must not make an exchange and its reverse both a gain

/// Decides the surest cell first.
class SureModel : public DomainModel {
 public:
  explicit SureModel(const Rules& rules) : DomainModel(rules), best_(static_cast<size_t>(rules.L())) {}

  Decision choose(const float* scores) {
    const Rank& best =
        best_.look(changed_blocks(), [&](int32_t begin, int32_t end) { return best_in(begin, end, scores); });
    return {best.cell, best.value};
  }

 private:
  struct Rank {
    int32_t cell = -1, value = -1;
    float lead = 0;
    bool beats(const Rank& other) const { return lead > other.lead; }
  };

  Rank best_in(int32_t begin, int32_t end, const float* scores) const {
    const auto V = static_cast<size_t>(rules().V());
    Rank best;
    for (int32_t cell = begin; cell < end; ++cell) {
      const uint64_t domain = at(cell);
      if (sets::without_lowest(domain) == 0) continue;
      const float* row = scores + static_cast<size_t>(cell) * V;
      int32_t value = std::countr_zero(domain);
      float first = row[value], second = -std::numeric_limits<float>::infinity();
      for (uint64_t rest = sets::without_lowest(domain); rest != 0; rest &= rest - 1) {
        const int32_t v = std::countr_zero(rest);
        second = std::max(second, std::min(first, row[v]));
        if (row[v] > first) first = row[v], value = v;
      }
      const Rank rank{cell, value, first > second ? first - second : 0};
      if (best.cell < 0 || rank.beats(best)) best = rank;
    }
    return best;
  }

  BestCell<Rank> best_;
};

}  // namespace

Nearest::Nearest(const Rules& rules)
    : rules_(rules), search_(std::make_unique<DepthFirst<SureModel>>(rules)), seen_(static_cast<size_t>(rules.L())) {
  for (const Constraint& c : rules.constraints())
    if (!c.kind->only_differ()) return;
  std::vector<int32_t> others;
  peer_offsets_.push_back(0);
  for (int32_t cell = 0; cell < rules.L(); ++cell) {
    others.clear();
    for (const int32_t unit : rules.of(cell)) {
      const auto cells = rules.constraints()[static_cast<size_t>(unit)].cells;
      std::copy_if(cells.begin(), cells.end(), std::back_inserter(others), [&](int32_t one) { return one != cell; });
    }
    std::sort(others.begin(), others.end());
    std::unique_copy(others.begin(), others.end(), std::back_inserter(peers_));
    peer_offsets_.push_back(peers_.size());
  }
}

Status Nearest::find(const int32_t* values, const float* scores, Budget budget, int32_t* out) {
  const Found found = count_solutions(*search_, values, scores, 1, budget, rules_.L(), out);
  if (found.count == 0 || peer_offsets_.empty()) return found.status;
  try {
    improve(values, scores, budget, out);
  } catch (const Late&) {  // what there is by now is a solution
  }
  return found.status;
}

void Nearest::improve(const int32_t* values, const float* scores, Budget& budget, int32_t* solution) {
  const auto V = static_cast<size_t>(rules_.V());
  const auto score = [&](int32_t cell, int32_t symbol) {
    return scores[static_cast<size_t>(cell) * V + static_cast<size_t>(symbol)];
  };
  std::vector<int32_t> cells, symbols(V);
  for (int32_t cell = 0; cell < rules_.L(); ++cell)
    if (values[cell] == kOpen) cells.push_back(cell);
  // How much better a cell's best symbol is than its own, and its own's score.
  std::vector<std::pair<float, float>> want(static_cast<size_t>(rules_.L()));
  bool better = true;
  for (int sweep = 0; better && sweep < kSweeps; ++sweep) {
    better = false;
    for (const int32_t cell : cells) {
      const float* row = scores + static_cast<size_t>(cell) * V;
      const float most = *std::max_element(row, row + V), own = score(cell, solution[cell]);
      want[static_cast<size_t>(cell)] = {most > own ? most - own : 0, own};
    }
    // What wants most first: by scores, so that the numbers of cells and symbols have no say.
    std::stable_sort(cells.begin(), cells.end(), [&](int32_t a, int32_t b) {
      return want[static_cast<size_t>(a)] > want[static_cast<size_t>(b)];
    });
    for (const int32_t cell : cells) {
      std::iota(symbols.begin(), symbols.end(), 0);
      std::stable_sort(symbols.begin(), symbols.end(),
                       [&](int32_t a, int32_t b) { return score(cell, a) > score(cell, b); });
      for (const int32_t other : symbols) {
        if (other == solution[cell]) continue;
        better |= exchange(cell, other, values, scores, solution);
        budget.spend(static_cast<int64_t>(16 * chain_.size()));
      }
    }
  }
}

/// Exchange the cell's symbol and another along their chain, if no cell of it is given and the sum of scores rises.
bool Nearest::exchange(int32_t cell, int32_t other, const int32_t* values, const float* scores, int32_t* solution) {
  const auto V = static_cast<size_t>(rules_.V());
  const int32_t both = solution[cell] + other;  // less the symbol that a cell of the chain holds: its other
  double gain = 0;
  chain_.assign(1, cell);
  seen_[static_cast<size_t>(cell)] = ++chains_;
  for (size_t i = 0; i < chain_.size(); ++i) {
    const auto c = static_cast<size_t>(chain_[i]);
    if (values[c] != kOpen) return false;
    const auto now = static_cast<size_t>(solution[c]), then = static_cast<size_t>(both - solution[c]);
    gain += static_cast<double>(scores[c * V + then]) - static_cast<double>(scores[c * V + now]);
    for (size_t p = peer_offsets_[c]; p < peer_offsets_[c + 1]; ++p) {
      const auto peer = static_cast<size_t>(peers_[p]);
      if (solution[peer] != both - solution[c] || seen_[peer] == chains_) continue;
      seen_[peer] = chains_;
      chain_.push_back(peers_[p]);
    }
  }
  if (!(gain > 0)) return false;
  for (const int32_t c : chain_) solution[c] = both - solution[c];
  return true;
}

}  // namespace vmd
