// depth_first.hpp -- the depth-first loop, written once for every model of a partly filled board.
//
// A Model has  start(values)       load givens; a clash may wait until propagate
//              propagate()         remove impossible values; false: no solution below
//              choose(marginals)   the next Decision; {-1, -1} when every cell is filled
//              push(), pop()       remember the board, go back to it
//              assign(c, v), remove(c, v), read(values), domains(out)
// A decision is tried, then refuted (its value removed in the state before it), so the stack never holds
// more than L * V decisions, and refutations need no room.
#pragma once
#include <vector>

#include "rules/decision.hpp"
#include "search/search.hpp"

namespace vmd {

template <class Model>
class DepthFirst : public Search {
 public:
  explicit DepthFirst(const Rules& rules) : model_(rules) {}

  void start(const int32_t* values, const float* marginals) override {
    model_.start(values);
    marginals_ = marginals;
    stack_.clear();
    nodes_ = 0;
    state_ = State::fresh;
  }
  void forbid(int32_t cell, int32_t value) override { model_.remove(cell, value); }
  Outcome next(Budget& budget, int32_t* values) override { return run(budget, values); }
  bool propagate(uint64_t* domains) override {
    const bool ok = model_.propagate();
    if (ok && domains != nullptr) model_.domains(domains);
    return ok;
  }
  int64_t nodes() const override { return nodes_; }
  bool exhausted() const override { return state_ == State::failed && stack_.empty(); }

 protected:
  enum class State { fresh, consistent, failed };  // failed: the board leads nowhere, go back

  inline __attribute__((always_inline)) Outcome run(Budget& budget, int32_t* values) {
    constexpr int64_t kNodesBetweenClockReads = 64;
    if (budget.late()) return Outcome::time_limit;
    for (int64_t spent = 1;; ++spent) {
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
      --budget.nodes;
      ++nodes_;
      state_ = model_.propagate() ? State::consistent : State::failed;
      if (spent % kNodesBetweenClockReads == 0 && budget.late()) return Outcome::time_limit;
    }
  }

  Model model_;
  const float* marginals_ = nullptr;
  std::vector<Decision> stack_;
  int64_t nodes_ = 0;
  State state_ = State::fresh;
};

}  // namespace vmd
