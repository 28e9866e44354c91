// explain.hpp -- why a constraint removed values, or failed: a few cells' domains that force it.
//
// Meaning      a *cause* (cell, values) says that the cell's domain lay within `values`. explain() lists causes, each
//              true at the time, that with the constraint alone exclude the removed values. The weaker the causes, the
//              more the learned clause forbids.
// Method       AllDifferent  a Hall set: cells that have only values W, as many as W (of a failed matching)
//              Sum           bounds where they suffice; Less: bounds; Count: the cells that are settled
//              others        the other cells' domains as they were (always sound), and for Table and Regular as few
//                            of them as one pass of trial finds
// Source       lazy explanation: Gent, Miguel & Moore, PADL 2010; Hall sets: Downing, Feydy & Stuckey, CPAIOR 2012
// Test         csrc/tests/test_search.cpp: every cause is true, and brute force agrees that they suffice
#pragma once
#include <cstdint>
#include <vector>

#include "search/clauses.hpp"
#include "search/propagate.hpp"

namespace vmd {

class Explainer {
 public:
  explicit Explainer(const DomainModel& model) : model_(model) {}

  /// Append the causes, before event `when`, for `cell` to lose the values `removed` by constraint c. cell = -1: for
  /// the constraint to fail.
  void explain(const Constraint& c, int32_t cell, uint64_t removed, int32_t when, std::vector<Literal>& causes);

 private:
  void domains_before(const Constraint& c, int32_t when);
  void all_different(const Constraint& c, int32_t cell, uint64_t removed, std::vector<Literal>& causes);
  bool bounds_of_sum(const Constraint& c, int32_t cell, uint64_t removed, std::vector<Literal>& causes) const;
  void less(const Constraint& c, int32_t cell, std::vector<Literal>& causes) const;
  void count(const Constraint& c, int32_t cell, uint64_t removed, std::vector<Literal>& causes) const;
  void everything(const Constraint& c, int32_t cell, std::vector<Literal>& causes) const;

  const DomainModel& model_;
  std::vector<uint64_t> domains_;  // of the constraint's cells, before the event
  Matching matching_;
};

}  // namespace vmd
