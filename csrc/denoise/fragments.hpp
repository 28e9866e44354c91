// fragments.hpp -- products of a warp on tensor cores: D [16,8] += A [16,16] B [16,8], bfloat16 in, float32 sums.
//
// What a lane holds of each matrix (PTX ISA, mma.m16n8k16), with g = lane / 4 and t = lane % 4; a word is two
// bfloat16, the one of the lower column or row in its lower half:
//   A   4 words: rows g, g + 8, g, g + 8; columns 2t and 2t + 1, of the last two 8 further
//   B   2 words: column g; rows 2t and 2t + 1, of the second 8 further
//   D   4 floats: row g, columns 2t and 2t + 1; row g + 8, the same
// So two D's side by side, rounded, are an A: what one product gives, the next takes without leaving the registers.
// On the host the same is done for 32 lanes in a loop, from the same words.
#pragma once
#include <cstdint>

#include "support/bf16.hpp"
#include "support/team.hpp"  // defines: VMD_TEAM

#if defined(__CUDACC__)
#define VMD_UNROLLED _Pragma("unroll")  // what indexes registers must be known at compile time
#define VMD_ROLLED _Pragma("unroll 1")
#else
#define VMD_UNROLLED
#define VMD_ROLLED
#endif

namespace vmd {

/// n words that are read and written at once.
template <int n>
struct alignas(4 * n) Packed {
  uint32_t w[n];
};

template <class T>
VMD_TEAM T load(const void* from) {
#if defined(__CUDACC__)
  return *static_cast<const T*>(from);
#else
  T out;
  __builtin_memcpy(&out, from, sizeof out);
  return out;
#endif
}

template <class T>
VMD_TEAM void store(void* to, const T& value) {
#if defined(__CUDACC__)
  *static_cast<T*>(to) = value;
#else
  __builtin_memcpy(to, &value, sizeof value);
#endif
}

VMD_TEAM float low_half(uint32_t word) { return bits_as<float>(word << 16); }
VMD_TEAM float high_half(uint32_t word) { return bits_as<float>(word & 0xffff0000u); }

#if defined(__CUDACC__)

VMD_TEAM uint32_t pack(float low, float high) {
  uint32_t word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}

VMD_TEAM uint32_t pack_relu(float low, float high) {
  uint32_t word;
  asm("cvt.rn.relu.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}

/// a * b + c, rounded once or twice: only where that does not decide anything.
VMD_TEAM float multiply_add(float a, float b, float c) { return __fmaf_rn(a, b, c); }

VMD_TEAM float inverse_root(float x) { return rsqrtf(x); }

/// sum(lane) becomes its sum over the four lanes with the same lane / 4.
template <class Team, class Sum>
VMD_TEAM void sum_over_quads(Team& team, const Sum& sum) {
  team.lanes([&](int lane) {
    float& mine = sum(lane);
    mine += __shfl_xor_sync(kAllLanes, mine, 1);
    mine += __shfl_xor_sync(kAllLanes, mine, 2);
  });
}

/// D += A B, where d(lane), a(lane), b(lane) are what a lane holds of each.
template <class Team, class D, class A, class B>
VMD_TEAM void multiply(Team& team, const D& d, const A& a, const B& b) {
  team.lanes([&](int lane) {
    float* sums = d(lane);
    const uint32_t *x = a(lane), *y = b(lane);
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
  });
}

#else

VMD_TEAM uint32_t pack(float low, float high) {
  return to_bf16(low).bits | static_cast<uint32_t>(to_bf16(high).bits) << 16;
}

VMD_TEAM uint32_t pack_relu(float low, float high) { return pack(low > 0 ? low : 0, high > 0 ? high : 0); }

VMD_TEAM float multiply_add(float a, float b, float c) { return a * b + c; }

VMD_TEAM float inverse_root(float x) { return 1.0f / __builtin_sqrtf(x); }

template <class Team, class Sum>
VMD_TEAM void sum_over_quads(Team& team, const Sum& sum) {
  float total[8] = {};
  team.lanes([&](int lane) { total[lane / 4] += sum(lane); });
  team.lanes([&](int lane) { sum(lane) = total[lane / 4]; });
}

template <class Team, class D, class A, class B>
VMD_TEAM void multiply(Team& team, const D& d, const A& a, const B& b) {
  float left[16][16], right[16][8];
  team.lanes([&](int lane) {
    const int g = lane / 4, t = lane % 4;
    for (int r = 0; r < 4; ++r) {
      const int row = g + r % 2 * 8, column = 2 * t + r / 2 * 8;
      left[row][column] = low_half(a(lane)[r]), left[row][column + 1] = high_half(a(lane)[r]);
    }
    for (int r = 0; r < 2; ++r) {
      const int row = 2 * t + r * 8;
      right[row][g] = low_half(b(lane)[r]), right[row + 1][g] = high_half(b(lane)[r]);
    }
  });
  team.lanes([&](int lane) {
    for (int r = 0; r < 4; ++r) {
      const int row = lane / 4 + r / 2 * 8, column = lane % 4 * 2 + r % 2;
      for (int k = 0; k < 16; ++k) d(lane)[r] += left[row][k] * right[k][column];
    }
  });
}

#endif

}  // namespace vmd
