// propagate.hpp -- the Model over domains: any mix of constraints, on one bitset of values per cell.
//
// Propagation  a constraint is run again when the domain of one of its cells changed; cheap kinds go first.
//              Every filter is sound (removes no value of any solution) and, once all its cells are decided,
//              exact (fails unless the constraint holds): a board without open cells is a solution.
//                AllDifferent  decided values leave the others, too few values fail, and with as many values as
//                              cells a value with one place goes there
//                Sum           bounds; the last two open cells exactly
//                Less, Count, Table, Regular   exactly (every value left is part of some tuple)
// State        domains [L] with a trail of old values, so a decision costs what it changes, for any L.
// Weights      each failure makes its constraint weightier, and decisions prefer cells with few values and much
//              weight (dom/wdeg, Boussemart et al., ECAI 2004): search learns where the difficulty is.
// Test         tests/test_search.py against brute force and CP-SAT
#pragma once
#include <array>
#include <bit>

#include "search_loop.hpp"

namespace vmd {

class DomainModel {
 public:
  explicit DomainModel(const Rules& rules);

  void start(const int32_t* values);
  bool propagate();
  Decision choose(const float* marginals) const;
  void push() { marks_.push_back(trail_.size()); }
  void pop();
  void assign(int32_t cell, int32_t value) { restrict(cell, uint64_t{1} << value); }
  void remove(int32_t cell, int32_t value) { restrict(cell, ~(uint64_t{1} << value)); }
  void read(int32_t* values) const;
  void domains(uint64_t* out) const;

 private:
  uint64_t at(int32_t cell) const { return domains_[static_cast<size_t>(cell)]; }
  /// Keep the values of `allowed`; false: none is left.
  bool restrict(int32_t cell, uint64_t allowed);
  void wake(int32_t unit);
  bool filter(const Constraint& c);
  void failed(const Constraint& c);

  bool all_different(const Constraint& c);
  bool sum(const Constraint& c);
  bool last_two_of_sum(int32_t a, int32_t b, int64_t rest);
  bool less(const Constraint& c);
  bool count(const Constraint& c);
  bool table(const Constraint& c);
  bool regular(const Constraint& c);

  struct Old {
    int32_t cell;
    uint64_t domain;
  };
  static constexpr int32_t kNone = -1;

  const Rules& rules_;
  std::vector<uint64_t> domains_;
  bool consistent_ = true;            // no domain is empty
  std::vector<Old> trail_;            // only while there is a level to go back to
  std::vector<size_t> marks_;         // trail size at each push
  std::array<std::vector<int32_t>, 2> queue_;  // cheap kinds; Table and Regular
  std::array<size_t, 2> head_{};
  std::vector<uint8_t> queued_;
  int32_t running_ = kNone;           // a filter does all it can: it need not run again for its own changes
  std::vector<int64_t> weight_;       // [L] failures of the constraints on a cell, plus their number
  std::vector<uint64_t> scratch_;
};

}  // namespace vmd
