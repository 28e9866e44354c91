// windows.hpp -- the cells in which a state or an edge matters, and the steps of lanes that have such an edge.
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

/// Which steps of lanes matter in a cell; one cell after the other, upwards or downwards.
class LiveSteps {
 public:
  /// `terms`: windows of the lanes' terms, in cells below L.
  LiveSteps(const Lanes& lanes, const Windows& terms, int64_t L, bool downwards);
  void move_to(int64_t cell);
  const std::vector<Steps>& eights() const { return eights_; }
  const std::vector<Rest>& rests() const { return rests_; }

 private:
  struct Run {
    int32_t first, last, end;  // steps that matter, and where the run of them ends
    int32_t next;              // the turn in which one of them changes
  };
  void move(Run& run, int32_t turn) const;

  const int64_t L_;
  const bool downwards_;
  const int32_t shift_;                // from places to steps, for those that stand alone
  std::vector<int32_t> soonest_, to_;  // of steps: the first turn in which it or a later one matters, its own last
  std::vector<Run> eight_runs_, rest_runs_;
  std::vector<Steps> eights_;
  std::vector<Rest> rests_;
};

}  // namespace vmd
