// counts.hpp -- how often a symbol may stand among some cells, for boards that settle by it.
#pragma once
#include <cstdint>
#include <vector>

namespace vmd {

/// Count u is of symbols[u] in the cells[offsets[u]] .. cells[offsets[u + 1] - 1]: from least[u] to most[u] times.
struct CountArrays {
  std::vector<int32_t> offsets, cells, symbols, least, most;
};

/// Checked when made, and never changed: threads may share it.
class Counts {
 public:
  /// Throws std::invalid_argument where these are no such lists for boards of L cells.
  Counts(int64_t L, CountArrays arrays);

  int64_t L() const { return L_; }
  int64_t U() const { return static_cast<int64_t>(arrays_.symbols.size()); }
  const CountArrays& arrays() const { return arrays_; }

 private:
  int64_t L_;
  CountArrays arrays_;
};

}  // namespace vmd
