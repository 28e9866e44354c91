// rules.hpp -- the constraints of a domain in native form: checked once, then read by every search.
//
// Meaning      L cells take values 0..V-1, and constraint u, of kind kinds[u], restricts the
//              cells[offsets[u]..offsets[u+1]); its params, sliced in the same way, mean what its kind says (kinds/).
//              AllDifferents of two cells are joined to those of cliques, which say the same and propagate more.
//              A domain (set of possible values) is a uint64 bitset: bit v set <=> value v is possible.
// Limits       1 <= V <= 64, 1 <= L <= 65536; everything is checked in the constructor, which throws
//              std::invalid_argument naming the constraint, so that no later code has to check again. It looks at the
//              call's Stop on the way.
// Sharing      immutable after construction; any number of threads may read one Rules.
// Twin         vmdsolve/constraints.py   Test  tests/search/test_exact.py
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "rules/boxes.hpp"
#include "rules/kind.hpp"
#include "rules/lanes.hpp"

namespace vmd {

constexpr int64_t kMaxNumber = int64_t{1} << 40;  // of totals and counts: no sum over 65536 cells overflows

class Rules {
 public:
  /// known: the kinds there are, numbered by their place.
  Rules(std::span<const Kind* const> known, int64_t L, int64_t V, std::span<const int32_t> kinds,
        std::span<const int64_t> cell_offsets, std::span<const int32_t> cells,
        std::span<const int64_t> param_offsets, std::span<const int64_t> params);
  Rules(const Rules&) = delete;  // the constraints point into the arrays kept here
  Rules& operator=(const Rules&) = delete;

  int32_t L() const { return L_; }
  int32_t V() const { return V_; }
  const std::vector<Constraint>& constraints() const { return constraints_; }
  /// The constraints on `cell`: as many as were declared. Where edges were joined to cliques, one of them stands there
  /// more than once.
  std::span<const int32_t> of(int32_t cell) const {
    const auto c = static_cast<size_t>(cell);
    return std::span(unit_ids_).subspan(unit_offsets_[c], unit_offsets_[c + 1] - unit_offsets_[c]);
  }
  /// The board of bitsets for rules that only say which cells differ; null where it does not fit.
  const LaneLayout* lanes() const { return lanes_.get(); }
  /// The board of three bands for rules of rows, columns and boxes; null where they are no such rules.
  const BoxLayout* boxes() const { return boxes_.get(); }

 private:
  void join_edges();  // cliques.cpp
  void index_units();

  int32_t L_, V_;
  std::vector<int32_t> cells_;
  std::vector<int64_t> params_;
  std::vector<Constraint> constraints_;
  std::vector<size_t> unit_offsets_;
  std::vector<int32_t> unit_ids_;
  std::vector<std::vector<int32_t>> cliques_;
  Shelf shelf_;
  std::unique_ptr<LaneLayout> lanes_;
  std::unique_ptr<BoxLayout> boxes_;
};

}  // namespace vmd
