// fade.hpp -- what a state keeps of itself from loop to loop, where loops are many.
//
// Meaning      after loop number `loop`, the first is 1, a state is multiplied by 1 - 1 / fade once loop >= fade; fade 0: never
// Why          each loop adds to the states, which a block sees through a norm: the more loops, the less one of them can
//              change. States that fade grow no further, and later loops count as much as loop number `fade` does
// Twin         vmdsolve/model/looped.py:kept_after   Test  tests/model/test_fade.py, csrc/tests/test_denoise.cpp
#pragma once
#include <cstdint>

#include "support/float32.hpp"  // defines: VMD_HD, VMD_INLINE

namespace vmd {

VMD_HD VMD_INLINE float kept_after(int64_t loop, int64_t fade) {
  return fade > 0 && loop >= fade ? 1.0f - 1.0f / static_cast<float>(fade) : 1.0f;
}

}  // namespace vmd
