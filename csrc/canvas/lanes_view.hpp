// lanes_view.hpp -- terms of sums as lanes.hpp places them, plain.
#pragma once
#include <cstdint>

namespace vmd {

constexpr int kLanes = 8;  // sums side by side

/// Steps of eight lanes, a place for each.
struct Steps {
  int32_t first, last;
};

/// Terms of one lane alone.
struct Rest {
  int32_t lane, first, last;  // their places
};

struct LanesView {
  int64_t eights, rests;
  const Steps* steps;        // [eights] step s has the places 8 s .. 8 s + 7
  const uint64_t* operands;  // [places] of a term: x, and y << 32
  const double* factor;      // [places]
  const Rest* rest;
};

}  // namespace vmd
