// windows.hpp -- the cells in which a state or an edge matters, and where in lanes such edges stand.
//
// Meaning  a state matters from the first cell that a text from the start can bring it to, to the last one, and as long
//          as the text can still be completed. Elsewhere its alpha or its beta is zero, so that sums leave it out.
// Cost     E a board; then a look or two at each eight a cell, for what is in order where states are numbered as texts
//          come to them
// Test     csrc/tests/test_canvas.cpp
#pragma once
#include <cstdint>
#include <vector>

#include "canvas/tables.hpp"

namespace vmd {

/// From the first to the last cell of each item, both included; there is none where last < first.
struct Windows {
  std::vector<int32_t> first, last;
  bool has(size_t item, int64_t cell) const { return first[item] <= cell && cell <= last[item]; }
};

/// Of states, before cell 0 .. L: where a text from `start` can be that is complete `left` tokens after L cells.
Windows windows_of_states(const Grammar& grammar, int32_t start, int64_t L, int64_t left);
/// Of edges, in cells 0 .. L - 1: both their states matter.
Windows windows_of_edges(const Grammar& grammar, const Windows& states);

/// Which sums of lanes matter in a cell, and which steps and rests in it or in one nearby, where their terms are zero.
/// One cell after the other, upwards or downwards.
class LiveSteps {
 public:
  /// `terms`: windows of the lanes' terms, in cells below L.
  LiveSteps(const Lanes& lanes, const Windows& terms, int64_t L, bool downwards);
  void move_to(int64_t cell);
  const std::vector<Eight>& eights() const { return eights_; }

 private:
  struct Run {
    int32_t first, last, end;  // steps that matter, and where the run of them ends
  };
  int32_t move(Run& run, int32_t turn) const;
  int32_t move(size_t eight, int32_t turn);

  static constexpr int32_t kAtOnce = 4;  // turns; to move steps in each took longer than the terms that it spared

  const int64_t L_;
  const bool downwards_;
  const int32_t shift_;                // from places to steps, for those that stand alone
  std::vector<int32_t> soonest_, to_;  // of steps: the first turn in which it or a later one matters, its own last
  std::vector<int32_t> sum_from_, sum_to_;  // of lanes: the turns in which they have a term
  std::vector<Run> steps_, rests_;          // of each eight
  std::vector<int32_t> next_;               // the turn in which one of these changes
  std::vector<Eight> eights_;
};

}  // namespace vmd
