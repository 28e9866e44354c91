// rank_key.hpp -- one integer that orders items by a float, then by their slot: the larger, the better.
#pragma once
#include <cstdint>
#include <limits>

#include "support/float32.hpp"  // defines: VMD_HD, VMD_INLINE, Lane, bits_as

namespace vmd {

constexpr int64_t kNoKey = std::numeric_limits<int64_t>::min();

/// An integer that is larger <=> the float is larger; not of NaN.
template <class F>
VMD_HD VMD_INLINE typename Lane<F>::I ordered_bits(const F& x) {
  using I = typename Lane<F>::I;
  const I bits = bits_as<I>(F(x + 0.0f));  // -0 becomes +0: they are equal
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

/// Larger <=> larger `ordered`, or equal and lower slot.
VMD_HD VMD_INLINE int64_t rank_key(int32_t ordered, int32_t slot) {
  return static_cast<int64_t>(static_cast<uint64_t>(ordered) << 32 | ~static_cast<uint32_t>(slot));
}

VMD_HD VMD_INLINE int32_t slot_of(int64_t key) {
  return static_cast<int32_t>(~static_cast<uint32_t>(static_cast<uint64_t>(key)));
}

VMD_HD VMD_INLINE float confidence_of(int64_t key) {
  const int32_t ordered = static_cast<int32_t>(key >> 32);
  return bits_as<float>(ordered ^ ((ordered >> 31) & 0x7fffffff));
}

}  // namespace vmd
