// draws.hpp -- the random numbers of one attempt at one problem.
//
// Randomness   Philox with key = seed and counter = (number of the problem, attempt, block)
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

#include "support/philox.hpp"

namespace vmd {

class Draws {
 public:
  Draws(uint64_t seed, int64_t index, uint32_t attempt)
      : key0_(static_cast<uint32_t>(seed)), key1_(static_cast<uint32_t>(seed >> 32)),
        counter_{{static_cast<uint32_t>(index), static_cast<uint32_t>(static_cast<uint64_t>(index) >> 32),
                  attempt, 0}} {}
  uint32_t word() {
    if (used_ == 4) {
      words_ = philox(counter_, key0_, key1_);
      ++counter_.w[3];
      used_ = 0;
    }
    return words_.w[used_++];
  }
  /// In [0, n), by the high word of a product: the bias is below n / 2^32.
  size_t below(size_t n) { return static_cast<size_t>(uint64_t{word()} * n >> 32); }
  float unit() { return static_cast<float>(word() >> 8) * 0x1p-24f; }
  /// Put what lies in [begin, end) into random order.
  template <class Iterator>
  void shuffle(Iterator begin, Iterator end) {
    for (auto n = static_cast<size_t>(end - begin); n > 1; --n) {
      auto last = begin + static_cast<std::ptrdiff_t>(n - 1);
      auto other = begin + static_cast<std::ptrdiff_t>(below(n));
      std::swap(*last, *other);
    }
  }

 private:
  uint32_t key0_, key1_;
  Words counter_, words_{};
  int used_ = 4;
};

}  // namespace vmd
