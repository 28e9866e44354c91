// noise_keys.hpp -- what a batch's noise on states is made of; the numbers themselves are in noise.hpp.
#pragma once
#include "support/float32.hpp"  // defines: VMD_HD

namespace vmd {

/// Noise on states, in deviations of a state: before the first loop, after each but the last; `keys` [B], null: none.
/// A board whose key is 0 has none.
struct DenoiseNoise {
  const uint64_t* keys = nullptr;
  float begin = 0, path = 0;

  VMD_HD bool of(int64_t b) const { return keys && keys[b] != 0; }
};

}  // namespace vmd
