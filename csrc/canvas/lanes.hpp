// lanes.hpp -- where the terms of many sums stand: eight sums side by side, the longest first, a term of each a step.
//
// Eights   sums as long as each other share one, and of these such as matter equally long. From where only one of an
//          eight has terms left, these are its rest, and are added up by themselves. A place without a term has an
//          operand x that is zero.
// Test     csrc/tests/test_canvas.cpp
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "canvas/lanes_view.hpp"  // defines: kLanes, Eight, LanesView

namespace vmd {

/// Items of each of n rows, one after the other.
struct Lists {
  std::vector<int32_t> first;  // [n+1]
  std::vector<int32_t> item;
  int64_t begin(int64_t row) const { return first[static_cast<size_t>(row)]; }
  int64_t end(int64_t row) const { return first[static_cast<size_t>(row) + 1]; }
};

/// A row is a sum, its items are terms in the order in which they are added up.
struct Lanes {
  Lanes() = default;
  /// least: what sums that matter equally long have in common; empty: nothing does.
  explicit Lanes(const Lists& rows, const std::vector<int32_t>& least = {});
  /// Term t has the operands x[t] < X and y[t] < Y; y null: it has x alone. x[X] is zero.
  void wire(const std::vector<int32_t>& x, int64_t X, const std::vector<int32_t>* y, int64_t Y);

  int64_t rows() const { return static_cast<int64_t>(row.size()); }
  int64_t width() const { return kLanes * static_cast<int64_t>(eights.size()); }  // the last lane has no row
  /// Where the sums of rows stand.
  std::vector<int32_t> lanes_of(const std::vector<int32_t>& rows) const;
  int64_t places() const { return static_cast<int64_t>(operands.size()); }
  LanesView view(const double* factor, const std::vector<Eight>& some) const {
    return {static_cast<int64_t>(some.size()), some.data(), operands.data(), factor};
  }
  LanesView view(const double* factor) const { return view(factor, eights); }

  int32_t lane_at(int32_t place_of) const {
    const auto at = static_cast<uint32_t>(place_of), shared = static_cast<uint32_t>(together);
    return at < shared ? lane_of[at / kLanes] + static_cast<int32_t>(at % kLanes)
                       : lane_of[at - shared + shared / kLanes];
  }

  int32_t together = 0;            // places of steps; those of rests follow
  std::vector<int32_t> row, lane;  // of each lane; of each row
  std::vector<Eight> eights;
  std::vector<int32_t> place;      // of each term
  std::vector<int32_t> term;       // of each place; -1: none
  std::vector<int32_t> lane_of;    // the first lane of each step, then that of each place of a rest
  std::vector<uint64_t> operands;  // of each place
  Lists of_x, of_y;                // places with each operand
};

}  // namespace vmd
