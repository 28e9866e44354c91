// philox.hpp -- Philox4x32-10, the one source of randomness: a pure function of (counter, key).
//
// Source   Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011.
// Twin     vmdsolve/kernels/reference.py:philox   Test  tests/kernels/test_kernels.py (known answers of Random123)
// Exact    integers only: the same words on every device.
#pragma once
#include <array>
#include <cstdint>

#if defined(__CUDACC__)
#define VMD_HD __host__ __device__
#else
#define VMD_HD
#endif

namespace vmd {

struct Words {  // std::array is not usable in device code
  uint32_t w[4];
};

VMD_HD inline Words philox(Words counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53u} * counter.w[0];
    const uint64_t b = uint64_t{0xCD9E8D57u} * counter.w[2];
    counter = Words{{static_cast<uint32_t>(b >> 32) ^ counter.w[1] ^ key0, static_cast<uint32_t>(b),
                     static_cast<uint32_t>(a >> 32) ^ counter.w[3] ^ key1, static_cast<uint32_t>(a)}};
    key0 += 0x9E3779B9u;  // golden ratio
    key1 += 0xBB67AE85u;  // sqrt(3) - 1
  }
  return counter;
}

}  // namespace vmd
