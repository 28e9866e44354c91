// noise.hpp -- near-normal noise for a board's states: each number a function of (key, time, its place) and nothing else.
//
// Meaning      number `place` of (key, time) is (the sum of the four bytes of w - 510) / kNoiseScale, with
//              w = mix32(mix32(place ^ low) ^ high), low and high the halves of mix64(key + (time + 1) * golden ratio)
// Law          mean 0, variance 1, within +-3.46; fourth moment 2.7, where a normal number has 3
// Exact        sums of bytes are whole numbers below 2^24, as are their sums over channels: the same bits on all paths
// Twin         vmdsolve/kernels/state_noise.py   Test  tests/model/test_state_noise.py
// Source       mix32, mix64: the finalisers of MurmurHash3 (Appleby) and SplitMix64 (Steele, Lea, Flood 2014)
#pragma once
#include "support/float32.hpp"  // defines: Lane, VMD_INLINE

namespace vmd {

constexpr float kNoiseScale = 147.80054f;  // the deviation of the sum of four bytes, sqrt(4 (256^2 - 1) / 12)

struct NoiseKey {
  uint32_t low, high;
};

VMD_HD VMD_INLINE NoiseKey noise_key(uint64_t key, int64_t time) {
  uint64_t x = key + (static_cast<uint64_t>(time) + 1) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return {static_cast<uint32_t>(x), static_cast<uint32_t>(x >> 32)};
}

template <class U>
VMD_HD VMD_INLINE U mix32(U x) {
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

/// The sums of bytes at the places of a vector, or at one place, minus their mean.
template <class F>
VMD_HD VMD_INLINE F noise_at(const NoiseKey& key, const typename Lane<F>::U& places) {
  using I = typename Lane<F>::I;
  const auto w = mix32(mix32(places ^ key.low) ^ key.high);
  const auto pairs = (w & 0x00ff00ffu) + ((w >> 8) & 0x00ff00ffu);
  const auto sums = (pairs & 0xffffu) + (pairs >> 16);
  if constexpr (sizeof(F) == sizeof(float))
    return static_cast<float>(static_cast<int32_t>(sums) - 510);
  else
    return __builtin_convertvector(I(sums) - 510, F);
}

}  // namespace vmd
