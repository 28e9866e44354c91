// depth_first.hpp -- the depth-first loop, written once for every model of a partly filled board.
//
// A Model has  start(values)       load givens; a clash may wait until propagate
//              propagate(budget)   remove impossible values; false: no solution below. May throw Late, and is then
//                                  called again
//              choose(marginals)   the next Decision; {-1, -1} when every cell is filled
//              push(), pop()       remember the board, go back to it
//              assign(c, v), remove(c, v), read(values), domains(out)
// A decision is tried, then refuted (its value removed in the state before it), so the stack never holds
// more than L * V decisions, and refutations need no room.
// A class that is compiled for other instructions (search.cpp) takes the loop and says next() and propagate() again: were
// they said here, each would be compiled for the portable machine, too, where wide vectors take longest and nobody calls it.
#pragma once
#include <vector>

#include "rules/decision.hpp"
#include "search/search.hpp"

namespace vmd {

template <class Model>
class DepthFirstLoop : public Search {
 public:
  template <class... Options>
  explicit DepthFirstLoop(const Rules& rules, const Options&... options) : model_(rules, options...) {}

  void start(const int32_t* values, const float* marginals) override {
    model_.start(values);
    marginals_ = marginals;
    stack_.clear();
    nodes_ = 0;
    state_ = State::fresh;
  }
  void forbid(int32_t cell, int32_t value) override { model_.remove(cell, value); }
  int64_t nodes() const override { return nodes_; }
  bool exhausted() const override { return state_ == State::failed && stack_.empty(); }

 protected:
  enum class State { fresh, consistent, failed };  // fresh: to be propagated; failed: the board leads nowhere

  inline __attribute__((always_inline)) bool propagate_givens(Budget& budget, uint64_t* domains) {
    const bool ok = model_.propagate(budget);
    if (ok && domains != nullptr) model_.domains(domains);
    return ok;
  }

  inline __attribute__((always_inline)) Outcome run(Budget& budget, int32_t* values) {
    if (budget.late_at_once()) return Outcome::time_limit;
    try {
      return go_on(budget, values);
    } catch (const Late&) {
      return Outcome::time_limit;
    }
  }

  inline __attribute__((always_inline)) Outcome go_on(Budget& budget, int32_t* values) {
    for (;;) {
      if (state_ == State::consistent) {
        const Decision next = model_.choose(marginals_);
        if (next.cell < 0) {
          if (values != nullptr) model_.read(values);
          state_ = State::failed;  // what follows is to look for another one
          return Outcome::solution;
        }
        if (budget.nodes <= 0) return Outcome::node_limit;
        stack_.push_back(next);
        model_.push();
        model_.assign(next.cell, next.value);
      } else if (state_ == State::failed) {
        if (stack_.empty()) return Outcome::exhausted;
        if (budget.nodes <= 0) return Outcome::node_limit;
        const Decision refuted = stack_.back();
        stack_.pop_back();
        model_.pop();
        model_.remove(refuted.cell, refuted.value);
      } else if (budget.nodes <= 0) {
        return Outcome::node_limit;
      }
      state_ = State::fresh;
      const bool ok = model_.propagate(budget);
      state_ = ok ? State::consistent : State::failed;
      --budget.nodes;
      ++nodes_;
    }
  }

  Model model_;
  const float* marginals_ = nullptr;
  std::vector<Decision> stack_;
  int64_t nodes_ = 0;
  State state_ = State::fresh;
};

template <class Model>
class DepthFirst final : public DepthFirstLoop<Model> {
 public:
  using DepthFirstLoop<Model>::DepthFirstLoop;
  Outcome next(Budget& budget, int32_t* values) override { return this->run(budget, values); }
  bool propagate(Budget& budget, uint64_t* domains) override { return this->propagate_givens(budget, domains); }
};

}  // namespace vmd
