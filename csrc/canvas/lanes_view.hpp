// lanes_view.hpp -- terms of sums as lanes.hpp places them, plain.
#pragma once
#include <cstdint>

namespace vmd {

constexpr int kLanes = 8;  // sums side by side

/// Sums side by side. Step s has the places 8 s .. 8 s + 7, one for each; the rest is of the first sum alone.
struct Eight {
  int32_t first, last;           // steps
  int32_t rest_first, rest_last;  // places
  uint32_t live;                 // a bit for each sum that may be other than zero
};

struct LanesView {
  int64_t size;
  const Eight* eights;       // [size]
  const uint64_t* operands;  // [places] of a term: x, and y << 32
  const double* factor;      // [places]
};

}  // namespace vmd
