// bf16.hpp -- the upper half of a float32: 8 bits of exponent, 8 of precision.
#pragma once
#include <cstdint>

#include "support/float32.hpp"  // defines: VMD_HD, VMD_INLINE, bits_as

namespace vmd {

struct Bf16 {
  uint16_t bits;
};

VMD_HD VMD_INLINE float to_float(float x) { return x; }
VMD_HD VMD_INLINE float to_float(Bf16 x) { return bits_as<float>(static_cast<uint32_t>(x.bits) << 16); }

/// To the nearest, ties to even; of a finite number.
VMD_HD VMD_INLINE Bf16 to_bf16(float x) {
  const uint32_t bits = bits_as<uint32_t>(x);
  return {static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16)};
}

}  // namespace vmd
