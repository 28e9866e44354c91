// lanes.hpp -- where the terms of many sums stand: eight sums side by side, the longest first, a term of each a step.
//
// Eights   sums as long as each other share one. From where only one of an eight has terms left, these are its rest,
//          and are added up by themselves. A place without a term has an operand x that is zero.
// Test     csrc/tests/test_canvas.cpp
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "canvas/lanes_view.hpp"  // defines: kLanes, Rest, LanesView, Steps

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
  /// Term t has the operands x[t] of X and y[t]; y null: it has x alone.
  Lanes(const Lists& rows, const std::vector<int32_t>& x, int64_t X, const std::vector<int32_t>* y);

  int64_t rows() const { return static_cast<int64_t>(row.size()); }
  int64_t places() const { return static_cast<int64_t>(operands.size()); }
  LanesView view(const double* factor, const std::vector<Steps>& some, const std::vector<Rest>& rests) const {
    return {static_cast<int64_t>(some.size()), static_cast<int64_t>(rests.size()), some.data(), operands.data(),
            factor, rests.data()};
  }
  LanesView view(const double* factor) const {
    return view(factor, steps, rest);
  }

  std::vector<int32_t> row, lane;  // of each lane; of each row
  std::vector<Steps> steps;        // [eights]
  std::vector<int32_t> place;      // of each term
  std::vector<uint64_t> operands;  // of each place
  std::vector<Rest> rest;
};

}  // namespace vmd
