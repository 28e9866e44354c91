// generate.cpp -- see generate.hpp.
#include "search/generate.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "search/draws.hpp"

namespace vmd {
namespace {

constexpr int kRestarts = 20;       // node limits double: some 10^6 times the first in all

class Maker {
 public:
  Maker(Search& search, const Rules& rules, const GenerateOptions& options)
      : search_(search), options_(options), preferences_(static_cast<size_t>(rules.L() * rules.V())),
        solution(static_cast<size_t>(rules.L())), problem(solution.size(), kOpen), trial_(solution.size()) {}

  void make(Draws draws) {
    fill(draws);
    problem = solution;
    givens = solution.size();
    order_.resize(options_.symmetric ? (solution.size() + 1) / 2 : solution.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    draws.shuffle(order_.begin(), order_.end());
    strip();
  }

 private:
  void fill(Draws& draws) {
    const std::vector<int32_t> empty(solution.size(), kOpen);
    const auto first_limit = static_cast<int64_t>(4 * solution.size());
    for (int restart = 0; restart < kRestarts; ++restart) {
      for (float& p : preferences_) p = draws.unit();
      search_.start(empty.data(), preferences_.data());
      Budget budget(first_limit << restart, options_.deadline);
      const Outcome outcome = next(budget, solution.data());
      if (outcome == Outcome::solution) return;
      if (outcome == Outcome::exhausted) throw std::invalid_argument("rules: they have no solution");
    }
    throw std::runtime_error("generate: found no solution of the rules by random search");
  }

  /// Remove givens in order. Many at a time first: if the solution is unique without all of them, it is so
  /// while they go one by one, and the result is the same.
  void strip() {
    const size_t wanted = options_.clues < 0 ? 0 : static_cast<size_t>(options_.clues);
    const size_t most = options_.symmetric ? 2 : 1;  // cells that go together
    size_t step = order_.size() / 2;
    for (size_t i = 0; i < order_.size() && givens > wanted;) {
      const size_t count = std::max<size_t>(1, std::min({step, order_.size() - i, (givens - wanted) / most}));
      stop_point();
      trial_ = problem;
      size_t cells = 0;
      for (size_t c = i; c < i + count; ++c) cells += open(order_[c]);
      if (cells <= givens - wanted && unique_without(i, cells)) {
        problem = trial_;
        givens -= cells;
        i += count;
      } else if (count == 1) {
        ++i;
      }
      step /= 2;
    }
  }

  /// Open a cell in trial_, and its partner, if there is one; the number of cells that were opened.
  size_t open(size_t cell) {
    const size_t partner = options_.symmetric ? trial_.size() - 1 - cell : cell;
    trial_[cell] = trial_[partner] = kOpen;
    return partner == cell ? 1 : 2;
  }

  /// Whether trial_, in which so many cells were opened from place `begin` on, has one solution.
  bool unique_without(size_t begin, size_t cells) {
    search_.start(trial_.data(), nullptr);
    Budget budget(options_.test_nodes, options_.deadline);
    if (cells == 1) {  // any other solution differs in this cell, for with it the solution was unique
      search_.forbid(static_cast<int32_t>(order_[begin]), solution[order_[begin]]);
      return next(budget, nullptr) == Outcome::exhausted;
    }
    return next(budget, nullptr) == Outcome::solution && next(budget, nullptr) == Outcome::exhausted;
  }

  Outcome next(Budget& budget, int32_t* values) {
    const Outcome outcome = search_.next(budget, values);
    if (outcome != Outcome::time_limit) return outcome;
    stop_point();
    throw Late{};
  }

  Search& search_;
  const GenerateOptions& options_;
  std::vector<float> preferences_;

 public:
  std::vector<int32_t> solution, problem;
  size_t givens = 0;

 private:
  std::vector<int32_t> trial_;
  std::vector<size_t> order_;
};

}  // namespace

void generate_one(Search& search, const Rules& rules, const GenerateOptions& options, int64_t index,
                  int32_t* problem, int32_t* solution) {
  Maker maker(search, rules, options);
  size_t fewest = SIZE_MAX;
  for (int64_t attempt = 0; attempt < options.attempts; ++attempt) {
    maker.make(Draws(options.seed, index, static_cast<uint32_t>(attempt)));
    if (maker.givens < fewest) {
      fewest = maker.givens;
      std::copy(maker.problem.begin(), maker.problem.end(), problem);
      std::copy(maker.solution.begin(), maker.solution.end(), solution);
    }
    if (options.clues < 0 || static_cast<int64_t>(fewest) <= options.clues) return;
  }
}

}  // namespace vmd
