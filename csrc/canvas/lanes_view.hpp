// lanes_view.hpp -- terms of sums as lanes.hpp places them, plain.
#pragma once
#include <cstdint>

namespace vmd {

constexpr int kLanes = 8;  // sums side by side

/// Terms of one lane alone.
struct Rest {
  int32_t lane, first, last;  // their places
};

struct LanesView {
  int64_t eights, rests;
  const int32_t* step;       // [eights+1] the first step of each; a step has a place for each lane
  const uint64_t* operands;  // [places] of a term: x, and y << 32
  const double* factor;      // [places]
  const Rest* rest;
};

}  // namespace vmd
