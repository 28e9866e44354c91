// propagate_matching.cpp -- AllDifferent exactly: every value left is part of some assignment of different values.
//
// When         last, when all cheaper filters have come to rest, and only if the unit changed since.
// Source       Regin, A filtering algorithm for constraints of difference in CSPs, AAAI 1994; on bitsets as in
//              matching.hpp. Decided cells are left out: `all_different` has taken their values from the others.
#include "search/propagate.hpp"

namespace vmd {

bool DomainModel::match(const Constraint& c, size_t unit) {
  std::array<int32_t, 64> cells;
  std::array<uint64_t, 64> domains;
  std::array<int8_t, 64> hint;
  int8_t* saved = hint_.data() + hint_offset_[unit];
  int n = 0;
  for (size_t i = 0; i < c.cells.size(); ++i) {
    const uint64_t domain = at(c.cells[i]);
    if ((domain & (domain - 1)) == 0) continue;
    const auto k = static_cast<size_t>(n++);  // at most 64: `all_different` has seen as many values as cells
    cells[k] = static_cast<int32_t>(i);
    domains[k] = domain;
    hint[k] = saved[i];
  }
  if (n == 0) return true;
  if (!matching_.build(domains.data(), n, hint.data())) return false;
  for (int k = 0; k < n; ++k) saved[cells[static_cast<size_t>(k)]] = matching_.value(k);
  matching_.prune(domains.data());
  for (size_t k = 0; k < static_cast<size_t>(n); ++k)
    narrow(c.cells[static_cast<size_t>(cells[k])], domains[k]);  // the matched value is left
  return true;
}

}  // namespace vmd
