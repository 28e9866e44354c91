// xxh64.hpp -- XXH64, a hash that notices damage and hides nothing: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace vmd {

class Xxh64 {
 public:
  explicit Xxh64(uint64_t seed = 0);
  void update(const uint8_t* data, size_t size);

  /// Of all bytes so far; more may follow.
  uint64_t digest() const;

 private:
  static constexpr size_t kStripe = 32;  // bytes: eight for each sum
  const uint8_t* stripes(const uint8_t* data, size_t n);
  std::array<uint64_t, 4> sums_;
  std::array<uint8_t, kStripe> rest_{};
  uint64_t seed_, size_ = 0;
};

}  // namespace vmd
