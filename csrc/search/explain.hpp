// explain.hpp -- why a constraint removed values, or failed: a few cells' domains that force it.
//
// Meaning      a *cause* (cell, values) says that the cell's domain lay within `values`. explain() lists causes, each
//              true at the time, that with the constraint alone exclude the removed values. The weaker the causes, the
//              more the learned clause forbids. How each kind finds them is said with it (kinds/).
// Source       lazy explanation: Gent, Miguel & Moore, PADL 2010
// Test         csrc/tests/test_propagate.cpp: every cause is true, and brute force agrees that they suffice
#pragma once
#include <cstdint>
#include <vector>

#include "search/domain_model.hpp"

namespace vmd {

class Explainer {
 public:
  explicit Explainer(const DomainModel& model) : model_(model) {}

  /// Append the causes, before event `when`, for `cell` to lose the values `removed` by constraint c. cell = -1: for
  /// the constraint to fail.
  void explain(const Constraint& c, int32_t cell, uint64_t removed, int32_t when, std::vector<Literal>& causes) {
    domains_.clear();
    for (const int32_t other : c.cells) domains_.push_back(model_.before(other, when));
    c.kind->explain({c, domains_, cell, removed}, causes);
  }

 private:
  const DomainModel& model_;
  std::vector<uint64_t> domains_;  // of the constraint's cells, before the event
};

}  // namespace vmd
