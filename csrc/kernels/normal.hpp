// normal.hpp -- standard normal noise: n numbers a board, each a function of (seed, key, step, its place) alone.
//
// Meaning      number i of board b is normal32(uniform32(word i % 4 of philox(
//                  counter = (key lo, key hi, step, kNormalCounter + i / 4), seed)))
//              normal32(u) is the number below which a standard normal lies with probability u.
// Shapes       key [B] u64   out [B,n] f32
// Limits       n <= kMaxNormals
// Random       no other draw has such a counter: the draws of unmask.hpp end at cell 65535, draw 67
// Exact        floats by float32.hpp, one correctly rounded square root, in the order written: the same bits everywhere
// Error        normal32 is within 3e-7 of its value (tested at all 2^23 uniforms); it rises with u, normal32(1 - u) is
//              -normal32(u), and the range is [-5.2948, 5.2948], which a normal number leaves once in 8 million
// Twin         vmdsolve/kernels/reference.py:normal   Test  tests/kernels/test_normal.py
// Source       Giles, Approximating the erfinv function, GPU Computing Gems, Jade Edition, 2011.
#pragma once
#include <cmath>
#include <cstdint>

#include "kernels/unmask.hpp"  // defines: uniform32
#include "support/float32.hpp"

namespace vmd {

constexpr uint32_t kNormalCounter = 0xffc00000u;
constexpr int64_t kMaxNormals = int64_t{1} << 24;

VMD_HD inline float normal32(float u) {
  const float w = -log32((4.0f * u) * (1.0f - u));  // 1 - u is exact on the uniforms of uniform32
  float p;
  if (w < 5.0f) {
    const float v = w - 2.5f;
    p = v * 2.81022636e-08f + 3.43273939e-07f;
    p = p * v + -3.5233877e-06f;
    p = p * v + -4.39150654e-06f;
    p = p * v + 0.00021858087f;
    p = p * v + -0.00125372503f;
    p = p * v + -0.00417768164f;
    p = p * v + 0.246640727f;
    p = p * v + 1.50140941f;
  } else {
    const float v = std::sqrt(w) - 3.0f;
    p = v * -0.000200214257f + 0.000100950558f;
    p = p * v + 0.00134934322f;
    p = p * v + -0.00367342844f;
    p = p * v + 0.00573950773f;
    p = p * v + -0.0076224613f;
    p = p * v + 0.00943887047f;
    p = p * v + 1.00167406f;
    p = p * v + 2.83297682f;
  }
  return (p * ((u - 0.5f) * 2.0f)) * 1.41421356f;  // u - 1/2 is exact
}

/// n numbers of one board.
inline void normal(uint64_t key, uint64_t seed, uint32_t step, int64_t n, float* out) {
  Words words{};
  for (int64_t i = 0; i < n; ++i) {
    if (i % 4 == 0) {
      const Words counter = {{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), step,
                              kNormalCounter + static_cast<uint32_t>(i / 4)}};
      words = philox(counter, static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32));
    }
    out[i] = normal32(uniform32<float>(words.w[i % 4]));
  }
}

}  // namespace vmd
