#include "support/xxh64.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vmd {
namespace {

static_assert(std::endian::native == std::endian::little, "the hash reads numbers as they lie in memory");

constexpr uint64_t k1 = 0x9E3779B185EBCA87, k2 = 0xC2B2AE3D27D4EB4F, k3 = 0x165667B19E3779F9, k4 = 0x85EBCA77C2B2AE63,
                   k5 = 0x27D4EB2F165667C5;

template <class Word>
uint64_t word_at(const uint8_t* data) {
  Word word;
  std::memcpy(&word, data, sizeof word);
  return word;
}

uint64_t round_of(uint64_t sum, uint64_t word) { return std::rotl(sum + word * k2, 31) * k1; }

}  // namespace

Xxh64::Xxh64(uint64_t seed) : sums_{seed + k1 + k2, seed + k2, seed, seed - k1}, seed_(seed) {}

const uint8_t* Xxh64::stripes(const uint8_t* data, size_t n) {
  auto [a, b, c, d] = sums_;
  for (; n > 0; --n, data += kStripe) {
    a = round_of(a, word_at<uint64_t>(data));
    b = round_of(b, word_at<uint64_t>(data + 8));
    c = round_of(c, word_at<uint64_t>(data + 16));
    d = round_of(d, word_at<uint64_t>(data + 24));
  }
  sums_ = {a, b, c, d};
  return data;
}

void Xxh64::update(const uint8_t* data, size_t size) {
  if (size == 0) return;
  const size_t held = size_ % kStripe, more = std::min(size, held == 0 ? 0 : kStripe - held);
  size_ += size;
  if (more > 0) {
    std::memcpy(rest_.data() + held, data, more);
    if (held + more < kStripe) return;
    stripes(rest_.data(), 1);
  }
  data = stripes(data + more, (size - more) / kStripe);
  if (const size_t left = size_ % kStripe; left > 0) std::memcpy(rest_.data(), data, left);
}

uint64_t Xxh64::digest() const {
  uint64_t hash = seed_ + k5;
  if (size_ >= kStripe) {
    hash = std::rotl(sums_[0], 1) + std::rotl(sums_[1], 7) + std::rotl(sums_[2], 12) + std::rotl(sums_[3], 18);
    for (const uint64_t sum : sums_) hash = (hash ^ round_of(0, sum)) * k1 + k4;
  }
  hash += size_;
  const uint8_t *at = rest_.data(), *const end = at + size_ % kStripe;
  for (; end - at >= 8; at += 8) hash = std::rotl(hash ^ round_of(0, word_at<uint64_t>(at)), 27) * k1 + k4;
  if (end - at >= 4) {
    hash = std::rotl(hash ^ word_at<uint32_t>(at) * k1, 23) * k2 + k3;
    at += 4;
  }
  for (; at < end; ++at) hash = std::rotl(hash ^ *at * k5, 11) * k1;
  hash = (hash ^ (hash >> 33)) * k2;
  hash = (hash ^ (hash >> 29)) * k3;
  return hash ^ (hash >> 32);
}

}  // namespace vmd
