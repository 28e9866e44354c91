// clauses.hpp -- learned rules: "one of these cells takes one of these of its values".
//
// Meaning      a literal (cell, values) holds <=> the cell's value is one of `values`; a clause is a set of literals of
//              different cells of which at least one holds (generalised nogoods, Katsirelos & Bacchus, AAAI 2005).
// Propagation  two literals of each clause that can still hold are watched; when one of them no longer can, another is
//              found, or the last one must hold (Moskewicz et al., DAC 2001). Watches need no undoing.
// Size         after each `reduce`, the half with the most levels (LBD, Audemard & Simon, IJCAI 2009) is gone, but
//              for those with at most kKeptLevels and those that block solutions already found.
// Time         visit() looks at the clock before it begins, reduce() on the way; left off by Late, they go on when they are
//              called again.
// Test         csrc/tests/test_search.cpp
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "search/domain_model.hpp"

namespace vmd {

class Clauses final : public Watcher {
 public:
  static constexpr int32_t kKeptLevels = 2;
  static constexpr int32_t kBlocks = 0;  // the levels of a clause that must stay

  explicit Clauses(int32_t cells) : watches_(static_cast<size_t>(cells)) {}

  void clear();
  /// Add a clause of at least two literals, of which the first two are watched; returns its number.
  int32_t add(std::span<const Literal> literals, int32_t levels);
  bool visit(int32_t cell, DomainModel& model) override;
  int32_t failed() const override { return failed_; }
  std::span<const Literal> literals(int32_t clause) const {
    const Clause& c = clauses_[static_cast<size_t>(clause)];
    return std::span(pool_).subspan(c.begin, c.size);
  }
  size_t size() const { return clauses_.size(); }
  /// At level 0: forget the worse half, and what holds anyway. False: a clause cannot hold.
  bool reduce(DomainModel& model, Budget& budget);

 private:
  struct Clause {
    size_t begin, size;
    size_t next;  // where to look for another literal to watch
    int32_t levels;
  };
  struct Watch {
    int32_t clause;
    uint64_t values;  // of the watched literal: most visits end here
  };

  void begin_reduction();

  std::vector<Literal> pool_;
  std::vector<Clause> clauses_;
  std::vector<std::vector<Watch>> watches_;  // [L]
  int32_t failed_ = -1;
  int64_t work_ = 0;  // literals read in vain since the last look at the clock

  struct Reduction {  // what was, and which of it is still to be looked at, the last first
    std::vector<Literal> pool;
    std::vector<Clause> clauses;
    std::vector<size_t> kept;
  };
  Reduction old_;
  bool reducing_ = false;
};

}  // namespace vmd
